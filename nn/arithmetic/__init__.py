"""The machine: arithmetic with the same bits everywhere, and the buffers that make it fast.

Rounding, memory layout and speed are thought about here and nowhere else.
"""

from nn.arithmetic.blocks import (
    ManyAtOnce,
    blocks_of,
    by_blocks,
    learn_by_blocks,
    rows_at,
    rows_in_turn,
    without_axis,
)
from nn.arithmetic.buffers import tuned_numpy
from nn.arithmetic.dealt import Part, evenly, in_table_order, stored_in_table_order
from nn.arithmetic.elementary import (
    Array,
    exp,
    log,
    log1p,
    positive_part,
    sigmoid,
    softplus,
    tanh,
    within,
)
from nn.arithmetic.layers import Layers
from nn.arithmetic.mapped import (
    columns_of,
    counts_of,
    even_places,
    one_column,
    places_of,
    release,
    row_blocks,
    rows_in_order,
    stored,
)
from nn.arithmetic.matmul import Columns, matmul
from nn.arithmetic.randomness import drawn_order, random_source
from nn.arithmetic.ranks import rank_correlations
from nn.arithmetic.sorting import Distinct, at_ranks, distinct
from nn.arithmetic.sums import mean, total

__all__ = [
    "Array",
    "Columns",
    "Distinct",
    "Layers",
    "ManyAtOnce",
    "Part",
    "at_ranks",
    "blocks_of",
    "by_blocks",
    "columns_of",
    "counts_of",
    "distinct",
    "drawn_order",
    "even_places",
    "evenly",
    "exp",
    "in_table_order",
    "learn_by_blocks",
    "log",
    "log1p",
    "matmul",
    "mean",
    "one_column",
    "places_of",
    "positive_part",
    "random_source",
    "rank_correlations",
    "release",
    "row_blocks",
    "rows_at",
    "rows_in_order",
    "rows_in_turn",
    "sigmoid",
    "softplus",
    "stored",
    "stored_in_table_order",
    "tanh",
    "total",
    "tuned_numpy",
    "within",
    "without_axis",
]
