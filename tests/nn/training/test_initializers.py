import numpy as np
import pytest
import scipy.stats

from nn.training.initializers import INITIALIZERS, initial_weights

# As a notebook printed them: numpy.random.seed(42), randn(3, 4), then randn(4, 1).
HIDDEN = [
    [0.49671415, -0.1382643, 0.64768854, 1.52302986],
    [-0.23415337, -0.23413696, 1.57921282, 0.76743473],
    [-0.46947439, 0.54256004, -0.46341769, -0.46572975],
]
LAST = [[0.24196227], [-1.91328024], [-1.72491783], [-0.56228753]]
INPUTS, OUTPUTS = 50, 400
EXPECTED = {
    "he": scipy.stats.norm(scale=(2 / INPUTS) ** 0.5),
    "glorot": scipy.stats.uniform(-((6 / 450) ** 0.5), 2 * (6 / 450) ** 0.5),
    "normal": scipy.stats.norm(),
    "legacy_normal": scipy.stats.norm(),
}


def test_legacy_normal_draws_the_notebook_s_weights():
    hidden, last = initial_weights("legacy_normal", (3, 4, 1), 42)
    np.testing.assert_allclose(hidden, HIDDEN, atol=5.1e-9, rtol=0)
    np.testing.assert_allclose(last, LAST, atol=5.1e-9, rtol=0)
    stream = np.random.RandomState(42)
    for weights, shape in ((hidden, (3, 4)), (last, (4, 1))):
        np.testing.assert_allclose(weights, stream.randn(*shape), atol=2.0**-37, rtol=0)


@pytest.mark.parametrize("name", ["normal", "legacy_normal"])
def test_normal_draws_lie_on_a_grid_that_hides_the_last_bit(name):
    multiples = initial_weights(name, (7, 9), 3)[0] * 2.0**36
    np.testing.assert_array_equal(multiples, np.rint(multiples))


@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_distribution(name):
    (weights,) = initial_weights(name, (INPUTS, OUTPUTS), 1)
    assert weights.shape == (INPUTS, OUTPUTS)
    assert scipy.stats.kstest(weights.ravel(), EXPECTED[name].cdf).pvalue > 1e-3
    low, high = EXPECTED[name].support()
    assert low <= weights.min() <= weights.max() <= high
    # 20000 draws: the error of the standard deviation is below 1 in 200.
    assert weights.std() == pytest.approx(EXPECTED[name].std(), rel=0.02)


@pytest.mark.parametrize("name", ["he", "glorot"])
def test_the_spread_follows_the_numbers_of_inputs_and_outputs(name):
    few, many = (initial_weights(name, sizes, 0)[0].std() for sizes in ((4, 500), (400, 500)))
    expected = {"he": 10.0, "glorot": (900 / 504) ** 0.5}[name]
    assert few / many == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_a_seed_is_a_draw(name):
    sizes = (3, 5, 5, 5, 2)
    first, again, other = (initial_weights(name, sizes, seed) for seed in (7, 7, 8))
    assert [w.shape for w in first] == [(3, 5), (5, 5), (5, 5), (5, 2)]
    for layer, same, different in zip(first, again, other, strict=True):
        assert layer.tobytes() == same.tobytes()
        assert not np.any(layer == different)
    assert not np.any(first[1] == first[2])  # one stream, not the same draws for every layer


@pytest.mark.parametrize("name", INITIALIZERS)
def test_no_global_state(name):
    np.random.seed(5)
    first = initial_weights(name, (3, 4), 0)[0]
    after = np.random.random()
    np.random.seed(5)
    assert np.random.random() == after
    assert initial_weights(name, (3, 4), 0)[0].tobytes() == first.tobytes()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("normal", ["0x1.34407787ep-1", "0x1.639f27bfcp-2", "0x1.1573e3559p+1"]),
        ("glorot", ["-0x1.961505c1a69d6p-2", "-0x1.2e07cf5824ba5p+0", "-0x1.57646aa95f743p-2"]),
    ],
)
def test_the_draws_are_those_of_other_machines_and_versions(name, expected):
    """NumPy promises a Generator's streams within a version only; results here rest on them."""
    (weights,) = initial_weights(name, (1, 3), 42)
    assert weights[0].tolist() == [float.fromhex(digits) for digits in expected]
