"""Sweeps that are killed or run elsewhere: the same bytes as from one process undisturbed."""

import os
import signal
import subprocess
from functools import partial

import pytest
import yaml

from commands.shared.environment import environment as describe
from commands.verifying.processors import settings
from tests.commands.sweeps import command, environment, make_project, run_sweep, wait_until
from tests.pipeline.imports import expanded, folded, import_closure
from tests.pipeline.repository import ROOT

SWEEP = {
    "method": "random",
    "trials": 40,
    "seed": 3,
    "metric": "log_loss",
    "replicates": 2,
    "space": {
        "hidden": [[5], [6, 4], [40]],
        "learning_rate": {"log_range": [0.01, 1.0]},
        "batch_size": [4, 16],
    },
}
SLOW_ENOUGH = {"epochs": 60, "activation": "tanh"}
STAGES = yaml.safe_load((ROOT / "sweeps/dvc.yaml").read_text(encoding="utf-8"))["stages"]


def outputs(folder):
    return {name: (folder / "sweeps" / name).read_bytes() for name in ("mine.csv", "mine.png")}


def noted(folder):
    path = folder / "sweeps/mine.trials.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def has_more_than(done, folder):
    return noted(folder) > done


def start(folder, *arguments, **variables):
    return subprocess.Popen(
        command(*arguments),
        cwd=folder,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What one process makes of the sweep."""
    folder = tmp_path_factory.mktemp("undisturbed")
    make_project(folder, SWEEP, SLOW_ENOUGH)
    run_sweep(folder, "--workers", "1")
    assert noted(folder) == 41
    return outputs(folder)


@pytest.fixture
def folder(tmp_path):
    make_project(tmp_path, SWEEP, SLOW_ENOUGH)
    return tmp_path


@pytest.mark.slow
def test_four_processes_give_the_bytes_of_one(folder, undisturbed):
    run_sweep(folder, "--workers", "4")
    assert outputs(folder) == undisturbed


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
def test_killed_again_and_again_it_goes_on_and_ends_with_the_same_bytes(folder, undisturbed):
    for done in (0, 1, 2):
        process = start(folder, "--workers", "2")
        wait_until(partial(has_more_than, max(done, noted(folder)), folder), process)
        process.kill()  # it alone: its workers have to notice, and they hold its pipes open
        process.communicate(timeout=60)
        assert done < noted(folder) < 41
    with (folder / "sweeps/mine.trials.jsonl").open("r+b") as file:
        file.truncate(file.seek(0, os.SEEK_END) - 20)  # as if killed in the middle of a line
    run_sweep(folder, "--workers", "2")
    assert outputs(folder) == undisturbed
    assert noted(folder) == 42  # the torn line, and one more than it for its trial


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_it_ends_at_once_and_keeps_what_is_done(folder, undisturbed, number, code):
    process = start(folder, "--workers", "2")
    wait_until(lambda: noted(folder) > 0, process)
    os.killpg(process.pid, number)  # as a terminal does: all of them get it
    _, told = process.communicate(timeout=30)
    assert process.returncode == code
    ended = ["interrupted: what is done is kept; the same command continues"]
    assert without_progress(told) == (ended if code == 130 else [])
    assert 0 < noted(folder) < 41
    assert not (folder / "sweeps/mine.csv").exists()
    run_sweep(folder, "--workers", "2")
    assert outputs(folder) == undisturbed


def without_progress(told):
    """List the lines but for those that say how far the sweep is."""
    return [line for line in told.splitlines() if not line.startswith("sweep mine: ")]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
def test_a_process_of_ours_that_dies_is_replaced(folder, undisturbed):
    process = start(folder, "--workers", "2")
    wait_until(lambda: noted(folder) > 0, process)
    wait_until((folder / "sweeps/mine.log").exists, process)
    first, *_ = (folder / "sweeps/mine.log").read_text(encoding="utf-8").splitlines()
    victim = int(first.rpartition(":")[2])
    os.kill(victim, signal.SIGKILL)
    said, told = process.communicate(timeout=240)
    assert (process.returncode, without_progress(told)) == (0, [])
    assert "41 finished" in said
    assert outputs(folder) == undisturbed


def other_processor():
    """Choose an instruction set to stand in for: another kernel of BLAS, other loops of NumPy."""
    native = describe()
    possible = [each for each in settings(native) if each.obstacle(native) is None]
    loops = [each for each in possible if each.switched_off]
    kernels = [
        each
        for each in possible
        if each.kernels and str((native["blas"] or {}).get("kernel")) not in each.kernels
    ]
    if not loops or not kernels:
        pytest.skip("this machine can stand in for no other")
    chosen = (loops[-1], kernels[0])
    return native, chosen, loops[-1].variables | kernels[0].variables


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # Dask's own
def test_a_cluster_of_unlike_machines_that_loses_one_gives_the_same_bytes(
    folder, undisturbed, cluster
):
    distributed, address, work = cluster
    native, chosen, variables = other_processor()
    workers = [work(), work(**variables)]
    with distributed.Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)
        found = client.run(describe)
        pids = client.run(os.getpid)
    by_pid = {pids[name]: found[name] for name in pids}
    assert set(by_pid) == {worker.pid for worker in workers}
    for setting in chosen:
        assert setting.is_in_force(by_pid[workers[1].pid], native)
    assert by_pid[workers[0].pid]["cpu_features"] != by_pid[workers[1].pid]["cpu_features"]
    assert by_pid[workers[0].pid]["blas"]["kernel"] != by_pid[workers[1].pid]["blas"]["kernel"]

    def both_worked():
        log = folder / "sweeps/mine.log"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return len({line.rpartition(":")[2] for line in lines}) == 2

    process = start(folder, DASK_SCHEDULER_ADDRESS=address)
    wait_until(both_worked, process)
    before = noted(folder)
    workers[0].kill()
    said, told = process.communicate(timeout=240)
    assert process.returncode == 0, told
    assert before < 41
    assert "41 finished" in said
    assert outputs(folder) == undisturbed


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_worker_of_another_commit_is_not_used(folder, cluster, tmp_path):
    distributed, address, work = cluster
    other = tmp_path / "other"
    for package in ("nn", "stages", "commands"):
        for path in (ROOT / package).rglob("*.py"):
            copied = other / path.relative_to(ROOT)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(path.read_bytes())
    with (other / "nn/network/outputs.py").open("a", encoding="utf-8") as file:
        file.write("# another commit\n")
    work(PYTHONPATH=str(other))
    with distributed.Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=120)
    told = run_sweep(folder, code=1, DASK_SCHEDULER_ADDRESS=address).stderr
    assert told.startswith("error: the worker ")
    assert told.endswith("has other code than this folder: bring both to the same commit\n")
    assert noted(folder) == 0


def test_no_sweep_is_a_stage_until_somebody_names_it():
    assert STAGES["sweep"]["foreach"] == {}  # dvc status would tell of all that never ran


def test_a_sweep_s_stage_depends_on_the_code_it_imports_and_the_sections_it_reads():
    stage = STAGES["sweep"]["do"]
    table, *code = stage["deps"]
    assert table == "${item}"
    # commands/sweep.py imports the rest where it is run.
    assert code == folded(import_closure("commands.sweep", ROOT), ROOT)
    files = {"nn/training/backpropagation.py", "commands/sweeping/trial.py"}
    assert files <= expanded(code, ROOT)
    start_ = "experiments.${key}."
    assert [name.removeprefix(start_) for name in stage["params"]] == [
        "data", "split", "normalize", "train", "evaluate.threshold", "sweep",
    ]  # fmt: skip


def test_dvc_runs_a_sweep_when_asked_and_not_otherwise(project):
    """The small project has circles, with a sweep here, and not breast_cancer."""
    project.edit(
        "params.yaml",
        "    plot: {frames: 2, resolution: 10}\n",
        "    plot: {frames: 2, resolution: 10}\n    sweep: {method: grid, metric: accuracy, "
        "replicates: 1, validation_size: 0.3, space: {hidden: [[2], [3]]}}\n",
    )
    assert project.would_run() == ["report"]  # which shows all parameters
    assert not any("sweep" in stage for stage in project.status())
    project.edit(
        "sweeps/dvc.yaml", "foreach: {} #", "foreach: {circles: data/generated/circles.csv} #"
    )
    target = "sweeps/dvc.yaml:sweep@circles"
    assert project.repro(target) == [target]
    made = {name for name in project.files() if name.startswith("sweeps/")}
    assert {"sweeps/circles.csv", "sweeps/circles.png", "sweeps/dvc.lock"} <= made
    first = project.files()
    assert project.would_run(target) == []
    changed = project.git("status", "--short").split()
    new = ["sweeps/circles.csv", "sweeps/circles.png", "sweeps/dvc.lock"]
    assert changed == [
        *("M", "params.yaml", "M", "sweeps/dvc.yaml"),
        *(word for name in new for word in ("??", name)),
    ]

    (project.path / "sweeps/circles.csv").unlink()
    assert project.repro(target) == [target]  # from its record of trials: none is trained again
    assert project.files() == first
    project.edit(
        "params.yaml", "learning_rate: 0.1 # of circles", "learning_rate: 0.2 # of circles"
    )
    assert project.would_run(target) == [target]
    project.edit("params.yaml", "replicates: 1", "replicates: 2")
    ran = project.would_run()
    assert "train@circles" in ran
    assert not any("sweep" in stage for stage in ran)
