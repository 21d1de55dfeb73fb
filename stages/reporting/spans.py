"""What values the inputs of a network had in its table: lowest, highest, average."""

from typing import NamedTuple

import numpy as np

from nn.arithmetic import Array, row_blocks, total
from nn.preparing.preprocessing import Preprocessing, recode
from stages.running.artifacts import SplitTable


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
        for block in row_blocks(values, len(prepare.feature_names)) if len(labels) else ():
            features = prepare.unscaled(recode(prepare.columns, block, table.columns))
            lowest.append(features.min(axis=0))
            highest.append(features.max(axis=0))
            if part == "train":
                sums.append(total(features, axis=0))
    average = total(np.stack(sums), axis=0) / len(table.parts["train"].labels)
    return Spans(np.min(lowest, axis=0), np.max(highest, axis=0), average)
