"""A model as one file that describes itself: everything that a prediction needs beside a table."""

import importlib
import io
import json
import math
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nn.activations import ACTIVATIONS
from nn.arithmetic import Array
from nn.errors import ModelFileError
from nn.losses import OUTPUTS
from nn.network import Network, parameter_count
from nn.scaling import Scaling

FORMAT = "reproducible-nn model"
VERSION = 1
LISTS = {"sizes": int, "activations": str, "features": str, "classes": str}
SINGLE = {"negative_slope": float, "output": str, "target": str}


@dataclass(frozen=True)
class Model:
    """A trained network, the scaling of its features, and the names of what goes in and out."""

    network: Network
    scaling: Scaling
    features: tuple[str, ...]
    target: str
    classes: tuple[str, ...]

    def predict_proba(self, features: Array) -> Array:
        """Compute each class's probability from features in the table's own units.

        (rows, features) to (rows, classes), in the order of `features` and `classes`. A row's
        probabilities do not depend on the other rows.
        """
        return self.network.probabilities(self.scaling.apply(features))

    def to_onnx(self, path: str | Path) -> None:
        """Write the model as an ONNX file, for other programs; `nn/onnx_export.py` says more.

        Raises PackageMissing where the package onnx is not installed.
        """
        # By name, as the package is optional and no stage that reads a model depends on it.
        importlib.import_module("nn.onnx_export").write_onnx(self, path)


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
    description = {
        "format": FORMAT,
        "version": VERSION,
        "sizes": network.sizes,
        "activations": network.activations,
        "negative_slope": float(network.negative_slope),
        "output": network.output,
        "features": model.features,
        "target": model.target,
        "classes": model.classes,
    }
    text = json.dumps(description, sort_keys=True, ensure_ascii=False)
    return npz_bytes(
        {
            "description": np.frombuffer(text.encode("utf-8"), dtype=np.uint8),
            "parameters": network.parameters,
            "center": model.scaling.center,
            "scale": model.scaling.scale,
        }
    )


def load_model(path: str | Path) -> Model:
    """Read a model file. Raises ModelFileError where it is not one that this version can read."""
    try:
        content = io.BytesIO(Path(path).read_bytes())
        if not zipfile.is_zipfile(content):
            raise ModelFileError(f"{path}: not a model file, or only a part of one")
        with np.load(content, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        description = json.loads(arrays["description"].tobytes().decode("utf-8"))
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ModelFileError:
        raise
    except Exception as error:  # on damaged bytes the readers of zip and npy stumble in many ways
        reason = str(error) or type(error).__name__
        raise ModelFileError(f"{path}: not a model file, or a damaged one ({reason})") from error
    for problem in _problems(description, arrays):
        raise ModelFileError(f"{path}: {problem}; make it anew with dvc repro")
    network = Network(
        description["sizes"],
        description["activations"],
        description["output"],
        arrays["parameters"].astype(np.float64),  # in this machine's byte order
        description["negative_slope"],
    )
    scaling = Scaling(arrays["center"].astype(np.float64), arrays["scale"].astype(np.float64))
    names = tuple(description["features"]), description["target"], tuple(description["classes"])
    return Model(network, scaling, *names)


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
    sizes, output = description["sizes"], description["output"]
    if len(sizes) < 2 or min(sizes) < 1:
        yield f"sizes is {sizes}, not two or more whole numbers above 0"
    if not math.isfinite(description["negative_slope"]):
        yield f"negative_slope is {description['negative_slope']}, which is no finite number"
    if unknown := {*description["activations"]} - {*ACTIVATIONS, "leaky_relu"}:
        yield f"has an unknown activation: {sorted(unknown)[0]!r}"
    if output not in OUTPUTS:
        yield f"has an unknown output: {output!r}"
    lengths = {
        "activations": (len(description["activations"]), len(sizes) - 2),
        "features": (len(description["features"]), sizes[0]),
        "outputs": (sizes[-1], OUTPUTS[output].units(len(description["classes"]))),
        "classes": (len(description["classes"]), max(sizes[-1], 2)),
    }
    for name, (found, expected) in lengths.items():
        if found != expected:
            yield f"has {found} {name} where its sizes ask for {expected}"
    shapes = {"parameters": parameter_count(sizes), "center": sizes[0], "scale": sizes[0]}
    for name, expected in shapes.items():
        array = arrays.get(name)
        if not isinstance(array, np.ndarray):
            yield f"{name} is missing"
        elif array.dtype != np.dtype("<f8") or array.shape != (expected,):
            found = f"{array.dtype} of shape {array.shape}"
            yield f"{name} is {found}, not float64 of shape ({expected},)"
        elif not np.isfinite(array).all() or (name == "scale" and not array.all()):
            yield f"{name} holds a number that cannot be computed with"
