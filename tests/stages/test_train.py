import json
from pathlib import Path

import pytest

from nn import load_model
from stages import normalize, split, train


@pytest.mark.parametrize(
    ("chosen", "warnings"),
    [
        ("", []),
        (", arithmetic: portable", []),
        (
            ", arithmetic: native",
            ["trained in native arithmetic: another machine gives other last digits"],
        ),
    ],
)
def test_what_was_not_trained_portably_says_so(project, capsys, chosen, warnings):
    params = Path("params.yaml")
    text = params.read_text(encoding="utf-8")
    params.write_text(text.replace(", early_stopping", f"{chosen}, early_stopping"), "utf-8")
    for stage in (split, normalize, train):
        stage.main("mine")
    record = json.loads(Path("artifacts/mine/training.json").read_text(encoding="utf-8"))
    assert record["warnings"] == warnings
    assert capsys.readouterr().err == "".join(f"warning: mine: {text}\n" for text in warnings)
    assert load_model("models/mine.npz").network.sizes == (2, 1)
