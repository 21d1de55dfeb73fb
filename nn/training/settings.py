"""Every setting of a training: its name, what it may be, and whether each network has its own.

`params.yaml` and the scikit-learn estimator take names and ranges from here. Networks that are
trained in step share a new setting, unless it is marked PER_NETWORK.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from nn.arithmetic.rows import SLICES
from nn.errors import counted
from nn.network.activations import ACTIVATIONS
from nn.network.network import parameter_count
from nn.network.outputs import OUTPUTS
from nn.training.class_weights import CLASS_WEIGHTS
from nn.training.initializers import INITIALIZERS
from nn.training.optimizers import OPTIMIZERS
from nn.training.sections import (
    LIST,
    Count,
    Fraction,
    NotNegative,
    Positive,
    Registry,
    Section,
    Seed,
    one_of,
)

ONE_OR_MORE = BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
MOST_PARAMETERS = 10**8  # of the hidden layers: a training holds them several times, 800 MB each
MOST_MEMBERS = 1000  # of an ensemble
PER_NETWORK = "each network has its own"  # marks a setting that networks in step need not share


class EarlyStopping(Section):
    """Stop once the validation loss has not fallen by more than `min_delta` for so many epochs."""

    patience: Count
    min_delta: NotNegative


class OptimizerSettings(Section):
    """How weights follow the gradient."""

    registries: ClassVar[Mapping[str, Registry]] = {"optimizer": OPTIMIZERS}

    optimizer: Annotated[str, one_of(OPTIMIZERS)]
    momentum: Annotated[Fraction | None, PER_NETWORK] = None
    betas: Annotated[tuple[Fraction, Fraction] | None, LIST, PER_NETWORK] = None
    epsilon: Annotated[Positive | None, PER_NETWORK] = None
    learning_rate: Annotated[Positive, PER_NETWORK]
    epochs: Count
    l2: Annotated[NotNegative, PER_NETWORK] = 0.0


class Settings(OptimizerSettings):
    """What decides a training, by the names of params.yaml; None where nothing needs a key."""

    registries: ClassVar[Mapping[str, Registry]] = {
        "activation": ACTIVATIONS,
        "optimizer": OPTIMIZERS,
    }

    hidden: Annotated[tuple[Count, ...], LIST]
    activation: Annotated[tuple[Annotated[str, one_of(ACTIVATIONS)], ...], LIST, ONE_OR_MORE]
    negative_slope: Fraction | None = None
    output: Annotated[str, one_of(OUTPUTS)]
    initializer: Annotated[str, one_of(INITIALIZERS), PER_NETWORK]
    seed: Annotated[Seed, PER_NETWORK]
    learning_rate_decay: Annotated[NotNegative, PER_NETWORK] = 0.0
    batch_size: Count | None = None
    class_weights: Annotated[Annotated[str, one_of(CLASS_WEIGHTS)] | None, PER_NETWORK] = None
    early_stopping: Annotated[EarlyStopping | None, PER_NETWORK] = None
    precision: Annotated[str, one_of(SLICES)] = "double"
    ensemble: Annotated[int, Field(ge=1, le=MOST_MEMBERS)] = 1

    @field_validator("hidden")
    @classmethod
    def _fits_in_memory(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if parameter_count((1, *value)) > MOST_PARAMETERS:
            told = f"should have at most {MOST_PARAMETERS} weights and biases"
            raise PydanticCustomError("size", "{told}", {"told": told})
        return value

    @field_validator("activation")
    @classmethod
    def _is_for_each_layer(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        layers = len(info.data.get("hidden", value))
        if len(value) not in (1, layers):
            told = f"{counted(len(value), 'activation')} for {counted(layers, 'hidden layer')}"
            raise PydanticCustomError("sentence", f"{told}; give one for all or one for each")
        return value

    @property
    def activations(self) -> tuple[str, ...]:
        """One activation for each hidden layer."""
        return self.activation * len(self.hidden) if len(self.activation) == 1 else self.activation

    def shared(self) -> tuple[object, ...]:
        """List what networks must have in common to be trained in step."""
        fields = type(self).model_fields.items()
        values = [getattr(self, key) for key, field in fields if PER_NETWORK not in field.metadata]
        return *values, self.l2 > 0.0  # without, nothing is added to the gradient, not even zeros
