"""Everything that the page says and draws of one experiment."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from nn.model_file import Model, load_model
from nn.preparing.preprocessing import recode
from nn.preparing.target import Quantity
from stages.reporting.answers import drawn_curve, drawn_plane
from stages.reporting.boundary import PlaneDrawing
from stages.reporting.charts import (
    history_charts,
    judging_charts,
    number_charts,
)
from stages.reporting.explanation import Explanation, explanation_of
from stages.reporting.line_chart import Chart
from stages.reporting.live import live_model
from stages.reporting.markers import marker_path
from stages.reporting.provenance import sha256_of_file, sha256_of_parameters
from stages.reporting.results import (
    MetricsTable,
    NumberVerdict,
    Scores,
    Verdict,
    metrics_table,
    read_scores,
    replicates_words,
    verdict,
)
from stages.reporting.sources import Source, source_of
from stages.reporting.spans import spans_of
from stages.reporting.wiring import Wiring, draw_wiring
from stages.running.artifacts import (
    Rows,
    SplitTable,
    judged_part,
    read_split,
    read_training,
    shown_confusion,
    shown_parts,
    shown_words,
)
from stages.running.parameters.sections import Experiment


class Confusion(NamedTuple):
    """How many rows of which class were taken for which; of very many classes some together."""

    counts: list[list[int]]
    classes: Sequence[str]
    told: str
    """Which classes stand by themselves, where not all do."""


class View(NamedTuple):
    """What `templates/experiment.html.j2` writes down."""

    key: str
    path: str
    target: str
    features: Sequence[str]
    classes: Sequence[str]
    rows: Mapping[str, int]
    """By part."""
    shown: str
    """How many of them are shown, where not all are."""
    class_rows: Sequence[int]
    """Of the whole table, by class."""
    source: Source
    architecture: str
    members: int
    """Of an ensemble; 1 of a single network."""
    scores: Scores
    judged: str
    verdict: Verdict | NumberVerdict
    table: MetricsTable
    runs: str
    """What runs there were beside this one, where there were any: `30 other seeds`."""
    warnings: Sequence[str]
    best_epoch: int
    parameters: Sequence[tuple[str, str]]
    charts: Sequence[Chart]
    confusion: Confusion | None
    curve: Chart | None
    """What is answered along the only feature."""
    plane: PlaneDrawing | None
    """What is answered over a plane, of two features or more."""
    shapes: Sequence[str]
    """The marker of each class, for a legend's square of 12 by 12."""
    wiring: Wiring
    live: Mapping[str, Any]
    explanation: Explanation
    hashes: Mapping[str, str]


def view_of(
    key: str, experiment: Experiment, written: Mapping[str, Any], descriptions: str
) -> View:
    """Read what the stages left of an experiment.

    `written` are its parameters as they stand in params.yaml, before anything is filled in;
    `descriptions` is the text about the tables.
    """
    model, training = load_model(f"models/{key}.npz"), read_training(key)
    scores, replicates = read_scores(key)
    judged, threshold = judged_part(scores), scores.get("threshold")
    table = read_split(key)
    raw = raw_rows(table, model)
    rows = {part: scores[part]["rows"] for part in raw}
    class_rows = [np.sum(scores[part]["confusion"], axis=1) for part in raw if model.classes]
    shown, spans = shown_words(rows), spans_of(table, model.preprocessing)

    charts = history_charts(training.history)
    quantity = live_quantity(model.quantity, scores, raw) if model.quantity else None
    if quantity:
        charts += number_charts(key, model.target)
    else:
        actual = np.sum(scores[judged]["confusion"], axis=1)
        charts += judging_charts(key, model.classes, int(actual[1]) / rows[judged])
    plane = bands = drawn = curve = None
    if len(model.features) > 1:
        plane, bands, drawn = drawn_plane(key, model, threshold)
    else:
        curve = drawn_curve(model, raw)

    live = live_model(key, model, training, raw, spans, plane, bands, threshold, quantity)
    return View(
        key,
        experiment.data.path,
        model.target,
        model.features,
        model.classes,
        rows,
        shown,
        np.sum(class_rows, axis=0).tolist() if class_rows else (),
        source_of(experiment.data.path, descriptions),
        model.network.described,
        len(model.network.members),
        scores,
        judged,
        verdict(scores),
        metrics_table(scores, replicates),
        replicates_words(replicates) if replicates else "",
        scores["warnings"],
        training.best_epoch,
        list(flat(written)),
        charts,
        confusion_of(scores[judged]["confusion"], model.classes) if model.classes else None,
        curve,
        drawn,
        [marker_path(number, 6, 6, 4) for number in range(len(model.classes))],
        draw_wiring(model),
        live,
        explanation_of(key, model, live),
        {
            "data": sha256_of_file(experiment.data.path),
            "parameters": sha256_of_parameters(experiment.model_dump(mode="json")),
            "weights": sha256_of_file(f"models/{key}.npz"),
        },
    )


def confusion_of(counts: Sequence[Sequence[int]], classes: Sequence[str]) -> Confusion:
    """Choose what of a confusion matrix, (classes, classes), can be read."""
    shown, names, told = shown_confusion(np.array(counts), classes)
    return Confusion(shown.tolist(), names, told)


def live_quantity(quantity: Quantity, scores: Scores, raw: Mapping[str, Rows]) -> dict[str, Any]:
    """Say how a predicted number is put into the target's units, and how far its interval reaches.

    `lowest` and `highest` are those of the rows that are shown.
    """
    labels = np.concatenate([rows.labels for rows in raw.values()])
    return {
        "center": float(quantity.scaling.center[0]),
        "scale": float(quantity.scaling.scale[0]),
        "lowest": float(labels.min()),
        "highest": float(labels.max()),
        "halfWidth": scores["interval"]["half_width"] if "interval" in scores else None,
    }


def raw_rows(table: SplitTable, model: Model) -> dict[str, Rows]:
    """Take the rows that are shown of each part that has any, in the table's own units."""
    prepare = model.preprocessing
    return {
        part: Rows(prepare.unscaled(recode(prepare.columns, values, table.columns)), labels)
        for part, (values, labels) in shown_parts(table.parts).items()
        if len(labels)
    }


def flat(section: Mapping[str, Any], start: str = "") -> Iterator[tuple[str, str]]:
    """List nested parameters by their full keys: `train.hidden`, `[16]`."""
    for key, value in section.items():
        if isinstance(value, dict):
            yield from flat(value, f"{start}{key}.")
        else:
            yield f"{start}{key}", value if isinstance(value, str) else json.dumps(value)
