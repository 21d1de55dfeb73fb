import copy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ruamel.yaml import YAML

from nn.errors import InputError
from stages.running.parameters.file import load_params

ROOT = Path(__file__).parents[4]

MINIMAL = """
generators:
  moons: {kind: circles, rows: 100, noise: 0.1, factor: 0.5, seed: 1}
experiments:
  first:
    data: {path: data/generated/moons.csv, target: label}
    split: {test_size: 0.2, validation_size: 0.1, stratify: true, seed: 42}
    normalize: {method: zscore, epsilon: 0.0}
    train:
      hidden: [8, 4]
      activation: [relu, leaky_relu]
      negative_slope: 0.01
      output: sigmoid
      initializer: he
      seed: 42
      optimizer: adam
      betas: [0.9, 0.999]
      epsilon: 1e-8
      learning_rate: 1
      learning_rate_decay: 0.0
      epochs: 10
      batch_size: null
      l2: 0.0
      class_weights: null
      early_stopping: {patience: 20, min_delta: 0.0}
    evaluate:
      threshold: 0.5
      baseline: {optimizer: momentum, momentum: 0.9, learning_rate: 0.5, epochs: 500, l2: 0.001}
    replicate: {count: 30, seed: 1}
    plot: {frames: 40, resolution: 150}
"""
REMOVED = object()


def problems(path):
    with pytest.raises(InputError) as error:
        load_params(path)
    return [line.removeprefix(f"{path}: ") for line in str(error.value).splitlines()]


@pytest.fixture
def write(tmp_path):
    def write_text(text):
        path = tmp_path / "params.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


@pytest.fixture
def changed(write):
    """Write the minimal file with some values changed, each by its full key."""

    def write_changed(changes):
        content = copy.deepcopy(yaml.safe_load(MINIMAL.replace("1e-8", "1.0e-8")))
        for full_key, value in changes.items():
            *sections, key = full_key.split(".")
            section = content
            for name in sections:
                section = section[name]
            if value is REMOVED:
                del section[key]
            else:
                section[key] = value
        return write(yaml.safe_dump(content))

    return write_changed


def test_the_project_s_own_file_is_right():
    params = load_params(ROOT / "params.yaml")
    given = ["circles", "body", "basic", "large", "breast_cancer", "concrete", "wave"]
    assert list(params.experiments) == given
    tables = {experiment.data.path for experiment in params.experiments.values()}
    assert {f"data/generated/{key}.csv" for key in params.generators} <= tables


def test_the_project_s_own_file_reads_as_dvc_reads_it():
    """DVC reads with ruamel.yaml, as YAML 1.2."""
    params = load_params(ROOT / "params.yaml").model_dump(mode="json", exclude_unset=True)
    content = YAML(typ="safe").load(ROOT / "params.yaml")
    for experiment in content["experiments"].values():
        experiment["train"]["activation"] = [experiment["train"]["activation"]]
        space = experiment.get("sweep", {"space": {}})["space"]
        for key, given in space.items():
            space[key] = {"values": given} if isinstance(given, list) else given
    assert params == content


def test_values_arrive(write):
    params = load_params(write(MINIMAL))
    train = params.experiment("first").train
    assert train.hidden == (8, 4)
    assert train.activations == ("relu", "leaky_relu")
    assert (train.betas, train.epsilon, train.momentum) == ((0.9, 0.999), 1e-8, None)
    assert isinstance(train.learning_rate, float)
    assert train.early_stopping is not None
    assert train.early_stopping.patience == 20
    assert params.generator("moons").factor == 0.5


def test_one_activation_is_for_all_hidden_layers(changed):
    params = load_params(
        changed({"experiments.first.train.activation": "leaky_relu"}),
    )
    assert params.experiment("first").train.activations == ("leaky_relu", "leaky_relu")


@pytest.mark.parametrize("text", ["1e-5", "1e-05", "1E-5", "1.0e-5", "+1.e-5", ".01e-3", "0.00001"])
def test_every_spelling_of_a_number_is_a_number(write, text):
    path = write(MINIMAL.replace("learning_rate: 1\n", f"learning_rate: {text}\n"))
    assert load_params(path).experiment("first").train.learning_rate == 1e-5


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "y", "12:30", "2020-01-01", "1_000"])
def test_words_stay_words(write, word):
    path = write(MINIMAL.replace("target: label", f"target: {word}"))
    assert load_params(path).experiment("first").data.target == word


def test_a_leading_zero_is_no_octal_number(write):
    path = write(MINIMAL.replace("epochs: 10\n", "epochs: 010\n"))
    assert load_params(path).experiment("first").train.epochs == 10


