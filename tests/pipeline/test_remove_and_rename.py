"""What is left of an experiment that was removed, and what a renamed one still knows."""

import json
import re

import pytest

from commands import remove, rename


@pytest.fixture
def here(here):
    """Work in a copy of the small project, in which a sweep of `body` has run."""
    for ending in ("csv", "png", "trials.jsonl", "log"):
        (here.path / f"sweeps/body.{ending}").write_text(ending, encoding="utf-8")
    (here.path / "sweeps/body_2.csv").write_text("another", encoding="utf-8")
    sweeps = here.path / "sweeps/dvc.yaml"
    named = "foreach:\n      body: data/body.csv\n      circles: data/generated/circles.csv\n"
    text = sweeps.read_text(encoding="utf-8")
    line = next(each for each in text.splitlines(keepends=True) if "foreach: {}" in each)
    sweeps.write_text(text.replace(line, f"    {named}"), encoding="utf-8")
    return here


def names(project, key):
    """List the files that have a name in their path or, where a person or DVC wrote it, within.

    The entry of the page, which is of all experiments, is as it was until the page is made anew.
    """
    files = project.files()
    found = {path for path in files if key in path}
    for path in ("params.yaml", "dvc.lock", "sweeps/dvc.yaml"):
        text = files[path].decode().partition("\n  report:\n")[0]
        if re.search(rf"\b{key}\b", text):
            found.add(path)
    return found - {"data/body.csv", "sweeps/body_2.csv"}


def test_nothing_is_left_of_a_removed_experiment(here, capsys):
    before = here.files()
    assert remove.main(["body"]) == 0
    assert "models/body.npz" in capsys.readouterr().out
    assert names(here, "body") == set()
    after = here.files()
    assert after["sweeps/body_2.csv"] == b"another"
    untouched = {
        path
        for path in before
        if "body" not in path and path not in ("params.yaml", "dvc.lock", "sweeps/dvc.yaml")
    }
    assert {path: before[path] for path in untouched} == {
        path: content for path, content in after.items() if path in untouched
    }
    assert (
        after["params.yaml"].decode()
        == before["params.yaml"].decode().partition("\n\n  body:")[0] + "\n"
    )
    assert not (here.path / "artifacts/body").exists()
    assert here.would_run() == ["report"]


def test_a_renamed_experiment_keeps_what_it_has_learned(here):
    before = here.files()
    assert rename.main(["body", "person"]) == 0
    assert names(here, "body") == {"params.yaml", "dvc.lock", "sweeps/dvc.yaml"}  # of data/body.csv
    after = here.files()
    assert after["params.yaml"] == before["params.yaml"].replace(b"  body:", b"  person:")
    for path in (
        "models/{}.npz",
        "results/{}.json",
        "artifacts/{}/split/train-rows.npy",
        "sweeps/{}.csv",
        "sweeps/{}.trials.jsonl",
        "metrics/{}.json",
        "curves/{}-replicates.csv",
    ):
        assert after[path.format("person")] == before[path.format("body")]
    assert here.repro() == ["plot@person", "report"]
    assert here.would_run() == []
    told = here.run("python", "-m", "commands.why", "--since", "HEAD", "--json")
    causes = json.loads(told.stdout)["causes"]
    assert {*causes} == {"plot@person", "report"}
    assert {cause["kind"] for cause in causes["report"]} <= {"file", "upstream"}


def test_the_lock_of_a_renamed_experiment_is_as_dvc_writes_it(here):
    assert rename.main(["body", "person"]) == 0
    assert rename.main(["person", "body"]) == 0
    lock, committed = here.files()["dvc.lock"].decode(), here.git("show", "HEAD:dvc.lock")
    start = committed.index("  plot@body:\n")
    end = committed.index("\n  report:\n") + 1
    assert lock == committed[:start] + committed[end:]


@pytest.mark.parametrize(
    ("command", "arguments", "message"),
    [
        (remove, ["bode"], "there is no experiment 'bode'; did you mean 'body'?"),
        (rename, ["bode", "x"], "there is no experiment 'bode'; did you mean 'body'?"),
        (rename, ["body", "circles"], "there is an experiment 'circles' already"),
        (rename, ["body", "a b"], "a b"),
        *(
            (rename, ["body", name], f"{name!r} cannot be the name of an experiment: take letters")
            for name in ("", "8", "1e5", "true", "null", "- x")
        ),
    ],
)
def test_a_name_that_cannot_be_is_one_line_and_nothing_changes(
    here, capsys, command, arguments, message
):
    before = here.files()
    assert command.main(arguments) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert here.files() == before


def test_a_file_in_the_way_of_a_renaming_leaves_all_as_it_was(here, capsys):
    (here.path / "models/person.npz").write_text("mine", encoding="utf-8")
    before = here.files()
    assert rename.main(["body", "person"]) == 1
    assert "models/person.npz: is there already" in capsys.readouterr().err
    assert here.files() == before
