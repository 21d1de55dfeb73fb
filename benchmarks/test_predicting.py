"""Predicting a million rows beside pandas, which does no more than read them: `make bench`.

What counts is the ratio within a group, the figure in brackets: predicting is to take no more than
twice as long. Each runs in a process of its own, imports included.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest

from nn.model_file import Model, model_bytes
from nn.network.network import Network, parameter_count
from nn.preparing.preprocessing import of_numbers
from nn.preparing.scaling import fit_scaling

ROOT = Path(__file__).parents[1]
ROWS, COLUMNS, HIDDEN = 1_000_000, 10, 16
DECIMALS = {"short numbers": 4, "long numbers": 17}


@pytest.fixture(scope="module", params=DECIMALS)
def table(request, tmp_path_factory):
    """A folder with a table of random numbers, and a model of its columns."""
    folder = tmp_path_factory.mktemp("table")
    random = np.random.default_rng(0)
    names = [f"x{place}" for place in range(COLUMNS)]
    values = random.standard_normal((ROWS, COLUMNS)).round(DECIMALS[request.param])
    pandas.DataFrame(values, columns=names).to_csv(folder / "table.csv", index=False)
    sizes = (COLUMNS, HIDDEN, 1)
    network = Network(sizes, ("relu",), "sigmoid", random.standard_normal(parameter_count(sizes)))
    preprocessing = of_numbers(names, fit_scaling(values, "zscore"))
    (folder / "model.npz").write_bytes(model_bytes(Model(network, preprocessing, "y", ("0", "1"))))
    return request.param, folder


def pandas_alone(folder):
    return ["-c", f"import pandas; pandas.read_csv({str(folder / 'table.csv')!r})"]


def predict(folder):
    files = [str(folder / name) for name in ("model.npz", "table.csv", "predictions.csv")]
    return ["-m", "commands.predict", *files[:2], "-o", files[2]]


@pytest.mark.parametrize("way", [pandas_alone, predict], ids=lambda way: way.__name__)
def test_a_million_rows(benchmark, table, way):
    benchmark.group, folder = table
    command = [sys.executable, *way(folder)]
    benchmark.pedantic(subprocess.run, (command,), {"cwd": ROOT, "check": True}, rounds=5)
