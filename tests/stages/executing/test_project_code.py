"""A worker does only what its sender's code would do, and tells it by a hash of that code."""

import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from commands.sweeping.trial import run_batch
from nn.errors import InputError, OutOfRange
from nn.training.loop import train_together
from nn.training.problem import Problem
from stages.executing.project_code import OtherCode, call_if_same, code_files, code_hash, code_of
from stages.running.parameters.file import load_params
from tests.pipeline.repository import ROOT

TRIAL = "commands.sweeping.trial"


def test_a_worker_with_other_code_does_nothing():
    with pytest.raises(OtherCode, match="has other code"):
        call_if_same("0" * 32, train_together, [])


def test_the_code_of_a_partial_function_is_the_function_s():
    assert code_of(partial(run_batch)) == code_of(run_batch) == code_hash(TRIAL)


def test_an_error_that_a_person_can_mend_comes_back_in_a_form_that_can_be_sent():
    settings = load_params(ROOT / "params.yaml").experiment("body").train
    odd = Problem(np.array([[np.inf], [0.0]]), np.array([0, 1]), 2, settings)
    with pytest.raises(InputError, match="cannot be computed with") as raised:
        call_if_same(code_of(train_together), train_together, [odd])
    assert type(raised.value) is InputError
    with pytest.raises(OutOfRange):
        train_together([odd])


def test_the_code_of_a_score_is_what_a_worker_imports():
    # What the package nn names counts as imported, though it is loaded at its first use.
    spy = (
        f"import sys, {TRIAL}, nn; [getattr(nn, name) for name in nn.__all__];"
        "print(*(getattr(each, '__file__', '') for each in [*sys.modules.values()]), sep='\\n')"
    )
    said = subprocess.run(
        [sys.executable, "-c", spy], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    packages = [ROOT / name for name in ("nn", "stages", "commands")]
    imported = {name for name in said.splitlines() if {*Path(name).parents} & {*packages}}
    assert imported == {str(path) for path in code_files(TRIAL)}
    assert len(imported) > 30


@pytest.fixture
def other_code(tmp_path):
    """Copy the project's code; give a function that changes a file, and gives the hash then."""
    for package in ("nn", "stages", "commands"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)

    def changed(name):
        with (tmp_path / name).open("ab") as file:
            file.write(b"# changed\n")
        return code_hash(TRIAL, tmp_path)

    return changed


@pytest.mark.parametrize(
    "name",
    [
        "commands/sweeping/trial.py",
        "nn/network/network.py",
        "nn/training/backpropagation.py",
        "nn/judging/registry.py",
        "nn/judging/metrics.py",
        "stages/judging/thresholds.py",
    ],
)
def test_a_change_of_what_decides_a_score_changes_the_hash_of_the_code(other_code, name):
    assert other_code(name) != code_hash(TRIAL)


@pytest.mark.parametrize(
    "name", ["commands/sweeping/picture.py", "stages/report.py", "nn/exports/estimator.py"]
)
def test_a_change_of_other_code_does_not_change_the_hash(other_code, name):
    assert other_code(name) == code_hash(TRIAL)


def test_line_ends_do_not_change_the_hash_of_the_code(other_code, tmp_path):
    for path in tmp_path.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert code_hash(TRIAL, tmp_path) == code_hash(TRIAL)
