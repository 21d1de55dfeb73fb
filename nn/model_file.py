"""A model as one file that describes itself: everything that a prediction needs beside a table."""

import hashlib
import io
import json
import sys
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nn.arithmetic import Array
from nn.errors import InputError, ModelFileError, first_few, shortened
from nn.network.activations import ACTIVATIONS
from nn.network.ensemble import Ensemble
from nn.network.network import Network, parameter_count
from nn.network.outputs import DEFAULT_THRESHOLD, OUTPUTS, REGRESSION
from nn.preparing.preprocessing import Preprocessing, from_json, of_each_column, to_json
from nn.preparing.scaling import Scaling
from nn.preparing.target import Quantity

FORMAT = "reproducible-nn model"
VERSION = 2
MOST_UNPACKED = 100  # times its size: archives are not compressed, unless somebody packed them anew
LISTS = {"sizes": int, "activations": str, "classes": str}
SINGLE = {"negative_slope": float, "output": str, "target": str}
DESCRIPTION = "description"
ARRAYS = ("parameters", "center", "scale")
OF_NUMBERS = ("target_center", "target_scale", "errors")  # where the target is a number
CLIP = "clip"  # where scaled features are clipped
NUMBERS = (*ARRAYS, CLIP, *OF_NUMBERS)
MEMBERS = (DESCRIPTION, *NUMBERS)


DIVISORS = ("scale", "target_scale", CLIP)
SMALLEST_SCALE = np.finfo(np.float64).tiny  # below it, numbers lose digits


class UnseenCategoryWarning(UserWarning):
    """A text was in none of the training rows: it is encoded as none of its column's categories."""


class BeyondTrainingWarning(UserWarning):
    """A number is far outside of what its column had in training: its unit may be another."""


@dataclass(frozen=True)
class Model:
    """A trained network, what prepares a table for it, and the names of what comes out."""

    network: Network
    preprocessing: Preprocessing
    target: str
    classes: tuple[str, ...]
    """Empty where the target is a number."""
    quantity: Quantity | None = None
    """None where the target is a class."""
    threshold: float = DEFAULT_THRESHOLD
    """Of two classes, the probability of the second from which on a row is decided to be of it."""

    @property
    def task(self) -> str:
        """What is predicted: a class of each row, or a number."""
        return OUTPUTS[self.network.output].task

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of a table's columns that a prediction needs."""
        return tuple(column.name for column in self.preprocessing.columns)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the network's inputs: of a column of texts one for each category."""
        return self.preprocessing.feature_names

    @property
    def scaling(self) -> Scaling:
        """How the network's inputs are scaled."""
        return self.preprocessing.scaling

    def predict_proba(self, table: Any) -> Array:
        """Compute each class's probability from a table in its own units.

        The table is a pandas DataFrame or another mapping of names to columns, in any order; or an
        array (rows, columns) in the order of `columns`. Gives (rows, classes), in the order of
        `classes`. A row's probabilities do not depend on the other rows.

        Raises InputError where a column is missing, a value is no number, or one is missing that
        training had no answer to; warns once of each column with texts that training has not seen
        (UnseenCategoryWarning) or numbers far outside of its own (BeyondTrainingWarning).
        """
        return self.probabilities(self._code(table))

    def predict(self, table: Any) -> Array:
        """Predict the number of each row, (rows,), in its own units, from such a table.

        Raises InputError and warns as `predict_proba` does. Raises one where the target is a class.
        """
        return self.numbers(self._code(table))

    def _code(self, table: Any) -> Array:
        coded = self.preprocessing.code(table)
        if coded.problems:
            raise InputError("; ".join(first_few(coded.problems)))
        for unseen in of_each_column(coded.unseen):
            warnings.warn(str(unseen), UnseenCategoryWarning, stacklevel=3)
        for beyond in coded.beyond:
            warnings.warn(str(beyond), BeyondTrainingWarning, stacklevel=3)
        return coded.values

    def probabilities(self, values: Array) -> Array:
        """Compute each class's probability from coded values, `preprocessing.code(...).values`."""
        return self.network.probabilities(self.preprocessing.features(values))

    def disagreement(self, values: Array) -> Array:
        """Tell of coded values how far the members of an ensemble disagree, (rows,).

        It is the standard deviation of the number that they predict or, where they predict classes,
        of the probability that is most in dispute. Of a single network it is 0.
        """
        network = self.network
        if not isinstance(network, Ensemble):
            return np.zeros(len(values))
        deviations = network.deviations(self.preprocessing.features(values))
        scale = self.quantity.scaling.scale[0] if self.quantity else 1.0
        return np.asarray(deviations.max(axis=1) * scale)

    def numbers(self, values: Array) -> Array:
        """Predict the number of each row, (rows,), from coded values."""
        if self.quantity is None:
            raise InputError(f"the model predicts a class of {self.target!r}: use predict_proba")
        logits = self.network.logits(self.preprocessing.features(values))
        return self.quantity.scaling.undo(logits[:, 0])


