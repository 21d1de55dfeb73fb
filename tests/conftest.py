"""How the suite is dealt out to processes: a file is one process's, the longest goes first."""

import os

import pytest
from hypothesis import HealthCheck, settings

# On a machine with much else to do, an example takes long, and nothing is wrong.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

# Its first test waits for the whole pipeline to be rebuilt, which takes longer than any other file:
# it must not be what one process still has to do at the end.
FIRST = "test_page.py"

if "PYTEST_XDIST_WORKER" in os.environ:
    # As many processes as there are processors: more threads would be in each other's way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config):
    """Deal out the whole suite only: a few chosen tests are done before processes have begun."""
    is_chosen = config.args_source != pytest.Config.ArgsSource.TESTPATHS or config.option.keyword
    return 0 if is_chosen else None  # None: as many as there are processors


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name != FIRST)
