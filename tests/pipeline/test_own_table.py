"""A table that nobody prepared: added, trained by `dvc repro`, and predicted from far away."""

import io
import json

import numpy as np
import pandas
import pytest
from sklearn import metrics

pytestmark = pytest.mark.slow


def table(rows=260):
    """Three classes that depend on a number and a text, both with gaps; German as written."""
    source = np.random.default_rng(5)
    age, color = source.integers(18, 90, rows), source.choice(["rot", "blau", "grün"], rows)
    worth = (age > 50).astype(int) + (color == "rot")
    frame = pandas.DataFrame(
        {
            "nr": np.arange(1, rows + 1),
            "alter": np.where(source.random(rows) < 0.1, np.nan, age),
            "farbe": np.where(source.random(rows) < 0.1, None, color),
            "größe; in m": np.round(source.normal(1.7, 0.1, rows), 2),
            "kauft": np.array(["nein", "vielleicht", "ja"])[worth],
        }
    )
    frame.loc[0, "farbe"] = "türkis"
    return frame


@pytest.fixture(scope="module")
def added(small, new_path):
    """A copy of the small project with the table added and everything rebuilt."""
    repository = small.copy(new_path())
    folder = new_path()
    folder.mkdir(parents=True)
    table().to_csv(folder / "käufer.csv", sep=";", decimal=",", index=False, encoding="latin-1")
    repository.run(
        *["python", "-m", "commands.add", str(folder / "käufer.csv"), "--target", "kauft"],
        *["--name", "mine", "--epochs", "40", "--hidden", "8"],
    )
    return repository, repository.repro(), folder


def test_only_its_own_chain_runs(added):
    repository, ran, _ = added
    keyed = ("split", "normalize", "train", "evaluate", "explain", "replicate", "plot")
    assert ran == [*(f"{stage}@mine" for stage in keyed), "report"]
    changed = repository.git("diff", "--numstat", "params.yaml").split()
    assert changed[1] == "0"  # no line was taken away
    assert sorted(path.name for path in (repository.path / "plots/mine").iterdir()) == [
        "boundary.png", "confusion.png", "dependence.png", "importance.png", "loss.png", "roc.png"
    ]  # fmt: skip


def test_predictions_far_away_are_those_that_were_judged(added, new_path):
    repository, _, folder = added
    model = folder / "model.npz"
    model.write_bytes((repository.path / "models/mine.npz").read_bytes())
    done = repository.run(
        "python", "-m", "commands.predict", str(model), str(folder / "käufer.csv"), "--proba"
    )
    assert "columns that are not used: 'nr', 'kauft'" in done.stderr
    frame = pandas.read_csv(io.StringIO(done.stdout))
    rows = np.load(repository.path / "artifacts/mine/split/test-rows.npy")
    of_test = frame.iloc[rows]
    assert (of_test["line"].to_numpy() == rows + 2).all()
    actual, predicted = table()["kauft"].to_numpy()[rows], of_test["prediction"].to_numpy()
    classes = ["ja", "nein", "vielleicht"]
    shares = of_test[[f"probability of {name}" for name in classes]].to_numpy()

    scores = json.loads((repository.path / "results/mine.json").read_text(encoding="utf-8"))
    test = scores["test"]
    assert scores["data"]["classes"] == classes
    assert test["accuracy"] == pytest.approx(metrics.accuracy_score(actual, predicted))
    expected = metrics.confusion_matrix(actual, predicted, labels=classes)
    assert test["confusion"] == expected.tolist()
    for name, values in zip(
        ("precision", "recall", "f1"),
        metrics.precision_recall_fscore_support(actual, predicted, labels=classes),
        strict=False,
    ):
        assert test[name] == pytest.approx(values.mean())
        for number, each in enumerate(classes):
            assert test["per_class"][each][name] == pytest.approx(values[number])
    areas = [metrics.roc_auc_score(actual == name, shares[:, n]) for n, name in enumerate(classes)]
    assert test["roc_auc"] == pytest.approx(np.mean(areas))
    assert test["log_loss"] == pytest.approx(metrics.log_loss(actual, shares, labels=classes))
    assert test["accuracy"] > 0.6


def test_the_curves_are_of_each_class(added):
    repository, _, _ = added
    roc = pandas.read_csv(repository.path / "curves/mine/roc.csv")
    assert sorted(set(roc["class"])) == ["ja", "nein", "vielleicht"]


def test_a_later_mistake_in_the_table_is_told_by_its_line(added, new_path):
    repository, _, _ = added
    broken = repository.copy(new_path())
    path = broken.path / "data" / "käufer.csv"
    path.write_text(path.read_text("latin-1").replace(";1,7", ";1.7", 1), encoding="latin-1")
    done = broken.run("python", "-m", "stages.split", "mine", code=1)
    assert done.stderr.startswith("error: data/käufer.csv: line ")
    assert "column 'größe; in m': '1.7" in done.stderr


def test_removed_it_leaves_the_others_and_comes_back_from_the_cache(small, added, new_path):
    repository = added[0].copy(new_path())
    before, after = small.files(), repository.files()
    made = {name: content for name, content in after.items() if name not in before}
    assert {"models/mine.npz", "metrics/mine.json", "plots/mine/loss.png"} <= {*made}
    assert all("mine" in name for name in made.keys() - {"data/käufer.csv"})
    assert b"models/mine.npz" in after["report.html"]
    repository.git("checkout", "--quiet", "params.yaml")
    assert repository.repro() == ["report"]  # which is as it was
    left = {n: c for n, c in repository.files().items() if n not in made and n != "dvc.lock"}
    assert left == {n: c for n, c in before.items() if n != "dvc.lock"}
    (repository.path / "params.yaml").write_bytes(after["params.yaml"])
    assert repository.repro() == []  # DVC has kept each of these runs
    again = repository.files()
    assert {name: again[name] for name in made} == made