TRAIN, BASELINE = "experiments.first.train", "experiments.first.evaluate.baseline"


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        (f"{TRAIN}.learning_rate", -0.1, "-0.1 should be greater than 0"),
        (f"{TRAIN}.learning_rate", True, "true should be a valid number"),
        (f"{TRAIN}.learning_rate", "fast", '"fast" should be a valid number'),
        (f"{TRAIN}.learning_rate", None, "null should be a valid number"),
        (f"{TRAIN}.epochs", 10.0, "10.0 should be a valid integer"),
        (f"{TRAIN}.epochs", 0, "0 should be greater than or equal to 1"),
        (f"{TRAIN}.epochs", True, "true should be a valid integer"),
        (f"{TRAIN}.batch_size", 0, "0 should be greater than or equal to 1"),
        (f"{TRAIN}.seed", -1, "-1 should be greater than or equal to 0"),
        (f"{TRAIN}.l2", -1, "-1 should be greater than or equal to 0"),
        (f"{TRAIN}.hidden", 8, "8 should be a list"),
        (
            f"{TRAIN}.output",
            "tanh",
            "\"tanh\" should be 'sigmoid', 'sigmoid_per_class', 'softmax', 'linear' or 'huber'",
        ),
        (f"{TRAIN}.class_weights", "equal", "\"equal\" should be 'balanced'"),
        (f"{TRAIN}.early_stopping", 20, "20 should be a section with keys"),
        ("experiments.first.split.test_size", 1, "1 should be less than 1"),
        ("experiments.first.split.stratify", 1, "1 should be a valid boolean"),
        ("experiments.first.evaluate.threshold", 1, "1 should be less than 1"),
        (
            "experiments.first.evaluate.threshold",
            "best",
            "\"best\" should be a number or 'youden'",
        ),
        ("experiments.first.data.target", 3, "3 should be a valid string"),
        ("experiments.first.data", None, "null should be a section with keys"),
        ("experiments.first.plot.frames", REMOVED, "is missing"),
        ("experiments.first.replicate.count", 1, "1 should be greater than or equal to 2"),
        (f"{BASELINE}.epochs", REMOVED, "is missing"),
        ("experiments.first", {}, None),
        ("generators.moons.rows", 1, "1 should be greater than or equal to 2"),
        (
            "generators.moons.kind",
            "moon",
            "\"moon\" should be 'circles', 'clusters', 'curve' or 'wave'",
        ),
        ("generators", REMOVED, "is missing"),
    ],
)
def test_a_wrong_value_is_told_with_its_key_and_what_is_allowed(changed, key, value, told):
    lines = problems(changed({key: value}))
    if told is None:  # an experiment without anything lacks all its sections
        assert lines[0] == f"{key}.data: is missing"
        assert len(lines) == 7
    else:
        assert lines == [f"{key}: {told}"]


def test_a_wrong_element_of_a_list_is_told_with_its_place(changed):
    assert problems(changed({f"{TRAIN}.hidden": [8, 0]})) == [
        f"{TRAIN}.hidden[1]: 0 should be greater than or equal to 1"
    ]
    (line,) = problems(changed({f"{TRAIN}.activation": ["relu", "rleu"]}))
    assert line.startswith(f"{TRAIN}.activation[1]: \"rleu\" should be 'relu', 'leaky_relu'")


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        (f"{TRAIN}.batchsize", "batch_size"),
        (f"{TRAIN}.early_stopping.patiense", "patience"),
        (f"{BASELINE}.leaning_rate", "learning_rate"),
        ("experiments.first.data.traget", "target"),
        ("experiments.first.plots", "plot"),
        ("generators.moons.row", "rows"),
        ("experiment", "experiments"),
    ],
)
def test_an_unknown_key_gets_the_nearest_right_one(changed, key, nearest):
    assert problems(changed({key: 1})) == [f"{key}: unknown key; did you mean {nearest!r}?"]


