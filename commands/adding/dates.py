"""Recognising the format in which a column's dates and times are written."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from nn.preparing.dates import pattern, read_date

DAYS = [
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d.%m.%y", "%d. %b %Y", "%d %b %Y"),
    *("%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%b %d, %Y", "%b %d %Y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%a, %d %b %Y", "%a %b %d %Y"),
    *("%d %b %y", "%a, %b %d, %Y", "%d de %b de %Y", "%Y年%m月%d日"),
]
TIMES = ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p"]
MONTHS = ["%Y-%m", "%b %Y", "%b-%y", "%b-%Y", "%m/%Y"]
BETWEEN, ZONES = [" ", "T", ", "], ["", "%z", " %z"]
WITHOUT_DAYS = [*MONTHS, *TIMES]
TAILS = ["".join(parts) for parts in product(BETWEEN, TIMES, ZONES)]
COMPACT = "%Y%m%d"
FIRST_LOOKED_AT = 20  # texts, before all are read
FEW_OTHERS, NEARLY_ALL = 5, 0.9  # texts that are no dates, or of all rows: mistakes among dates


class Dated(NamedTuple):
    """In which format most texts of a column are dates."""

    format: str
    others: tuple[str, ...]
    """Texts that are no dates in it."""
    also: str
    """A format with day and month the other way round that fits as well, or nothing."""


def recognise_dates(counts: Mapping[str, int], delimiter: str) -> Dated | None:
    """Find the format in which most of a column's texts are dates.

    Of two that fit alike, day and month being small in each, the day comes first in a file with
    semicolons, and the month in others, as in the countries that write such files.
    """
    sample = [text for text in sorted(counts) if re.search(r"\d", text)][:FIRST_LOOKED_AT]
    if not sample or 2 * len(sample) < min(len(counts), FIRST_LOOKED_AT):
        return None
    found = Counter(form for text in sample for form in formats_of(text))
    likely = [form for form, n in found.items() if 2 * n > len(sample)]
    if not likely:
        return None
    rows = {form: sum(n for text, n in counts.items() if _is(text, form)) for form in likely}
    best = max(likely, key=lambda form: rows[form])
    swapped = _swapped(best)
    also = swapped if swapped != best and rows.get(swapped) == rows[best] else ""
    if also and (best.index("%d") < best.index("%m")) != (delimiter == ";"):
        best, also = also, best
    others = tuple(text for text in counts if not _is(text, best))
    if len(others) > FEW_OTHERS and rows[best] < NEARLY_ALL * sum(counts.values()):
        return None
    return Dated(best, others, also)


def are_compact_dates(counts: Mapping[str, int]) -> bool:
    """Tell whether whole numbers are dates without marks between, such as 20240131."""
    return len(counts) > 1 and all(
        (days := read_date(text, COMPACT)) is not None and -30_000 < days < 50_000
        for text in counts
    )


def formats_of(text: str) -> Iterator[str]:
    """List the formats that a text may have: of the day, then of the time behind it."""
    yield from (form for form in WITHOUT_DAYS if _is(text, form))
    for day in DAYS:
        if beginning := pattern(day).match(text):
            rest = text[beginning.end() :]
            tails = [tail for tail in TAILS if pattern(tail).fullmatch(rest)] if rest else [""]
            yield from (day + tail for tail in tails if _is(text, day + tail))


def _is(text: str, form: str) -> bool:
    return read_date(text, form) is not None


def _swapped(form: str) -> str:
    """Put the day where the month is, and the month where the day is."""
    return form.replace("%d", "%?").replace("%m", "%d").replace("%?", "%m")
