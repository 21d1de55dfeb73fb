"""Training in single precision ends where training in double does."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets

from nn.network.outputs import OUTPUTS, REGRESSION
from nn.training.loop import train
from nn.training.settings import Settings
from stages.running.parameters.file import load_params

ROOT = Path(__file__).parents[3]
SEEDS = (0, 1, 2)
EXPERIMENTS = load_params(ROOT / "params.yaml").experiments
OF_CLASSES = [
    key for key, each in EXPERIMENTS.items() if OUTPUTS[each.train.output].task != REGRESSION
]


def classification(*args, **kwargs):
    return lambda: datasets.make_classification(*args, random_state=0, **kwargs)


TABLES = {
    "iris": lambda: datasets.load_iris(return_X_y=True),
    "wine": lambda: datasets.load_wine(return_X_y=True),
    "digits": lambda: [each[:600] for each in datasets.load_digits(return_X_y=True)],
    "moons": lambda: datasets.make_moons(600, noise=0.2, random_state=0),
    "circles": lambda: datasets.make_circles(600, noise=0.1, factor=0.5, random_state=0),
    "blobs": lambda: datasets.make_blobs(600, 12, centers=4, cluster_std=6.0, random_state=0),
    "quantiles": lambda: datasets.make_gaussian_quantiles(
        n_samples=800, n_features=5, n_classes=3, random_state=0
    ),
    "hastie": lambda: datasets.make_hastie_10_2(800, random_state=0),
    "three classes": classification(800, 30, n_informative=8, n_classes=3),
    "more columns than rows": classification(200, 300, n_informative=20),
    "numbers": lambda: datasets.load_diabetes(return_X_y=True),
}
SETTINGS = Settings(
    hidden=(24, 16),
    activation=(
        "tanh",
    ),  # ReLUs have kinks: what grows of a last digit there, grows in double, too
    output="softmax",
    initializer="he",
    seed=0,
    optimizer="adam",
    betas=(0.9, 0.999),
    epsilon=1e-8,
    learning_rate=0.003,
    epochs=30,
    batch_size=64,
    l2=0.001,
)


def table_of(experiment):
    """Read an experiment's table as it stands; its generator's is like it."""
    path = ROOT / experiment.data.path
    if not path.exists():
        pytest.skip(f"{path.name} is made by the pipeline")
    table = pd.read_csv(path)
    labels = table.pop(experiment.data.target)
    return table.to_numpy(float), labels


def compare(table, settings):
    """Train in both precisions, with some seeds; compare the losses of rows left out."""
    features, labels = table
    output = OUTPUTS[settings.output]
    features = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-9)
    classes = 0
    if output.task == REGRESSION:
        labels = (labels - labels.mean()) / labels.std()
    else:
        names, labels = np.unique(labels, return_inverse=True)
        classes = len(names)
    order = np.random.default_rng(0).permutation(len(labels))
    test, rest = np.split(order, [max(len(labels) // 4, 2)])
    losses = {}
    for precision in ("double", "single"):
        for seed in SEEDS:
            chosen = settings.model_copy(update={"precision": precision, "seed": seed})
            validation = (features[test], labels[test])  # for early stopping, where there is some
            network = train(features[rest], labels[rest], classes, chosen, validation).network
            targets = output.targets(labels[test], classes)
            losses[precision, seed] = output.losses(network.logits(features[test]), targets).mean()
    double, single = (np.array([losses[each, s] for s in SEEDS]) for each in ("double", "single"))
    difference = np.abs(single - double).max()
    assert difference <= 1e-3
    assert difference <= np.ptp(double)
    return difference


@pytest.mark.parametrize("name", TABLES)
def test_single_ends_where_double_does(name):
    settings = SETTINGS.model_copy(update={"output": "linear" if name == "numbers" else "softmax"})
    assert compare(TABLES[name](), settings) > 0.0  # or nothing was computed in single precision


# Those of numbers take long, and have a table above.
@pytest.mark.parametrize("key", OF_CLASSES)
def test_an_experiment_ends_where_it_does_in_double(key):
    compare(table_of(EXPERIMENTS[key]), EXPERIMENTS[key].train)
