import itertools
import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

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
        (repository.path / "dvc.lock").unlink(missing_ok=True)
        shutil.rmtree(repository.path / "metrics", ignore_errors=True)
        repository.dvc("repro")
        repository.commit()

    return made_once("small", make)


@pytest.fixture
def project(small, tmp_path) -> Repository:
    """A copy of the small project with all that it made, for one test to change."""
    return small.copy(tmp_path / "project")


@pytest.fixture(scope="module")
def new_path(tmp_path_factory):
    """Give a new path at each call, for copies that the tests of a module share."""
    numbers = itertools.count()
    folder = tmp_path_factory.mktemp("copies")
    return lambda: folder / str(next(numbers))
