import json
import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from nn.errors import InputError
from stages import normalize, split

PARTS = ("train", "validation", "test")
SPLIT, FOLDER = Path("artifacts/mine/split"), Path("artifacts/mine/normalized")


def features(folder, part):
    return np.load(folder / f"{part}-features.npy")


def scaling():
    return json.loads((FOLDER / "preprocessing.json").read_text())


@pytest.mark.parametrize(
    ("params", "oracle"),
    [
        ("{method: zscore, epsilon: 0.0}", StandardScaler()),
        ("{method: minmax}", MinMaxScaler()),
        (
            "{method: smooth_clip, clip: 3.0}",
            make_pipeline(
                StandardScaler(), FunctionTransformer(lambda z: 3 * np.sin(np.arctan(z / 3)))
            ),
        ),
    ],
)
def test_all_parts_are_scaled_by_what_the_training_rows_show(project, params, oracle):
    project(normalize=params)
    split.main("mine")
    normalize.main("mine")
    oracle.fit(features(SPLIT, "train"))
    for part in PARTS:
        expected = oracle.transform(features(SPLIT, part))
        np.testing.assert_allclose(features(FOLDER, part), expected, atol=1e-12)
    assert np.abs(features(FOLDER, "test").mean(axis=0)).max() > 0.01  # not fitted on test rows


