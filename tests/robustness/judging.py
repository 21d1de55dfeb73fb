"""What must hold of a program, whatever it is given: nothing of it knows how the program works."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

ROUNDS = int(os.environ.get("TORTURE", "1"))  # times as many mutations as in the usual suite
LONGEST = 1000  # characters of a line that a person is told


def rounds(name: str, count: int) -> Iterator[tuple[int, Random]]:
    """Number the mutations of a campaign, each with a random source of its own."""
    for number in range(count * ROUNDS):
        yield number, Random(f"{name} {number}")


def files(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder, those that are hidden as well."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def outcome(work: Callable[[], int], folder: Path, capsys) -> str:
    """Do some work and judge how it ends: accepted, or refused in lines that are to be read.

    A refusal leaves every file as it was; nothing leaves a hidden one.
    """
    before = files(folder)
    code = work()
    told = capsys.readouterr().err
    after = files(folder)
    assert "Traceback" not in told
    assert all(len(line) <= LONGEST for line in told.splitlines())
    assert not [name for name in after if name not in before and "/." in f"/{name}"]
    if code == 0:
        return "accepted"
    assert code == 1
    assert any(line.startswith("error: ") for line in told.splitlines())
    assert after == before
    return "refused"


def told_counts(name: str, counts: Counter[str], capsys) -> None:
    """Print the counts of a campaign, where it is a long one."""
    if ROUNDS > 1:
        with capsys.disabled():
            print(f"\n{name}: {counts.total()}, of them ", end="")
            print(", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))
