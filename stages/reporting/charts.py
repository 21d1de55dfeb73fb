"""The charts of an experiment: loss, ROC, precision and recall, calibration, and one feature's."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nn.training.outcome import snapshot_epochs
from stages.figures.plane import extent
from stages.reporting.boundary import AREA as PLANE_AREA
from stages.reporting.frame import Frame
from stages.reporting.line_chart import AREA, DIAGONAL, Chart, Series
from stages.reporting.results import PART_NAMES
from stages.running.artifacts import HISTORY_PREFIXES, Rows, of_members, read_csv, read_curves

POINTS = 400  # of a curve by epoch, at most: more cannot be told apart
SHARES = (0.0, 1.0)
ROW_COLORS = {"train": 6, "validation": 5, "test": 0}


def history_charts(history: Mapping[str, NDArray[np.float64]]) -> list[Chart]:
    """Draw loss and accuracy by epoch; `history` has them by column, (epochs + 1,).

    Of an ensemble each member is a thin line behind the mean. Of many epochs some are left out,
    fewer at the beginning, where the curves change most.
    """
    epochs = history["epoch"]
    places = sorted(snapshot_epochs(len(epochs) - 1, POINTS))
    charts = []
    for metric in ("loss", "accuracy"):
        if metric not in history:  # numbers are not right or wrong
            continue
        series = []
        for number, (part, prefix) in enumerate(HISTORY_PREFIXES.items()):
            if prefix + metric not in history:
                continue
            for values in of_members(history, prefix + metric):
                shown = [place for place in places if not np.isnan(values[place])]
                columns = {"epoch": epochs[shown].tolist(), metric: values[shown].tolist()}
                series.append(Series("", columns, color=number, thin=True))
            columns = {
                "epoch": epochs[places].tolist(),
                metric: history[prefix + metric][places].tolist(),
            }
            series.append(Series(part, columns, color=number, dashed=bool(prefix)))
        top = 1.0 if metric == "accuracy" else max(max(each.y) for each in series) or 1.0
        frame = Frame(AREA, (0.0, float(epochs[-1]) or 1.0), (0.0, top))
        charts.append(
            Chart(
                metric, f"{metric.capitalize()} by epoch", "epoch", metric, frame, series
            )._replace(along_x=True)
        )
    return charts


def judging_charts(key: str, classes: Sequence[str], base_rate: float) -> list[Chart]:
    """Draw what `evaluate` wrote of an experiment: ROC, precision and recall, calibration."""
    folder = Path(f"curves/{key}")
    square = Frame(AREA, SHARES, SHARES)
    return [
        Chart(
            "roc",
            "ROC",
            "false positive rate",
            "true positive rate",
            square,
            class_series(
                folder / "roc.csv",
                ("false_positive_rate", "true_positive_rate", "threshold"),
                classes,
            ),
            DIAGONAL,
            "guessing",
        ),
        Chart(
            "precision-recall",
            "Precision and recall",
            "recall",
            "precision",
            square,
            class_series(
                folder / "precision_recall.csv",
                ("recall", "precision", "threshold"),
                classes,
            ),
            (SHARES, (base_rate, base_rate)) if len(classes) == 2 else None,
            "guessing",
        ),
        Chart(
            "calibration",
            "Calibration",
            "predicted probability",
            "observed frequency",
            square,
            [calibration_series(folder / "calibration.csv")],
            DIAGONAL,
            "as promised",
        ),
    ]


def response_chart(
    feature: str, x: NDArray[np.float64], probabilities: NDArray[np.float64], names: Sequence[str]
) -> Chart:
    """Draw each class's probability (points, classes) along the only feature, x (points,)."""
    series = [
        Series(name, {feature: x.tolist(), "probability": column.tolist()}, color=number)
        for number, (name, column) in enumerate(zip(names, probabilities.T, strict=True))
    ]
    frame = Frame(PLANE_AREA, (float(x[0]), float(x[-1])), SHARES)
    title = "Probability of each class"
    return Chart("response", title, feature, "probability", frame, series, live=True)


def number_charts(key: str, target: str) -> list[Chart]:
    """Draw what `evaluate` wrote of a regression: predicted against actual, and residuals."""
    charts = []
    for name, title, x, y in (
        ("predicted", "Predicted against actual", "actual", "predicted"),
        ("residuals", "Residuals", "predicted", "residual"),
    ):
        cells = read_csv(f"curves/{key}/{name}.csv")
        columns = {each: [float(cell) for cell in cells[each]] for each in (x, y)}
        low, high = min(columns[x]), max(columns[x])
        own = extent(np.array(columns[y]))
        if name == "predicted":
            both = extent(np.array([*columns[x], *columns[y]]))
            frame, reference = Frame(AREA, both, both), (both, both)
        else:
            frame, reference = (
                Frame(AREA, extent(np.array([low, high])), own),
                ((low, high), (0, 0)),
            )
        series = [Series(target, columns, dots=True, line=False)]
        charts.append(Chart(name, title, f"{x} {target}", y, frame, series, reference, "no error"))
    return charts


def number_response_chart(
    feature: str,
    target: str,
    x: NDArray[np.float64],
    numbers: NDArray[np.float64],
    parts: Mapping[str, Rows],
) -> Chart:
    """Draw the predicted number along the only feature, (points,), and the rows of each part."""
    series = [
        Series(
            f"{PART_NAMES[part]} row",
            {feature: rows.features[:, 0].tolist(), target: rows.labels.tolist()},
            color=ROW_COLORS[part],
            dots=True,
            line=False,
        )
        for part, rows in parts.items()
    ]
    series.append(Series("predicted", {feature: x.tolist(), target: numbers.tolist()}, color=1))
    labels = np.concatenate([rows.labels for rows in parts.values()])
    frame = Frame(PLANE_AREA, (float(x[0]), float(x[-1])), extent(labels))
    title = f"Predicted {target}"
    return Chart("response", title, feature, target, frame, series, live=True)


def class_series(path: Path, columns: Sequence[str], classes: Sequence[str]) -> list[Series]:
    """Read a file of curves, one for each class that it names."""
    curves = read_curves(path, columns)
    series = []
    for number, name in enumerate(classes):
        if name in curves:
            values = {
                column.replace("_", " "): column_values.tolist()
                for column, column_values in zip(columns, curves[name], strict=True)
            }
            series.append(Series(f"class {name}", values, color=number))
    return series


def calibration_series(path: Path) -> Series:
    """Read the bins of a calibration curve."""
    cells = read_csv(path)
    names = {"probability": "predicted", "frequency": "observed", "rows": "rows"}
    columns = {name: [float(cell) for cell in cells[column]] for column, name in names.items()}
    return Series("average of a bin", columns, color=1, dots=True)
