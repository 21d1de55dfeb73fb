"""Input that cannot be used: said in a line for the person, and nothing is lost by it."""

from importlib import import_module

import pytest

from stages.running.command import exit_code

RATE = "experiments.circles.train.learning_rate"
RATE_LINE = "learning_rate: 0.1 # of circles"
HEADER = "height,weight,score,label\n"
ROWS = "".join(f"{1.5 + row / 10},{50 + row * row},{row},{row % 2}\n" for row in range(8))


def refused(project, *command, code, is_begun=False):
    """Run a command that must fail and leave all files as they are; give what it said.

    Of a stage that was begun, DVC has deleted the outputs; it can bring them back.
    """
    before = project.files()
    done = project.run(*command, code=code)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    if is_begun:
        project.dvc("checkout")
    assert project.files() == before
    return done


def refused_by_stage(project, stage, key):
    """Run a stage that must fail and leave all files as they are; list what it said."""
    before = project.files()
    main = import_module(f"stages.{stage}").main
    done = project.call(lambda: exit_code(lambda: main(key)), code=1)
    assert project.files() == before
    assert done.stdout == ""
    return done.stderr.splitlines()


def refused_by_repro(project):
    """Give what was said before DVC's own last line, which names the stage and the command."""
    done = refused(project, "python", "-m", "dvc", "repro", code=255, is_begun=True)
    *lines, last = [line for line in done.stderr.splitlines() if line.strip()]
    assert last.startswith("ERROR: failed to reproduce ")
    return lines


def write_table(project, text):
    (project.path / "data" / "body.csv").write_text(text, encoding="utf-8")


