"""A model as an ONNX graph, for the many programs and languages that run such graphs.

The one file of this package that needs the package onnx, so nothing else imports it.

The graph computes in float64 as the model does, but its last digits are those of whatever runs it.
All operators are such as onnxruntime has for float64 (LeakyRelu and Softplus it has not), in the
operator set and file format of 2022.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from nn.errors import InputError, PackageMissing
from nn.model_file import Model
from nn.network.ensemble import Ensemble
from nn.network.network import Network
from nn.network.outputs import DEFAULT_THRESHOLD
from nn.preparing.dates import circle, cycles, has_days
from nn.preparing.preprocessing import Preparation, Preprocessing, to_json

try:
    from onnx import NodeProto, TensorProto, helper, numpy_helper
except ImportError as error:
    raise PackageMissing(__name__, "the package onnx", "onnx") from error

OPERATOR_SET, FILE_FORMAT = 17, 8
Known = TypeVar("Known")


class Graph:
    """Nodes and constants in a row, each known by the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, TensorProto] = {}

    def constant(self, name: str, values: ArrayLike) -> str:
        """Add a constant array, once however often it is named."""
        array = np.asarray(values, order="C")
        self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def add(self, operator: str, *inputs: str, name: str | None = None, **attributes: Any) -> str:
        """Add a node with one result."""
        name = name or f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name


def write_onnx(model: Model, path: str | Path) -> None:
    """Write a model as an ONNX file, whole or not at all; raises InputError where it cannot."""
    path, content = Path(path), onnx_bytes(model)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            finished = Path(folder) / path.name
            finished.write_bytes(content)
            finished.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error


def onnx_bytes(model: Model) -> bytes:
    """Pack a model as ONNX; the bytes depend on the model alone.

    Input `table` (rows, columns) has numbers in the table's own units, of a text its place among
    the column's categories (-1 where it is none of them), of a date days since 1970, and NaN where
    a value is missing: what `Preprocessing.code` makes of a table. Outputs are `probabilities`
    (rows, classes) and `class` (rows,), the number of the likeliest or, of two classes, of the one
    that the model's threshold decides for; or, where a number is predicted, `prediction` (rows,)
    alone, in the target's own units. The columns with their categories, the target's name and those
    of the classes are in the metadata, as JSON.
    """
    if not isinstance(model, Model):
        raise InputError(
            f"a {type(model).__name__} is no Model, which has names and scaling, too: give what "
            "load_model or to_model returns"
        )
    graph = Graph()
    scaled = add_preprocessing(graph, "table", model.preprocessing)
    logits = add_layers(graph, scaled, model.network)
    if model.quantity:
        add_number(graph, logits, model)
    else:
        decides = model.threshold if len(model.classes) == 2 else DEFAULT_THRESHOLD
        add_output(graph, logits, model.network, decides)
    double, whole = TensorProto.DOUBLE, TensorProto.INT64
    tensor = helper.make_tensor_value_info
    inputs = [tensor("table", double, ["rows", len(model.columns)])]
    outputs = [
        tensor("probabilities", double, ["rows", len(model.classes)]),
        tensor("class", whole, ["rows"]),
    ]
    if model.quantity:
        outputs = [tensor("prediction", double, ["rows"])]
    packed = helper.make_model(
        helper.make_graph(graph.nodes, "network", inputs, outputs, [*graph.constants.values()]),
        opset_imports=[helper.make_opsetid("", OPERATOR_SET)],
        ir_version=FILE_FORMAT,
        producer_name="reproducible-nn",
    )
    description = {
        "columns": to_json(model.preprocessing.columns),
        "target": model.target,
        "classes": model.classes,
    }
    helper.set_model_props(
        packed, {key: json.dumps(value, ensure_ascii=False) for key, value in description.items()}
    )
    return bytes(packed.SerializeToString(deterministic=True))


