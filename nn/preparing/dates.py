"""Dates and times as numbers: days since 1970, and what returns as sine and cosine.

A format is written as for `datetime.strptime`, and does not depend on the machine's language.
"""

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EPOCH = datetime(1970, 1, 1)
DAY = timedelta(days=1)
NAMES = (  # of the months, in several languages
    "january januar jänner janvier enero gennaio janeiro januari",
    "february februar février fevrier febrero febbraio fevereiro februari",
    "march märz maerz mars marzo março marco maart mrz",
    "april avril abril aprile",
    "may mai mayo maggio maio mei maj",
    "june juni juin junio giugno junho",
    "july juli juillet julio luglio julho",
    "august août aout agosto augustus augusti",
    "september septembre septiembre settembre setembro sept",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december dezember décembre decembre diciembre dicembre dezembro desember",
)
MONTHS = {  # in full, and their first three or four letters
    name[:letters]: number
    for number, names in enumerate(NAMES, start=1)
    for name in names.split()
    for letters in (3, 4, len(name))
    if name[:letters] != "jui"  # juin or juillet
}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
CODES = {
    "%Y": r"(?P<year>\d{4})",
    "%y": r"(?P<short>\d{2})",
    "%m": r"(?P<month>\d{1,2})",
    "%b": rf"(?P<name>{MONTH})\.?",
    "%d": r"(?P<day>\d{1,2})",
    "%H": r"(?P<hour>\d{1,2})",
    "%I": r"(?P<twelve>\d{1,2})",
    "%M": r"(?P<minute>\d{2})",
    "%S": r"(?P<second>\d{2})",
    "%f": r"(?P<fraction>\d{1,9})",
    "%p": r"(?P<half>[ap])\.?m\.?",
    "%z": r"(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})",
    "%a": r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?",
}


def read_date(text: str, form: str) -> float | None:
    """Read days since 1970 began, with the time of the day as a fraction; None where it is no date.

    A time without a date is the fraction alone. A time with its zone becomes that of Greenwich.
    """
    found = pattern(form).fullmatch(text)
    if not found:
        return None
    parts = {name: value for name, value in found.groupdict().items() if value}
    hour = int(parts.get("hour", 0))
    if "half" in parts:
        if not 1 <= int(parts["twelve"]) <= 12:
            return None
        hour = int(parts["twelve"]) % 12 + 12 * (parts["half"] in "pP")
    try:
        when = datetime(
            _year(parts), _month(parts), int(parts.get("day", 1)), hour, *_minutes(parts)
        )
    except ValueError:
        return None
    zone = parts.get("zone", "z")
    if not zone.isalpha():
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        when -= timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    return (when - EPOCH) / DAY


def _year(parts: dict[str, str]) -> int:
    if "short" in parts:
        year = int(parts["short"])
        return year + (1900 if year >= 69 else 2000)  # as POSIX says
    return int(parts.get("year", EPOCH.year))


def _month(parts: dict[str, str]) -> int:
    if "name" in parts:
        return MONTHS[parts["name"].lower()]
    return int(parts.get("month", 1))


def _minutes(parts: dict[str, str]) -> tuple[int, int, int]:
    """Give minutes, seconds and microseconds."""
    micro = int(parts.get("fraction", "0").ljust(6, "0")[:6])
    return int(parts.get("minute", 0)), int(parts.get("second", 0)), micro


@lru_cache(maxsize=256)
def pattern(form: str) -> re.Pattern[str]:
    """Make a regular expression of a format; its groups are named."""
    pieces = re.split(r"(%[A-Za-z])", form)
    return re.compile(
        "".join(CODES[piece] if piece in CODES else re.escape(piece) for piece in pieces),
        re.IGNORECASE,
    )


def is_date_format(form: str) -> bool:
    """Tell whether a text is a format: codes that are known, each once, a date or an hour."""
    codes = re.findall(r"%.", form)
    return len({*codes}) == len(codes) and {*codes} <= {*CODES} and bool(cycles(form))


Floor = Callable[[Any], Any]
"""Rounds down. What counts days is written for NumPy and for whatever else adds and multiplies."""


class Cycle(NamedTuple):
    """Something that returns."""

    name: str
    steps: int
    place: Callable[[Any, Floor], Any]
    """In which step days since 1970 are, counted from 0."""


def months(days: Any, floor: Floor = np.floor) -> Any:
    """Find the month, January being 0, of days since 1970 (Hinnant 2013, civil_from_days)."""
    shifted = floor(days) + 719468.0  # since March 1 of the year 0
    of_era = _rest(shifted, 146097.0, floor)
    leaps = floor(of_era / 1460.0) - floor(of_era / 36524.0) + floor(of_era / 146096.0)
    year = floor((of_era - leaps) / 365.0)
    of_year = of_era - (year * 365.0 + floor(year / 4.0) - floor(year / 100.0))
    return _rest(floor((of_year * 5.0 + 2.0) / 153.0) + 2.0, 12.0, floor)


def weekdays(days: Any, floor: Floor = np.floor) -> Any:
    """Find the day of the week, Monday being 0, of days since 1970, which began on a Thursday."""
    return _rest(floor(days) + 3.0, 7.0, floor)


def hours(days: Any, floor: Floor = np.floor) -> Any:
    """Find the hour, to the nearest microsecond, of days since 1970."""
    microseconds = floor((days - floor(days)) * 86_400_000_000.0 + 0.5)
    return _rest(floor(microseconds / 3_600_000_000.0), 24.0, floor)


def _rest(number: Any, divisor: float, floor: Floor) -> Any:
    return number - floor(number / divisor) * divisor


CYCLES = {
    "%m": Cycle("month", 12, months),
    "%d": Cycle("day of the week", 7, weekdays),
    "%H": Cycle("hour", 24, hours),
}


def cycles(form: str) -> list[Cycle]:
    """List what returns in dates of a format."""
    form = form.replace("%b", "%m").replace("%I", "%H")
    return [cycle for code, cycle in CYCLES.items() if code in form]


def has_days(form: str) -> bool:
    """Tell whether dates of a format are days that can be counted."""
    return "%Y" in form or "%y" in form


def date_feature_names(name: str, form: str) -> list[str]:
    """Name the features of a column of dates."""
    returning = [
        f"{name}: {cycle.name}, {wave}" for cycle in cycles(form) for wave in ("sine", "cosine")
    ]
    return ([f"{name}: days"] if has_days(form) else []) + returning


def date_features(values: Array, form: str) -> Array:
    """Turn days since 1970 (rows,) into features (rows, features): days, and sines and cosines."""
    columns = [values] if has_days(form) else []
    for cycle in cycles(form):
        place = cycle.place(values, np.floor).astype(np.int64)
        columns += [waves[place] for waves in circle(cycle.steps)]
    return np.stack(columns, axis=1)


@lru_cache
def circle(steps: int) -> tuple[Array, Array]:
    """Compute sine and cosine of each step round a circle, to twelve digits.

    What the machine's own functions say beyond these may differ.
    """
    angles = [2 * math.pi * step / steps for step in range(steps)]
    sine, cosine = ([round(wave(a), 12) + 0.0 for a in angles] for wave in (math.sin, math.cos))
    return np.array(sine), np.array(cosine)


def date_text(days: float) -> str:
    """Write days since 1970 as a date, with the time where it is not midnight."""
    when = EPOCH + timedelta(seconds=round(days * 86400))
    return when.isoformat(" ") if days % 1 else when.date().isoformat()