PARAMS = [
    (
        RATE_LINE,
        "learning_rat: 0.1",
        [f"{RATE}: is missing", f"{RATE[:-1]}: unknown key; did you mean 'learning_rate'?"],
    ),
    (
        RATE_LINE,
        "learning_rate: -1",
        [f"{RATE}: -1 should be greater than 0"],
    ),
    (
        RATE_LINE,
        'learning_rate: "0.1"',
        [f'{RATE}: "0.1" should be a valid number'],
    ),
    (
        "optimizer: momentum",
        "optimizer: momentun",
        [
            "experiments.circles.train.optimizer: \"momentun\" should be 'gradient_descent', "
            "'momentum', 'nesterov' or 'adam'"
        ],
    ),
    (
        "frames: 2",
        "frames: 2.5",
        ["experiments.circles.plot.frames: 2.5 should be a valid integer"],
    ),
    (
        "{test_size: 0.2",
        "{test_size: 1.5",
        ["experiments.circles.split.test_size: 1.5 should be less than 1"],
    ),
    (
        "batch_size: null\n      l2: 0.0\n      class_weights: null\n      early_stopping: null\n"
        "    evaluate:\n      threshold: 0.5 # of circles",
        "batch_size: 0\n      l2: -0.1\n      class_weights: null\n      early_stopping: null\n"
        "    evaluate:\n      threshold: 1.5",
        [
            "experiments.circles.train.l2: -0.1 should be greater than or equal to 0",
            "experiments.circles.train.batch_size: 0 should be greater than or equal to 1",
            "experiments.circles.evaluate.threshold: 1.5 should be less than 1",
        ],
    ),
    (
        "data/generated/circles.csv",
        "data/generated/circle.csv",
        [
            "experiments.circles.data.path: no generator makes 'data/generated/circle.csv'; "
            "did you mean 'circles'?"
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "problems"), PARAMS)
def test_a_stage_refuses_parameters(project, old, new, problems):
    project.edit("params.yaml", old, new)
    # A stage of the other experiment: the file is checked whole.
    assert refused_by_stage(project, "split", "body") == [
        f"error: params.yaml: {problem}" for problem in problems
    ]


@pytest.mark.parametrize(
    ("stage", "key"),
    [
        ("generate", "circles"),
        ("normalize", "body"),
        ("train", "body"),
        ("evaluate", "body"),
        ("plot", "body"),
    ],
)
def test_each_stage_checks_all_parameters_first(project, stage, key):
    project.edit("params.yaml", RATE_LINE, "learning_rate: fast")
    assert refused_by_stage(project, stage, key) == [
        f'error: params.yaml: {RATE}: "fast" should be a valid number'
    ]


def test_a_key_that_is_not_there_gets_the_nearest(project):
    assert refused_by_stage(project, "train", "circle") == [
        "error: there is no experiment 'circle'; did you mean 'circles'?"
    ]


TABLES = [
    ("", "the file is empty"),
    (HEADER, "no rows beneath the header"),
    (HEADER.replace("label", "lable") + ROWS, "no column 'label'; did you mean 'lable'?"),
    (HEADER + ROWS.replace("50", "heavy"), "line 2, column 'weight': 'heavy' is not a number"),
    (HEADER + ROWS.replace("50", ""), "line 2, column 'weight': a value is missing"),
    (HEADER + ROWS.replace("50", "inf"), "line 2, column 'weight': inf is beyond"),
    (HEADER + ROWS.replace(",1\n", ",0\n"), "column 'label' holds one class only, '0'"),
    (HEADER.replace("score", "weight") + ROWS, "line 1: two columns are called 'weight'"),
]


@pytest.mark.parametrize(("text", "problem"), TABLES)
def test_the_split_refuses_a_table(project, text, problem):
    write_table(project, text)
    (line,) = refused_by_stage(project, "split", "body")
    assert line.startswith(f"error: data/body.csv: {problem}")


def test_the_split_refuses_a_table_that_is_not_there(project):
    (project.path / "data" / "body.csv").unlink()
    assert refused_by_stage(project, "split", "body") == ["error: data/body.csv: no such file"]


def test_the_split_refuses_a_class_with_too_few_rows(project):
    project.edit("params.yaml", "{test_size: 0.0", "{test_size: 0.5")
    write_table(project, HEADER + ROWS + "1,2,3,rare\n")
    (line,) = refused_by_stage(project, "split", "body")
    assert line.startswith("error: class 'rare' has too few rows to split into 2 parts: 1; ")


# Where the operating system refuses


@pytest.mark.parametrize(
    ("place", "stage", "told"),
    [
        ("models", "evaluate", "models: File exists"),
        ("artifacts/body", "split", "artifacts/body: "),
        ("curves", "evaluate", "curves"),
        ("plots", "plot", "plots: File exists"),
    ],
)
def test_a_file_in_the_place_of_a_folder_is_named(project, place, stage, told):
    saved = project.path / f"{place}.saved"
    (project.path / place).rename(saved)
    (project.path / place).touch()
    lines = [
        line for line in refused_by_stage(project, stage, "body") if line.startswith("error: ")
    ]
    assert len(lines) == 1
    assert lines[0].startswith(f"error: {told}")


# What DVC runs: the line reaches the person, and the results before it are in the cache.


@pytest.mark.parametrize(("old", "new", "problems"), PARAMS[:2])
def test_repro_refuses_parameters(project, old, new, problems):
    project.edit("params.yaml", old, new)
    assert refused_by_repro(project) == [f"error: params.yaml: {problem}" for problem in problems]


def test_repro_refuses_a_table(project):
    good = (project.path / "data" / "body.csv").read_text(encoding="utf-8")
    write_table(project, HEADER + ROWS.replace("50", "heavy"))
    assert refused_by_repro(project) == [
        "error: data/body.csv: line 2, column 'weight': 'heavy' is not a number"
    ]
    write_table(project, good)
    assert project.repro() == []  # what was there is what belongs to the good table


def test_a_training_that_diverges_leaves_the_model_before_it(project):
    project.edit("params.yaml", RATE_LINE, "learning_rate: 1e+300")
    (line,) = refused_by_repro(project)
    assert line.startswith("error: ")
    assert "learning_rate" in line


# These DVC finds itself, before it starts a stage.


def test_repro_refuses_a_table_that_is_not_there(project):
    project.edit("params.yaml", "path: data/body.csv", "path: data/boddy.csv")
    done = refused(project, "python", "-m", "dvc", "repro", code=255, is_begun=True)
    (line,) = done.stderr.splitlines()
    assert "split@body" in line
    assert "data/boddy.csv" in line


def test_repro_refuses_a_section_that_is_not_there(project):
    project.edit("params.yaml", "split: {test_size: 0.0", "splti: {test_size: 0.0")
    done = refused(project, "python", "-m", "dvc", "repro", code=255, is_begun=True)
    assert done.stderr == (
        "ERROR: failed to reproduce 'split@body': "
        "Parameters 'experiments.body.split' are missing from 'params.yaml'.\n"
    )


def test_repro_refuses_what_is_no_yaml(project):
    project.edit("params.yaml", RATE_LINE, "learning_rate: [0.1")
    before, _, _ = (project.path / "params.yaml").read_text(encoding="utf-8").partition("[0.1")
    done = refused(project, "python", "-m", "dvc", "repro", code=255)
    assert done.stderr.startswith("ERROR: unable to read: 'params.yaml', YAML file structure is")
    assert f"line {before.count(chr(10)) + 1}" in done.stderr
