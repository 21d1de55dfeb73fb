"""Recognising how the numbers of a column are written: separators, units, signs."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from nn.preparing.forms import BLANKS, MINUS, PLAIN, Form, plain_number

CURRENCIES = (
    "USD|EUR|GBP|CHF|JPY|CNY|RMB|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|RSD|RUB|UAH|TRY|ILS|INR|PKR|BDT|"
    "LKR|IDR|MYR|SGD|HKD|TWD|KRW|THB|VND|PHP|AUD|CAD|NZD|ZAR|NGN|KES|EGP|MAD|AED|SAR|BRL|MXN|ARS|CLP|"
    "COP|PEN|BTC|ETH|Fr\\.?|sFr\\.?|kr\\.?|Kr\\.?|zł|Kč|Ft|lei|lev|лв\\.?|Rs\\.?|Rp\\.?|RM|TL|"
    "S/\\.?|DM|US\\$|R\\$|A\\$|C\\$|CA\\$|AU\\$|NZ\\$|HK\\$|S\\$|NT\\$|MX\\$|B/\\.|元|円"
)
SIGN = f"[{''.join(MINUS)}+]"
BEFORE = rf"(?:{CURRENCIES}|\p)"
DIGITS = rf"(?:\d|[.,](?=\d))(?:[\d.,'\u2019{BLANKS}]*\d)?[.,]?(?:[eE][-+]?\d+)?"
LETTERS = r"[^\W\d_]"
MULTIPLES = {
    **dict.fromkeys(("k", "K", "Tsd", "Tsd.", "tsd", "thousand"), 1e3),
    **dict.fromkeys(("M", "m", "Mio", "Mio.", "mio", "mn", "mln", "MM", "million"), 1e6),
    **dict.fromkeys(("B", "b", "bn", "Mrd", "Mrd.", "mrd", "billion"), 1e9),
    **dict.fromkeys(("T", "tn", "trillion"), 1e12),
}
ALSO_UNITS = frozenset("KMmBbT")  # of temperature, length ...: multiples only where that is clear
MEASURES: tuple[dict[str, float], ...] = (  # units of one thing, of which a column may have several
    {"mg": 1e-3, "g": 1.0, "kg": 1e3, "t": 1e6},
    {"mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3},
    {"oz": 1.0, "lb": 16.0, "lbs": 16.0},
    {"in": 1.0, "ft": 12.0},
    {"ml": 1e-3, "mL": 1e-3, "cl": 1e-2, "l": 1.0, "L": 1.0},
    {"ms": 1e-3, "s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0},
    {"B": 1.0, "KB": 1e3, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12},
)
MULTIPLE = "|".join(map(re.escape, sorted(MULTIPLES, key=len, reverse=True)))
UNITS = (  # kg, m², °C, km/h
    rf"(?:{LETTERS}|µ){LETTERS}{{0,7}}[²³]?|[°′″]{LETTERS}{{0,3}}|{LETTERS}{{1,3}}/{LETTERS}{{1,3}}[²³]?"
)
BEHIND = rf"(?:{CURRENCIES}|\p|[%‰]|{UNITS})"


class Written(NamedTuple):
    """The parts of a number as it is written."""

    digits: str
    multiple: str
    """One of MULTIPLES, which may also be a unit."""
    before: str
    behind: str
    minus: str
    """One of `Form.minus`, or nothing where it is not negative or has an ordinary sign."""


class Recognised(NamedTuple):
    """How most cells of a column are numbers."""

    form: Form
    """Its decimal mark is None where it is the table's."""
    odd: Counter[str]
    """The texts that are no numbers so, and how often each is there."""
    ambiguous: bool
    """Whether the one sign in the numbers may be a decimal mark as well as part thousands."""
    example: str
    """The first text with such a sign."""


def recognise(
    counts: Mapping[str, int], decimal: str, delimiter: str, with_thousands: bool | None = None
) -> Recognised:
    """Find the form in which most of a column's texts are numbers.

    `counts` says how often each text is there. `decimal` is the table's mark. `with_thousands`
    decides where that is ambiguous.
    """
    plain = {text for text in counts if plain_number(text, decimal) is not None}
    if len(plain) == len(counts) and not with_thousands:
        return Recognised(PLAIN, Counter(), *_ambiguity(plain, PLAIN, decimal, delimiter))
    parts = {text: part for text in counts if (part := take_apart(text))}
    units, factors = _units(parts, counts)
    minus = tuple(sorted({part.minus for part in parts.values()} - {""}))
    best, read = PLAIN, set() if with_thousands else plain
    for form in _candidates(decimal, with_thousands):
        if with_thousands and not any(form.thousands in text for text in counts):
            continue
        form = form._replace(units=units, minus=minus, factors=factors)
        fits = {text for text in counts if form.number(text, decimal) is not None}
        if sum(counts[text] for text in fits) > sum(counts[text] for text in read):
            best, read = form, fits
    odd = Counter({text: counts[text] for text in counts if text not in read})
    best = best if best == PLAIN else _needed(best, read, decimal)
    return Recognised(best, odd, *_ambiguity(read, best, decimal, delimiter))


def take_apart(text: str) -> Written | None:
    """Take a text apart that may be a number with what people write around it."""
    found = PATTERN.fullmatch(text.strip())
    if not found:
        return None
    signs = [found[name] for name in ("sign", "inner", "innermost") if found[name]]
    brackets = [found[name] for name in ("open", "close", "inopen", "inclose") if found[name]]
    if len(brackets) not in (0, 2) or len(signs) + len(brackets) // 2 + bool(found["last"]) > 1:
        return None
    minus = "()" if brackets else "behind" if found["last"] else ""
    if signs and signs[0] not in "+-":
        minus = signs[0]
    multiple, before, behind = (found[x] or "" for x in ("multiple", "before", "behind"))
    return Written(found["digits"], multiple, before, behind, minus)


