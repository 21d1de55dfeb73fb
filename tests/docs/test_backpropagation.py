"""What docs/backpropagation.md says is true: its example, its names, its formulas."""

import inspect
import math
import pydoc
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn.arithmetic import sigmoid, softplus
from nn.network.outputs import CLASSIFICATION, OUTPUTS, outputs_for
from nn.training.class_weights import row_weights
from nn.training.learner import Learner
from nn.training.loop import train
from nn.training.problem import initial_network
from nn.training.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/backpropagation.md").read_text(encoding="utf-8")
EXAMPLE = DOCUMENT.split("\n## 7. ")[1].split("\n## ")[0]
TEXT = re.sub(r"```.*?```", "", DOCUMENT, flags=re.DOTALL)  # without blocks of code and formulas


def tables():
    """The example's tables, each a list of rows of cells, the first row its head."""
    found = re.findall(r"(?:^\|.*\|\n)+", EXAMPLE, flags=re.MULTILINE)
    lines = [[line for line in table.splitlines() if "---" not in line] for table in found]
    return [[[cell.strip() for cell in line[1:-1].split("|")] for line in t] for t in lines]


def stated(pattern, text=EXAMPLE):
    """The groups of the first match of a pattern that the text must hold."""
    match = re.search(pattern, text, flags=re.DOTALL)
    assert match, f"docs/backpropagation.md no longer says {pattern}"
    return match.groups()


def block(language):
    (content,) = stated(rf"```{language}\n(.*?)```")
    return content


class Example:
    """The example's code, run as it stands, and the same by the formulas in plain NumPy."""

    def __init__(self):
        code: dict[str, Any] = {}
        exec(compile(block("python"), "docs/backpropagation.md", "exec"), code)
        self.raw, self.features = code["table"][:, :3], code["features"]
        self.network, self.gradient = code["network"], code["gradient"].copy()
        self.computed_logits, self.targets = code["logits"], code["targets"]
        self.center, self.scale = self.raw.mean(axis=0), self.raw.std(axis=0)
        first, second = self.layers = [layer.copy() for layer in self.network.layers]
        self.inputs = np.append((self.raw[0] - self.center) / (self.scale + 1e-8), 1.0)
        self.sums = self.inputs @ first
        self.on = (self.sums > 0).astype(np.float64)
        self.activations = self.sums * self.on
        self.logit = float(np.append(self.activations, 1.0) @ second[:, 0])
        self.probability = 1 / (1 + math.exp(-self.logit))
        self.loss = -math.log(self.probability)
        self.d_logit = self.probability - 1
        self.d_activations = self.d_logit * second[:-1, 0]
        self.d_sums = self.d_activations * self.on
        d_first = np.outer(self.inputs, self.d_sums)
        d_second = np.append(self.activations, 1.0) * self.d_logit
        self.expected_gradient = np.append(d_first.ravel(), d_second)
        step = 10.0 ** -int(*stated(r"\$h = 10\^\{-(\d+)\}\$"))
        moves = step * np.eye(len(self.gradient))
        losses = [[self.loss_at(sign * move) for sign in (1, -1)] for move in moves]
        self.differences = np.array([(up - down) / (2 * step) for up, down in losses])
        rate = float(*stated(r"learning rate (\S+) on this row"))
        self.loss_after = self.loss_at(-rate * self.gradient)
        self.foretold = -rate * float(self.gradient @ self.gradient)

    def loss_at(self, move):
        """The loss by the network's own forward pass, its parameters moved and put back."""
        before = self.network.parameters.copy()
        self.network.parameters += move
        logits = self.network.logits(self.features)
        self.network.parameters[...] = before
        return float(OUTPUTS["sigmoid"].losses(logits, self.targets)[0])


@pytest.fixture(scope="module")
def example():
    return Example()


def agree(cells, values):
    """Each cell is the value rounded to the cell's decimals."""
    for cell, value in zip(cells, values, strict=True):
        assert is_rounding(cell, value), (cell, value, cells)


def is_rounding(cell, value):
    decimals = len(cell.partition(".")[2])
    return abs(float(cell) - value) <= 0.5 * 10.0**-decimals * (1 + 1e-3)