def test_the_scaling_is_written_as_it_was_used(project):
    project(normalize="{method: zscore, epsilon: 0.5}")
    split.main("mine")
    normalize.main("mine")
    train = features(SPLIT, "train")
    np.testing.assert_allclose(scaling()["center"], train.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(scaling()["scale"], train.std(axis=0) + 0.5, rtol=1e-14)
    for part in PARTS:
        scaled = (features(SPLIT, part) - scaling()["center"]) / np.array(scaling()["scale"])
        np.testing.assert_array_equal(features(FOLDER, part), scaled)


def test_labels_and_columns_are_those_of_the_split(project):
    split.main("mine")
    normalize.main("mine")
    copied = [f"{part}-labels.npy" for part in PARTS] + ["columns.json"]
    scaled = [f"{part}-features.npy" for part in PARTS] + ["preprocessing.json"]
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(copied + scaled)
    for name in copied:
        assert (FOLDER / name).read_bytes() == (SPLIT / name).read_bytes()


def test_none_changes_nothing(project):
    project(normalize="{method: none}")
    split.main("mine")
    normalize.main("mine")
    for part in PARTS:
        assert (FOLDER / f"{part}-features.npy").read_bytes() == (
            SPLIT / f"{part}-features.npy"
        ).read_bytes()


def test_empty_parts_stay_empty(project):
    project(split="{test_size: 0.0, validation_size: 0.0, stratify: false, seed: 1}")
    split.main("mine")
    normalize.main("mine")
    assert features(FOLDER, "test").shape == (0, 2)


def test_a_constant_column_is_warned_of(project, capsys):
    rows = "".join(f"{row},0.1,{row % 2}\n" for row in range(30))
    project(table=f"a,same,label\n{rows}")
    split.main("mine")
    normalize.main("mine")
    assert capsys.readouterr().err == (
        "warning: column 'same' has one value only in the training rows: nothing can be learnt\n"
    )
    assert not features(FOLDER, "train")[:, 1].any()


def test_numbers_too_alike_to_be_scaled_are_warned_of(project, capsys):
    rows = "".join(f"{row},{row}e-170,{row % 2}\n" for row in range(30))
    project(table=f"a,tiny,label\n{rows}")
    split.main("mine")
    normalize.main("mine")
    assert capsys.readouterr().err.startswith("warning: column 'tiny': its numbers differ by 2.")


def test_an_error_while_writing_leaves_everything_as_it_is(project, monkeypatch):
    split.main("mine")
    normalize.main("mine")
    before = {path.name: path.read_bytes() for path in FOLDER.iterdir()}

    def fail(path, content):
        raise OSError("No space left on device")

    project(normalize="{method: minmax}")
    monkeypatch.setattr(normalize, "write_json", fail)
    with pytest.raises(OSError, match="No space"):
        normalize.main("mine")
    assert {path.name: path.read_bytes() for path in FOLDER.iterdir()} == before
    assert sorted(path.name for path in FOLDER.parent.iterdir()) == ["normalized", "split"]


def test_a_missing_split_names_the_file(project):
    with pytest.raises(FileNotFoundError) as error:
        normalize.main("mine")
    assert Path(error.value.filename) == SPLIT / "train-features.npy"


TEXTS = "{path: table.csv, target: label, categories: [b], missing: impute}"


def test_categories_are_those_of_the_training_rows(project, capsys):
    source = np.random.default_rng(0)
    rows = [f"{row},{source.choice(['x', 'y', ''])},{row % 2}\n" for row in range(30)]
    project(table=f"a,b,label\n{''.join(rows)}")
    params = Path("params.yaml").read_text(encoding="utf-8")
    params = params.replace("{path: table.csv, target: label}", TEXTS)
    Path("params.yaml").write_text(params, encoding="utf-8")
    split.main("mine")
    row = int(np.load(SPLIT / "test-rows.npy")[0])
    rows[row] = f"{row},rare,{row % 2}\n"
    Path("table.csv").write_text(f"a,b,label\n{''.join(rows)}", encoding="utf-8")
    split.main("mine")
    normalize.main("mine")
    assert capsys.readouterr().err == (
        "warning: column 'b': 'rare' is in 1 of the validation and test rows and in no training "
        "row: it is taken for none of the categories\n"
    )
    for part in PARTS:
        texts = [rows[number].split(",")[1] for number in np.load(SPLIT / f"{part}-rows.npy")]
        train = [rows[number].split(",")[1] for number in np.load(SPLIT / "train-rows.npy")]
        frequent = max(("x", "y"), key=train.count)
        expected = [
            [(text or frequent) == "x", (text or frequent) == "y", text == ""] for text in texts
        ]
        np.testing.assert_array_equal(features(FOLDER, part)[:, 1:], expected)


def test_a_column_without_values_in_training_is_refused(project):
    project(table="a,b,label\n" + "".join(f"{row},,{row % 2}\n" for row in range(30)))
    params = Path("params.yaml").read_text(encoding="utf-8")
    params = params.replace("target: label}", "target: label, missing: impute}")
    Path("params.yaml").write_text(params, encoding="utf-8")
    split.main("mine")
    with pytest.raises(InputError, match=r"column 'b' has no value .* add it to data\.drop"):
        normalize.main("mine")


def many_texts(project):
    jobs = [f"job {row % 3}" if row % 2 else f"rare {row}" for row in range(200)]
    rows = "".join(f"{row},{jobs[row]},{row // 2 % 2}\n" for row in range(200))
    project(table=f"a,job,label\n{rows}")
    params = Path("params.yaml").read_text(encoding="utf-8")
    params = params.replace("label}", "label, categories: [job], max_categories: 4}")
    Path("params.yaml").write_text(params, encoding="utf-8")


def test_the_rarest_texts_of_a_column_are_one_feature_and_a_warning_says_so(project, capsys):
    many_texts(project)
    split.main("mine")
    normalize.main("mine")
    (warning,) = capsys.readouterr().err.splitlines()
    assert "column 'job' has 103 texts: the 3 most frequent are categories" in warning
    assert "taken together as '(other)'; data.max_categories" in warning
    for part in PARTS:
        assert (features(FOLDER, part)[:, 1:].sum(axis=1) == 1).all()
    assert features(FOLDER, "train")[:, -1].mean() == pytest.approx(0.5, abs=0.05)


def test_many_texts_that_are_in_no_training_row_are_told_of_in_one_line(project, capsys):
    many_texts(project)
    params = Path("params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(params.replace("max_categories: 4", "max_categories: 500"))
    split.main("mine")
    normalize.main("mine")
    (warning,) = capsys.readouterr().err.splitlines()
    assert re.search(r"column 'job': (\d\d) categories, as 'rare \d+', are in \1 of the", warning)
