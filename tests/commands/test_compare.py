"""Comparisons of made-up replicates in a git repository, against scipy's paired intervals."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from commands import compare
from commands.shared.made_with import written

METRICS = ("accuracy", "precision", "recall", "f1", "roc_auc", "log_loss", "brier")
PARAMS = "experiments:\n  mine:\n    train: {{learning_rate: {rate}, l2: 1e-5, hidden: [4, 3]}}\n"


def git(*arguments):
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    done = subprocess.run(
        ["git", *identity, *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def write(path, content):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(content, encoding="utf-8")


def figures(seed=0, count=12, **shifts):
    """Figures of replicates; a shift moves one metric's, the same noise in each."""
    source = np.random.default_rng(seed)
    return {
        metric: (0.8 + 0.1 * source.standard_normal(count) + shifts.get(metric, 0.0)).tolist()
        for metric in (*METRICS, "calibration_error")
    }


def write_replicates(key="mine", part="test", first_seed=0, **columns):
    count = len(columns["accuracy"])
    seeds = list(range(first_seed, first_seed + count))
    each = {"split_seed": seeds, "train_seed": seeds, "outcome": ["trained"] * count, **columns}
    write(
        f"results/{key}-replicates.json",
        json.dumps({"replicates": {"count": count, part: {}}, "each": each}),
    )


def commit(message="Test"):
    git("add", "--all")
    git("commit", "--quiet", "--message", message)


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """Work in a repository with one commit, tagged `first`, on the branch `main`."""
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet", "--initial-branch=main")
    write("params.yaml", PARAMS.format(rate=0.1))
    write("nn/layers.py", "depth = 1\n")
    write("requirements.lock", "numpy==2.3.1 \\\n    --hash=sha256:0\nrich==14.0 ; python > '3'\n")
    write_replicates(**figures())
    commit()
    git("tag", "first")
    return tmp_path


def compared(capsys, *arguments, code=0):
    assert compare.main(["--json", *arguments]) == code
    return json.loads(capsys.readouterr().out)


def of(found, metric, key="mine"):
    return next(f for f in found["figures"] if (f["experiment"], f["metric"]) == (key, metric))


def test_the_difference_and_its_interval_are_scipy_s(capsys):
    one, other = figures(), figures(seed=1)
    write_replicates(**other)
    found = compared(capsys, "first")
    for metric in METRICS:
        figure = of(found, metric)
        a, b = np.array(one[metric]), np.array(other[metric])
        assert figure["n"] == 12
        assert figure["means"] == pytest.approx([a.mean(), b.mean()])
        assert figure["difference"] == pytest.approx((b - a).mean())
        interval = stats.ttest_rel(b, a).confidence_interval()
        assert (figure["low"], figure["high"]) == pytest.approx(tuple(interval))


def test_verdicts_know_which_way_is_better(capsys):
    noise = figures(seed=9)
    small = {
        metric: [v + 0.001 * (n - 0.8) for v, n in zip(values, noise[metric], strict=True)]
        for metric, values in figures(accuracy=0.02, recall=-0.02, log_loss=0.02,
                                      brier=-0.02).items()
    }  # fmt: skip
    write_replicates(**small)
    found = compared(capsys, "first")
    verdicts = {metric: of(found, metric)["verdict"] for metric in METRICS}
    assert (verdicts["accuracy"], verdicts["recall"]) == ("better", "worse")
    assert (verdicts["log_loss"], verdicts["brier"]) == ("worse", "better")
    write_replicates(**figures(seed=1))
    verdict = of(compared(capsys, "first"), "accuracy")["verdict"]
    assert verdict == "no difference seen at n = 12"


def test_only_equal_seeds_are_paired(capsys):
    later = figures(seed=3)
    write_replicates(first_seed=4, **later)
    figure = of(compared(capsys, "first"), "accuracy")
    assert figure["n"] == 8
    expected = np.array(later["accuracy"])[:8] - np.array(figures()["accuracy"])[4:]
    assert figure["difference"] == pytest.approx(expected.mean())
    if figure["low"] <= 0 <= figure["high"]:
        assert figure["verdict"] == "no difference seen at n = 8"
    write_replicates(first_seed=100, **later)
    figure = of(compared(capsys, "first"), "accuracy")
    assert (figure["n"], figure["difference"]) == (0, None)
    assert figure["verdict"] == "cannot tell: 0 replicates with equal seeds"


