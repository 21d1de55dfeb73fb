"""Programs killed at random moments: what was there before stays whole, and nothing is left over.

A short campaign here; `make torture` runs a long one, in which DVC is killed as well.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from stages import split
from tests.pipeline.repository import ROOT, Repository, working_tree
from tests.robustness.judging import ROUNDS, files, rounds, told_counts

SMALL = ROOT / "tests" / "pipeline" / "small.yaml"
OLD, NEW = (f"stratify: true, seed: {seed}" for seed in (42, 43))
SPLIT = Path("artifacts/body/split")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows kills otherwise")

# It reads once, so that nearly all of the time it writes.
WRITING = """
from stages import split
params = split.load_params()
table = split.read_table(**params.experiment("body").data.model_dump())
split.load_params, split.read_table = lambda: params, lambda **given: table
print("ready", flush=True)
while True:
    split.main("body")
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    shutil.copy(ROOT / "data" / "body.csv", "data")
    return tmp_path


def use(seed):
    text = SMALL.read_text(encoding="utf-8").replace("test_size: 0.0", "test_size: 0.3")
    Path("params.yaml").write_text(text.replace(OLD, seed), encoding="utf-8")


def test_a_killed_stage_leaves_the_old_output_or_the_new_one(project, capsys):
    whole = {}
    for seed in (OLD, NEW):
        use(seed)
        split.main("body")
        whole[seed] = files(SPLIT)
    assert whole[OLD] != whole[NEW]
    counts: Counter[str] = Counter()
    for number, source in rounds("kills of a stage", 4):
        use(OLD)
        split.main("body")
        use(NEW)
        process = subprocess.Popen(
            [sys.executable, "-c", WRITING],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        with process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(source.uniform(0, 0.1))
            process.kill()
        left = [path for path in SPLIT.parent.iterdir() if path != SPLIT]
        assert len(left) <= 1
        # Killed between two renamings, it is there: the next write puts it back.
        found = files(SPLIT if SPLIT.exists() else left[0] / "old")
        assert found in whole.values(), f"kill {number}"
        counts["something left over" if left else "nothing left over"] += 1
        split.main("body")
        assert files(SPLIT) == whole[NEW]
        assert [*SPLIT.parent.iterdir()] == [SPLIT]
    told_counts("kills of a stage", counts, capsys)


@pytest.mark.skipif(ROUNDS == 1, reason="takes minutes: make torture")
def test_a_killed_dvc_goes_on_after_it_was_mended(tmp_path, capsys):
    project = Repository(tmp_path / "project", tmp_path / "machine")
    working_tree(project)
    (project.path / "dvc.lock").unlink()
    text = SMALL.read_text(encoding="utf-8")
    expected = {}
    for rate in ("0.1", "0.2"):
        changed = text.replace("learning_rate: 0.1 #", f"learning_rate: {rate} #")
        (project.path / "params.yaml").write_text(changed, encoding="utf-8")
        project.dvc("repro")
        expected[changed] = project.outputs()
    project.commit()
    counts: Counter[str] = Counter()
    for number in range(2 * ROUNDS):
        source = Random(f"kills of DVC {number}")
        changed = [*expected][number % 2]
        (project.path / "params.yaml").write_text(changed, encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "dvc", "repro", "--no-run-cache"],
            cwd=project.path,
            env=project.environment(),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(source.uniform(0.5, 15))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        said = project.run("python", "-m", "commands.mend").stdout
        project.dvc("repro", "--no-run-cache")
        assert project.outputs() == expected[changed], f"kill {number}"
        counts["mended" if said else "nothing to mend"] += 1
    told_counts("kills of DVC", counts, capsys)
