"""What `add` sets up beside scikit-learn's usual models on public tables: `make bench`.

Each table is written as a CSV file and added, as a person would. What `add` chose is then trained,
and the rivals at their defaults, on the same splits. A rival gets the same features, standardised,
and learns from the validation rows as well; numbers to predict are standardised for it. Printed is
the mean over test parts of log loss or, of numbers, of the RMSE, lower is better; and how much
higher it is than the network's, with a 95 % interval; as the two tables of docs/rivals.md.

Run alone: `python -m benchmarks.tables`, with the names of some tables or --choosing.
"""

import argparse
import contextlib
import io
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import stats
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, root_mean_squared_error
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

from benchmarks.public_tables import CHOOSING, JUDGING, NEEDED, PublicTable
from commands import add
from nn.preparing.preprocessing import features_of, fit_preprocessing
from nn.preparing.target import fit_target, scaled_targets
from nn.splitting import split_table
from nn.training.loop import train
from stages.running.parameters.file import load_params
from stages.running.parameters.sections import Experiment
from stages.tables.table import Table, read_table

NETWORK = "network"
RIVALS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "linear": (LogisticRegression, Ridge),
    "MLP": (lambda: MLPClassifier(random_state=0), lambda: MLPRegressor(random_state=0)),
    "boosting": (
        lambda: HistGradientBoostingClassifier(random_state=0),
        lambda: HistGradientBoostingRegressor(random_state=0),
    ),
    "forest": (
        lambda: RandomForestClassifier(random_state=0),
        lambda: RandomForestRegressor(random_state=0),
    ),
}
SPLITS = ((5000, 5), (np.inf, 3))  # by the rows
PARAMS = Path(__file__).parents[1] / "params.yaml"

Parts = dict[str, Any]  # features (rows, k) and labels (rows,) of each part


class Run(NamedTuple):
    """How far a model was off in a test part, and how long it was trained, in seconds of all cores.

    A clock on the wall would count what else a machine does.
    """

    score: float
    seconds: float


def added(table: PublicTable) -> tuple[Experiment, Table]:
    """Write a table as CSV, add it, and return the experiment and what is read of the file."""
    frame = table.read().dropna(subset=[table.target])
    task = "regression" if table.is_regression else "classification"
    said = [f"{table.name}.csv", "--target", table.target, "--task", task, "--name", "benchmark"]
    said += ["--drop", *table.drop] if table.drop else []
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        shutil.copy(PARAMS, "params.yaml")
        frame.to_csv(said[0], index=False)
        with contextlib.redirect_stdout(io.StringIO()):
            if add.main(said) != 0:
                raise SystemExit(f"{table.name}: could not be added")
        experiment = load_params().experiment("benchmark")
        data, split = experiment.data, experiment.split
        return experiment, read_table(**data.model_dump(), **split.reading())


def parts_of(experiment: Experiment, table: Table, seed: int, **normalize: Any) -> Parts:
    """Split a table by a seed, and prepare each part as the stages split and normalize do."""
    drawing = experiment.split.drawing() | {"seed": seed}
    split = split_table(table.labels, table.classes, table.keys, **drawing)
    prepared = fit_preprocessing(
        table.features, table.columns, experiment.data.missing, rows=split.train, **normalize
    )
    return {
        part: (features_of(prepared, table.features[rows], table.columns), table.labels[rows])
        for part, rows in split._asdict().items()
        if len(rows)
    }


def of_network(experiment: Experiment, table: Table, parts: Parts) -> Run:
    """Train what `add` set up, and judge it."""
    target = fit_target(parts["train"][1])
    scaled = scaled_targets(parts, target)
    begun = time.process_time()
    training = train(
        *scaled["train"], len(table.classes), experiment.train, scaled.get("validation")
    )
    seconds = time.process_time() - begun
    features, labels = parts["test"]
    if target is None:
        return Run(_log_loss(labels, training.network.probabilities(features), table), seconds)
    predicted = target.undo(training.network.logits(features)[:, 0])
    return Run(root_mean_squared_error(labels, predicted), seconds)


def of_rival(make: Callable[[], Any], table: Table, parts: Parts) -> Run:
    """Fit a model of scikit-learn's to all rows but the test rows, and judge it."""
    learnt = [parts[part] for part in ("train", "validation") if part in parts]
    rows, answers = (np.concatenate(each) for each in zip(*learnt, strict=True))
    model = make()
    if not table.classes:
        model = TransformedTargetRegressor(model, transformer=StandardScaler())
    begun = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows, answers)
    seconds = time.process_time() - begun
    features, labels = parts["test"]
    if table.classes:
        return Run(_log_loss(labels, model.predict_proba(features), table), seconds)
    return Run(root_mean_squared_error(labels, model.predict(features)), seconds)


