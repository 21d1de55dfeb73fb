"""Run the stages on an Arm processor that qemu plays, and compare every file with this machine's.

    python tests/portability/aarch64.py [KERNEL ...]

By hand or in a nightly job, on Debian or one of its kin: it takes several minutes. It installs
nothing: qemu-user and an arm64 Python come as Debian's packages (by apt-get), NumPy and what else
is needed as wheels (by pip), all unpacked in the user's cache and kept there. KERNEL is one of
OpenBLAS's for Arm, CORTEXA57 or NEOVERSEN1 for example; without, OpenBLAS chooses.

Exit code: 0 when all files have the same bits, 1 when not, 2 when that could not be found out.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.pipeline.copies import copy_project  # noqa: E402
from tests.pipeline.interpreters import NEEDED, cache_folder, requirements  # noqa: E402

MACHINE = "aarch64"
FINGERPRINT = ROOT / "tests/pipeline/fingerprint.py"
PLATFORMS = ("manylinux2014", "manylinux_2_27", "manylinux_2_28")


def main():
    place = cache_folder() / MACHINE
    qemu = find_qemu(place)
    system = unpack_python(place)
    python = next((system / "usr/bin").glob("python3.[0-9]*[0-9]"))
    packages = unpack_wheels(place, python.name.removeprefix("python"))
    emulated = [qemu, "-L", system, python]

    with tempfile.TemporaryDirectory() as folder:
        original = Path(folder)
        copy_project(original)  # once, so that an edit in the meantime is no difference
        print("Running here ...", flush=True)
        here = fingerprint([sys.executable], original, [], {})
        is_same = True
        for kernel in sys.argv[1:] or [""]:
            print(f"Running on {MACHINE} {kernel} ...", flush=True)
            began = time.monotonic()
            variables = {"OPENBLAS_CORETYPE": kernel} if kernel else {}
            there = fingerprint(emulated, original, [packages], variables)
            minutes = (time.monotonic() - began) / 60
            is_same &= compare(here, there, kernel, minutes)
    return 0 if is_same else 1


def compare(here, there, kernel, minutes):
    """Print how two runs differ; say whether they have the same bits."""
    for name, run in (("here", here), (MACHINE, there)):
        found = run["environment"]
        blas = f"{found['blas']['name']} {found['blas']['version']} {found['blas']['kernel']}"
        libraries = f"NumPy {found['numpy']}, {blas}, {found['libc']}"
        print(f"  {name}: Python {found['python']}, {libraries}, {found['os']}")
    if not there["environment"]["os"].endswith(MACHINE):
        fail(f"that was no {MACHINE}")
    shown = there["environment"]["blas"]["kernel"]
    if kernel and shown.lower() != kernel.lower():
        fail(f"OpenBLAS has no kernel {kernel}, it took {shown}")
    if here["control"] == there["control"]:
        fail("plain NumPy has the same bits there, too: this proves nothing")
    hashes = here["hashes"]
    other = [
        name
        for name in {**hashes, **there["hashes"]}
        if hashes.get(name) != there["hashes"].get(name)
    ]
    print(
        f"  {len(hashes) - len(other)} of {len(hashes)} have the same bits, {minutes:.1f} minutes"
    )
    for name in other:
        print(f"  differs: {name}")
    return not other


def fingerprint(python, original, packages, variables):
    """Run fingerprint.py in a copy of the original, where no stage has run yet."""
    with tempfile.TemporaryDirectory() as folder:
        project = shutil.copytree(original, Path(folder, "project"))
        path = os.pathsep.join(map(str, [project, *packages]))
        done = subprocess.run(
            [*python, FINGERPRINT],
            cwd=project,
            env={**os.environ, **variables, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
        )
    if done.returncode != 0:
        fail(f"{python[-1]} failed with exit code {done.returncode}")
    return json.loads(done.stdout)


def find_qemu(place):
    """Give qemu's program, from a package that is unpacked if it is not installed."""
    program = shutil.which(f"qemu-{MACHINE}") or shutil.which(f"qemu-{MACHINE}-static")
    if program:
        return Path(program)

    def unpack(folder):
        download(folder, ["apt-get", "download", "--quiet", "qemu-user-static"])

    return made_once(place / "qemu", unpack) / f"usr/bin/qemu-{MACHINE}-static"


def unpack_python(place):
    """Unpack Debian's Python for arm64, and all that it depends on, beside this system's own."""

    def unpack(folder):
        for name in ("state/lists/partial", "cache/archives/partial", "log"):
            (folder / "apt" / name).mkdir(parents=True)
        (folder / "apt/state/status").touch()  # nothing is installed: all dependencies are needed
        settings = {
            "APT::Architecture": "arm64",
            "APT::Architectures": "arm64",
            "Dir::State": folder / "apt/state",
            "Dir::State::status": folder / "apt/state/status",
            "Dir::Cache": folder / "apt/cache",
            "Dir::Log": folder / "apt/log",
            "APT::Sandbox::User": "",
        }
        apt = ["apt-get", "--quiet", *(f"-o{name}={value}" for name, value in settings.items())]
        run([*apt, "update"])
        # libstdc++ and libgcc are NumPy's.
        wanted = ["python3", "libstdc++6", "libgcc-s1"]
        download(
            folder,
            [*apt, "--yes", "--no-install-recommends", "--download-only", "install", *wanted],
        )

    return made_once(place / "system", unpack)


def unpack_wheels(place, version):
    """Unpack NumPy and what the stages need besides, for arm64 and a version of Python."""

    wanted = [requirements()[name] for name in ("numpy", *NEEDED)]

    def unpack(folder):
        platforms = [part for name in PLATFORMS for part in ("--platform", f"{name}_{MACHINE}")]
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-compile",
            "--target",
            folder,
        ]
        run([*pip, "--python-version", version, *platforms, "--only-binary=:all:", *wanted])

    digest = hashlib.md5(repr(wanted).encode()).hexdigest()[:16]  # of others, others are unpacked
    return made_once(place / f"packages-{version}-{digest}", unpack)


def made_once(folder, make):
    """Give a folder that `make` fills the first time."""
    if not folder.is_dir():
        print(f"Filling {folder} ...", flush=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as workshop:
            new = Path(workshop, "new")
            new.mkdir()
            make(new)
            new.rename(folder)
    return folder


def download(folder, command):
    """Download packages, and unpack all of them into the folder."""
    run(command, folder)
    packages = sorted(folder.rglob("*.deb"))
    for package in packages:
        run(["dpkg", "--extract", package, folder])
        package.unlink()


def run(command, folder=None):
    try:
        done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL)
    except FileNotFoundError:
        fail(f"no program {command[0]} is here: this needs Debian, or one of its kin")
    if done.returncode != 0:
        fail(" ".join(map(str, command)))


def fail(message):
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    if platform.machine() == MACHINE:
        fail(f"this is an {MACHINE} already: python -m pytest tests/pipeline/test_same_bits.py")
    sys.exit(main())