def npz_bytes(members: dict[str, np.ndarray[Any, Any]]) -> bytes:
    """Pack arrays into an uncompressed .npz whose bytes depend on the arrays alone.

    `np.savez` leaves it to Python's zipfile to write its version and the operating system's name.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, array in members.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.create_version, entry.extract_version = 3, 20, 20
            entry.external_attr = 0o644 << 16
            content = io.BytesIO()
            little_endian = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
            np.lib.format.write_array(content, little_endian, version=(1, 0), allow_pickle=False)
            archive.writestr(entry, content.getvalue())
    return packed.getvalue()


def model_bytes(model: Model) -> bytes:
    """Pack a model: a JSON description beside the arrays of parameters and scaling."""
    network = model.network
    arrays = {
        "parameters": network.parameters,
        "center": model.scaling.center,
        "scale": model.scaling.scale,
    }
    if model.scaling.clip is not None:
        arrays[CLIP] = np.array([model.scaling.clip])
    if model.quantity:
        of_number = (*model.quantity.scaling[:2], model.quantity.errors)
        arrays |= dict(zip(OF_NUMBERS, of_number, strict=True))
    description = {
        "format": FORMAT,
        "version": VERSION,
        "sizes": network.sizes,
        "activations": network.activations,
        "negative_slope": float(network.negative_slope or 0.0),
        "output": network.output,
        "columns": to_json(model.preprocessing.columns),
        "target": model.target,
        "classes": model.classes,
    }
    if model.threshold != DEFAULT_THRESHOLD:
        description["threshold"] = float(model.threshold)
    description["digest"] = _digest(description, arrays)
    text = _text(description)
    return npz_bytes({DESCRIPTION: np.frombuffer(text, dtype=np.uint8), **arrays})


def _text(description: dict[str, Any]) -> bytes:
    return json.dumps(description, sort_keys=True, ensure_ascii=False).encode("utf-8")


def _digest(description: dict[str, Any], arrays: dict[str, Any]) -> str:
    """Sum up all that a model file holds, in hexadecimal (SHA-256).

    It tells a file that was changed by accident or by hand from one that training wrote. It is no
    signature: whoever changes a file on purpose can sum it up anew.
    """
    described = {key: value for key, value in description.items() if key != "digest"}
    names = [name for name in NUMBERS if name in arrays]
    parts = [np.ascontiguousarray(arrays[name], dtype="<f8").tobytes() for name in names]
    return hashlib.sha256(b"".join([_text(described), *parts])).hexdigest()


def load_model(path: str | Path) -> Model:
    """Read a model file. Raises ModelFileError where it is not one that this version can read."""
    try:
        content = io.BytesIO(Path(path).read_bytes())
        if not zipfile.is_zipfile(content):
            raise ModelFileError(f"{path}: not a model file, or only a part of one")
        arrays = _arrays(content, path)
        description = json.loads(arrays[DESCRIPTION].tobytes().decode("utf-8"))
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ModelFileError:
        raise
    except Exception as error:  # on damaged bytes the readers of zip and npy stumble in many ways
        reason = str(error) or type(error).__name__
        told = f"not a model file, or a damaged one ({shortened(reason)})"
        raise ModelFileError(f"{path}: {told}") from error
    for problem in _problems(description, arrays):
        raise ModelFileError(f"{path}: {shortened(problem)}; make it anew with dvc repro")
    names = [name for name in NUMBERS if name in arrays]
    numbers = {name: arrays[name].astype(np.float64) for name in names}  # this machine's bytes
    kind = Network if numbers["parameters"].ndim == 1 else Ensemble
    network = kind(
        description["sizes"],
        description["activations"],
        description["output"],
        numbers["parameters"],
        description["negative_slope"],
    )
    clip = float(numbers[CLIP][0]) if CLIP in numbers else None
    scaling = Scaling(numbers["center"], numbers["scale"], clip)
    quantity = None
    if OUTPUTS[network.output].task == REGRESSION:
        target = Scaling(numbers["target_center"], numbers["target_scale"])
        quantity = Quantity(target, numbers["errors"])
    preprocessing = Preprocessing(from_json(description["columns"]), scaling)
    classes = tuple(description["classes"])
    threshold = description.get("threshold", DEFAULT_THRESHOLD)
    return Model(network, preprocessing, description["target"], classes, quantity, threshold)


def _arrays(content: io.BytesIO, path: str | Path) -> dict[str, np.ndarray[Any, Any]]:
    """Read the arrays of an archive, unless it unpacks to far more than there is of it."""
    with zipfile.ZipFile(content) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MOST_UNPACKED * len(content.getbuffer()):
        raise ModelFileError(f"{path}: no model file: it would unpack to {size} bytes")
    with np.load(content, allow_pickle=False) as members:
        return {name: members[name] for name in MEMBERS if name in members}


def _problems(description: Any, arrays: dict[str, Any]) -> Iterator[str]:
    """Say what keeps a file from being a model; each check relies on those before it."""
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        yield f"not a model of this project, which says {FORMAT!r} of itself"
    version = description.get("version")
    if version != VERSION:
        yield f"has format version {version!r}, but only {VERSION} can be read"
    for key, kind in LISTS.items():
        values = description.get(key)
        if not isinstance(values, list) or any(type(value) is not kind for value in values):
            yield f"{key} is {values!r}, not a list of {kind.__name__}"
    for key, kind in SINGLE.items():
        if type(description.get(key)) is not kind:
            yield f"{key} is {description.get(key)!r}, not a {kind.__name__}"
    try:
        _text(description)
    except UnicodeEncodeError:
        yield "has half a character in a text, of a pair that was split"
    try:
        features = sum(len(each.feature_names) for each in from_json(description.get("columns")))
    except InputError as error:
        yield str(error)
    sizes, output = description["sizes"], description["output"]
    if len(sizes) < 2 or min(sizes) < 1:
        yield f"sizes is {sizes}, not two or more whole numbers above 0"
    if not 0.0 <= description["negative_slope"] <= 1.0:
        yield f"negative_slope is {description['negative_slope']}, not a number from 0 to 1"
    threshold = description.get("threshold", DEFAULT_THRESHOLD)
    if type(threshold) is not float or not 0 < threshold < 1:
        yield f"threshold is {threshold!r}, not a number between 0 and 1"
    if len({*description["classes"]}) < len(description["classes"]):
        yield f"classes is {description['classes']}, of which some are the same"
    if unknown := {*description["activations"]} - {*ACTIVATIONS}:
        yield f"has an unknown activation: {sorted(unknown)[0]!r}"
    if output not in OUTPUTS:
        yield f"has an unknown output: {output!r}"
    is_number = OUTPUTS[output].task == REGRESSION
    lengths = {
        "activations": (len(description["activations"]), len(sizes) - 2),
        "features": (features, sizes[0]),
        "outputs": (sizes[-1], OUTPUTS[output].units(len(description["classes"]))),
        "classes": (len(description["classes"]), 0 if is_number else max(sizes[-1], 2)),
    }
    for name, (found, expected) in lengths.items():
        if found != expected:
            yield f"has {found} {name} where its sizes ask for {expected}"
    parameters = min(parameter_count(sizes), sys.maxsize)  # one with more digits cannot be told
    members = np.shape(arrays.get("parameters", ()))[:-1]
    is_ensemble = len(members) == 1 and members[0] > 1
    shapes = {
        "parameters": (*members, parameters) if is_ensemble else (parameters,),
        "center": (sizes[0],),
        "scale": (sizes[0],),
    }
    if CLIP in arrays:
        shapes[CLIP] = (1,)
    if is_number:
        errors = np.size(arrays.get("errors", ()))
        shapes |= dict(zip(OF_NUMBERS, ((1,), (1,), (errors,)), strict=True))
    for name, expected in shapes.items():
        array = arrays.get(name)
        if not isinstance(array, np.ndarray):
            yield f"{name} is missing"
        elif array.dtype != np.dtype("<f8") or array.shape != expected:
            found = f"{array.dtype} of shape {array.shape}"
            yield f"{name} is {found}, not float64 of shape {expected}"
        elif not np.isfinite(array).all() or (name in DIVISORS and array.min() < SMALLEST_SCALE):
            yield f"{name} holds a number that cannot be computed with"
    if description.get("digest") != _digest(description, arrays):
        yield "was changed since it was written: its digest is another"
