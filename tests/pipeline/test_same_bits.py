"""One set of bits in all surroundings that this machine can offer.

Each case runs all stages that compute, with few epochs, and some larger networks, in a process and
a copy of the project of its own (fingerprint.py), says what was in force there, and is compared
file by file with a run under no setting. What plain NumPy trains in the same processes is compared,
too: if that did not differ, the cases would prove nothing.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from commands.shared.environment import Environment, environment
from commands.verifying.processors import Setting, settings
from stages.running.parameters.file import load_params
from tests.pipeline.copies import ROOT, copy_project
from tests.pipeline.interpreters import Unavailable, environment_with, interpreters, oldest_numpy

# Variables that decide about arithmetic or about Python, and are not to come from outside.
OURS = ("OPENBLAS_", "OMP_", "MKL_", "NPY_", "GLIBC_", "PYTHON", "LC_")

NATIVE = "native"
NEPAL = -(5 * 60 + 45) * 60  # seconds; no whole hours, so hardly the time zone here
ODD = {
    "LC_ALL": "C",  # no letters beyond ASCII, once Python's remedies against it are off
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONUTF8": "0",
    "TZ": "NPT-5:45",
    "PYTHONHASHSEED": "12345",
}
WITHOUT_AVX2 = "NumPy without AVX2 and FMA"


class Case(NamedTuple):
    """A process: its interpreter, the setting it is under there, and where it runs."""

    setting: Callable[[Environment], Setting] = lambda there: Setting(NATIVE, {})
    python: Callable[[], Path] = lambda: Path(sys.executable)
    folder: str = "project"
    umask: int = -1


class Run(NamedTuple):
    """What fingerprint.py found, and the environment of its interpreter without a setting."""

    found: dict[str, Any]
    setting: Setting
    unset: Environment


def named(name: str) -> Callable[[Environment], Setting]:
    return lambda there: next(each for each in settings(there) if each.name == name)


def newest() -> tuple[int, int]:
    return max(interpreters())


PROCESSORS = {setting.name: Case(named(setting.name)) for setting in settings(environment())}
SURROUNDINGS = {
    "odd surroundings": Case(
        lambda there: Setting("odd surroundings", ODD), folder="größer, länger", umask=0o077
    )
}
VERSIONS = {
    "Python 3.11, oldest NumPy": Case(
        python=lambda: environment_with((3, 11), oldest_numpy()),
    ),
    "Python 3.11, oldest NumPy without AVX2 and FMA": Case(
        named(WITHOUT_AVX2), lambda: environment_with((3, 11), oldest_numpy())
    ),
    "Python 3.11, newest NumPy": Case(python=lambda: environment_with((3, 11), "numpy")),
    "newest Python, newest NumPy": Case(python=lambda: environment_with(newest(), "numpy")),
}
CASES = {NATIVE: Case(), **PROCESSORS, **SURROUNDINGS, **VERSIONS}


class Runs(dict[str, Future[Run]]):
    """Runs by name, begun when they are asked for first."""

    def __init__(
        self, pool: ThreadPoolExecutor, original: Path, new_folder: Callable[[], Path]
    ) -> None:
        super().__init__()
        self.pool, self.original, self.new_folder = pool, original, new_folder

    def __missing__(self, name: str) -> Future[Run]:
        self[name] = self.pool.submit(run, CASES[name], self.original, self.new_folder())
        return self[name]

    def get_or_skip(self, name: str) -> Run:
        try:
            return self[name].result()
        except Unavailable as reason:
            pytest.skip(str(reason))


@pytest.fixture(scope="module")
def runs(request, tmp_path_factory):
    """Begin the runs of all tests that were chosen, as many at a time as there are processors."""
    original = tmp_path_factory.mktemp("original")
    copy_project(original)  # once, so that an edit in the meantime does not look like a difference
    shorten(original / "params.yaml")
    pool = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)
    runs = Runs(pool, original, partial(tmp_path_factory.mktemp, "same_bits"))
    _ = runs[NATIVE]
    for item in request.session.items:
        if item.path == Path(__file__) and hasattr(item, "callspec"):
            _ = runs[item.callspec.params["name"]]
    yield runs
    pool.shutdown(cancel_futures=True)


def shorten(path: Path) -> None:
    """Let all trainings be few and short: every operation is in them all the same."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\bepochs: \d+", "epochs: 50", text)
    path.write_text(re.sub(r"\bcount: \d+", "count: 2", text), encoding="utf-8")