def test_what_one_side_does_not_know_is_left_out(capsys):
    columns = figures(seed=2)
    columns["precision"][3] = None
    write_replicates(**columns)
    found = compared(capsys, "first")
    assert (of(found, "precision")["n"], of(found, "recall")["n"]) == (11, 12)


def test_equal_programs_are_told_apart_in_one_of_twenty_cases():
    source = np.random.default_rng(1)
    from commands.comparing.figures import verdict_on
    from nn.judging.intervals import spread

    verdicts = []
    for _ in range(2000):
        found = spread(source.normal(0.0, 0.02, 30).tolist())
        verdicts.append(verdict_on("accuracy", found.n, found.low, found.high))
    wrong = np.mean([verdict in ("better", "worse") for verdict in verdicts])
    assert abs(wrong - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 2000)


def test_a_table_says_it_in_words(capsys):
    write_replicates(**figures(accuracy=0.02))
    write_replicates("other", part="train", **figures(seed=5))
    assert compare.main(["first"]) == 0
    said = capsys.readouterr().out
    assert "A: first" in said
    assert "B: workspace" in said
    (row,) = [line.split() for line in said.splitlines() if " accuracy " in line]
    assert row[3:] == ["+0.0200", "[+0.0200,", "+0.0200]", "better"]
    assert "other: first has no replicates of it" in said
    assert max(map(len, said.splitlines())) <= 100


def test_an_experiment_that_is_the_same_is_one_row(capsys):
    commit_before = git("rev-parse", "HEAD")
    assert compare.main([commit_before, "main"]) == 0
    said = capsys.readouterr().out
    assert "the same in 12 replicates" in said
    assert "precision" not in said


