"""What can decide about the last bit of a result: the machine and its numerical libraries.

This file imports nothing of the project and runs by itself, so that any interpreter can be asked:
`path/to/python commands/shared/environment.py` prints the description as JSON.
"""

import hashlib
import json
import math
import platform
import struct
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

Environment = dict[str, Any]


def environment() -> Environment:
    """Describe this interpreter, its NumPy and the processor, under the present variables.

    What cannot be found out is None, as the kernel that BLAS has chosen is without threadpoolctl.
    """
    features, dispatched = _cpu_features()
    return {
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        "numpy": _version("numpy"),
        "blas": _blas(),
        "cpu": _cpu_name(),
        "cpu_features": features,
        "numpy_dispatch": dispatched,
        "os": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "libc": " ".join(platform.libc_ver()).strip() or None,
        "libm": _libm(),
        "matplotlib": _version("matplotlib"),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _blas() -> dict[str, Any] | None:
    """Ask threadpoolctl which BLAS is loaded; without it, ask NumPy which one it was built with."""
    try:
        numpy = import_module("numpy")
    except ImportError:
        return None
    try:
        loaded = import_module("threadpoolctl").threadpool_info()
    except ImportError:
        loaded = []
    libraries = [library for library in loaded if library["user_api"] == "blas"]
    # SciPy, where it is loaded, has a BLAS of its own.
    for library in sorted(libraries, key=lambda found: "numpy" not in found["filepath"]):
        return {
            "name": library["internal_api"],
            "version": library["version"],
            "kernel": library.get("architecture"),
            "threads": library["num_threads"],
        }
    built_with = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
    found = {"name": built_with.get("name"), "version": built_with.get("version")}
    return {**found, "kernel": None, "threads": None}


def _cpu_features() -> tuple[list[str] | None, list[str] | None]:
    """List the processor features that NumPy uses, and those that it has special loops for."""
    for name in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):  # 2.x, 1.x
        try:
            core = import_module(name)
        except ImportError:
            continue
        features = [feature for feature, is_on in core.__cpu_features__.items() if is_on]
        return features, list(core.__cpu_dispatch__)
    return None, None


def _libm() -> str:
    """Hash some values of the mathematical library: other last bits give another hash."""
    numbers = [0.001 + 0.0037 * step for step in range(4000)]
    functions = (math.exp, math.log, math.log1p, math.tanh, math.sin, math.cos)
    values = [function(number) for function in functions for number in numbers]
    return hashlib.md5(struct.pack(f"<{len(values)}d", *values), usedforsecurity=False).hexdigest()


def _cpu_name() -> str | None:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except (OSError, UnicodeDecodeError):
        pass
    return platform.processor() or None


if __name__ == "__main__":
    print(json.dumps(environment()))