_SYMBOL = "[" + "".join(chr(c) for c in range(0x24, 0x20C1) if unicodedata.category(chr(c)) == "Sc")
PATTERN = re.compile(
    rf"(?P<sign>{SIGN})?\s*(?P<open>\()?\s*(?P<inner>{SIGN})?\s*(?P<before>{BEFORE})?\s*"
    rf"(?P<inopen>\()?(?P<innermost>{SIGN})?\s*(?P<digits>{DIGITS})(?:(?<=[.,])[-–—]{{1,2}})?"
    rf"(?P<inclose>\))?\s*(?P<multiple>{MULTIPLE})?(?(multiple)(?!{LETTERS}))\s*(?P<behind>{BEHIND})?\s*(?P<close>\))?(?P<last>{SIGN})?".replace(
        r"\p", _SYMBOL + "]"
    )
)
MONEY = re.compile(rf"(?:{BEFORE})".replace(r"\p", _SYMBOL + "]"))


Factors = tuple[tuple[str, float], ...]


def _units(
    parts: Mapping[str, Written], counts: Mapping[str, int]
) -> tuple[tuple[str, ...], Factors]:
    """Choose what is passed over, and what multiplies.

    Currencies and per cent are passed over, and one unit that most numbers have. What begins with 0
    is a code, of which a letter is a part.
    """
    if any(re.match(r"0\d", part.digits) for part in parts.values()):
        return (), ()
    found = Counter[str]()
    for text, part in parts.items():
        for unit in {part.before, part.behind, part.multiple} - {""}:
            found[unit] += counts[text]
    rows = sum(counts[text] for text in parts)
    units = {unit for unit in found if MONEY.fullmatch(unit) or unit in "%‰"}
    others = {unit: found[unit] for unit in found if unit not in units}
    factors = _factors(others, rows, bool(units))
    if not factors and len(others) == 1:
        units |= {unit for unit in others if 2 * found[unit] >= rows}
    longest_first = sorted(factors, key=_longest_first)
    return tuple(sorted(units, key=_longest_first)), tuple((x, factors[x]) for x in longest_first)


def _factors(found: Mapping[str, int], rows: int, with_money: bool) -> dict[str, float]:
    """Choose what multiplies numbers: k and M, or units of one thing where there are several."""
    several = len(found) > 1
    if found and all(
        unit in MULTIPLES
        and (
            unit not in ALSO_UNITS
            or with_money
            or several
            or (unit.isupper() and found[unit] < rows)  # beside plain numbers
        )
        for unit in found
    ):
        return {unit: MULTIPLES[unit] for unit in found}
    if several and sum(found.values()) == rows:
        measure = next((each for each in MEASURES if found.keys() <= each.keys()), {})
        return {unit: measure[unit] for unit in measure if unit in found}
    return {}


def _longest_first(unit: str) -> tuple[int, str]:
    return -len(unit), unit


def _candidates(decimal: str, with_thousands: bool | None) -> list[Form]:
    """List forms of digits, the likelier ones first."""
    other = "," if decimal == "." else "."
    pairs = [("", decimal), (other, decimal), ("", other), (decimal, other)]
    if with_thousands is True:
        pairs = [(other, decimal), (decimal, other)]
    if with_thousands is False:
        pairs = [("", decimal), ("", other)]
    pairs += [(sign, mark) for sign in (" ", "'") for mark in (decimal, other)]
    return [Form(thousands=thousands, decimal=mark) for thousands, mark in pairs]


def _needed(form: Form, texts: set[str], decimal: str) -> Form:
    """Leave out of a form what no text needs."""
    for name in ("thousands", "units", "minus", "factors"):
        without = form._replace(**{name: getattr(PLAIN, name)})
        if all(without.number(text) == form.number(text) for text in texts):
            form = without
    return (
        form._replace(decimal=None)
        if form[2:5] == PLAIN[2:5] and not form.thousands and (form.decimal == decimal)
        else form
    )


def can_only_be_decimal(text: str, mark: str) -> bool:
    """Tell whether a mark in a number cannot part thousands, as there are not three digits."""
    return mark in text and not _loose(mark).fullmatch(text)


@lru_cache
def _loose(mark: str) -> re.Pattern[str]:
    return re.compile(rf"\D*[1-9]\d{{0,2}}{re.escape(mark)}\d{{3}}[^\d.,]*")


def _ambiguity(texts: set[str], form: Form, decimal: str, delimiter: str) -> tuple[bool, str]:
    """Tell whether point or comma in the numbers may mean either, and give the first such text."""
    if form.factors or any(map(MONEY.fullmatch, form.units)):
        return False, ""
    mark = form.thousands or form.decimal or decimal
    if mark not in ",.":
        return False, ""
    if not any(mark in text for text in texts):
        return False, ""
    if any(can_only_be_decimal(text, mark) for text in texts):  # as in most columns
        return False, ""
    digits = {text: part.digits for text in texts if (part := take_apart(text))}
    with_mark = sorted(text for text, number in digits.items() if mark in number)
    others = [number for text, number in digits.items() if mark not in number]
    if not with_mark or any({*number} - {*"0123456789", mark} for number in digits.values()):
        return False, ""
    grouped = re.compile(rf"[1-9]\d{{0,2}}{re.escape(mark)}\d{{3}}")
    if not all(grouped.fullmatch(digits[text]) for text in with_mark):
        return False, ""
    if any(len(number) > 3 for number in others):  # no thousands are parted there
        return False, ""
    # Measures to three digits are common; beside whole numbers they are not, nor are they in a file
    # of a country with a decimal comma.
    return bool(form.thousands or others or delimiter == ";"), with_mark[0]
