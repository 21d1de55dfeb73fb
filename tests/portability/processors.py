"""Run the stages on other processors, which qemu plays, and compare every file with this machine's.

    python tests/portability/processors.py [PROCESSOR ...] [--kernel KERNEL]

By hand or in a nightly job, on Debian: it takes some minutes a processor. Without names it takes
them all; s390x stores numbers the other way round, armhf has 32 bits. It installs nothing: qemu and
each processor's Python and NumPy are Debian's packages (by apt-get), unpacked in the user's cache
and kept there. KERNEL is one of OpenBLAS's, CORTEXA57 for example; without, it chooses.

Exit code: 0 when all files have the same bits, 1 when not, 2 when that could not be found out.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.pipeline.copies import copy_project  # noqa: E402
from tests.pipeline.interpreters import cache_folder  # noqa: E402

# A processor's name in Debian, and in qemu.
PROCESSORS = {
    "armhf": "arm",
    "arm64": "aarch64",
    "ppc64el": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}
RELEASE = "trixie"  # the first with a NumPy that the project supports, and with riscv64
PACKAGES = ("jinja2", "numpy", "pydantic", "threadpoolctl", "yaml")
EPOCHS = 20  # at most: what more would do, these have done
KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
FINGERPRINT = ROOT / "tests/pipeline/fingerprint.py"


def main():
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("processors", nargs="*", metavar="PROCESSOR", help=", ".join(PROCESSORS))
    parser.add_argument("--kernel", help="OpenBLAS's kernel; without, OpenBLAS chooses")
    asked = parser.parse_args()
    unknown = set(asked.processors) - set(PROCESSORS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}. Known: {', '.join(PROCESSORS)}")
    variables = {"OPENBLAS_CORETYPE": asked.kernel} if asked.kernel else {}

    with tempfile.TemporaryDirectory() as folder:
        original = Path(folder)
        copy_project(original)  # once, so that an edit in the meantime is no difference
        prepare(original)
        print("Running here ...", flush=True)
        here = fingerprint([sys.executable], original, {})
        is_same = True
        for name in asked.processors or PROCESSORS:
            command = emulated(name)
            print(f"Running on {name} ...", flush=True)
            began = time.monotonic()
            there = fingerprint(command, original, variables)
            minutes = (time.monotonic() - began) / 60
            is_same &= compare(here, there, name, asked.kernel, minutes)
    return 0 if is_same else 1


def prepare(project):
    """Shorten the trainings, and split the tables, which a pandas reads that Debian has not."""
    params = yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8"))
    for experiment in params["experiments"].values():
        for settings in (experiment["train"], experiment["evaluate"]["baseline"]):
            settings["epochs"] = min(settings["epochs"], EPOCHS)
    (project / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    for stage, keys in (("generate", params["generators"]), ("split", params["experiments"])):
        for key in keys:
            run([sys.executable, "-m", f"stages.{stage}", key], project)


def compare(here, there, name, kernel, minutes):
    """Print how two runs differ; say whether they have the same bits."""
    for place, found in (("here", here["environment"]), (name, there["environment"])):
        blas = f"{found['blas']['name']} {found['blas']['version']} {found['blas']['kernel']}"
        libraries = f"NumPy {found['numpy']}, {blas}, {found['libc']}"
        print(f"  {place}: Python {found['python']}, {libraries}, {found['os']}")
    shown = there["environment"]["blas"]["kernel"]
    if kernel and str(shown).lower() != kernel.lower():
        fail(f"OpenBLAS has no kernel {kernel}, it took {shown}")
    if here["control"] == there["control"]:
        fail("plain NumPy has the same bits there, too: this proves nothing")
    names = {**here["hashes"], **there["hashes"]}
    differing = [each for each in names if here["hashes"].get(each) != there["hashes"].get(each)]
    same = len(names) - len(differing)
    print(f"  {same} of {len(names)} have the same bits, {minutes:.1f} minutes", flush=True)
    for each in differing:
        print(f"  differs: {each}")
    return not differing


def fingerprint(python, original, variables):
    """Run fingerprint.py in a copy of the original."""
    with tempfile.TemporaryDirectory() as folder:
        project = shutil.copytree(original, Path(folder, "project"))
        done = subprocess.run(
            [*python, FINGERPRINT],
            cwd=project,
            env={
                **os.environ,
                **variables,
                "PYTHONPATH": str(project),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdout=subprocess.PIPE,
        )
    if done.returncode != 0:
        fail(f"{python[-1]} failed with exit code {done.returncode}")
    return json.loads(done.stdout)


def emulated(name):
    """Give the command that runs Debian's Python for a processor."""
    root = made_once(cache_folder() / f"{RELEASE}-{name}", lambda folder: unpack(name, folder))
    # Debian chooses a BLAS when it configures packages, which unpacking does not.
    blas = next(root.glob("usr/lib/*/openblas-pthread"), None) or next(root.glob("usr/lib/*/blas"))
    python = next(root.glob("usr/bin/python3.[0-9]*[0-9]"))
    return [qemu(name), "-L", root, "-E", f"LD_LIBRARY_PATH={blas}", python]


def qemu(name):
    """Give qemu's program, from a package that is unpacked if it is not installed."""
    program = f"qemu-{PROCESSORS[name]}-static"
    if found := shutil.which(program):
        return Path(found)

    def unpack_qemu(folder):
        download(folder, ["apt-get", "download", "--quiet", "qemu-user-static"])

    return made_once(cache_folder() / "qemu", unpack_qemu) / "usr/bin" / program


def unpack(name, folder):
    """Unpack Debian's Python and packages for a processor, and all that they depend on."""
    for place in ("state/lists/partial", "cache/archives/partial", "log"):
        (folder / "apt" / place).mkdir(parents=True)
    (folder / "apt/state/status").touch()  # nothing is installed: all dependencies are needed
    source = folder / "apt/sources.list"
    source.write_text(f"deb [signed-by={KEYS}] http://deb.debian.org/debian {RELEASE} main\n")
    settings = {
        "APT::Architecture": name,
        "APT::Architectures": name,
        "Dir::Etc::SourceList": source,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State": folder / "apt/state",
        "Dir::State::status": folder / "apt/state/status",
        "Dir::Cache": folder / "apt/cache",
        "Dir::Log": folder / "apt/log",
        "APT::Sandbox::User": "",
    }
    apt = ["apt-get", "--quiet", *(f"-o{key}={value}" for key, value in settings.items())]
    run([*apt, "update"])
    wanted = ["python3", "libopenblas0-pthread", *(f"python3-{each}" for each in PACKAGES)]
    install = ["install", "--yes", "--no-install-recommends", "--download-only"]
    download(folder, [*apt, *install, *wanted])
    for place in ("lib", "lib64"):  # links that Debian makes when it is installed
        if (folder / "usr" / place).is_dir() and not (folder / place).exists():
            (folder / place).symlink_to(Path("usr", place))


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
    sys.exit(main())
