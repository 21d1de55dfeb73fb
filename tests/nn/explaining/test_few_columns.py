"""Some columns of many, beside the network that is asked about all of them."""

import numpy as np
import pytest

from nn.explaining import few_columns
from nn.explaining.few_columns import look_at
from nn.network.ensemble import Ensemble
from nn.network.network import Network, parameter_count
from nn.preparing.columns import Column
from nn.preparing.preprocessing import fit_preprocessing

COLOURS = ("blue", "green", "red")


def columns_and_values():
    source = np.random.default_rng(0)
    values = source.normal(size=(12, 6))
    values[:, 2] = source.permutation(np.arange(12) % 3)
    values[3, 4] = np.nan
    columns = [Column(name, COLOURS if name == "c" else None) for name in "abcdef"]
    return fit_preprocessing(values, columns, "impute", "smooth_clip", clip=3.0), values


def network_of(features, hidden, members):
    sizes = (features, *hidden, 2)
    parameters = np.random.default_rng(1).normal(size=(*members, parameter_count(sizes)))
    made_of = sizes, ("tanh",) * len(hidden), "softmax"
    return (Ensemble if members else Network)(*made_of, parameters)


@pytest.mark.parametrize("members", [(), (3,)])
@pytest.mark.parametrize("hidden", [(), (4,)])
def test_it_answers_as_the_network_does_where_the_other_columns_stay(hidden, members, monkeypatch):
    monkeypatch.setattr(few_columns, "FEATURES", 4)
    preprocessing, values = columns_and_values()
    network = network_of(9, hidden, members)
    weights = network.layers[0]
    weights[..., :-1, :] *= 0.1
    weights[..., [1, 3, 6], :] *= 100.0  # of b, one colour, and of e; then comes one of these
    weights[..., 4, :] *= 50.0
    places = [1, 2, 4]
    found = look_at(network, preprocessing, values).at(np.arange(0, 12, 2))
    assert np.array_equal(found.values, values[::2, places], equal_nan=True)
    assert [column.name for column in found.preprocessing.columns] == ["b", "c", "e"]
    # b, three colours, e and whether it is missing; then the sums of the others, unit by unit
    assert found.network.sizes == (6 + network.sizes[1], *network.sizes[1:])

    changed = np.tile(values[::2], (5, 1))
    changed[:, places] = np.random.default_rng(2).permutation(changed[:, places])
    expected = network.logits(preprocessing.features(changed))
    np.testing.assert_allclose(found.logits(changed[:, places]), expected, rtol=1e-10)


def test_of_few_columns_all_are_looked_at_by_the_network_itself():
    preprocessing, values = columns_and_values()
    network = network_of(9, (4,), ())
    found = look_at(network, preprocessing, values)
    assert found.network is network
    expected = network.logits(preprocessing.features(values))
    assert np.array_equal(found.logits(values), expected)
