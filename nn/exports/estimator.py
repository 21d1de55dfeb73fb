"""The network as a scikit-learn classifier, to stand in a Pipeline or a GridSearchCV.

The one file of this package that needs scikit-learn, so nothing else imports it.
"""

import dataclasses
import numbers
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nn.arithmetic import Array
from nn.arithmetic.products import ARITHMETICS
from nn.arithmetic.randomness import random_source
from nn.errors import InputError, PackageMissing, nearest
from nn.model_file import Model
from nn.network.activations import ACTIVATIONS
from nn.network.outputs import OUTPUTS, Labels
from nn.preparing.preprocessing import of_numbers
from nn.preparing.scaling import Scaling
from nn.splitting import split_rows
from nn.training.early_stopping import EarlyStopping
from nn.training.initializers import INITIALIZERS
from nn.training.loop import Settings, train
from nn.training.optimizers import OPTIMIZERS

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils import check_scalar
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise PackageMissing(
        "nn.exports.estimator", "scikit-learn 1.6 or newer", "estimator"
    ) from error

CHOICES: dict[str, Iterable[str]] = {
    "activation": [*ACTIVATIONS, "leaky_relu"],
    "output": OUTPUTS,
    "initializer": INITIALIZERS,
    "optimizer": OPTIMIZERS,
    "class_weights": ["balanced"],
    "arithmetic": ARITHMETICS,
}
# What a number may be: its kind, the lowest and the highest, and which of these it may itself be.
RANGES: dict[str, tuple[type[int] | type[float], float, float | None, str]] = {
    "hidden": (int, 1, None, "both"),
    "negative_slope": (float, 0, 1, "left"),
    "seed": (int, 0, 2**32, "left"),
    "momentum": (float, 0, 1, "left"),
    "betas": (float, 0, 1, "left"),
    "epsilon": (float, 0, None, "neither"),
    "learning_rate": (float, 0, None, "neither"),
    "learning_rate_decay": (float, 0, None, "both"),
    "epochs": (int, 1, None, "both"),
    "batch_size": (int, 1, None, "both"),
    "l2": (float, 0, None, "both"),
    "patience": (int, 1, None, "both"),
    "min_delta": (float, 0, None, "both"),
    "validation_size": (float, 0, 1, "left"),
}
LISTS = {"hidden", "activation", "betas"}
OPTIONAL = {"batch_size", "class_weights", "early_stopping"}


class NetworkClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # without types
    """A feed-forward network for two classes or more, trained by `nn.training.loop.train`.

    The parameters are those of `params.yaml`, by name and meaning: of `train`, and of `split` what
    sets rows aside that `early_stopping` watches, as {"patience": 20, "min_delta": 0.0}. Features
    are taken as they come: put a StandardScaler before. The same seed gives the same bits.

    After `fit`, `classes_` (classes,) are the labels in ascending order, `training_` is the network
    and how it came about, and `n_features_in_` and `feature_names_in_` are as everywhere in
    scikit-learn.
    """

    classes_: NDArray[Any]

    def __init__(
        self,
        hidden: Sequence[int] = (16,),
        activation: str | Sequence[str] = "relu",
        negative_slope: float = 0.01,
        output: str = "softmax",
        initializer: str = "he",
        seed: int = 42,
        optimizer: str = "adam",
        momentum: float = 0.9,
        betas: Sequence[float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        learning_rate: float = 0.01,
        learning_rate_decay: float = 0.0,
        epochs: int = 200,
        batch_size: int | None = 32,
        l2: float = 0.0,
        class_weights: str | None = None,
        early_stopping: Mapping[str, Any] | None = None,
        arithmetic: str = "portable",
        validation_size: float = 0.0,
        stratify: bool = True,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.negative_slope = negative_slope
        self.output = output
        self.initializer = initializer
        self.seed = seed
        self.optimizer = optimizer
        self.momentum = momentum
        self.betas = betas
        self.epsilon = epsilon
        self.learning_rate = learning_rate
        self.learning_rate_decay = learning_rate_decay
        self.epochs = epochs
        self.batch_size = batch_size
        self.l2 = l2
        self.class_weights = class_weights
        self.early_stopping = early_stopping
        self.arithmetic = arithmetic
        self.validation_size = validation_size
        self.stratify = stratify

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on features (rows, k) and labels (rows,) of any kind that can be sorted.

        Raises ValueError or TypeError for what cannot be learnt from and for parameters out of
        range, TrainingDiverged among them. Warns (ConvergenceWarning) of a network that collapsed.
        """
        settings = self.settings()
        validation_size = _checked("validation_size", self.validation_size)
        features, given = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(given)
        self.classes_, labels = np.unique(given, return_inverse=True)
        count = len(self.classes_)
        if count < 2:
            raise InputError(
                f"y has one class only, {str(self.classes_[0])!r}: add rows of another"
            )
        if settings.output == "sigmoid" and count > 2:
            raise InputError(f"output sigmoid is for 2 classes, y has {count}: use softmax")
        source = random_source(settings.seed, "split")
        parts = split_rows(given, 0.0, validation_size, self.stratify, source)
        learnt, watched = (
            (features[rows], labels[rows]) for rows in (parts.train, parts.validation)
        )
        validation = watched if len(parts.validation) else None
        self.training_ = train(*learnt, count, settings, validation)
        for message in self.training_.warnings:
            warnings.warn(message, ConvergenceWarning, stacklevel=2)
        return self

    def predict_proba(self, X: ArrayLike) -> Array:
        """Compute each class's probability: (rows, k) to (rows, classes), as in `classes_`."""
        features = self._features(X)
        return self.training_.network.probabilities(features)

    def predict_log_proba(self, X: ArrayLike) -> Array:
        """Compute the probabilities' logarithms, exact where a probability rounds to 0 or 1."""
        features = self._features(X)
        return self.training_.network.log_probabilities(features)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Find the likeliest class's label of each row: (rows, k) to (rows,)."""
        features = self._features(X)
        network = self.training_.network
        decisions: Labels = OUTPUTS[network.output].decisions(network.logits(features))
        return self.classes_[decisions]

    def to_model(
        self,
        target: str,
        features: Sequence[str] | None = None,
        scaling: Scaling | None = None,
    ) -> Model:
        """Make a model of what was learnt, for `nn.model_file.model_bytes` or `Model.to_onnx`.

        `target` names what is predicted and `features` the columns, unless `fit` saw their names;
        `scaling` is what was done to the columns before, as by a StandardScaler:
        ``Scaling(scaler.mean_, scaler.scale_)``.
        """
        check_is_fitted(self)
        count = self.n_features_in_
        names = getattr(self, "feature_names_in_", None) if features is None else features
        if names is None or len(names) != count:
            found = "none" if names is None else len(names)
            raise InputError(f"features are the names of {count} columns, but there are {found}")
        none = Scaling(np.zeros(count), np.ones(count))
        preprocessing = of_numbers([*map(str, names)], none if scaling is None else scaling)
        return Model(self.training_.network, preprocessing, target, tuple(map(str, self.classes_)))

    def settings(self) -> Settings:
        """Hand the parameters to `nn.training`, each checked.

        Raises ValueError or TypeError that names the parameter, its value and what it may be.
        """
        names = [field.name for field in dataclasses.fields(Settings)]
        settings = Settings(**{name: _checked(name, getattr(self, name)) for name in names})
        layers = len(settings.hidden)
        if not isinstance(settings.activation, str) and len(settings.activation) != layers:
            raise InputError(
                f"activation is {self.activation!r} for {layers} hidden layers: give one for all "
                "or one for each"
            )
        return settings

    def _features(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        return np.asarray(validate_data(self, X, dtype=np.float64, reset=False))


def _checked(name: str, value: Any) -> Any:
    """Return a parameter as `Settings` has it; raise ValueError or TypeError where it cannot be."""
    if value is None and name in OPTIONAL:
        return None
    if name == "early_stopping":
        if not isinstance(value, Mapping) or {*value} != {*EarlyStopping._fields}:
            raise InputError(
                f"early_stopping is {value!r}: give it as {{'patience': 20, 'min_delta': 0.0}}"
            )
        return EarlyStopping(**{key: _checked(key, each) for key, each in value.items()})
    if name in LISTS and not isinstance(value, str):
        if not isinstance(value, Iterable):
            raise InputError(f"{name} is {value!r}: give a list")
        values = tuple(_one(name, each) for each in value)
        if name == "betas" and len(values) != 2:
            raise InputError(f"betas is {value!r}: give two numbers")
        return values
    return _one(name, value)


def _one(name: str, value: Any) -> Any:
    """Check a word by `CHOICES` or a number by `RANGES`, and make it Python's own kind."""
    if name in CHOICES:
        if not isinstance(value, str) or value not in CHOICES[name]:
            raise InputError(f"{name} is {value!r}{nearest(str(value), CHOICES[name])}")
        return str(value)
    kind, lowest, highest, inclusive = RANGES[name]
    accepted = numbers.Integral if kind is int else numbers.Real
    check_scalar(
        value, name, accepted, min_val=lowest, max_val=highest, include_boundaries=inclusive
    )
    return kind(value)