def test_markdown_is_a_table_for_a_pull_request(capsys):
    write_replicates(**figures(accuracy=0.02))
    write("params.yaml", PARAMS.format(rate=0.2))
    assert compare.main(["--markdown", "first"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert {line.count("|") for line in rows} == {7}
    assert rows[2].startswith("| mine | accuracy | 0.")
    assert "- `experiments.mine.train.learning_rate: 0.1 → 0.2`" in lines


def test_what_changed_is_listed(capsys):
    write_replicates(**figures(seed=1))
    write("params.yaml", PARAMS.format(rate=0.2).replace("1e-5", "0.00001") + "    seed: 3\n")
    write("nn/layers.py", "depth = 2\n")
    write("stages/new.py", "")
    write("README.md", "No code.\n")
    write("data/body.csv", "a,b\n")
    write("requirements.lock", "numpy==2.3.2 \\\n    --hash=sha256:1\npandas==3.1\n")
    commit()
    changes = compared(capsys, "first", "main")["changes"]
    assert changes == compared(capsys, "first")["changes"]  # the working tree is as committed
    assert changes["params"] == [
        {"name": "experiments.mine.train.learning_rate", "a": 0.1, "b": 0.2, "only_in": None},
        {"name": "experiments.mine.seed", "a": None, "b": 3, "only_in": "b"},
    ]
    assert changes["code"] == ["nn/layers.py", "stages/new.py"]
    assert changes["tables"] == ["data/body.csv"]
    assert changes["packages"] == [
        {"name": "numpy", "a": "2.3.1", "b": "2.3.2", "only_in": None},
        {"name": "rich", "a": "14.0", "b": None, "only_in": "a"},
        {"name": "pandas", "a": None, "b": "3.1", "only_in": "b"},
    ]


def write_environment(**environment):
    content = Path("results/mine-replicates.json").read_bytes()
    made = {hashlib.md5(content).hexdigest(): environment}
    Path("environments.jsonl").write_bytes(written(made))


def test_other_environments_of_other_figures_are_told(capsys):
    write_environment(numpy="2.3.1", cpu="one")
    commit()
    write_replicates(**figures(seed=1))
    (made,) = compared(capsys, "HEAD")["changes"]["environments"]
    assert made == {"experiment": "mine", "a": {"numpy": "2.3.1", "cpu": "one"}, "b": None}
    write_environment(numpy="2.3.1", cpu="two")
    assert compare.main(["HEAD"]) == 0
    said = capsys.readouterr().out.partition("\nenvironment\n")[2]
    assert said == "  processor: one → two (mine)\n"
    assert compare.main(["first"]) == 0
    said = capsys.readouterr().out.partition("\nenvironment\n")[2]
    assert said == "  not told by A (mine): make repro tells it\n"


def test_environments_of_the_same_figures_are_not_told(capsys):
    write_environment(numpy="2.3.1")
    assert compared(capsys, "first")["changes"]["environments"] == []
    commit()
    write_replicates(**figures(seed=1))
    write_environment(numpy="2.3.1")
    assert compared(capsys, "HEAD")["changes"]["environments"] == []


def test_a_dvc_experiment_is_found_by_its_name(capsys):
    write_replicates(**figures(accuracy=0.3))
    commit()
    git("update-ref", "refs/exps/ab/cdef0123456789/loud-cell", "HEAD")
    git("reset", "--quiet", "--hard", "first")
    assert of(compared(capsys, "main", "loud-cell"), "accuracy")["difference"] == pytest.approx(0.3)


# Failing on purpose


def shifted(**shifts):
    """Write figures that differ by a shift and a little noise."""
    noise = figures(seed=9)["accuracy"]
    columns = figures(**shifts)
    for metric in shifts:
        columns[metric] = [
            v + 0.001 * (n - 0.8) for v, n in zip(columns[metric], noise, strict=True)
        ]
    write_replicates(**columns)


@pytest.mark.parametrize(
    ("shifts", "arguments", "code"),
    [
        ({"accuracy": -0.05}, ["accuracy"], 1),
        ({"accuracy": -0.05}, ["accuracy", "--tolerance", "0.04"], 1),
        ({"accuracy": -0.05}, ["accuracy", "--tolerance", "0.06"], 0),
        ({"accuracy": 0.05}, ["accuracy"], 0),
        ({"accuracy": -0.05}, ["log_loss"], 0),
        ({"log_loss": 0.05}, ["log_loss"], 1),
        ({"log_loss": -0.05}, ["log_loss"], 0),
    ],
)
def test_it_fails_if_worse(shifts, arguments, code, capsys):
    shifted(**shifts)
    assert compare.main(["first", "--fail-if-worse", *arguments]) == code
    assert ("worse: mine" in capsys.readouterr().err) == bool(code)


def test_it_does_not_fail_where_no_difference_is_seen(capsys):
    write_replicates(**figures(seed=1))
    assert compared(capsys, "first", "--fail-if-worse", "accuracy")["failed"] == []
    shifted(accuracy=-0.05)
    failed = compared(capsys, "first", "--fail-if-worse", "accuracy", code=1)["failed"]
    assert failed == ["mine accuracy"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--tolerance", "1"], "--tolerance is for --fail-if-worse METRIC"),
        (["--tolerance", "-1"], "argument --tolerance: -1 is less than 0"),
        (["--tolerance", "x"], "argument --tolerance: 'x' is no number"),
        (["--wrong"], "--wrong"),
    ],
)
def test_options_without_sense_are_refused(arguments, told, capsys):
    with pytest.raises(SystemExit) as exit_:
        compare.main(["first", *arguments])
    assert exit_.value.code == 2
    assert told in capsys.readouterr().err


# What cannot be compared


def refused(capsys, *arguments):
    assert compare.main([*arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    return line.removeprefix("error: ")


def test_an_unknown_name_gets_the_nearest(capsys):
    told = refused(capsys, "frist", "main")
    assert told == "'frist' is no commit, branch, tag or experiment; did you mean 'first'?"
    told = refused(capsys, "main", "workspce")
    assert told.endswith("did you mean 'workspace'?")


def test_a_revision_without_metrics_gets_a_remedy(capsys):
    git("rm", "--quiet", "-r", "results")
    commit("Without")
    git("tag", "without")
    write("more.txt", "")
    commit()
    assert refused(capsys, "first", "without") == (
        "without has no metrics of replicates (results/EXPERIMENT-replicates.json): "
        "check without out, then run dvc repro and commit results/"
    )
    assert refused(capsys, "workspace", "first").endswith("(results/EXPERIMENT-replicates.json): "
                                                          "run dvc repro")  # fmt: skip
    assert "run dvc repro and commit results/" in refused(capsys, "first", "HEAD")


def test_test_rows_and_training_rows_are_not_compared(capsys):
    write_replicates(part="train", **figures())
    told = refused(capsys, "first")
    assert "mine: one side has test rows, the other has none" in told


@pytest.mark.parametrize("name", ["results/mine-replicates.json", "params.yaml"])
def test_a_damaged_file_is_named(name, capsys):
    write(name, "{: <<<<<<< HEAD")
    told = refused(capsys, "first")
    assert told.startswith("workspace: ")
    assert name in told


def test_an_unknown_metric_gets_the_nearest(capsys):
    told = refused(capsys, "first", "--fail-if-worse", "accurcy")
    assert told == "there is no metric 'accurcy'; did you mean 'accuracy'?"
    write_replicates(first_seed=50, **figures())
    told = refused(capsys, "first", "--fail-if-worse", "accuracy")
    assert told.startswith("accuracy cannot be judged")


def test_outside_of_git_it_is_told(tmp_path_factory, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert "not a git repository" in refused(capsys, "main", "workspace")


def test_nothing_is_changed(project, capsys):
    write_replicates(**figures(seed=1))
    write("nn/layers.py", "depth = 2\n")
    write("untracked.txt", "mine\n")
    git("add", "nn")

    def state():
        return {
            str(path): (hashlib.md5(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
            for path in project.rglob("*")
            if path.is_file()
        }

    before = state()
    for arguments in (["first"], ["first", "main", "--json"], ["--markdown", "first"]):
        assert compare.main(arguments) == 0
    assert state() == before


def test_a_project_in_a_folder_of_a_repository(capsys, monkeypatch, tmp_path):
    write_replicates(**figures(accuracy=0.1))
    Path("inner").mkdir()
    for name in ("params.yaml", "nn", "results", "requirements.lock"):
        Path(name).rename(f"inner/{name}")
    commit()
    monkeypatch.chdir(tmp_path / "inner")
    write_replicates(**figures(accuracy=0.3))
    found = compared(capsys, "HEAD")
    assert of(found, "accuracy")["difference"] == pytest.approx(0.2)
    assert found["changes"]["code"] == found["changes"]["params"] == []


# Figures that are older than what lies beside them


def write_lock(rate=0.1, l2="1e-05", code="depth = 1\n"):
    """Write what DVC records of a stage, in its own spelling of numbers."""
    code_md5 = hashlib.md5(code.encode()).hexdigest()
    replicates_md5 = hashlib.md5(Path("results/mine-replicates.json").read_bytes()).hexdigest()
    write(
        "dvc.lock",
        f"""
schema: '2.0'
stages:
  replicate@mine:
    cmd: python -m stages.replicate mine
    deps:
    - {{path: nn/layers.py, hash: md5, md5: {code_md5}, size: 10}}
    - {{path: data/generated/mine.csv, hash: md5, md5: not-in-git, size: 10}}
    params:
      params.yaml:
        experiments.mine.train:
          learning_rate: {rate}
          l2: {l2}
          hidden:
          - 4
          - 3
    outs:
    - {{path: results/mine-replicates.json, hash: md5, md5: {replicates_md5}, size: 10}}
""",
    )


def test_current_figures_call_for_no_note(capsys):
    write_lock()
    assert compared(capsys, "first")["notes"] == []


@pytest.mark.parametrize(
    ("recorded", "changed"),
    [
        ({"rate": 0.2}, "experiments.mine.train.learning_rate"),
        ({"l2": "2e-05"}, "experiments.mine.train.l2"),
        ({"code": "depth = 3\n"}, "nn/layers.py"),
        ({"l2": "1e-05\n          momentum: 0.9"}, "experiments.mine.train.momentum"),
    ],
)
def test_figures_of_other_code_or_parameters_are_named(recorded, changed, capsys):
    write_lock(**recorded)
    found = compared(capsys, "first")
    assert found["notes"] == [
        f"mine: workspace has changed since its replicates were made ({changed}): run dvc repro"
    ]
    assert {each["verdict"] for each in found["figures"]} == {"not known: replicates out of date"}


def test_nothing_is_judged_by_figures_that_are_out_of_date(capsys):
    write_lock(rate=0.2)
    assert compare.main(["first"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line == line.rstrip() for line in lines)
    (line,) = [line for line in lines if line.startswith("mine  ")]
    assert line.split(maxsplit=1) == ["mine", "not known: replicates out of date"]
    assert compare.main(["first", "--fail-if-worse", "accuracy"]) == 2
    assert "accuracy cannot be judged" in capsys.readouterr().err


def test_figures_that_dvc_did_not_make_are_named(capsys):
    write_lock()
    write_replicates(**figures(accuracy=0.1))
    (note,) = compared(capsys, "first")["notes"]
    assert "(results/mine-replicates.json)" in note


@pytest.fixture
def with_folder(project, monkeypatch, tmp_path_factory):
    """Have DVC itself record replicates that depend on the folder `nn`, with a cache in it."""
    machine = tmp_path_factory.mktemp("machine")
    for kind in ("GLOBAL_CONFIG", "SYSTEM_CONFIG", "SITE_CACHE"):
        monkeypatch.setenv(f"DVC_{kind}_DIR", str(machine / kind.lower()))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    for name in (".gitignore", ".dvcignore"):
        write(name, (Path(__file__).parents[2] / name).read_text(encoding="utf-8"))
    write("nn/inner/ä.py", "width = 1\n")
    write("nn/__pycache__/layers.pyc", "a cache")
    write(
        "dvc.yaml",
        """
stages:
  replicate:
    foreach: [mine]
    do:
      cmd: echo done
      params: [experiments.mine.train, "experiments.mine.train.l2"]
      deps: [nn]
      outs:
        - results/${item}-replicates.json: {cache: false, persist: true}
""",
    )
    for arguments in (["init", "--quiet"], ["repro"]):
        command = [sys.executable, "-m", "dvc", *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    commit("Recorded by DVC")
    assert ".dir" in Path("dvc.lock").read_text(encoding="utf-8")
    return project


def test_a_folder_of_code_is_current_until_a_file_in_it_changes(with_folder, capsys):
    write("nn/__pycache__/layers.pyc", "another cache")
    write("nnn.py", "")  # a neighbour, whose name begins alike
    git("tag", "recorded")
    assert compared(capsys, "recorded")["notes"] == []
    assert compared(capsys, "recorded", "main")["notes"] == []
    told = "mine: {} has changed since its replicates were made (nn): run dvc repro"
    for name, content in (
        ("nn/inner/ä.py", "width = 2\n"),
        ("nn/new.py", ""),
        ("nn/layers.py", ""),
    ):
        write(name, content)
        assert compared(capsys, "recorded")["notes"] == [told.format("workspace")]
        commit("Not run again")
        assert compared(capsys, "recorded", "main")["notes"] == [told.format("main")]
        git("reset", "--quiet", "--hard", "recorded")


def settings(*experiments):
    return "experiments:\n" + "".join(
        f"  {key}:\n    train: {{learning_rate: {rate}}}\n" for key, rate in experiments
    )


def test_a_renamed_experiment_is_compared_under_its_new_name(capsys):
    write("params.yaml", settings(("mine", 0.1), ("other", 0.2)))
    write_replicates("other", **figures(seed=1))
    commit()
    git("mv", "results/mine-replicates.json", "results/yours-replicates.json")
    write("params.yaml", settings(("yours", 0.1), ("other", 0.2)))
    found = compared(capsys, "HEAD")
    assert "mine: renamed yours" in found["notes"]
    assert of(found, "accuracy", "yours")["verdict"] == "the same"
    assert found["changes"]["params"] == []


def test_a_removed_experiment_is_never_the_same_whatever_it_left_behind(capsys):
    write("params.yaml", settings(("mine", 0.1), ("other", 0.2)))
    write_replicates("other", **figures(seed=1))
    commit()
    write("params.yaml", settings(("mine", 0.1)))
    found = compared(capsys, "HEAD")
    assert "other: removed" in found["notes"]
    assert {figure["experiment"] for figure in found["figures"]} == {"mine"}


def test_an_experiment_with_other_settings_is_no_renamed_one(capsys):
    write("params.yaml", settings(("mine", 0.1), ("other", 0.2)))
    write_replicates("other", **figures(seed=1))
    commit()
    write("params.yaml", settings(("mine", 0.1), ("new", 0.3)))
    write_replicates("new", **figures(seed=1))
    notes = compared(capsys, "HEAD")["notes"]
    assert "other: removed" in notes
    assert "new: HEAD has no replicates of it" in notes
