"""The page's JavaScript computes what `nn` computes, to the last bit, for whatever is trained."""

import json

import numpy as np
import pytest
from playwright.sync_api import Error

from nn import arithmetic
from nn.arithmetic.elementary import LOST_OF_ROOTS, ROOTS_OF_TWO
from nn.network.activations import ACTIVATIONS
from nn.network.ensemble import Ensemble
from nn.network.network import Network, parameter_count
from nn.network.outputs import CLASSIFICATION, OUTPUTS, REGRESSION, outputs_for
from nn.preparing.scaling import Scaling
from stages.reporting.page import SCRIPTS, assets
from tests import browser

pytestmark = pytest.mark.browser

ACTIVATION_NAMES = [*ACTIVATIONS, "leaky_relu"]
NEGATIVE_SLOPE = 0.1
SIZES = {  # of features and hidden layers
    "no hidden layer": (3,),
    "one narrow layer": (3, 5),
    "several narrow layers": (3, 4, 5, 6, 7),
    "64 weights": (8, 8),
    "65 weights": (13, 5),
    "several wide layers": (12, 30, 20, 10),
    "no hidden layer, 1100 features": (1100,),
    "600 units": (2, 600),
}
EXTREMES = [0.0, -0.0, 5e-324, -1e-310, 1e-160, -1e-20, 1e10, -1e150, 1e300, -1e300]

SCRIPT = "\n".join(
    (
        '"use strict";',
        assets(SCRIPTS[: SCRIPTS.index("ensemble.js") + 1]),
        # Bits, as JSON knows no negative zero.
        "const bitsOf = (values) => new BigUint64Array(Float64Array.from(values).buffer).join();",
    )
)
RUN = """(text) => {
    const { model, parameters, rows } = JSON.parse(text);
    const network = networkOf(model, parameters);
    const labels = model.classes.map((_, label) => label);
    return [
        rows.flatMap((row) => network.logits(row)),
        rows.flatMap((row) => network.probabilities(row)),
        rows.flatMap((row) => labels.map((label) => network.loss(row, label))),
    ].map(bitsOf);
}"""

RUN_ENSEMBLE = """(text) => {
    const { model, parameters, rows } = JSON.parse(text);
    const network = networkOf(model, parameters);
    const { length } = model.classes;
    const answer = (row) => (length ? network.probabilities(row) : network.number(row));
    return [rows.flatMap((row) => network.logits(row)), rows.flatMap(answer)].map(bitsOf);
}"""


@pytest.fixture(scope="module")
def page():
    """An empty page with the scripts that compute, and none that needs a report."""
    with browser.chromium() as chromium:
        page = chromium.new_page()
        page.add_script_tag(content=SCRIPT)
        yield page


def assert_same_bits(found: str, expected):
    """Compare what `bitsOf` wrote with an array."""
    numbers = np.array(found.split(","), dtype=np.uint64).view(np.float64)
    assert np.isfinite(expected).all()
    np.testing.assert_array_equal(numbers, expected.ravel())
    np.testing.assert_array_equal(np.signbit(numbers), np.signbit(expected.ravel()))


def example_rows(source, features):
    """Draw rows of usual size; then of each extreme, and of all mixed."""
    usual = source.normal(scale=2.0, size=(30, features))
    extremes = np.repeat(np.array(EXTREMES)[:, None], features, axis=1)
    mixed = source.choice(EXTREMES, size=(10, features))
    return np.concatenate([usual, extremes, mixed])


