"""What values the inputs of a network had in its table: lowest, highest, average."""

from typing import NamedTuple

import numpy as np

from nn.arithmetic import Array, total
from nn.arithmetic.blocks import blocks_of
from nn.preparing.preprocessing import Preprocessing, recode
from stages.running.artifacts import SplitTable

ROWS_AT_A_TIME = 1 << 16


class Spans(NamedTuple):
    """Of each feature in the table's own units, (features,)."""

    lowest: Array
    highest: Array
    average: Array
    """Of the training rows."""


def spans_of(table: SplitTable, prepare: Preprocessing) -> Spans:
    """Look through all rows of a table, some at a time."""
    lowest, highest, sums = [], [], []
    for part, (values, labels) in table.parts.items():
        for block in blocks_of(len(labels), ROWS_AT_A_TIME) if len(labels) else ():
            coded = recode(prepare.columns, values[block], table.columns)
            features = prepare.unscaled(coded)
            lowest.append(features.min(axis=0))
            highest.append(features.max(axis=0))
            if part == "train":
                sums.append(total(features, axis=0))
    average = total(np.stack(sums), axis=0) / len(table.parts["train"].labels)
    return Spans(np.min(lowest, axis=0), np.max(highest, axis=0), average)
