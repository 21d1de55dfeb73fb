"""What differs between two versions of a Python file, and between versions of dvc.lock."""

import pytest

from commands.explaining.causes import Cause, causes_since, following
from commands.explaining.functions import described
from commands.explaining.layout import as_text
from commands.shared.differences import parameter_differences
from commands.shared.lock import LockedOutput, LockedStage
from commands.shared.pipeline import declared_stages
from nn.errors import InputError

OLD = '''"""Words."""
import math

RATE = 3


def one(x):
    """Words."""
    return x + 1


class Two:
    """Words."""

    def three(self):
        return one(2)
'''


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"""Words."""', '"""Other words."""', "only comments, docstrings or layout"),
        ("x + 1", "x + 1  # words", "only comments, docstrings or layout"),
        ("(x + 1)", "(x+1)", "only comments, docstrings or layout"),
        ("x + 1", "x + 2", "one()"),
        ("one(2)", "one(3)", "Two.three()"),
        ("class Two", "class Two(Base)", "class Two"),
        ("RATE = 3", "RATE = 4", "RATE"),
        ("import math", "import cmath", "imports"),
        ("def one", "print(1)\n\ndef one", "statements outside functions"),
        ("def one", "def another", "one(), another()"),
        ("return x", "return", "one()"),
        ("x + 1", "x + (", "changed"),
    ],
)
def test_what_differs_in_python_is_named(old, new, told):
    assert described("a.py", OLD.encode(), OLD.replace(old, new).encode()) == told


def test_other_files_are_new_removed_or_changed():
    assert described("a.py", None, b"") == "new"
    assert described("a.py", b"", None) == "removed"
    assert described("a.csv", b"1", b"2") == "changed"


def entry(name, inputs, outputs, **params):
    listed = [LockedOutput(name, path, md5, 1) for path, md5 in outputs.items()]
    return LockedStage(name, {"params.yaml": params}, inputs, listed)


def test_a_section_that_only_one_state_has_is_one_difference():
    a = {"e.one.rate": 1, "e.one.l2": None, "e.two.rate": 1, "e.two.batch": None, "e.two.l2": None}
    b = {"e.two.rate": 2, "e.two.batch": 8, "e.new.rate": 1, "e.new.l2": 2, "e.two.seed": None}
    assert [*map(str, parameter_differences(a, b))] == [
        "e.one: removed",
        "e.two.rate: 1 → 2",
        "e.two.batch: null → 8",
        "e.two.l2: null → -",
        "e.new: added",
        "e.two.seed: - → null",
    ]


class NoHistory:
    def changes(self, path, old, new):
        return [(path, "has changed")]


def test_a_stage_that_read_another_output_names_the_stage_before():
    def chain(rate, weights):
        return {
            "train": entry("train", {"code": "c"}, {"weights": weights}, rate=rate),
            "judge": entry("judge", {"weights": weights}, {"figures": "f"}),
            "report": entry("report", {"figures": "f"}, {"page": "p"}),
        }

    causes = causes_since(chain(1, "a"), chain(2, "b"), NoHistory())  # type: ignore[arg-type]
    assert causes == {
        "train": [Cause("parameter", "rate", "1 → 2")],
        "judge": [Cause("upstream", "train", "has written another weights")],
    }
    assert following({"train": []}, chain(1, "a")) == ["judge", "report"]


def test_stages_with_the_same_cause_share_a_line():
    cause = Cause("file", "nn/a.py", "one()")
    missing = [Cause("output", name, "is missing") for name in ("x", "y")]
    text = as_text({"a": [cause, missing[0]], "b": [cause, missing[1]]}, ["c"], None)
    assert text == (
        "nn/a.py: one()\nx, y: is missing\n  will run: a, b\n\n"
        "Then, where what they read changes: c"
    )


def test_placeholders_are_filled_in_as_dvc_does():
    text = b"""
stages:
  a:
    foreach: ${items}
    do:
      cmd: run ${key}
      params: ["items.${key}.x"]
      deps: ["${item.path}"]
      outs: ["o/${key}", {"p/${key}": {cache: false}}]
  b:
    foreach: [1, two]
    do: {cmd: "run ${item} ${top}"}
"""
    stages = declared_stages(text, {"items": {"k": {"path": "t.csv"}}, "top": 5})
    assert stages["a@k"] == ("run k", ["items.k.x"], ["t.csv"], {"o/k": True, "p/k": False})
    assert [stages[name].command for name in ("b@1", "b@two")] == ["run 1 5", "run two 5"]
    with pytest.raises(InputError, match="top is missing"):
        declared_stages(text, {"items": {}})
