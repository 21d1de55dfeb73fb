"""Run every stage that computes, in this folder, and print what came out and what was in force.

`python tests/pipeline/fingerprint.py`, with the project's packages on PYTHONPATH, and params.yaml
and data/ in the working folder, prints one JSON object:

- hashes: of each file that the stages wrote (md5, as DVC does), and of what nn makes of inputs
  larger than theirs
- control: the hash of weights that plain NumPy trains, which is to be another one elsewhere
- environment, surroundings: what was in force
"""

import contextlib
import hashlib
import io
import itertools
import json
import locale
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import nn
from commands.shared.environment import environment
from nn import Settings, arithmetic, train
from nn.projection import principal_components
from stages import evaluate, explain, generate, normalize, replicate, report, split
from stages import train as train_stage
from stages.running.parameters.file import load_params

OUTPUTS = ("data/generated", "artifacts", "models", "metrics", "results", "curves")
PAGE = Path("report.html")
FUNCTIONS = ("exp", "log", "log1p", "sigmoid", "softplus", "tanh")


def hash_of(*arrays):
    content = b"".join(np.ascontiguousarray(array, dtype="<f8").tobytes() for array in arrays)
    return hashlib.sha256(content).hexdigest()


def run_stages():
    params = load_params()
    for key in params.generators:
        generate.main(key)
    for key in params.experiments:
        if not Path("artifacts", key, "split").exists():  # another processor gets it
            split.main(key)
        for stage in (normalize, train_stage, evaluate, explain):
            stage.main(key)
    for key in ("body", "basic"):  # those whose networks train together at little cost
        replicate.main(key)
    report.main()
    paths = [PAGE, *(path for folder in OUTPUTS for path in sorted(Path(folder).rglob("*")))]
    return {
        path.as_posix(): hashlib.md5(path.read_bytes()).hexdigest()
        for path in paths
        if path.is_file()
    }


def table(rows, columns):
    """Draw numbers that are exact everywhere, and labels of three classes."""
    draws = np.random.Generator(np.random.PCG64(7)).random((rows, columns))
    features = np.rint((draws * 4.0 - 2.0) * 2.0**20) * 2.0**-20
    return features, np.argmax(features[:, :3], axis=1)


KINDS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("tanh", "softmax", "adam", {"betas": (0.9, 0.999), "epsilon": 1e-8}),
    ("sigmoid", "sigmoid_per_class", "nesterov", {"momentum": 0.9}),
    ("leaky_relu", "softmax", "gradient_descent", {"negative_slope": 0.01}),
]


def wide_networks():
    """Train networks that are large enough for every kernel, and for two threads, to show."""
    features, labels = table(1500, 100)
    hashes = {}
    for (activation, output, optimizer, constants), precision in itertools.product(
        KINDS, ("single", "double")
    ):
        settings = Settings(
            hidden=(64, 32),
            activation=(activation,),
            output=output,
            initializer="glorot",
            seed=3,
            optimizer=optimizer,
            learning_rate=0.01,
            epochs=4,
            batch_size=None if optimizer == "nesterov" else 256,
            l2=1e-4,
            class_weights="balanced",
            precision=precision,
            **constants,
        )
        training = train(features, labels, 3, settings, (features[:300], labels[:300]))
        hashes[f"wide network, {activation}, {precision}"] = hash_of(
            training.network.parameters,
            *training.history.values(),
            training.network.probabilities(features),
        )
    return hashes


def large_arrays():
    features, _ = table(1200, 300)
    positive = np.abs(features.ravel()[:100_000]) + 2.0**-30
    hashes = {name: hash_of(getattr(arithmetic, name)(positive)) for name in FUNCTIONS}
    scales = np.ldexp(1.0, np.arange(300) % 61 - 30)
    hashes["matmul"] = hash_of(arithmetic.matmul(features * scales, (features / scales)[:700].T))
    hashes["total"] = hash_of(arithmetic.total(positive), arithmetic.total(features, axis=0))
    hashes["projection"] = hash_of(principal_components(features[:, :20], 3).components)
    return hashes


def plain_network():
    """Train as a notebook does: `@`, np.exp and np.tanh, mean and std."""
    features, labels = table(1000, 100)
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    targets = (labels == 1)[:, None] * 1.0
    hidden, output = (0.02 * (table(*shape)[0]) for shape in ((100, 64), (64, 3)))
    output = output[:, :1]
    for _ in range(20):
        activations = np.tanh(features @ hidden)
        error = (1 / (1 + np.exp(-(activations @ output))) - targets) / len(features)
        backwards = error @ output.T * (1 - activations**2)
        output -= activations.T @ error
        hidden -= features.T @ backwards
    return hash_of(hidden, output)


def surroundings():
    umask = os.umask(0)
    os.umask(umask)
    return {
        "encoding": locale.getpreferredencoding(False),
        "hash seed": hash("bits"),
        "folder": os.fsencode(Path.cwd()).decode(),
        "time zone": time.timezone,
        "umask": umask,
        "nn": os.fsencode(nn.__file__).decode(),
    }


if __name__ == "__main__":
    found = {"environment": environment(), "surroundings": surroundings()}
    with contextlib.redirect_stderr(io.StringIO()):  # the stages' warnings
        found["hashes"] = {**run_stages(), **wide_networks(), **large_arrays()}
    found["control"] = plain_network()
    json.dump(found, sys.stdout)