def test_a_key_like_no_other_gets_all_that_there_are(changed):
    lines = problems(changed({"experiments.first.plot.xyz": 1}))
    assert lines == ["experiments.first.plot.xyz: unknown key; there is 'frames', 'resolution'"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({f"{TRAIN}.betas": REMOVED}, f"{TRAIN}.betas: is missing; optimizer adam needs it"),
        (
            {f"{TRAIN}.momentum": 0.9},
            f"{TRAIN}.momentum: is only for optimizer momentum or nesterov; take it out",
        ),
        (
            {f"{BASELINE}.momentum": REMOVED},
            f"{BASELINE}.momentum: is missing; optimizer momentum needs it",
        ),
        (
            {f"{TRAIN}.activation": "tanh"},
            f"{TRAIN}.negative_slope: is only for activation leaky_relu; take it out",
        ),
        (
            {f"{TRAIN}.negative_slope": REMOVED},
            f"{TRAIN}.negative_slope: is missing; activation relu leaky_relu needs it",
        ),
        (
            {"experiments.first.normalize.method": "minmax"},
            "experiments.first.normalize.epsilon: is only for method zscore; take it out",
        ),
        (
            {"generators.moons.spread": 1.0},
            "generators.moons.spread: is only for kind clusters; take it out",
        ),
        (
            {"generators.moons.noise": REMOVED},
            "generators.moons.noise: is missing; kind circles needs it",
        ),
        (
            {f"{TRAIN}.activation": ["relu", "leaky_relu", "relu"]},
            f"{TRAIN}.activation: 3 activations for 2 hidden layers; "
            "give one for all or one for each",
        ),
        (
            {"experiments.first.split.validation_size": 0.0},
            f"{TRAIN}.early_stopping: needs a validation part; set "
            "experiments.first.split.validation_size above 0, or early_stopping to null",
        ),
        (
            {
                "experiments.first.evaluate.threshold": "youden",
                "experiments.first.split.validation_size": 0.0,
                f"{TRAIN}.early_stopping": None,
            },
            "experiments.first.evaluate.threshold: a threshold is chosen on a validation part; set "
            "experiments.first.split.validation_size above 0, or give a number as threshold",
        ),
        (
            {"experiments.first.evaluate.cost": {"false_positive": 1.0, "false_negative": 5.0}},
            "experiments.first.evaluate.threshold: is chosen by evaluate.cost; take one out",
        ),
        (
            {"experiments.first.split.test_size": 0.9},
            "experiments.first.split: test_size and validation_size leave no rows to train on",
        ),
        (
            {
                "experiments.first.split.group": "a",
                "experiments.first.split.order": "b",
                "experiments.first.split.stratify": False,
            },
            "experiments.first.split: give a group or an order, not both",
        ),
        (
            {"experiments.first.split.order": "day", "experiments.first.split.stratify": True},
            "experiments.first.split.stratify: rows in an order are not drawn by class; set it to "
            "false",
        ),
        (
            {"experiments.first.split.as_feature": True},
            "experiments.first.split.as_feature: is only for a group or an order; take it out",
        ),
        (
            {
                "experiments.first.split.as_feature": True,
                "experiments.first.split.group": "who",
                "experiments.first.data.drop": ["who"],
            },
            "experiments.first.data.drop: has 'who', which split.as_feature makes a feature",
        ),
        (
            {"experiments.first.replicate.folds": 5},
            "experiments.first.replicate: give one of count (splits by chance) and folds (each row "
            "once)",
        ),
        (
            {"experiments.first.replicate.count": REMOVED},
            "experiments.first.replicate: give one of count (splits by chance) and folds (each row "
            "once)",
        ),
        (
            {"experiments.first.data.path": "data/generated/moon.csv"},
            "experiments.first.data.path: no generator makes 'data/generated/moon.csv'; "
            "did you mean 'moons'?",
        ),
    ],
)
def test_keys_that_do_not_go_together_are_told(changed, changes, told):
    assert problems(changed(changes)) == [told]


def test_a_threshold_may_be_a_word(changed):
    params = load_params(changed({"experiments.first.evaluate.threshold": "youden"}))
    assert params.model_dump()["experiments"]["first"]["evaluate"]["threshold"] == "youden"


def test_all_problems_of_all_experiments_are_told_at_once(changed):
    lines = problems(changed({"experiments.second": {"data": 1}, f"{TRAIN}.epochs": -1}))
    assert f"{TRAIN}.epochs: -1 should be greater than or equal to 1" in lines
    assert "experiments.second.data: 1 should be a section with keys" in lines
    assert "experiments.second.train: is missing" in lines


@pytest.mark.parametrize("key", ["8", "two words", "a.b", "ü", ""])
def test_a_name_that_dvc_cannot_use_is_refused(write, key):
    path = write(MINIMAL.replace("  first:", f"  '{key}':"))
    assert problems(path) == [
        f"experiments.{key}: a key is of letters, digits, _ and -, and is no number"
    ]


