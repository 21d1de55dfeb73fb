"""Part a table's rows into training, validation and test rows: `python -m stages.split KEY`."""

from typing import Any

from nn.preparing.columns import column_to_json
from nn.splitting import split_table
from stages.executing.progress import Progress
from stages.running.artifacts import Rows, write_split
from stages.running.command import run
from stages.running.parameters.file import load_params
from stages.tables.table import read_table


def main(key: str) -> None:
    """Write `artifacts/KEY/split/`: features, labels, row numbers of each part, `columns.json`.

    Where rows are split by a column, `keys.npy` has which of its sorted values each row has.
    """
    experiment = load_params().experiment(key)
    table = read_table(**experiment.data.model_dump(), **experiment.split.reading())
    drawing = experiment.split.drawing()
    parts = split_table(table.labels, table.classes, table.keys, **drawing)
    columns: dict[str, Any] = {
        "columns": [column_to_json(column) for column in table.columns],
        "missing": experiment.data.missing,
        "target": table.target,
        "classes": table.classes,
    }
    if table.keys is not None:
        columns["split_by"] = experiment.split.group or experiment.split.order
    rows = Rows(table.features, table.labels)
    with Progress(f"split {key}", "rows", len(table.labels)) as progress:
        write_split(key, rows, parts._asdict(), columns, table.keys, progress.in_rows)


if __name__ == "__main__":
    run(main)
