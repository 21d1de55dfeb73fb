"""Taking some networks out of those that are trained in step, each with all that is its own."""

from typing import Any

import numpy as np

from nn.training.history import Recorder
from nn.training.learner import Learner


def learner_of(learner: Learner, places: list[int]) -> Learner:
    """Make a learner of the networks at these places, which goes on where this one stands."""
    network, batches = learner.network, learner.batches
    taken = Learner(
        network.over(network.parameters[places]),
        learner.features[places],
        learner.labels[places],
        learner.row_weights[places],
        [learner.settings[place] for place in places],
    )
    taken.state = optimizer_state_of(learner.state, places)
    taken.batches.sources = [batches.sources[place] for place in places if batches.sources]
    taken.batches.order = None if batches.order is None else batches.order[places]
    return taken


def recorder_of(recorder: Recorder, places: list[int]) -> Recorder:
    """Make a recorder of the networks at these places, with their records so far."""
    taken = Recorder(
        recorder.output,
        recorder.labels[places],
        recorder.classes,
        recorder.row_weights[places],
    )
    taken.records = {
        name: [record[place].copy() for place in places]
        for name, record in recorder.columns().items()
    }
    return taken


def optimizer_state_of(state: Any, places: list[int]) -> Any:
    """Take the state of some networks out of an optimizer's: of each array in it, these rows.

    Numbers are the same for all networks. Raises TypeError for what is neither.
    """
    match state:
        case np.ndarray():
            return state[places]
        case tuple():
            parts = [optimizer_state_of(part, places) for part in state]
            return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)
        case None | int() | float():
            return state
    raise TypeError(f"an optimizer's state is arrays, numbers and tuples of these, not {state!r}")
