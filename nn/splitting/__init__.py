"""Parting a table's rows into training, validation and test rows: by chance, group or order."""

from nn.splitting.chance import split_rows
from nn.splitting.parts import Split
from nn.splitting.strata import strata_of
from nn.splitting.table import fold_table, split_table

__all__ = ["Split", "fold_table", "split_rows", "split_table", "strata_of"]