def _log_loss(labels: Any, probabilities: Any, table: Table) -> float:
    return float(log_loss(labels, probabilities, labels=range(len(table.classes))))


def interval(network: np.ndarray, rival: np.ndarray, tested: float) -> tuple[float, float]:
    """Find the mean difference over splits, and how far a 95 % interval reaches to both sides.

    The splits share rows, so that their differences vary less than those of new rows would: the
    variance is that of Nadeau and Bengio (Inference for the generalization error, 2003), with
    `tested`, the test rows for each row that was learnt from.
    """
    differences, count = rival - network, len(network)
    variance = differences.var(ddof=1) * (1 / count + tested)
    return float(differences.mean()), float(stats.t.ppf(0.975, count - 1) * variance**0.5)


def runs_of(experiment: Experiment, table: Table) -> dict[str, list[Run]]:
    """Train and judge all models on several splits."""
    runs: dict[str, list[Run]] = {name: [] for name in (NETWORK, *RIVALS)}
    for seed in range(next(count for limit, count in SPLITS if len(table.labels) < limit)):
        normalize = experiment.normalize.model_dump(exclude_none=True)
        parts = parts_of(experiment, table, seed, **normalize)
        runs[NETWORK].append(of_network(experiment, table, parts))
        parts = parts_of(experiment, table, seed, method="zscore")
        for name, makers in RIVALS.items():
            runs[name].append(of_rival(makers[not table.classes], table, parts))
    return runs


def verdict(difference: float, half: float) -> str:
    """Say in a word how the network did beside a rival, whose score is higher by so much."""
    if abs(difference) <= half:
        return "even"
    return "better" if difference > 0 else "worse"


def short(number: float, digits: int) -> str:
    """Write so many significant digits, without a power of ten: 56740."""
    return f"{Decimal(f'{number:.{digits - 1}e}'):f}".replace("-", "−")


def cell(score: float, difference: float, half: float, digits: int) -> str:
    """Write a rival's score, and how much higher it is than the network's."""
    sign = "+" if difference >= 0 else ""
    return f"{short(score, digits)} ({sign}{short(difference, 2)} ± {short(half, 2)})"


def lines(tables: list[PublicTable]) -> Iterator[str]:
    """Write a Markdown table, a row for each public table, then what was won and lost."""
    yield f"| table | {NETWORK} | {' | '.join(RIVALS)} | CPU seconds |"
    yield "|---" * (len(RIVALS) + 3) + "|"
    counts = {name: dict.fromkeys(("lower", "better", "even", "worse"), 0) for name in RIVALS}
    for each in tables:
        experiment, table = added(each)
        runs = runs_of(experiment, table)
        scores = {name: np.array([run.score for run in own]) for name, own in runs.items()}
        size, digits = experiment.split.test_size, 4 if each.is_regression else 3
        cells = [each.name, short(scores[NETWORK].mean(), digits)]
        for name in RIVALS:
            difference, half = interval(scores[NETWORK], scores[name], size / (1 - size))
            counts[name][verdict(difference, half)] += 1
            counts[name]["lower"] += difference > 0
            cells.append(cell(scores[name].mean(), difference, half, digits))
        cells.append(f"{np.mean([run.seconds for run in runs[NETWORK]]):.0f}")
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield f"| beside | lower mean, of {len(tables)} | better by the interval | even | worse |"
    yield "|---" * 5 + "|"
    for name, count in counts.items():
        yield f"| {name} | {' | '.join(map(str, count.values()))} |"


def main() -> int:
    """Print the comparison of the judging tables, or of those named."""
    every = {table.name: table for table in [*CHOOSING, *JUDGING]}
    parser = argparse.ArgumentParser(prog="benchmarks.tables", description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(every))
    parser.add_argument("--choosing", action="store_true", help="the tables of the choice")
    options = parser.parse_args()
    if unknown := {*options.tables} - {*every}:
        parser.error(f"no such table: {', '.join(sorted(unknown))}")
    usual = CHOOSING if options.choosing else JUDGING
    try:
        for line in lines([every[name] for name in options.tables] or usual):
            print(line, flush=True)
    except ModuleNotFoundError as error:
        print(f"benchmarks.tables needs {error.name}: {NEEDED}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
