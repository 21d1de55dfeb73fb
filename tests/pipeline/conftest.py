import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

import commands.verify
from commands.shared.environment import environment as describe
from commands.shared.lock import LOCK, read_lock, with_upstream
from commands.verifying.rebuild import Rebuilding
from tests.commands.sweeps import environment
from tests.pipeline.repository import Repository, working_tree

SMALL = Path(__file__).with_name("small.yaml")


@pytest.fixture(scope="session")
def machine(tmp_path_factory):
    return tmp_path_factory.mktemp("machine")


@pytest.fixture(scope="session")
def made_once(tmp_path_factory, machine):
    """Give a repository that one of the suite's processes makes, and the others wait for."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def give(name, make) -> Repository:
        repository, done = Repository(folder / name, machine), folder / f"{name}.made"
        with FileLock(folder / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(repository.path, ignore_errors=True)  # another one's failed attempt
                make(repository)
                done.touch()
        return repository

    return give


@pytest.fixture(scope="session")
def rebuilt(made_once) -> Repository:
    """The working tree as it would be cloned, without a cache, rebuilt by one `dvc repro`.

    What that changed is not committed. Copy it to change it.
    """

    def make(repository):
        working_tree(repository)
        repository.dvc("repro")

    return made_once("rebuilt", make)


@pytest.fixture(scope="session")
def small(made_once) -> Repository:
    """The project with small.yaml for its parameters: rebuilt and committed. Copy to change it."""

    def make(repository):
        working_tree(repository)
        shutil.copyfile(SMALL, repository.path / "params.yaml")
        for name in ("dvc.lock", "environments.jsonl"):
            (repository.path / name).unlink(missing_ok=True)
        for folder in ("metrics", "results"):
            shutil.rmtree(repository.path / folder, ignore_errors=True)
        repository.commit()  # what the last commit has made is never claimed
        repository.dvc("repro")
        repository.run("python", "-m", "commands.record")
        repository.commit()

    return made_once("small", make)


@pytest.fixture(scope="session")
def workplace(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("workplace") / "project"


@pytest.fixture
def project(small, workplace) -> Repository:
    """A copy of the small project with all that it made, for one test to change.

    It is where that of the test before was: only what that one changed has to be copied again.
    """
    return small.copy(workplace)


@pytest.fixture
def here(project) -> Iterator[Repository]:
    """Work in the project."""
    with project.entered():
        yield project


@pytest.fixture
def rebuilding_gives(monkeypatch):
    """Give a function that spares the rebuilds of a test: they find what a repository holds."""

    def use(repository):
        class Rebuilt(Rebuilding):
            def __init__(self, *_):
                self.project = repository.path

            def stages(self):
                return [*self.run([])]

            def run(self, targets, announce=print):
                locked = read_lock((self.project / LOCK).read_bytes(), LOCK)
                return {name: locked[name] for name in with_upstream(targets or [*locked], locked)}

            def environment(self):
                return json.dumps(describe()).encode()

        monkeypatch.setattr(commands.verify, "Rebuilding", Rebuilt)

    return use


@pytest.fixture(scope="module")
def new_path(tmp_path_factory):
    """Give a new path at each call, for copies that the tests of a module share."""
    numbers = itertools.count()
    folder = tmp_path_factory.mktemp("copies")
    return lambda: folder / str(next(numbers))


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def cluster(tmp_path_factory):
    """Start a scheduler, and give its address and a function that starts workers."""
    distributed = pytest.importorskip("distributed")
    place = tmp_path_factory.mktemp("cluster")
    address = f"tcp://127.0.0.1:{free_port()}"
    processes: list[subprocess.Popen] = []

    def run(program, *arguments, **variables):
        with (place / f"{len(processes)}.log").open("wb") as log:
            processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", f"distributed.cli.{program}", *arguments],
                    cwd=place,
                    env=environment(**variables),
                    stdout=log,
                    stderr=log,
                )
            )
        return processes[-1]

    run(
        "dask_scheduler",
        "--no-dashboard",
        "--host",
        "127.0.0.1",
        "--port",
        address.rpartition(":")[2],
    )

    def work(**variables):
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
        return run("dask_worker", address, *options, **variables)

    yield distributed, address, work
    for process in processes:
        process.kill()
        process.wait()
