import itertools
import shutil
from pathlib import Path

import pytest

from tests.pipeline.repository import Repository, working_tree

SMALL = Path(__file__).with_name("small.yaml")


@pytest.fixture(scope="session")
def machine(tmp_path_factory):
    return tmp_path_factory.mktemp("machine")


@pytest.fixture(scope="session")
def rebuilt(tmp_path_factory, machine) -> Repository:
    """The working tree as it would be cloned, without a cache, rebuilt by one `dvc repro`.

    What that changed is not committed. Copy it to change it.
    """
    repository = working_tree(tmp_path_factory.mktemp("rebuilt") / "project", machine)
    repository.dvc("repro")
    return repository


@pytest.fixture(scope="session")
def small(tmp_path_factory, machine) -> Repository:
    """The project with small.yaml for its parameters: rebuilt and committed. Copy to change it."""
    repository = working_tree(tmp_path_factory.mktemp("small") / "project", machine)
    shutil.copyfile(SMALL, repository.path / "params.yaml")
    (repository.path / "dvc.lock").unlink(missing_ok=True)
    shutil.rmtree(repository.path / "metrics", ignore_errors=True)
    repository.dvc("repro")
    repository.commit()
    return repository


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