def add_preprocessing(graph: Graph, table: str, preprocessing: Preprocessing) -> str:
    """Add what `Preprocessing.features` does."""
    features = table
    if not all(column.is_number_alone and column.fill is None for column in preprocessing.columns):
        parts: list[str] = []
        for place, column in enumerate(preprocessing.columns):
            values = graph.add("Gather", table, graph.constant(f"place_{place}", [place]), axis=1)
            parts += add_column(graph, values, column, f"column_{place}")
        features = graph.add("Concat", *parts, axis=1)
    centred = graph.add("Sub", features, graph.constant("center", preprocessing.scaling.center))
    scaled = graph.add("Div", centred, graph.constant("scale", preprocessing.scaling.scale))
    clip = preprocessing.scaling.clip
    if clip is None:
        return scaled
    ratio = graph.add("Div", scaled, graph.constant("clip", [clip]))
    square = graph.add("Mul", ratio, ratio)
    root = graph.add("Sqrt", graph.add("Add", square, graph.constant("clip_one", [1.0])))
    return graph.add("Div", scaled, root)


def add_column(graph: Graph, values: str, column: Preparation, name: str) -> Iterator[str]:
    """Add what `Preparation.features` does with a column's values (rows, 1)."""
    if column.fill is not None:
        absent = graph.add("IsNaN", values)
        fill = graph.constant(f"{name}_fill", column.fill)
        values = graph.add("Where", absent, fill, values)
    if column.categories is not None:
        places = np.arange(len(column.categories), dtype=np.float64)
        is_place = graph.add("Equal", values, graph.constant(f"{name}_categories", places))
        values = graph.add("Cast", is_place, to=TensorProto.DOUBLE)
    if column.form.date:
        yield from add_dates(graph, values, column.form.date)
    else:
        yield values
    if column.indicator:
        yield graph.add("Cast", absent, to=TensorProto.DOUBLE)


def add_dates(graph: Graph, days: str, form: str) -> Iterator[str]:
    """Add what `date_features` does with days since 1970 (rows, 1)."""
    if has_days(form):
        yield days
    for cycle in cycles(form):
        place = cycle.place(Term(graph, days), Term.floor)
        whole = graph.add("Cast", place.name, to=TensorProto.INT64)
        for wave, values in zip(("sine", "cosine"), circle(cycle.steps), strict=True):
            yield graph.add("Gather", graph.constant(f"{cycle.name} {wave}", values), whole)


class Term:
    """The result of a node, with which one computes as with a number."""

    def __init__(self, graph: Graph, name: str) -> None:
        self.graph, self.name = graph, name

    def _with(self, operator: str, other: "Term | float") -> "Term":
        if isinstance(other, float):
            other = Term(self.graph, self.graph.constant(f"number {other!r}", other))
        return Term(self.graph, self.graph.add(operator, self.name, other.name))

    def __add__(self, other: "Term | float") -> "Term":
        return self._with("Add", other)

    def __sub__(self, other: "Term | float") -> "Term":
        return self._with("Sub", other)

    def __mul__(self, other: "Term | float") -> "Term":
        return self._with("Mul", other)

    def __truediv__(self, other: "Term | float") -> "Term":
        return self._with("Div", other)

    def floor(self) -> "Term":
        """Round down."""
        return Term(self.graph, self.graph.add("Floor", self.name))


def add_layers(graph: Graph, values: str, network: Network) -> str:
    """Add what `Network.logits` does: of an ensemble, (members, rows, units)."""
    for number, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        factor = graph.constant(f"weights_{number}", weights)
        if is_ensemble(network):
            terms = graph.constant(f"biases_{number}", biases[:, None, :])
            values = graph.add("Add", graph.add("MatMul", values, factor), terms)
        else:
            values = graph.add("Gemm", values, factor, graph.constant(f"biases_{number}", biases))
        if number < len(network.activations):
            values = add_activation(graph, values, network.activations[number], network)
    return values


