"""What `commands.why` says after an edit, compared with what DVC finds and then does."""

import json
import shutil
import time

import pytest

from commands import why


def append(name, text):
    def edit(project):
        with (project.path / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return edit


def replace(name, old, new):
    def edit(project):
        text = (project.path / name).read_text(encoding="utf-8")
        assert old in text
        (project.path / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def delete(name):
    def edit(project):
        path = project.path / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return edit


def both(*edits):
    def edit(project):
        for each in edits:
            each(project)

    return edit


def entry_dropped(stage):
    """Take one stage out of dvc.lock, as a badly merged one may lack it."""

    def edit(project):
        lock = project.path / "dvc.lock"
        before, _, rest = lock.read_text(encoding="utf-8").partition(f"  {stage}:\n")
        lines = rest.splitlines(keepends=True)
        end = next(i for i, line in enumerate(lines) if line[:3].strip() and line[2] != " ")
        lock.write_text(before + "".join(lines[end:]), encoding="utf-8")

    return edit


def entry_of_another(project):
    """Give a stage's entry other inputs than the stage before wrote, as a merge by line does."""
    lock = project.path / "dvc.lock"
    head, _, rest = lock.read_text(encoding="utf-8").partition("  evaluate@body:\n")
    place = rest.index("models/body.npz")
    start = rest.index("md5: ", rest.index("hash: md5", place) + len("hash: md5")) + len("md5: ")
    other = "f" * 32
    lock.write_text(
        f"{head}  evaluate@body:\n{rest[:start]}{other}{rest[start + 32 :]}", encoding="utf-8"
    )


def experiment_added(project):
    params = project.path / "params.yaml"
    text = params.read_text(encoding="utf-8")
    section = text[text.index("  body:\n") :]
    params.write_text(f"{text}\n{section.replace('  body:', '  again:')}", encoding="utf-8")


def experiment_removed(project):
    params = project.path / "params.yaml"
    text = params.read_text(encoding="utf-8")
    params.write_text(text[: text.index("  body:\n")], encoding="utf-8")


def cache_lost(stage_output):
    def edit(project):
        text = (project.path / "dvc.lock").read_text(encoding="utf-8")
        place = text.rindex(f"path: {stage_output}\n")
        md5 = text[place:].split("md5: ")[1].split()[0]
        if md5 == "md5":  # of `hash: md5`
            md5 = text[place:].split("md5: ")[2].split()[0]
        cached = project.path / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
        cached.chmod(0o644)
        cached.unlink()

    return edit


EDITS = {
    "nothing": lambda project: None,
    "a rate": replace("params.yaml", "learning_rate: 0.1", "learning_rate: 0.2"),
    "a rate written otherwise": replace("params.yaml", "0.05", "5e-2"),
    "a seed of the split": replace("params.yaml", "stratify: true, seed: 42", "seed: 7"),
    "a threshold": replace("params.yaml", "threshold: 0.5 #", "threshold: 0.4 #"),
    "the animation's frames": replace("params.yaml", "frames: 3", "frames: 4"),
    "the generator": replace("params.yaml", "rows: 60", "rows: 61"),
    "a key left out": replace("params.yaml", "      early_stopping: null\n", ""),
    "a comment in params.yaml": append("params.yaml", "# words\n"),
    "a comment in metrics": append("nn/judging/metrics.py", "# words\n"),
    "a function": replace("nn/training/optimizers.py", "def ", "def other_"),
    "a new file of code": append("nn/training/extra.py", "x = 1\n"),
    "a hidden file": append("nn/training/.extra.py", "x = 1\n"),
    "a file of code gone": delete("nn/splitting/order.py"),
    "a table": append("data/body.csv", "170,70,80,1\n"),
    "a description of tables": append("data/README.md", "words\n"),
    "an output deleted": delete("models/body.npz"),
    "an output spoilt": append("models/body.npz", "x"),
    "a folder deleted": delete("artifacts/body/normalized"),
    "a file in a folder spoilt": append("artifacts/body/normalized/train_x.npy", "x"),
    "a file put into a folder": append("plots/circles/more.txt", "x"),
    "metrics edited": append("metrics/body.json", " "),
    "metrics deleted": delete("results/circles-replicates.json"),
    "the page deleted": delete("report.html"),
    "the lock deleted": delete("dvc.lock"),
    "an entry of the lock dropped": entry_dropped("normalize@body"),
    "an entry of another's run": entry_of_another,
    "an experiment added": experiment_added,
    "an experiment removed": experiment_removed,
    "a command": replace("dvc.yaml", "stages.plot ${key}", "stages.plot  ${key}"),
    "an input added": replace(
        "dvc.yaml", "      - requirements.lock", "      - LICENSE\n      - nn"
    ),
    "an output added": replace(
        "dvc.yaml", "      - report.html\n", "      - report.html\n      - more.html\n"
    ),
    "the cache lost": cache_lost("models/body.npz"),
    "a folder's cache lost": cache_lost("artifacts/circles/split"),
    "two edits": both(
        replace("params.yaml", "epochs: 20", "epochs: 21"), delete("artifacts/circles/history.csv")
    ),
}


def explained(capsys, *arguments):
    capsys.readouterr()
    assert why.main(["--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_the_stages_are_those_that_dvc_finds(here, capsys, edit):
    edit(here)
    before = here.files()
    told = explained(capsys)
    assert here.files() == before, "it has written something"
    causes, follows = told["causes"], told["follows"]
    status = {k: each for k, each in here.status().items() if not k.startswith("sweeps/")}
    assert causes.keys() <= status.keys()
    # DVC also names what an output that lies there damaged goes into. That is put right before.
    for stage in status.keys() - causes.keys():
        assert stage in follows
        changes = {path: how for each in status[stage] for path, how in dict(each).items()}
        assert changes.keys() <= {"changed deps"}
    assert not follows or causes


@pytest.mark.slow
def test_what_runs_is_what_was_told_before_and_is_told_after(here, capsys):
    replace("params.yaml", "resolution: 11", "resolution: 12")(here)
    append("artifacts/body/split/train-labels.npy", "x")(here)
    told = explained(capsys)
    ran = here.repro()
    assert {*told["causes"]} == {"split@body", "plot@body", "report"}
    assert {*ran} == {"plot@body", "report"}, "the cache has what was spoilt"
    assert {"normalize@body", "evaluate@body"} < {*told["follows"]}
    assert explained(capsys) == {"causes": {}, "follows": []}
    since = explained(capsys, "--since", "HEAD")["causes"]
    assert {cause["name"] for cause in since["plot@body"]} == {"experiments.body.plot.resolution"}
    assert "split@body" not in since, "it has the same entry as before"


def test_a_parameter_is_told_with_both_values(here, capsys):
    EDITS["a rate"](here)
    assert why.main([]) == 0
    text = capsys.readouterr().out
    assert "experiments.circles.train.learning_rate: 0.1 → 0.2" in text
    assert (
        "Then, where what they read changes: evaluate@circles, explain@circles, plot@circles"
        in text
    )


def test_functions_are_named_and_comments_are_none(here, capsys):
    replace("nn/training/optimizers.py", "def momentum(", "def momentum(more=0, *, ")(here)
    append("nn/judging/metrics.py", "# words\n")(here)
    told = explained(capsys)["causes"]
    assert [(c["name"], c["detail"]) for c in told["train@body"]] == [
        ("nn/training/optimizers.py", "momentum()")
    ]
    details = {cause["name"]: cause["detail"] for cause in told["evaluate@body"]}
    assert details["nn/judging/metrics.py"] == "only comments, docstrings or layout"


def test_functions_are_found_in_an_older_commit(here, capsys):
    replace("nn/splitting/parts.py", "import math\n", "import cmath\nimport math\n")(here)
    here.commit()  # without dvc repro: the lock is older than HEAD
    causes = explained(capsys)["causes"]["split@body"]
    assert [(cause["name"], cause["detail"]) for cause in causes] == [
        ("nn/splitting/parts.py", "imports")
    ]


def test_an_output_that_the_cache_has_can_be_brought_back(here, capsys):
    (here.path / "artifacts/body/network.npz").unlink()
    assert why.main(["train@body"]) == 0
    assert (
        "artifacts/body/network.npz: is missing (dvc checkout brings it back)"
        in capsys.readouterr().out
    )


def test_one_target_leaves_the_others_out(here, capsys):
    EDITS["a rate"](here)
    assert explained(capsys, "body")["causes"].keys() == set()
    assert explained(capsys, "evaluate@circles") == {
        "causes": {"train@circles": explained(capsys)["causes"]["train@circles"]},
        "follows": ["evaluate@circles"],
    }


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (append("dvc.lock", "<<<<<<< HEAD\n"), "dvc.lock: not a lock file of DVC, or a damaged"),
        (append("params.yaml", "  - {\n"), "params.yaml: line"),
        (replace("dvc.yaml", "${experiments}", "${experimenst}"), "experimenst is missing"),
    ],
)
def test_what_cannot_be_read_is_one_line(here, capsys, edit, message):
    edit(here)
    assert why.main([]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_it_takes_less_than_a_second_of_the_processor(here):
    EDITS["a function"](here)
    start = time.process_time()
    assert why.main([]) == 0
    assert time.process_time() - start < 1.0


def test_the_comment_on_a_pull_request_has_both_findings(here):
    done = here.run("bash", ".ci/comment", "HEAD")
    assert "| all |" in done.stdout and "the same in 3 replicates" in done.stdout
    assert "No stage has run since HEAD." in done.stdout
    assert done.stderr == ""
