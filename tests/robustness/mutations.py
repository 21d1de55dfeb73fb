"""Changing files at random, the same way for the same source, as accidents and people do."""

import hashlib
import io
import json
import re
import zipfile
from random import Random
from typing import Any

import numpy as np

from nn.model_file import ARRAYS, DESCRIPTION, npz_bytes

IN_TABLES = (
    *('"', ",", ";", "\t", "\n", "\r", "\r\n", "\0", " ", "\ufeff", "\u2028", "−1", "١٢"),
    *("nan", "inf", "-inf", "1e999", "1e-320", "1e101", "0x10", "1_000", "1,5", "#N/A", "?", "€5"),
    *("x" * 3000, "9" * 5000, '""', '"a\nb"', "=1+1", "é", "\ud7ff", "label", "\n\n\n"),
)
IN_PARAMS = (
    *(
        "[",
        "]",
        "{",
        "}",
        ":",
        "- ",
        "\n",
        "\t",
        "#",
        "'",
        '"',
        "&a ",
        "*a",
        "&b [*b]",
        "<<: ",
        "? ",
    ),
    *("null", "true", "-1", "0", "1e999", ".nan", ".inf", "99999999999", "9" * 5000, "1e-400"),
    *("!!int x", "!!float x", "!!bool x", "!!timestamp x", "!!python/name:os.system", "!x"),
    *('"\\ud800"', "'\ud7ff'", "[" * 200, "{a: " * 200, "x" * 3000, "---\n", "%YAML 9.9\n"),
)
INSTEAD: tuple[Any, ...] = (
    *(None, True, -1, 0, 2, 3.5, 10**30, 1e308, -1e308, 1e-310, float("nan"), float("inf")),
    *(
        "",
        "x",
        "relu",
        "softmax",
        "\ud800",
        "x" * 5000,
        "a\nb",
        [],
        {},
        [1],
        ["a", "a"],
        [[]],
        [None],
    ),
)


def mutated(content: bytes, pieces: tuple[str, ...], source: Random) -> bytes:
    """Change a file in one to three places: cut, doubled, moved, damaged, or a piece put in."""
    for _ in range(source.choice((1, 1, 1, 2, 3))):
        start, end = sorted(source.randrange(len(content) + 1) for _ in range(2))
        end = min(end, start + source.choice((1, 8, 64, len(content))))
        part, rest = content[start:end], content[end:]
        match source.randrange(7 if pieces else 5):
            case 0:  # cut off
                content = content[:start] + (rest if source.random() < 0.8 else b"")
            case 1:
                content = content[:start] + part + part + rest
            case 2:
                place = source.randrange(len(rest) + 1)
                content = content[:start] + rest[:place] + part + rest[place:]
            case 3:
                content = content[:start] + source.randbytes(len(part)) + rest
            case 4 if part:
                bit = bytes([part[0] ^ 1 << source.randrange(8)])
                content = content[:start] + bit + part[1:] + rest
            case 5:
                piece = source.choice(pieces).encode("utf-8")
                kept = rest if source.random() < 0.5 else part + rest
                content = content[:start] + piece + kept
            case 6:
                words = [word.span() for word in re.finditer(rb"[\w.-]+", content)]
                start, end = source.choice(words or [(0, 0)])
                content = content[:start] + source.choice(pieces).encode("utf-8") + content[end:]
    return content


def mutated_model(content: bytes, source: Random) -> bytes:
    """Change a model file: its bytes, its archive, or what it says, by one who knows the format."""
    kind = source.randrange(4)
    if kind == 0:
        return mutated(content, (), source)
    with np.load(io.BytesIO(content)) as archive:
        members = {name: archive[name] for name in archive.files}
    described = json.loads(members[DESCRIPTION].tobytes())
    if kind == 1:
        name = source.choice(ARRAYS)
        members[name] = _another(members[name], source)
    else:
        key = source.choice([*described])
        described[key] = source.choice(INSTEAD)
        if isinstance(value := described.get("columns"), list) and source.random() < 0.3 and value:
            place = source.randrange(len(value))
            if isinstance(value[place], dict):
                value[place][source.choice(["name", "fill", "indicator", "more"])] = source.choice(
                    INSTEAD
                )
    if kind < 3:
        described["digest"] = _digest(described, members)
    text = json.dumps(described).encode("utf-8", "surrogatepass")
    members[DESCRIPTION] = np.frombuffer(text, dtype=np.uint8)
    if source.random() < 0.8:
        return npz_bytes(members)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as compressed:
        for name, array in members.items():
            part = io.BytesIO()
            np.save(part, array)
            compressed.writestr(f"{name}.npy", part.getvalue())
    return packed.getvalue()


def _digest(described: dict[str, Any], members: dict[str, Any]) -> str:
    """Sum a model up anew, as whoever changes it on purpose would."""
    told = {key: value for key, value in described.items() if key != "digest"}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
    numbers = (members[name] for name in ARRAYS if members[name].dtype.kind == "f")
    parts = [np.ascontiguousarray(array, dtype="<f8").tobytes() for array in numbers]
    return hashlib.sha256(b"".join([text, *parts])).hexdigest()


def _another(array: Any, source: Random) -> Any:
    changed = array.copy()
    match source.randrange(6):
        case 0:
            number = source.choice((0.0, -1.0, 1e-310, 1e308, float("nan"), float("inf"), -0.0))
            changed[source.randrange(len(changed))] = number
        case 1:
            changed = changed.astype(source.choice(("f4", "c16", "i8", "S8", ">f8", "?", "U3")))
        case 2:
            changed = changed[:-1]
        case 3:
            changed = np.zeros(source.choice((0, 1, 1 << 20)))
        case 4:
            changed = changed[:, None]
        case 5:
            changed = np.float64(1.0) * np.ones(())
    return changed
