"""What one output holds, as far as it is known: hashes, and bytes where they are at hand."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from commands.shared.hashes import folder_md5, md5_of


class Contents(NamedTuple):
    """An output: a file, or a folder of files.

    `files` has the hash of each by its path inside the folder, "" standing for an output that is
    one file itself; None where only the hash of the whole is known. `read` gives a file's bytes, or
    None where they are not at hand.
    """

    path: str
    md5: str
    files: Mapping[str, str] | None
    read: Callable[[str], bytes | None]


def no_bytes(name: str) -> None:
    """Stand in for `Contents.read` where only hashes are known."""


def contents_of_bytes(path: str, content: bytes) -> Contents:
    """Describe an output that is one file."""
    md5 = md5_of(content)
    return Contents(path, md5, {"": md5}, lambda name: content)


def contents_on_disk(root: Path, path: str) -> Contents | None:
    """Describe an output as it is on the disk; None where it is not there."""
    place = root / path
    if place.is_file():
        return contents_of_bytes(path, place.read_bytes())
    if not place.is_dir():
        return None
    files = {
        file.relative_to(place).as_posix(): md5_of(file.read_bytes())
        for file in sorted(place.rglob("*"))
        if file.is_file()
    }
    return Contents(path, folder_md5(files), files, lambda name: (place / name).read_bytes())


def contents_of_files(path: str, files: Mapping[str, bytes]) -> Contents | None:
    """Describe an output among files of a project, by their paths; None where it is not there."""
    if path in files:
        return contents_of_bytes(path, files[path])
    start = f"{path}/"
    inside = {name.removeprefix(start): files[name] for name in files if name.startswith(start)}
    if not inside:
        return None
    hashes = {name: md5_of(content) for name, content in inside.items()}
    return Contents(path, folder_md5(hashes), hashes, lambda name: inside[name])
