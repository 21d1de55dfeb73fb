"""Everything that the page says and draws of one experiment."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.preparing.preprocessing import recode
from stages.normalize import read_columns
from stages.parameters.sections import Experiment
from stages.reporting.boundary import Boundary, draw_boundary
from stages.reporting.charts import history_charts, judging_charts, response_chart
from stages.reporting.line_chart import Chart
from stages.reporting.live import live_model
from stages.reporting.markers import marker_path
from stages.reporting.plane import extent, plane_of
from stages.reporting.provenance import sha256_of_file, sha256_of_parameters
from stages.reporting.results import (
    Scores,
    Table,
    Verdict,
    judged_part,
    metrics_table,
    read_scores,
    verdict,
)
from stages.reporting.sources import Source, source_of
from stages.reporting.wiring import Wiring, draw_wiring
from stages.running.trained import Trained, read_trained

RESPONSE_POINTS = 200


class View(NamedTuple):
    """What `templates/experiment.html.j2` writes down."""

    key: str
    path: str
    target: str
    features: Sequence[str]
    classes: Sequence[str]
    rows: Mapping[str, int]
    """By part."""
    class_rows: Sequence[int]
    """Of the whole table, by class."""
    source: Source
    architecture: str
    scores: Scores
    judged: str
    verdict: Verdict
    table: Table
    runs: int | None
    """How many other seeds were tried, where any were."""
    warnings: Sequence[str]
    best_epoch: int
    parameters: Sequence[tuple[str, str]]
    charts: Sequence[Chart]
    boundary: Boundary | None
    shapes: Sequence[str]
    """The marker of each class, for a legend's square of 12 by 12."""
    wiring: Wiring
    live: Mapping[str, Any]
    hashes: Mapping[str, str]


def view_of(key: str, experiment: Experiment, descriptions: str) -> View:
    """Read what the stages left of an experiment; `descriptions` is the text about the tables."""
    trained = read_trained(key)
    model = trained.model
    scores, replicates = read_scores(key)
    raw = raw_rows(key, trained)
    everything = np.concatenate([*raw.values()])
    labels = np.concatenate([rows.labels for rows in trained.parts.values()])
    counts = np.bincount(labels, minlength=len(model.classes)).tolist()
    # What the metrics were computed with, where they say it: it may have been chosen.
    threshold = float(scores.get("threshold") or experiment.evaluate.threshold)
    judged = trained.parts[judged_part(scores)].labels

    charts = history_charts(trained)
    charts += judging_charts(key, model.classes, np.count_nonzero(judged == 1) / len(judged))
    plane = plane_of(trained, everything) if len(model.features) > 1 else None
    if plane is None:
        low, high = extent(everything[:, 0])
        x = low + (high - low) * np.arange(RESPONSE_POINTS) / (RESPONSE_POINTS - 1)
        names = [f"{model.target} = {name}" for name in model.classes]
        answers = model.network.probabilities(model.scaling.apply(x[:, np.newaxis]))
        charts.append(response_chart(model.features[0], x, answers, names))

    return View(
        key,
        experiment.data.path,
        model.target,
        model.features,
        model.classes,
        {part: len(rows.labels) for part, rows in trained.parts.items()},
        counts,
        source_of(experiment.data.path, descriptions),
        repr(model.network).removeprefix("Network(").removesuffix(")"),
        scores,
        judged_part(scores),
        verdict(scores),
        metrics_table(scores, replicates),
        replicates.get("count"),
        scores["warnings"],
        trained.best_epoch,
        list(flat(experiment.model_dump(mode="json", exclude_unset=True))),
        charts,
        draw_boundary(trained, plane, threshold) if plane else None,
        [marker_path(number, 6, 6, 4) for number in range(len(model.classes))],
        draw_wiring(model),
        live_model(key, trained, raw, plane, threshold),
        {
            "data": sha256_of_file(experiment.data.path),
            "parameters": sha256_of_parameters(experiment.model_dump(mode="json")),
            "weights": sha256_of_file(f"models/{key}.npz"),
        },
    )


def raw_rows(key: str, trained: Trained) -> dict[str, NDArray[np.float64]]:
    """Read the rows of each part that has any, (rows, features), in the table's own units."""
    folder = Path(f"artifacts/{key}/split")
    columns, _ = read_columns(folder)
    prepare = trained.model.preprocessing
    return {
        part: prepare.unscaled(
            recode(prepare.columns, np.load(folder / f"{part}-features.npy"), columns)
        )
        for part in trained.parts
    }


def flat(section: Mapping[str, Any], start: str = "") -> Iterator[tuple[str, str]]:
    """List nested parameters by their full keys: `train.hidden`, `[16]`."""
    for key, value in section.items():
        if isinstance(value, dict):
            yield from flat(value, f"{start}{key}.")
        else:
            yield f"{start}{key}", value if isinstance(value, str) else json.dumps(value)
