"""How many threads NumPy's BLAS has in a stage and in a command, as threadpoolctl sees them."""

import os
import subprocess
import sys

import pytest

from stages import BLAS_THREADS

TOLD = """
import {module}
from threadpoolctl import threadpool_info
print(*(each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"))
"""


@pytest.mark.parametrize("module", ["stages.train", "stages.evaluate", "commands.predict"])
@pytest.mark.parametrize(("wanted", "threads"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "2"}, "2")])
def test_it_has_one_unless_the_environment_says_otherwise(module, wanted, threads):
    if os.cpu_count() == 1:
        pytest.skip("a single processor never has two threads")
    environment = {k: v for k, v in os.environ.items() if k not in BLAS_THREADS} | wanted
    done = subprocess.run(
        [sys.executable, "-c", TOLD.format(module=module)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == threads
