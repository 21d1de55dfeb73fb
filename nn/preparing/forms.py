"""How the cells of a column are written: which are numbers, and which say that one is missing.

A form is found once (`commands.add`), stands in params.yaml, and travels in the model file, so that
a cell means the same wherever it is read.
"""

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np

from nn.errors import InputError
from nn.preparing.dates import is_date_format, read_date

Kind = Literal["number", "text", "class", "quantity"]
NUMBERS, TARGETS = ("number", "quantity"), ("class", "quantity")

# In small letters. A class or a category may well be called by one of NAMES.
NAMES = frozenset({"na", "n/a", "none", "null"})
ERRORS = (  # of spreadsheets, in several languages
    "#n/a #na #n/d #nv #n/v #div/0! #¡div/0! #null! #nul! #¡nulo! #num! #zahl! #nombre! #¡num! "
    "#núm! #ref! #¡ref! #bezug! #rif! #value! #wert! #valeur! #valor! #¡valor! #valore! #name? "
    "#nome? #nom? #¿nombre? #spill! #calc! #error! #getting_data"
)
MISSING = (
    NAMES
    | {*ERRORS.split()}
    | {"", "?", "nan", "-nan", "<na>", "\\n", "1.#qnan", "-1.#ind", "1.#ind"}
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NOT_NUMBERS = frozenset(
    {"-", "--", "---", "–", "—", ".", "..", "...", "n.a.", "n.d.", "nil", "nat", "*"}
    | {f".{letter}" for letter in LETTERS}  # missing values of SAS and Stata
)
"""Marks among numbers only: a text may be a dash."""

BLANKS = " \t\u00a0\u2007\u2009\u202f"
GROUPS = {" ": f"[{BLANKS}]", "'": "['\u2019]"}
"""Signs that stand for several that look alike, by the one that params.yaml has."""
MINUS = ("-", "−", "–", "\u2010", "\u2011", "\ufe63", "\uff0d")


class Form(NamedTuple):
    """How the cells of one column are written."""

    thousands: str = ""
    """What parts groups of digits; a blank stands for every kind of blank."""
    decimal: str | None = None
    """None: as in the rest of the table."""
    units: tuple[str, ...] = ()
    """Texts before or behind a number that are passed over, such as $ and %."""
    minus: tuple[str, ...] = ()
    """Other ways to say minus: a sign such as U+2212, ``()`` around the number, ``behind`` it."""
    factors: tuple[tuple[str, float], ...] = ()
    """Texts behind a number that multiply it, such as k by 1000, the longer ones first."""
    date: str = ""
    """The format of its dates, which become days since 1970; `nn/preparing/dates.py`."""
    missing_marks: tuple[str, ...] = ()
    """Texts and numbers that mean that a value is missing, beside the usual ones."""
    not_missing: tuple[str, ...] = ()
    """Of the usual marks those that are texts like others; among numbers they stay marks."""
    spellings: tuple[tuple[str, ...], ...] = ()
    """Texts that are the same; the first of each stands for all."""

    @property
    def is_plain(self) -> bool:
        """Whether its numbers are such as any program writes, but for the table's decimal mark."""
        return self.of_numbers() == PLAIN

    def of_numbers(self) -> "Form":
        """Give what it says of numbers alone."""
        return Form(*self[:6])

    def marks(self, kind: Kind) -> frozenset[str]:
        """Give the texts, in small letters, that say that a value is missing."""
        return _marks(self, kind)

    def sentinels(self) -> list[float]:
        """Give the marks that are numbers, such as -999."""
        numbers = (plain_number(mark) for mark in self.missing_marks)
        return [number for number in numbers if number is not None]

    def text(self, cell: str, kind: Kind = "text") -> str:
        """Read a text in its usual spelling and Unicode form; empty where it is missing."""
        text = cell.strip()
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        if text.lower() in _marks(self, kind):
            return ""
        return _first_spelling(self.spellings).get(text, text) if self.spellings else text

    def number(self, cell: str, decimal: str = ".") -> float | None:
        """Read a number, NaN where it is missing, None where it is something else.

        `decimal` is the table's mark.
        """
        if self.is_plain and not self.missing_marks:  # most columns: what float reads is no mark
            value = plain_number(cell, self.decimal or decimal)
            if value is not None:
                return value
        text = cell.strip()
        if text.lower() in _marks(self, "number"):
            return np.nan
        if self.date:
            value = read_date(text, self.date)
        elif self.is_plain:
            value = plain_number(text, self.decimal or decimal)
        else:
            value = _notated(text, self)
        return np.nan if value is not None and value in _sentinels(self) else value


PLAIN = Form()
RAW = Form(not_missing=tuple(MISSING))
"""Of texts as they are."""


def plain_number(text: str, decimal: str = ".") -> float | None:
    """Read a number of digits, a decimal mark and an exponent; None where it is something else."""
    try:
        return float((text if decimal == "." else text.translate(SWAPPED)).replace("_", "?"))
    except ValueError:
        return None


SWAPPED = str.maketrans(",.", ".,")


ALIKE = {  # signs that look alike or cannot be seen, by what they are taken for
    **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")),
    **dict.fromkeys(map(ord, "\u2018\u2019\u00b4\u02bc"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e"), '"'),
    **dict.fromkeys(map(ord, MINUS), "-"),
}


def same_key(text: str) -> str:
    """Give what is the same for spellings of one thing: `Yes` and ` yes`, `3` and `3.0`."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(ALIKE))
    text = " ".join(text.casefold().split())
    is_code = len(text) > 1 and text.isdigit() and text.startswith("0")
    number = None if is_code or len(text) > 15 else plain_number(text)
    return text if number is None or not np.isfinite(number) else f"{number + 0.0:.17g}"


TRUE, FALSE = frozenset({"1", "true", "t", "yes", "y"}), frozenset({"0", "false", "f", "no", "n"})


def truth_key(key: str) -> str:
    """Give what is the same for true, yes and 1, and for false, no and 0; else the key itself."""
    return "1" if key in TRUE else "0" if key in FALSE else key


def form_to_json(form: Form) -> dict[str, Any]:
    """Describe a form by what JSON has: what is not as usual."""
    told = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in form._asdict().items()
        if value != getattr(PLAIN, name)
    }
    return told | ({"factors": dict(form.factors)} if form.factors else {})


def form_of(factors: Any = (), **described: Any) -> Form:
    """Make a form of what `form_to_json` says, or a section of params.yaml; TypeError where not."""
    form = Form(**{name: _hashable(value) for name, value in described.items()})
    pairs = [(str(unit), float(factor)) for unit, factor in dict(factors).items()]
    form = form._replace(factors=tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair))))
    for name, value in form._asdict().items():
        usual = getattr(PLAIN, name)
        allowed = (str, type(None)) if name == "decimal" else type(usual)
        if not isinstance(value, allowed):
            raise TypeError(f"{name} is {value!r}")
    if form.date and not is_date_format(form.date):
        raise InputError(f"{form.date!r} is no format of a date, such as %Y-%m-%d")
    return form


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list | tuple) else value


@lru_cache(maxsize=1024)
def _marks(form: Form, kind: Kind) -> frozenset[str]:
    usual: frozenset[str] = MISSING | NOT_NUMBERS if kind == "number" else MISSING
    if kind == "class":
        usual = usual - NAMES
    if kind != "number":
        usual = usual - {mark.lower() for mark in form.not_missing}
    return usual | {mark.strip().lower() for mark in form.missing_marks} | {""}


@lru_cache(maxsize=1024)
def _sentinels(form: Form) -> frozenset[float]:
    return frozenset(form.sentinels())


@lru_cache(maxsize=1024)
def _first_spelling(spellings: tuple[tuple[str, ...], ...]) -> dict[str, str]:
    return {text: texts[0] for texts in spellings for text in texts}


def digits_pattern(thousands: str, decimal: str) -> str:
    """Write the regular expression of digits in groups, of three or as in India of two and three.

    Behind the decimal mark may be nothing, or dashes, as prices have them.
    """
    mark = re.escape(decimal)
    whole = r"\d+"
    if thousands:
        group = GROUPS.get(thousands, re.escape(thousands))
        whole = rf"(?:\d{{1,3}}(?:{group}\d{{2,3}})*{group}\d{{3}}|\d+)"
    return rf"(?:{whole}(?:{mark}(?:\d*|[-–—]{{1,2}}))?|{mark}\d+)(?:[eE][-+]?\d+)?"


@lru_cache(maxsize=1024)
def _digits(form: Form) -> re.Pattern[str]:
    return re.compile(digits_pattern(form.thousands, form.decimal or "."))


def _notated(text: str, form: Form) -> float | None:
    text, is_negative, factor = _bare(text, form)
    if not _digits(form).fullmatch(text):
        return None
    if form.thousands:
        text = re.sub(GROUPS.get(form.thousands, re.escape(form.thousands)), "", text)
    text = text.replace(form.decimal or ".", ".").rstrip("-–—")
    number = float(text) if factor == 1.0 else float(Decimal(text) * Decimal(factor))
    return -number if is_negative else number


def _bare(text: str, form: Form) -> tuple[str, bool, float]:
    """Take signs, brackets and units off a number; tell whether it is negative, and its factor."""
    signs = ("-", *(sign for sign in form.minus if sign in MINUS))
    is_negative, is_signed = False, False
    before, factor = None, 1.0
    while text != before:
        before = text
        unit = next((unit for unit, _ in form.factors if text.endswith(unit)), "")
        if unit and text[: -len(unit)].rstrip()[-1:].isdigit():
            factor *= dict(form.factors)[unit]
            text = text.removesuffix(unit).rstrip()
        for unit in form.units:
            text = text.removeprefix(unit).removesuffix(unit).strip()
        if is_signed:
            continue
        if text.startswith((*signs, "+")):
            is_negative, is_signed, text = text[0] != "+", True, text[1:].strip()
        elif "()" in form.minus and text.startswith("(") and text.endswith(")"):
            is_negative, is_signed, text = True, True, text[1:-1].strip()
        elif "behind" in form.minus and text[-1:] in signs and text[-2:-1].isdigit():
            is_negative, is_signed, text = True, True, text[:-1].strip()
    return text, is_negative, factor