def test_the_code_computes_what_the_formulas_say(example):
    np.testing.assert_allclose(example.features[0], example.inputs[:-1], rtol=1e-12)
    np.testing.assert_allclose(example.computed_logits, [[example.logit]], rtol=1e-12)
    np.testing.assert_allclose(example.gradient, example.expected_gradient, rtol=1e-12, atol=0)


def test_the_features(example):
    head, *rows = tables()[0]
    columns = (ROOT / "data/body.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert head[1:] == columns[:3]
    values = [example.raw[0], example.center, example.scale, example.inputs[:-1]]
    assert [row[0].split()[0] for row in rows] == ["in", "mean", "standard", "scaled:"]
    for row, expected in zip(rows, values, strict=True):
        agree(row[1:], expected)


def test_the_hidden_layer(example):
    _, *rows = tables()[1]
    expected = {
        "sum $Z_1$": example.sums,
        "activation $H_1$": example.activations,
        "derivative $f_1'(Z_1)$": example.on,
        "$dH_1$": example.d_activations,
        "$dZ_1$": example.d_sums,
    }
    assert [row[0] for row in rows] == [*expected]
    for row in rows:
        agree(row[1:], expected[row[0]])


def test_the_output(example):
    head, cells = tables()[2]
    assert head == ["logit $Z_2$", "probability $R$", "target $T$", "loss $J$", "$dZ_2$"]
    target = example.targets[0, 0]
    agree(cells, [example.logit, example.probability, target, example.loss, example.d_logit])


def test_the_gradient_of_every_parameter(example):
    head, *rows = tables()[3]
    assert head == ["layer", "input", "unit", "weight", "gradient", "finite difference"]
    first = [*tables()[0][0][1:], "1 (bias)"]
    second = [*(f"unit {unit}" for unit in range(1, 5)), "1 (bias)"]
    places = [["1", name, str(unit)] for name in first for unit in range(1, 5)]
    assert [row[:3] for row in rows] == places + [["2", name, "1"] for name in second]
    weights, gradient, differences = list(zip(*rows, strict=True))[3:]
    agree(weights, example.network.parameters)
    agree(gradient, example.expected_gradient)
    agree(differences, example.differences)
    factor, power = stated(r"differ by less than \$(\d) \\times 10\^\{-(\d+)\}\$")
    largest = np.abs(example.differences - example.gradient).max()
    assert largest < int(factor) * 10.0 ** -int(power)


def test_the_calculations_by_hand():
    lines = block("text").splitlines()
    assert len(lines) == 8
    for line in lines:
        result, calculation = line.split(" = ")
        assert re.fullmatch(r"(?:[-+*/(). \d]|exp|ln)+", calculation)
        value = eval(calculation, {"exp": math.exp, "ln": math.log})
        assert value == pytest.approx(float(result), abs=4e-6), line


def test_no_number_of_the_example_is_made_up(example):
    numbers = {*re.findall(r"\d+\.\d{4,}", EXAMPLE)}
    assert len(numbers) > 60
    known = [value for array in vars(example).values() for value in magnitudes(array)]
    known += [*magnitudes(example.network.parameters), example.loss - example.loss_after]
    for number in numbers:
        assert any(is_rounding(number, value) for value in known), number


def magnitudes(values):
    """The absolute values of a number or an array of numbers, none of anything else."""
    return np.abs(values).ravel().tolist() if isinstance(values, float | np.ndarray) else []


def test_the_step(example):
    sentence = re.sub(r"\s+", " ", EXAMPLE.split("One step of gradient descent")[1])
    before, after, change, foretold = re.findall(r"-?\d\.\d{4,}", sentence)
    changed = example.loss_after - example.loss
    agree(
        [before, after, change, foretold],
        [example.loss, example.loss_after, changed, example.foretold],
    )


def test_the_logit_that_no_probability_can_hold():
    logit = np.array([float(*stated(r"At \$z = (\d+)\$", DOCUMENT))])
    assert sigmoid(logit) == 1.0
    assert softplus(logit) == logit
    assert f"softplus}}({logit[0]:.0f})$, which is {logit[0]:.0f}" in DOCUMENT


@pytest.mark.parametrize("name", sorted({*re.findall(r"`(nn\.[\w.]+)`", DOCUMENT)}))
def test_every_name_exists(name):
    assert pydoc.locate(name) is not None


@pytest.mark.parametrize("path", sorted({*re.findall(r"`([\w/]+\.(?:py|csv))`", DOCUMENT)}))
def test_every_file_exists(path):
    assert (ROOT / path).is_file()


def test_names_are_written_so_that_they_are_checked():
    assert len(re.findall(r"`nn\.[\w.]+`", DOCUMENT)) == DOCUMENT.count("`nn.") > 20


def test_github_renders_the_formulas():
    # It takes a dollar sign for mathematics after a space only and before no letter or digit,
    # loses backslashes before punctuation, and knows fewer macros than MathJax.
    for line in TEXT.splitlines():
        assert line.count("$") % 2 == 0, line
        for part in re.finditer(r"\$([^$]*)\$", line):
            before, after = line[: part.start()][-1:], line[part.end() :][:1]
            assert before in ("", " "), line
            assert not after.isalnum(), line
            assert part[1] == part[1].strip() != "", line
            assert not re.search(r"\\[^a-zA-Z]|[`*]|[})\]]_", part[1]), line
    assert not re.search(r"\\(?:operatorname|mbox|phantom|newcommand|def)\b", DOCUMENT)


@pytest.mark.parametrize("output", outputs_for(CLASSIFICATION))
@pytest.mark.parametrize("hidden", [(), (4,), (3, 5)])
def test_the_whole_loss_with_class_weights_and_l2(output, hidden):
    source = np.random.default_rng(5)
    rows, classes, l2, rate = 15, 2 if output == "sigmoid" else 3, 0.3, 0.25
    features = source.standard_normal((rows, 3))
    labels = np.minimum(np.arange(rows) // 4, classes - 1)
    settings = Settings(
        hidden=hidden,
        activation=("tanh",),
        output=output,
        initializer="glorot",
        seed=1,
        optimizer="gradient_descent",
        learning_rate=rate,
        epochs=1,
        l2=l2,
        class_weights="balanced",
    )
    network = initial_network(3, classes, settings)
    network.parameters += source.normal(0, 0.3, network.parameters.shape)
    targets = OUTPUTS[output].targets(labels, classes)

    def total_loss():
        values = features
        for layer in network.layers:
            logits = np.column_stack([values, np.ones(rows)]) @ layer
            values = np.tanh(logits)
        if output == "softmax":
            f = np.log(np.exp(logits).sum(axis=1))
        else:
            f = np.log(1 + np.exp(logits)).sum(axis=1)
        counts = np.array([rows / (classes * np.sum(labels == label)) for label in labels])
        squares = sum((layer[:-1] ** 2).sum() for layer in network.layers)
        return (counts / rows) @ (f - (targets * logits).sum(axis=1)) + l2 / 2 * squares

    step, before = 1e-5, network.parameters.copy()
    differences = np.empty_like(before)
    for index, value in enumerate(before):
        network.parameters[index] = value + step
        up = total_loss()
        network.parameters[index] = value - step
        differences[index] = (up - total_loss()) / (2 * step)
        network.parameters[index] = value

    weights = row_weights(labels, classes, "balanced")
    one = network.over(network.parameters[None])
    [*Learner(one, features[None], labels[None], weights[None], [settings]).run_epoch(0)]
    gradient = (before - one.parameters[0]) / rate
    np.testing.assert_allclose(gradient, differences, rtol=1e-7, atol=1e-9)


def test_the_walk_from_train_to_the_line_that_changes_a_weight():
    (walk,) = re.findall(r"^\*\*The walk\.\*\*(.*?)^The gradient", TEXT, re.DOTALL | re.MULTILINE)
    steps: list[Any] = [
        pydoc.locate(name) for name in re.findall(r"^\d\. `([\w.]+)`", walk, re.MULTILINE)
    ]
    assert steps[0] is train
    sources = [inspect.getsource(step) for step in steps]
    for source, called in zip(sources[:-1], steps[1:], strict=True):
        assert re.search(rf"\b{called.__name__}\(", source)
    assert "parameters += step" in sources[-1]
    assert len(steps) - 1 <= 4
    assert len({inspect.getsourcefile(step) for step in steps}) <= 3
