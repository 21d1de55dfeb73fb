"""Rows to judge, drawn for the tests beside this file."""

import numpy as np
from hypothesis import strategies as st

# Few distinct values, so that ties are the rule.
SCORES = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])


@st.composite
def scored_rows(draw):
    """Rows that are positive or not, and their scores; one row and one kind only are among them."""
    rows = draw(st.lists(st.tuples(st.booleans(), SCORES), min_size=1, max_size=30))
    positive, scores = zip(*rows, strict=True)
    return np.array(positive), np.array(scores)


def random_probabilities(rows, classes, seed):
    source = np.random.default_rng(seed)
    probabilities = source.dirichlet(np.full(classes, 0.5), size=rows)
    return probabilities, source.integers(0, classes, rows)
