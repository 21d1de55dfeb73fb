"""The network as a scikit-learn classifier and regressor, to stand in a Pipeline or a GridSearchCV.

The one file of this package that needs scikit-learn, so nothing else imports it.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ValidationError

from nn.arithmetic import Array, random_source
from nn.errors import InputError, PackageMissing
from nn.model_file import Model
from nn.network.outputs import CLASSIFICATION, OUTPUTS, REGRESSION, Labels
from nn.preparing.preprocessing import of_numbers
from nn.preparing.scaling import Scaling
from nn.preparing.target import Quantity, fit_target, held_out_errors, scaled_target
from nn.splitting import split_rows
from nn.training.alarms import with_class_name
from nn.training.loop import train
from nn.training.outcome import Training
from nn.training.sections import Fraction, Section, describe, without_numpy
from nn.training.settings import Settings

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise PackageMissing(__name__, "scikit-learn 1.6 or newer", "estimator") from error

Kind = TypeVar("Kind", bound=Section)


class SetAside(Section):
    """The rows set aside to be watched: what share, and whether of each class alike."""

    validation_size: Fraction
    stratify: bool = False


class NetworkEstimator(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """What the classifier and the regressor share: parameters, each checked, and the network."""

    training_: Training
    range_: Array
    """(2, k): the smallest and the largest of each feature in training."""

    def __init__(
        self,
        hidden: Sequence[int] = (16,),
        activation: str | Sequence[str] = "relu",
        negative_slope: float = 0.01,
        output: str = "linear",
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
        early_stopping: Mapping[str, Any] | None = None,
        precision: str = "double",
        ensemble: int = 1,
        validation_size: float = 0.0,
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
        self.early_stopping = early_stopping
        self.precision = precision
        self.ensemble = ensemble
        self.validation_size = validation_size

    def to_model(
        self,
        target: str,
        features: Sequence[str] | None = None,
        scaling: Scaling | None = None,
    ) -> Model:
        """Make a model of what was learnt, for a model file or `nn.exports.onnx.write_onnx`.

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
        done = Scaling(np.zeros(count), np.ones(count)) if scaling is None else scaling
        preprocessing = of_numbers([*map(str, names)], done, self.range_)
        classes, quantity = self._told_of_target()
        return Model(self.training_.network, preprocessing, target, classes, quantity)

    def settings(self) -> Settings:
        """Hand the parameters to `nn.training`, each checked.

        Raises ValueError that names the parameter, its value and what it may be.
        """
        return self._checked(Settings)

    def _checked(self, section: type[Kind]) -> Kind:
        own = self.get_params(deep=False)
        given = {name: without_numpy(own[name]) for name in section.model_fields if name in own}
        try:
            return section.model_validate(given)
        except ValidationError as error:
            raise InputError(describe(error.errors()[0], section)) from error

    def _features(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        return np.asarray(validate_data(self, X, dtype=np.float64, reset=False))

    def _told_of_target(self) -> tuple[tuple[str, ...], Quantity | None]:
        """Give the names of the classes, or how the number is scaled."""
        raise NotImplementedError

    def _warn(self) -> None:
        names = [*map(str, getattr(self, "classes_", ()))]  # of a regressor none
        for message in self.training_.warnings:
            warnings.warn(with_class_name(message, names), ConvergenceWarning, stacklevel=3)


class NetworkClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc]  # without types
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
        precision: str = "double",
        ensemble: int = 1,
        validation_size: float = 0.0,
        stratify: bool = True,
    ) -> None:
        super().__init__(
            hidden,
            activation,
            negative_slope,
            output,
            initializer,
            seed,
            optimizer,
            momentum,
            betas,
            epsilon,
            learning_rate,
            learning_rate_decay,
            epochs,
            batch_size,
            l2,
            early_stopping,
            precision,
            ensemble,
            validation_size,
        )
        self.class_weights = class_weights
        self.stratify = stratify

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on features (rows, k) and labels (rows,) of any kind that can be sorted.

        Raises ValueError for what cannot be learnt from and for parameters out of range,
        TrainingDiverged among them. Warns (ConvergenceWarning) of a network that collapsed.
        """
        settings = self.settings()
        aside = self._checked(SetAside)
        features, given = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(given)
        self.classes_, labels = np.unique(given, return_inverse=True)
        count = len(self.classes_)
        if count < 2:
            raise InputError(
                f"y has one class only, {str(self.classes_[0])!r}: add rows of another"
            )
        if OUTPUTS[settings.output].task != CLASSIFICATION:
            raise InputError(f"output {settings.output} is for numbers: use NetworkRegressor")
        if settings.output == "sigmoid" and count > 2:
            raise InputError(f"output sigmoid is for 2 classes, y has {count}: use softmax")
        source = random_source(settings.seed, "split")
        parts = split_rows(given, 0.0, aside.validation_size, aside.stratify, source)
        learnt, watched = (
            (features[rows], labels[rows]) for rows in (parts.train, parts.validation)
        )
        validation = watched if len(parts.validation) else None
        self.range_ = np.stack([features.min(axis=0), features.max(axis=0)])
        self.training_ = train(*learnt, count, settings, validation)
        self._warn()
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

    def _told_of_target(self) -> tuple[tuple[str, ...], Quantity | None]:
        return tuple(map(str, self.classes_)), None


class NetworkRegressor(RegressorMixin, NetworkEstimator):  # type: ignore[misc]  # without types
    """A feed-forward network that predicts numbers, trained by `nn.training.loop.train`.

    The parameters are those of `params.yaml`, by name and meaning; `early_stopping` watches the
    share `validation_size` of the rows. Features are taken as they come: put a StandardScaler
    before. The target is standardised inside. The same seed gives the same bits.

    After `fit`, `training_` is the network and how it came about, and `quantity_` how the target
    was scaled, and how far predictions were off in the rows that were set aside.
    """

    quantity_: Quantity

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on features (rows, k) and numbers (rows,).

        Raises ValueError for what cannot be learnt from and for parameters out of range,
        TrainingDiverged among them. Warns (ConvergenceWarning) of a network that collapsed.
        """
        settings = self.settings()
        if OUTPUTS[settings.output].task != REGRESSION:
            raise InputError(f"output {settings.output} is for classes: use NetworkClassifier")
        aside = self._checked(SetAside)
        fewest = 2 if aside.validation_size else 1
        features, given = validate_data(
            self, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=fewest
        )
        numbers = np.asarray(given, dtype=np.float64)
        source = random_source(settings.seed, "split")
        parts = split_rows(numbers, 0.0, aside.validation_size, False, source)
        scaling = fit_target(numbers[parts.train])
        assert scaling is not None
        learnt, watched = (
            (features[rows], scaled_target(numbers[rows], scaling))
            for rows in (parts.train, parts.validation)
        )
        validation = watched if len(parts.validation) else None
        self.range_ = np.stack([features.min(axis=0), features.max(axis=0)])
        self.training_ = train(*learnt, 0, settings, validation)
        self._warn()
        logits = self.training_.network.held_out_logits(
            features[parts.validation], self.training_.held_out
        )
        residuals = numbers[parts.validation] - scaling.undo(logits[:, 0])
        self.quantity_ = Quantity(scaling, held_out_errors(residuals))
        return self

    def predict(self, X: ArrayLike) -> Array:
        """Predict the number of each row: (rows, k) to (rows,)."""
        features = self._features(X)
        return self.quantity_.scaling.undo(self.training_.network.logits(features)[:, 0])

    def _told_of_target(self) -> tuple[tuple[str, ...], Quantity | None]:
        return (), self.quantity_
