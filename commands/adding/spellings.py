"""Texts that are the same thing spelled in several ways."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from commands.adding.profile import Profile
from nn.errors import first_few
from nn.preparing.forms import FALSE, TRUE, plain_number, same_key, truth_key


def find_spellings(columns: Sequence[Profile]) -> list[list[str]]:
    """Group the texts of columns that are the same, the usual spelling first.

    Only case and blanks differ, or how a number or a truth value is written.
    """
    counts = Counter[str]()
    same: dict[str, set[str]] = defaultdict(set)
    for column in columns:
        counts.update(column.counts)
        for key, texts in _alike(column).items():
            same[key] |= texts
    return [
        sorted(texts, key=lambda text: (_length_of_number(text), -counts[text], text))
        for _, texts in sorted(same.items())
    ]


def spelling_warnings(
    columns: Sequence[Profile], spellings: Sequence[Sequence[str]]
) -> Iterator[str]:
    """Say of each column, profiled as it is written, which texts are taken together."""
    for column in columns:
        counts = column.counts
        here = [[text for text in texts if text in counts] for texts in spellings]
        same = [
            ", ".join(f"{text!r} ({counts[text]})" for text in texts) for texts in here if texts[1:]
        ]
        if same:
            others = f", and so are {'; '.join(first_few(same[1:]))}" if same[1:] else ""
            yield (
                f"column {column.name!r}: {same[0]} are taken for the same{others}; if they are "
                "not, take them out of data.spellings"
            )


def zero_warnings(columns: Sequence[Profile]) -> Iterator[str]:
    """Name the codes of each column that are there with and without zeros before them."""
    for column in columns:
        short = {text.lstrip("0"): text for text in column.counts if text.isdigit()}
        pairs = [
            f"{text!r} and {short[key]!r}"
            for text in column.counts
            if text.isdigit() and short[key := text.lstrip("0")] != text
        ]
        if pairs:
            yield (
                f"column {column.name!r}: {'; '.join(first_few(pairs))} may be the same; if they "
                "are, write them alike, or add them to data.spellings"
            )


def _alike(column: Profile) -> dict[str, set[str]]:
    """Find the texts of a column that are the same, by what is the same of them."""
    keys = {text: same_key(text) for text in column.counts}
    if len({*keys.values()}) > 2 and {*keys.values()} <= TRUE | FALSE:
        keys = {text: truth_key(key) for text, key in keys.items()}
    groups: dict[str, set[str]] = defaultdict(set)
    for text, key in keys.items():
        groups[key].add(text)
    alike = {key: texts for key, texts in groups.items() if len(texts) > 1}
    letters = [key for key in alike if len(key) == 1 and key.isalpha()]
    if len(letters) > 2:  # of an alphabet, small and large ones are different things
        alike = {key: texts for key, texts in alike.items() if key not in letters}
    return alike


def _length_of_number(text: str) -> int:
    return 0 if plain_number(text) is None else len(text)
