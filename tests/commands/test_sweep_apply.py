"""A setting written into params.yaml: what changes there, and that nothing else does."""

import difflib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from commands.shared.editing import with_values
from commands.sweeping.applying import apply_setting
from nn.errors import InputError
from stages.running.parameters.file import load_params, with_training
from tests.commands.sweeps import ROOT

PROJECT = (ROOT / "params.yaml").read_text(encoding="utf-8")


@pytest.fixture
def path(tmp_path):
    (tmp_path / "params.yaml").write_bytes(PROJECT.encode("utf-8"))
    return tmp_path / "params.yaml"


def change(path, key, changes):
    """Apply changes to an experiment; give the lines that are gone and those that are new."""
    before = path.read_bytes().decode("utf-8")
    experiment = load_params(path).experiment(key)
    new = with_training(experiment, key, changes).train
    apply_setting(str(path), key, new)
    assert load_params(path).experiment(key).train == new
    after = path.read_bytes().decode("utf-8")
    lines = list(difflib.ndiff(before.splitlines(True), after.splitlines(True)))
    return tuple(
        [line[2:].strip() for line in lines if line.startswith(mark)] for mark in ("- ", "+ ")
    )


def test_values_change_and_the_comments_beside_them_stay(path):
    gone, new = change(path, "circles", {"hidden": [8, 4], "learning_rate": 1e-5, "batch_size": 32})
    assert gone == [
        "hidden: [16] # units of each hidden layer; [] is logistic regression",
        "learning_rate: 0.1",
        "batch_size: null # rows in a mini-batch; null is all of them",
    ]
    assert new == [
        "hidden: [8, 4] # units of each hidden layer; [] is logistic regression",
        "learning_rate: 1.0e-05",
        "batch_size: 32 # rows in a mini-batch; null is all of them",
    ]


def test_null_and_sections_can_be_taken_and_given(path):
    gone, new = change(path, "breast_cancer", {"early_stopping": None, "batch_size": None})
    assert gone[1].startswith("early_stopping: {patience: 20, min_delta: 0.0} #")
    assert new == [
        "batch_size: null",
        "early_stopping: null # epochs without a better validation loss",
    ]
    change(path, "breast_cancer", {"early_stopping": {"patience": 3, "min_delta": 0.5}})


def test_keys_of_an_optimizer_come_and_go_with_it(path):
    gone, new = change(
        path, "circles", {"optimizer": "adam", "betas": [0.9, 0.99], "epsilon": 1e-8}
    )
    beside = "# or gradient_descent, nesterov, adam"
    assert gone == [f"optimizer: momentum {beside}", "momentum: 0.9"]
    assert new == [f"optimizer: adam {beside}", "betas: [0.9, 0.99]", "epsilon: 1.0e-08"]
    gone, new = change(path, "circles", {"optimizer": "nesterov", "momentum": 0.5})
    assert gone == [f"optimizer: adam {beside}", "betas: [0.9, 0.99]", "epsilon: 1.0e-08"]
    assert new == [f"optimizer: nesterov {beside}", "momentum: 0.5"]


def test_a_section_in_braces_and_other_line_ends(path):
    content = yaml.safe_load(PROJECT)
    train = content["experiments"]["circles"]["train"]
    written = yaml.safe_dump(train, default_flow_style=True, width=10_000).strip()
    start = PROJECT.index("    train:\n      hidden: [16]")
    stop = PROJECT.index("    evaluate:", start)
    text = f"{PROJECT[:start]}    train: {written} # all of it\n{PROJECT[stop:]}"
    path.write_bytes(text.replace("\n", "\r\n").encode("utf-8"))
    change(path, "circles", {"hidden": [2], "l2": 0.5})
    change(path, "circles", {"optimizer": "adam", "betas": [0.9, 0.99], "epsilon": 1e-8})
    change(path, "circles", {"optimizer": "gradient_descent"})
    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") > 100
    assert b"# all of it" in content


def test_lists_and_sections_over_several_lines_and_values_left_out(path):
    text = PROJECT.replace("hidden: [16] #", "hidden:\n      - 16 # first\n      #", 1)
    text = text.replace("batch_size: null #", "batch_size: #", 1)
    path.write_bytes(text.encode("utf-8"))
    change(path, "circles", {"hidden": [3, 3], "batch_size": 4})


SHORT = """
a: {b: {learning_rate: 0.1, # first
        epochs: 3}, c: 1}
d:
  train:
    optimizer: adam # second
    learning_rate: 0.1
    hidden: # third
    - 3
    epochs:
        5 # fourth

    output: "softmax" # fifth
    l2: 1.0
"""


@given(
    st.fixed_dictionaries(
        {
            "learning_rate": st.floats(min_value=5e-324, max_value=1e300),
            "l2": st.floats(min_value=0, max_value=1e300),
            "epochs": st.integers(1, 10**18),
            "hidden": st.lists(st.integers(1, 10**6), max_size=3),
            "output": st.sampled_from(["sigmoid", "softmax"]),
        }
    )
)
def test_every_value_reads_back_as_itself(changes):
    text = with_values(SHORT, ("d", "train"), changes, (), after="optimizer")
    expected = yaml.safe_load(SHORT)
    expected["d"]["train"] |= changes
    assert yaml.safe_load(text) == expected
    assert [
        text.count(f"# {word}") for word in ["first", "second", "third", "fourth", "fifth"]
    ] == [1] * 5


def test_a_shared_section_is_left_to_the_person(path):
    text = PROJECT.replace("    train:\n      hidden: [4]", "    train: &t\n      hidden: [4]")
    start = text.index("    train:\n      hidden: [5]")
    stop = text.index("    evaluate:", start)
    text = f"{text[:start]}    train: *t\n{text[stop:]}"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"experiments\.basic\.train shares its values"):
        change(path, "basic", {"hidden": [7]})
    assert path.read_text(encoding="utf-8") == text
    assert [each.name for each in path.parent.iterdir()] == ["params.yaml"]
