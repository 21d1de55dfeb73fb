"""Part a table's rows into training, validation and test rows: `python -m stages.split KEY`."""

import numpy as np

from nn.arithmetic.randomness import random_source
from nn.splitting import Split, split_rows
from stages.parameters.file import load_params
from stages.parameters.sections import SplitParams
from stages.running.command import run
from stages.running.files import output_directory, write_array, write_json
from stages.tables.table import Table, read_table


def main(key: str) -> None:
    """Write `artifacts/KEY/split/`: features, labels, row numbers of each part, `columns.json`."""
    experiment = load_params().experiment(key)
    table = read_table(**experiment.data.model_dump())
    parts = split_table(table, experiment.split)
    columns = {
        "columns": [column._asdict() for column in table.columns],
        "missing": experiment.data.missing,
        "target": table.target,
        "classes": table.classes,
    }
    with output_directory(f"artifacts/{key}/split") as folder:
        for part, rows in parts._asdict().items():
            write_array(folder / f"{part}-features.npy", table.features[rows])
            write_array(folder / f"{part}-labels.npy", table.labels[rows])
            write_array(folder / f"{part}-rows.npy", rows)
        write_json(folder / "columns.json", columns)


def split_table(table: Table, params: SplitParams) -> Split:
    """Draw the rows of each part as the parameters say, each class by its name."""
    return split_rows(
        np.array(table.classes)[table.labels],
        params.test_size,
        params.validation_size,
        params.stratify,
        random_source(params.seed, "split"),
    )


if __name__ == "__main__":
    run(main)