@pytest.mark.parametrize("output", outputs_for(CLASSIFICATION))
@pytest.mark.parametrize("first", range(len(ACTIVATION_NAMES)), ids=ACTIVATION_NAMES)
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_logits_probabilities_and_losses_have_the_bits_of_python(page, sizes, first, output):
    classes = 2 if output == "sigmoid" else 5
    units = OUTPUTS[output].units(classes)
    source = np.random.default_rng([*sizes, first, classes])
    activations = [  # all of them in turn, where there are so many layers
        ACTIVATION_NAMES[(first + layer) % len(ACTIVATION_NAMES)] for layer in range(len(sizes) - 1)
    ]
    parameters = source.normal(scale=0.7, size=parameter_count((*sizes, units)))
    parameters[::7], parameters[3::11], parameters[5::13] = 0.0, -0.0, -1e-300
    parameters[-1] = 0.0  # a bias that hides no tiny logit
    network = Network((*sizes, units), activations, output, parameters, NEGATIVE_SLOPE)
    rows = example_rows(source, sizes[0])
    model = {
        "sizes": network.sizes,
        "activations": activations,
        "negativeSlope": NEGATIVE_SLOPE,
        "output": output,
        "classes": [*range(classes)],
    }
    case = {"model": model, "parameters": parameters.tolist(), "rows": rows.tolist()}
    logits, probabilities, losses = page.evaluate(RUN, json.dumps(case))
    expected = network.logits(rows)
    assert_same_bits(logits, expected)
    assert_same_bits(probabilities, network.probabilities(rows))
    labels = np.tile(np.arange(classes), (len(rows), 1))
    targets = OUTPUTS[output].targets(labels, classes)
    assert_same_bits(losses, OUTPUTS[output].losses(expected[:, None, :], targets))


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("members", [2, 3, 8])
def test_an_ensemble_has_the_bits_of_python(page, members, output):
    classes = {"sigmoid": 2, "linear": 0, "huber": 0}.get(output, 5)
    sizes = (3, 5, OUTPUTS[output].units(classes))
    source = np.random.default_rng([members, classes])
    parameters = source.normal(size=(members, parameter_count(sizes)))
    network = Ensemble(sizes, ["tanh"], output, parameters)
    rows = example_rows(source, sizes[0])
    model = {
        "sizes": sizes,
        "activations": ["tanh"],
        "output": output,
        "classes": [*range(classes)],
        "quantity": {"center": 3.0, "scale": 0.5},
    }
    case = {"model": model, "parameters": parameters.tolist(), "rows": rows.tolist()}
    logits, answers = page.evaluate(RUN_ENSEMBLE, json.dumps(case))
    assert_same_bits(logits, network.logits(rows))
    expected = network.probabilities(rows) if classes else 3.0 + 0.5 * network.logits(rows)
    assert_same_bits(answers, expected)


RUN_OF_NUMBERS = """(text) => {
    const { model, parameters, rows, targets } = JSON.parse(text);
    const network = new Network(model, parameters);
    const error = (row, target) => network.gradient(row, target).errors.at(-1);
    return [
        rows.flatMap((row) => network.activate(row).logits),
        rows.map((row) => network.number(row)),
        rows.flatMap((row) => targets.map((target) => network.loss(row, target))),
        rows.flatMap((row) => targets.flatMap((target) => error(row, target))),
    ].map(bitsOf);
}"""


