import json
from pathlib import Path

import numpy as np
import pytest

from nn import load_model
from nn.errors import InputError
from stages import normalize, split, train
from tests.stages.test_replicate import set_params


@pytest.mark.parametrize("chosen", ["", ", precision: double", ", precision: single"])
def test_a_network_is_trained_in_either_precision(project, capsys, chosen):
    params = Path("params.yaml")
    text = params.read_text(encoding="utf-8")
    params.write_text(text.replace(", early_stopping", f"{chosen}, early_stopping"), "utf-8")
    for stage in (split, normalize, train):
        stage.main("mine")
    record = json.loads(Path("artifacts/mine/training.json").read_text(encoding="utf-8"))
    assert record["warnings"] == []
    assert capsys.readouterr().err == ""
    assert load_model("artifacts/mine/network.npz").network.sizes == (2, 1)


def test_the_class_that_a_collapsed_network_predicts_is_named(project, capsys):
    rows = [f"1,2,{'yes' if row % 3 else 'no'}\n" for row in range(30)]  # nothing tells them apart
    project(table="".join(["a,b,label\n", *rows]))
    for stage in (split, normalize, train):
        stage.main("mine")
    record = json.loads(Path("artifacts/mine/training.json").read_text(encoding="utf-8"))
    assert "it predicts class '" in record["warnings"][0]
    assert record["warnings"][0] in capsys.readouterr().err


def test_who_still_names_an_arithmetic_is_told_the_new_key(project):
    params = Path("params.yaml")
    text = params.read_text(encoding="utf-8")
    params.write_text(text.replace(", early_stopping", ", arithmetic: native, early_stopping"))
    with pytest.raises(InputError, match=r"train\.arithmetic: this key is now precision") as error:
        train.main("mine")
    assert len(str(error.value).splitlines()) == 1


def test_of_a_network_of_very_many_weights_fewer_states_are_kept(project, monkeypatch):
    set_params(train={"epochs": 9}, plot={"frames": 6})
    for stage in (split, normalize):
        stage.main("mine")
    for limit, kept in ((3 * 4, 4), (0, 2)):  # of three weights
        monkeypatch.setattr(train, "NUMBERS_KEPT", limit)
        train.main("mine")
        with np.load("artifacts/mine/snapshots.npz") as snapshots:
            assert snapshots["parameters"].shape == (kept, 3)
