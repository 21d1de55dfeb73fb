"""Of very many columns, a few to look at: what the others bring to a network is added up once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array
from nn.network.network import Network
from nn.preparing.preprocessing import Preparation, Preprocessing
from nn.preparing.scaling import Scaling

FEATURES = 200  # of more, only the columns with the largest weights are looked at


class LookedAt(NamedTuple):
    """Some columns of known rows, and the network that answers as they are changed."""

    values: Array
    """Coded, (rows, columns)."""
    preprocessing: Preprocessing
    """Of these columns alone."""
    network: Network
    others: Array | None
    """What the network takes of each row beside, (..., rows, units); None where that is nothing."""

    def at(self, rows: NDArray[np.int64]) -> "LookedAt":
        """Look at some of the rows."""
        others = None if self.others is None else self.others[..., rows, :]
        return self._replace(values=self.values[rows], others=others)

    def logits(self, changed: Array) -> Array:
        """Answer to other values of the rows, again and again: (times * rows, columns)."""
        features = self.preprocessing.features(changed)
        if self.others is not None:
            times = len(changed) // len(self.values)
            features = np.broadcast_to(features, (*self.others.shape[:-2], *features.shape))
            again = np.tile(self.others, (times, 1))
            features = np.concatenate([features, again], axis=-1)
        return self.network.logits(features)


def look_at(network: Network, preprocessing: Preprocessing, values: Array) -> LookedAt:
    """Look at all columns or, of very many, at some; values are coded, (rows, columns).

    Others stay as they are. The sums that they bring to the units of the first layer are inputs,
    one for each unit.
    """
    places = _columns_looked_at(network, preprocessing)
    if len(places) == len(preprocessing.columns):
        return LookedAt(values, preprocessing, network, None)
    is_looked_at = np.isin(owners_of(preprocessing.columns), places)
    center, scale, clip = preprocessing.scaling
    scaling = Scaling(center[is_looked_at], scale[is_looked_at], clip)
    few = Preprocessing(tuple(preprocessing.columns[place] for place in places), scaling)

    first = network.layers[0]
    *members, _, units = first.shape
    own = first[..., np.append(is_looked_at, False), :]
    others = first[..., np.append(~is_looked_at, True), :]  # with the biases
    sizes = others.shape[-2] - 1, units
    adding = Network(sizes, (), "linear", others.reshape(*members, -1))
    sums = adding.logits(preprocessing.features(values)[:, ~is_looked_at])
    passed_on = np.broadcast_to(np.eye(units + 1, units), (*members, units + 1, units))
    narrow = network.fed_by(np.concatenate([own, passed_on], axis=-2))
    return LookedAt(values[:, places], few, narrow, sums)


def _columns_looked_at(network: Network, preprocessing: Preprocessing) -> list[int]:
    """Choose the columns to look at: all, or of very many those with the largest weights."""
    owners = owners_of(preprocessing.columns)
    if len(owners) <= FEATURES:
        return sorted({*owners})
    each = [np.abs(member.weights[0]).max(axis=-1) for member in network.members]
    strength = np.max(each, axis=0)
    strongest = np.argsort(-strength, kind="stable")[:FEATURES]
    return sorted({owners[feature] for feature in strongest.tolist()})


def owners_of(prepared: Sequence[Preparation]) -> list[int]:
    """Tell of each feature which column it is of."""
    return [place for place, column in enumerate(prepared) for _ in column.feature_names]