def test_a_name_that_would_be_another_s_replicates_is_refused(write):
    (line,) = problems(write(MINIMAL.replace("  first:", "  first-replicates:")))
    assert line.startswith("experiments.first-replicates: another name, please")


def test_a_number_for_a_name_is_refused(write):
    (line,) = problems(write(MINIMAL.replace("  first:", "  8:")))
    assert "a key is of letters, digits, _ and -, and is no number" in line


def test_a_key_that_is_there_twice_is_refused(write):
    path = write(MINIMAL.replace("epochs: 10\n", "epochs: 10\n      epochs: 20\n"))
    line_number = path.read_text().splitlines().index("      epochs: 20") + 1
    assert problems(path) == [f"line {line_number}, column 7: the key 'epochs' is there twice"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file: null should be a section with keys"),
        (b"- 1", "the file: [1] should be a section with keys"),
        (b"a: b: c", "line 1, column 5: mapping values are not allowed here"),
        (b"a: [1", "line 1, column 6: expected ',' or ']', but got '<stream end>'"),
        (b"a: *b", "line 1, column 4: found undefined alias 'b'"),
        (b"a: !!python/name:os.system", "line 1, column 4: could not determine a constructor"),
        (b"\xff\xff\xff\x00\xff", "unacceptable character #x00ff: invalid start byte"),
    ],
)
def test_a_file_that_is_not_yaml_is_told_in_a_line(tmp_path, content, told):
    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    (line,) = problems(path)
    assert told in line


NESTED_ALIASES = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: !!int abc", "line 1, column 4: 'abc' is no int"),
        ("a: !!float x", "line 1, column 4: 'x' is no float"),
        ("a: !!bool maybe", "line 1, column 4: 'maybe' is no bool"),
        ("a: !!timestamp x", "line 1, column 4: could not determine a constructor"),
        ("a: !!python/name:os.system", "line 1, column 4: could not determine a constructor"),
        ("a: " + "1" * 5000, "line 1, column 4: a number of 5000 digits; 100 are the most"),
        ("a: &a [*a]", "line 1, column 8: the value &a contains itself"),
        ("a: &a {b: {c: *a}}", "line 1, column 15: the value &a contains itself"),
        ("a: " + "[" * 500, "line 1, column 53: more than 50 values lie in each other"),
        ("- " * 500 + "1", "line 1, column 101: more than 50 values lie in each other"),
        (NESTED_ALIASES, "line 7, column 10: with all aliases, there are more than 1000000 values"),
        ('a: "\\ud800"', "line 1, column 4: half a character, of a pair that was split"),
    ],
    ids=lambda text: text[:20],
)
def test_what_would_be_too_much_is_refused_at_once(write, text, told):
    (problem,) = problems(write(text))
    assert problem.startswith(told)


def test_aliases_within_bounds_are_read(write):
    text = MINIMAL.replace("plot: {frames", "plot: &plot {frames")
    _, _, first = text.partition("  first:\n")
    second = first.replace("plot: &plot {frames: 40, resolution: 150}", "plot: *plot")
    assert second != first
    params = load_params(write(f"{text}  second:\n{second}"))
    assert params.experiments["first"] == params.experiments["second"]


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("experiments.first.train.hidden", [99999999999, 4], "1000000000"),
        ("experiments.first.train.hidden", [10000, 10000], "100000000 weights"),
        ("experiments.first.train.epochs", 10**20, "1000000000"),
        ("experiments.first.plot.frames", 999999999999, "1000"),
        ("experiments.first.plot.resolution", 999999, "1000"),
        ("experiments.first.replicate.count", 10**9, "100000"),
        ("generators.moons.rows", 10**12, "10000000"),
    ],
)
def test_an_absurd_size_is_told_with_its_bound(changed, key, value, told):
    (problem,) = problems(changed({key: value}))
    assert problem.startswith(key)
    assert told in problem


def test_an_unknown_name_gets_the_nearest(write):
    params = load_params(write(MINIMAL))
    with pytest.raises(InputError, match="there is no experiment 'frist'; did you mean 'first'"):
        params.experiment("frist")
    with pytest.raises(InputError, match="there is no generator 'zzz'; there is 'moons'"):
        params.generator("zzz")


def test_params_cannot_be_changed(write):
    with pytest.raises(ValueError, match="frozen"):
        load_params(write(MINIMAL)).experiments["first"].train.epochs = 3  # type: ignore[misc]


def test_reading_params_imports_little():
    code = "import sys, stages.running.parameters.file; print(*sys.modules)"
    imported = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pandas", "dvc", "matplotlib", "sklearn", "ruamel.yaml"} & set(imported)