def add_activation(graph: Graph, sums: str, name: str, network: Network) -> str:
    """Add an activation function of `nn/network/activations.py`.

    Raises InputError for one that is not known here.
    """
    if name == "leaky_relu":
        below = graph.add(
            "Mul", sums, graph.constant("negative_slope", network.negative_slope or 0.0)
        )
        above_zero = graph.add("Greater", sums, graph.constant("zero", 0.0))
        return graph.add("Where", above_zero, sums, below)
    return graph.add(_known(OPERATORS, name, "activation"), sums)


def is_ensemble(network: Network) -> bool:
    """Tell whether the answers of several members are averaged."""
    return isinstance(network, Ensemble)


def add_number(graph: Graph, logits: str, model: Model) -> None:
    """Add `prediction`, by what `Model.numbers` does."""
    assert model.quantity
    scaling = model.quantity.scaling
    if is_ensemble(model.network):
        logits = add_mean(graph, logits)
    spread = graph.add("Mul", logits, graph.constant("target_scale", scaling.scale))
    number = graph.add("Add", spread, graph.constant("target_center", scaling.center))
    graph.add("Squeeze", number, graph.constant("last_axis", [-1]), name="prediction")


def add_mean(graph: Graph, answers: str, name: str | None = None) -> str:
    """Add the mean over the members of an ensemble, which are along the first axis."""
    return graph.add("ReduceMean", answers, axes=[0], keepdims=0, name=name)


def add_output(graph: Graph, logits: str, network: Network, threshold: float) -> None:
    """Add `probabilities` and `class`, by the formulas of `nn/network/outputs.py`.

    A `threshold` that is not the default decides between two classes. Raises InputError for an
    output that is not known here.
    """
    add_probabilities = _known(PROBABILITIES, network.output, "output")
    if is_ensemble(network):
        add_probabilities(graph, logits, "of_members")
        decided_by = add_mean(graph, "of_members", "probabilities")
    else:
        decided_by = add_probabilities(graph, logits, "probabilities")
    if threshold != DEFAULT_THRESHOLD:
        second = graph.add("Gather", "probabilities", graph.constant("second", 1), axis=-1)
        reached = graph.add("GreaterOrEqual", second, graph.constant("threshold", threshold))
        graph.add("Cast", reached, to=TensorProto.INT64, name="class")
        return
    # Of two equal logits the first counts, but the second class where the one logit is 0.
    last = int(network.output == "sigmoid")
    graph.add("ArgMax", decided_by, axis=-1, keepdims=0, select_last_index=last, name="class")


def _softmax(graph: Graph, logits: str, name: str) -> str:
    graph.add("Softmax", logits, axis=-1, name=name)
    return logits


def _shares_of_sigmoids(graph: Graph, logits: str, name: str) -> str:
    """Add the softmax of ln s(z) = min(z, 0) - ln(1 + e**-|z|)."""
    power = graph.add("Exp", graph.add("Neg", graph.add("Abs", logits)))
    sum_ = graph.add("Add", power, graph.constant("one", 1.0))
    lower = graph.add("Min", logits, graph.constant("zero", 0.0))
    _softmax(graph, graph.add("Sub", lower, graph.add("Log", sum_)), name)
    return logits


def _sigmoid_of_both_signs(graph: Graph, logits: str, name: str) -> str:
    logits = graph.add("Concat", graph.add("Neg", logits), logits, axis=-1)
    graph.add("Sigmoid", logits, name=name)
    return logits


def _known(registry: Mapping[str, Known], name: str, kind: str) -> Known:
    if name not in registry:
        raise InputError(f"{kind} {name!r} cannot be written as ONNX: add it to nn/exports/onnx.py")
    return registry[name]


OPERATORS = {"relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid"}
PROBABILITIES: dict[str, Callable[[Graph, str, str], str]] = {
    "softmax": _softmax,
    "sigmoid_per_class": _shares_of_sigmoids,
    "sigmoid": _sigmoid_of_both_signs,
}
"""By output: each adds a node of probabilities by a name, and gives the logits of the classes."""
