"""Comparing an output that was rebuilt with the recorded one: same bits, same numbers, or not."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import PurePosixPath
from typing import NamedTuple

from commands.shared.contents import Contents
from commands.verifying.arrays import npy_difference, npz_difference
from commands.verifying.pictures import picture_difference
from commands.verifying.texts import csv_difference, json_difference, text_difference

Describe = Callable[[bytes, bytes], str | None]


class Result(StrEnum):
    """How a rebuilt output relates to the recorded one, from the best to the worst."""

    SAME_BITS = "same bits"
    SAME_NUMBERS = "same numbers, other bits"
    OTHER_BITS = "other bits, numbers unknown"
    DIFFERS = "differs"
    NOT_RECORDED = "not recorded"
    NOT_REBUILT = "not rebuilt"


class ExplainedResult(NamedTuple):
    """The result of a comparison, and sentences that describe the differences."""

    result: Result
    details: list[str]


DESCRIBE: dict[str, Describe] = {
    ".npy": npy_difference,
    ".npz": npz_difference,
    ".json": json_difference,
    ".csv": csv_difference,
    ".png": picture_difference,
    ".gif": picture_difference,
    ".jpg": picture_difference,
}


def compare(recorded: Contents, rebuilt: Contents) -> ExplainedResult:
    """Compare an output, of a folder each file: a folder's result is that of its worst file."""
    if recorded.md5 == rebuilt.md5:
        return ExplainedResult(Result.SAME_BITS, [])
    if recorded.files is None or rebuilt.files is None:
        return _hashes_only(recorded.md5, rebuilt.md5)
    result, details = Result.SAME_NUMBERS, list[str]()
    for name in sorted({*recorded.files, *rebuilt.files}):
        hashes = recorded.files.get(name), rebuilt.files.get(name)
        if hashes[0] == hashes[1]:
            continue
        one = _compare_file(name, recorded, rebuilt, *hashes)
        result = max(result, one.result, key=list(Result).index)
        details += [f"{name}: {detail}" if name else detail for detail in one.details]
    return ExplainedResult(result, details)


def _compare_file(
    name: str,
    recorded: Contents,
    rebuilt: Contents,
    recorded_md5: str | None,
    rebuilt_md5: str | None,
) -> ExplainedResult:
    if recorded_md5 is None or rebuilt_md5 is None:
        missing = "recorded" if recorded_md5 is None else "rebuilt"
        return ExplainedResult(Result.DIFFERS, [f"not among the files {missing}"])
    contents = recorded.read(name), rebuilt.read(name)
    if contents[0] is None or contents[1] is None:
        return _hashes_only(recorded_md5, rebuilt_md5)
    suffix = PurePosixPath(name or recorded.path).suffix.lower()
    return compare_contents(suffix, contents[0], contents[1])


def _hashes_only(recorded: str, rebuilt: str) -> ExplainedResult:
    told = f"md5 {recorded} recorded, {rebuilt} rebuilt; of what was recorded only the hash is here"
    return ExplainedResult(Result.OTHER_BITS, [told])


def compare_contents(suffix: str, recorded: bytes, rebuilt: bytes) -> ExplainedResult:
    """Compare two files whose bits differ, reading them as their suffix says (`.npy`, `.json`)."""
    try:
        told = DESCRIBE.get(suffix, text_difference)(recorded, rebuilt)
    except Exception as error:  # a damaged file can fail its reader in any way
        told = f"cannot be compared as {suffix or 'text'} ({error}); "
        told += _byte_difference(recorded, rebuilt)
    if told is None:
        return ExplainedResult(Result.SAME_NUMBERS, [_byte_difference(recorded, rebuilt)])
    return ExplainedResult(Result.DIFFERS, [told])


def _byte_difference(recorded: bytes, rebuilt: bytes) -> str:
    shorter = min(len(recorded), len(rebuilt))
    pairs = enumerate(zip(recorded, rebuilt, strict=False))
    first = next((place for place, (one, other) in pairs if one != other), shorter)
    sizes = f"{len(recorded)} bytes recorded, {len(rebuilt)} rebuilt"
    return f"the first other byte is number {first}; {sizes}"
