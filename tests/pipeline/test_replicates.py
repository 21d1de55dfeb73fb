"""Replicates on all processors and on a cluster that loses a worker: the bytes of one process."""

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from stages import replicate, split
from tests.commands.sweeps import environment, make_project, wait_until

TRAIN = {"hidden": [100, 100], "epochs": 400, "batch_size": None}
# With workers, however short it is.
START = """
from stages import replicate
from stages.executing import training
training.SHORT = 0
replicate.main("mine")
"""
OUTPUTS = ("results/mine-replicates.json", "curves/mine-replicates.csv")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """An experiment that takes long enough for workers, and what one process makes of it."""
    folder = tmp_path_factory.mktemp("undisturbed")
    make_project(folder, None, TRAIN)
    params = folder / "params.yaml"
    content = yaml.safe_load(params.read_text(encoding="utf-8"))
    content["experiments"]["mine"]["replicate"]["count"] = 12
    params.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        split.main("mine")
        replicate.main("mine")
    return folder


@pytest.fixture
def folder(undisturbed, tmp_path):
    ignored = shutil.ignore_patterns("results", "curves")
    return shutil.copytree(undisturbed, tmp_path / "again", ignore=ignored)


def outputs(folder):
    return [(folder / name).read_bytes() for name in OUTPUTS]


def start(folder, **variables):
    return subprocess.Popen(
        [sys.executable, "-c", START],
        cwd=folder,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended_well(process):
    output, told = process.communicate(timeout=240)
    assert (process.returncode, output) == (0, "")
    progress = r"replicate mine: [0-9 ]+ of [0-9 ]+ epochs(, \S+ (s|min|h) left)?"
    assert [line for line in told.splitlines() if not re.fullmatch(progress, line)] == []


@pytest.mark.slow
def test_processes_give_the_bytes_of_one(folder, undisturbed):
    ended_well(start(folder, DASK_SCHEDULER_ADDRESS=""))
    assert outputs(folder) == outputs(undisturbed)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # Dask's own
def test_a_cluster_that_loses_a_worker_gives_the_bytes_of_one(folder, undisturbed, cluster):
    distributed, address, work = cluster
    workers = [work(), work()]
    with distributed.Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)
        pids = {pid: name for name, pid in client.run(os.getpid).items()}
        process = start(folder, DASK_SCHEDULER_ADDRESS=address)
        at = pids[workers[0].pid]
        wait_until(lambda: "call_if_same" in str(client.processing()[at]), process)
        workers[0].kill()
        ended_well(process)
    assert outputs(folder) == outputs(undisturbed)