@cache
def unset_environment(python: Path) -> Environment:
    asked = subprocess.run(
        [python, ROOT / "commands/shared/environment.py"],
        env=inherited(),
        capture_output=True,
        check=True,
    )
    found: Environment = json.loads(asked.stdout)
    return found


def inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def run(case: Case, original: Path, folder: Path) -> Run:
    """Run fingerprint.py in a new copy of the project; raises Unavailable where that cannot be."""
    python = case.python()
    unset = unset_environment(python)
    setting = case.setting(unset)
    obstacle = setting.obstacle(unset)
    if obstacle is not None:
        raise Unavailable(obstacle)
    project = folder / case.folder
    shutil.copytree(original, project)
    done = subprocess.run(
        [python, ROOT / "tests/pipeline/fingerprint.py"],
        cwd=project,
        env={**inherited(), "PYTHONPATH": str(project), **setting.variables},
        umask=case.umask,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    found = json.loads(done.stdout)
    assert Path(found["surroundings"]["nn"]).parts[-3:-1] == (case.folder, "nn")
    assert setting.is_in_force(found["environment"], unset), found["environment"]
    return Run(found, setting, unset)


def assert_same_bits(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert list(found["hashes"]) == list(expected["hashes"])
    differing = [name for name, bits in expected["hashes"].items() if found["hashes"][name] != bits]
    assert differing == []


def test_all_weights_metrics_and_curves_are_looked_at(runs):
    hashes = runs[NATIVE].result().found["hashes"]
    for key in load_params(ROOT / "params.yaml").experiments:
        curves = ("roc", "precision_recall", "calibration", "confusion")
        assert f"models/{key}.npz" in hashes
        assert f"artifacts/{key}/history.csv" in hashes
        assert f"metrics/{key}.json" in hashes
        assert all(f"curves/{key}/{name}.csv" in hashes for name in curves)


@pytest.mark.parametrize("name", PROCESSORS)
def test_another_processor_gives_the_same_bits(name, runs):
    assert_same_bits(runs.get_or_skip(name).found, runs[NATIVE].result().found)


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_locale_time_zone_umask_path_and_hash_seed_do_not_show(name, runs):
    found, expected = runs.get_or_skip(name).found, runs[NATIVE].result().found
    here, there = found["surroundings"], expected["surroundings"]
    assert "utf" not in here["encoding"].lower()
    assert here["time zone"] == NEPAL != there["time zone"]
    assert here["umask"] == 0o077 != there["umask"]
    assert here["folder"] != there["folder"]
    assert here["hash seed"] != there["hash seed"]
    assert_same_bits(found, expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", VERSIONS)
def test_another_python_and_numpy_give_the_same_bits(name, runs):
    found = runs.get_or_skip(name).found
    version = oldest_numpy().removeprefix("numpy==")
    python = "3.11" if name.startswith("Python 3.11") else ".".join(map(str, newest()))
    assert found["environment"]["python"].startswith(f"{python}.")
    if "oldest" in name:
        assert f"{found['environment']['numpy']}.".startswith(f"{version}.")
    assert_same_bits(found, runs[NATIVE].result().found)


def test_plain_numpy_gives_other_bits_under_the_same_settings(runs):
    controls = {}
    for name in PROCESSORS:
        try:
            controls[name] = runs[name].result().found["control"]
        except Unavailable:
            continue
    if not any(runs[name].result().setting.kernels for name in controls):
        pytest.skip("this machine can stand in for no other")
    print(f"{len(set(controls.values()))} sets of weights in {len(controls)} settings: {controls}")
    assert len({runs[NATIVE].result().found["control"], *controls.values()}) >= 3, controls