@pytest.mark.parametrize("output", outputs_for(REGRESSION))
@pytest.mark.parametrize("first", range(len(ACTIVATION_NAMES)), ids=ACTIVATION_NAMES)
def test_numbers_and_their_losses_have_the_bits_of_python(page, first, output):
    sizes, source = (3, 7, 4, 1), np.random.default_rng(first)
    activations = [ACTIVATION_NAMES[(first + n) % len(ACTIVATION_NAMES)] for n in range(2)]
    parameters = source.normal(scale=0.7, size=parameter_count(sizes))
    network = Network(sizes, activations, output, parameters, NEGATIVE_SLOPE)
    rows = example_rows(source, sizes[0])
    rows = rows[np.abs(network.logits(rows)[:, 0]) < 1e100]  # as a model's output is cut off there
    targets = np.array([0.0, -1.5, 1e-9, 700.0])
    scaling = Scaling(np.array([35.8]), np.array([16.7]))
    case = {
        "model": {
            "sizes": sizes,
            "activations": activations,
            "negativeSlope": NEGATIVE_SLOPE,
            "output": output,
            "classes": [],
            "quantity": {"center": 35.8, "scale": 16.7},
        },
        "parameters": parameters.tolist(),
        "rows": rows.tolist(),
        "targets": targets.tolist(),
    }
    logits, numbers, losses, errors = page.evaluate(RUN_OF_NUMBERS, json.dumps(case))
    expected = network.logits(rows)
    assert len(expected) >= 40
    assert_same_bits(logits, expected)
    assert_same_bits(numbers, scaling.undo(expected)[:, 0])
    wanted = OUTPUTS[output].targets(np.tile(targets, (len(rows), 1)), 0)
    repeated = np.repeat(expected[:, None, :], len(targets), axis=1)
    assert_same_bits(losses, OUTPUTS[output].losses(repeated, wanted))
    assert_same_bits(errors, OUTPUTS[output].error(repeated, wanted))


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("exp", -800.0, 709.0),
        ("log1p", 0.0, 1e300),
        ("sigmoid", -1e300, 1e300),
        ("softplus", -1e300, 1e300),
        ("tanh", -1e300, 1e300),
    ],
)
def test_an_elementary_function_has_the_bits_of_python(page, name, lowest, highest):
    source = np.random.default_rng(len(name))
    borders = np.array(
        [*EXTREMES, np.sqrt(0.5), np.sqrt(2.0) - 1.0, 0.625, 1.0, 30.0, 745.1332191019412]
    )
    near_borders = np.nextafter(borders, np.inf), borders, np.nextafter(borders, -np.inf)
    usual = source.normal(size=(20_000, 1)) * [0.01, 1.0, 30.0, 400.0]
    x = np.concatenate([*near_borders, usual.ravel()])
    x = np.concatenate([x, -x])
    x = x[(x >= lowest) & (x <= highest)]
    found = page.evaluate(f"(text) => bitsOf(JSON.parse(text).map({name}))", json.dumps(x.tolist()))
    assert_same_bits(found, getattr(arithmetic, name)(x))


def test_the_table_of_roots_has_the_bits_of_python(page):
    rounded, lost = page.evaluate("[ROOTS_OF_TWO, LOST_OF_ROOTS].map(bitsOf)")
    assert_same_bits(rounded, ROOTS_OF_TWO)
    assert_same_bits(lost, LOST_OF_ROOTS)


def test_the_page_knows_the_activations_and_outputs_of_python_and_no_others(page):
    assert {*page.evaluate("Object.keys(ACTIVATIONS)")} == {*ACTIVATION_NAMES}
    assert {*page.evaluate("Object.keys(OUTPUTS)")} == {*OUTPUTS}


@pytest.mark.parametrize(("activation", "output"), [("gelu", "softmax"), ("relu", "hinge")])
def test_what_the_page_cannot_compute_is_named(page, activation, output):
    unknown = activation if output in OUTPUTS else output
    model = {"sizes": [1, 1, 1], "activations": [activation], "output": output}
    with pytest.raises(Error, match=f'cannot compute "{unknown}": add it to'):
        page.evaluate("(model) => new Network(model, [0, 0, 0, 0])", model)


@pytest.mark.parametrize("clip", [None, 1.0, 3.0])
def test_features_are_scaled_and_scaled_back_as_the_model_does(page, clip):
    source = np.random.default_rng(8)
    center, scale = source.normal(size=20), source.uniform(0.1, 9.0, size=20)
    raw = source.standard_cauchy(size=20) * 10
    scaling = Scaling(center, scale, clip)
    case = {"center": center.tolist(), "scale": scale.tolist(), "clip": clip, "raw": raw.tolist()}
    scaled, back = page.evaluate(
        """({ raw, ...model }) => {
            const scaling = new Scaling(model);
            const scaled = scaling.apply(raw);
            return [scaled, scaling.undo(scaled)].map(bitsOf);
        }""",
        case,
    )
    assert_same_bits(scaled, scaling.apply(raw))
    assert_same_bits(back, scaling.undo(scaling.apply(raw)))
    np.testing.assert_allclose(scaling.undo(scaling.apply(raw)), raw, rtol=1e-9)
