"""What is odd in a table, and what was recognised: each told in a line with what to type."""

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from commands.adding.dates import COMPACT, are_compact_dates, formats_of
from commands.adding.profile import (
    DIGITS_HELD,
    FEW,
    Overview,
    Profile,
    beyond,
    beyond_at,
    names_rows,
    names_things,
)
from commands.shared.dialects import NAMES as SIGN_NAMES
from commands.shared.numerals import MONEY, take_apart
from commands.shared.wording import first_few
from nn.preparing.dates import date_text, read_date
from nn.preparing.forms import NAMES, Form, form_to_json
from stages.judging.cautions import UNBALANCED_SHARE

FEW_ODD = 5  # different texts among numbers; more may be a column of both
NEARLY_ALL = 0.9  # of a column's values: so many numbers, and the others are mistakes
SAMPLE = 500  # texts of a column, by which their kind is told
FEW_CODES = 10  # different whole numbers that may be codes
SENTINELS = frozenset(
    [sign * float(nines) for nines in (9, 99, 999, 9999, 99999, 999999) for sign in (1, -1)]
    + [-1.0, -8.0, -88.0, -888.0, -32768.0, -2147483648.0, 1e20, 1e30, -1e30, 9.96921e36]
    + [-999.25, 9999.99]
)
DATE_SENTINELS = frozenset(  # days since 1970
    read_date(text, "%d.%m.%Y")
    for text in str.split("1.1.0001 1.1.1753 30.12.1899 1.1.1900 1.1.1970 31.12.2099 31.12.9999")
)


def told_apart(overview: Overview, columns: Sequence[Profile]) -> list[str]:
    """Ask what the texts mean that stand in columns of numbers: a line for each column."""
    told = []
    for column in columns:
        if not _asks(column):
            continue
        text = next(iter(column.odd))
        name = shlex.quote(column.name)
        if column.name in column.odd:
            line = overview.line_of(column.name, {column.name: 1})
            told.append(f"line {line}: the header is there once more: remove it")
            continue
        if large := beyond(column, overview.dialect.decimal):
            told.append(
                f"{beyond_at(overview, column.name, large)}, or add --drop or --category {name}"
            )
            continue
        numbers = column.rows - column.missing - column.odd.total()
        remedy = missing_marks(sorted(column.odd)[:FEW_ODD])
        kind = "date" if column.form.date else "number"
        told.append(
            f"line {overview.line_of(column.name, column.odd)}, column {column.name!r}: "
            f"{text[:40]!r} is not a "
            f"{kind}, which {numbers} of {numbers + column.odd.total()} values are; the others: "
            f"{_counted(column.odd)}. "
            f"If they mean that a value is missing, add {remedy}; "
            f"else correct them, or add --drop or --category {name}"
        )
    return [*dict.fromkeys(told)]


def _asks(column: Profile) -> bool:
    if not column.odd:
        return False
    if not column.is_text:
        return True
    numbers = column.rows - column.missing - column.odd.total()
    return len(column.odd) <= FEW_ODD or numbers >= NEARLY_ALL * (column.rows - column.missing)


def oddities(column: Profile, given: bool) -> Iterator[str]:
    """Warn of what a column holds that may mean something else."""
    name = shlex.quote(column.name)
    if column.odd and not given:
        numbers = sum(column.counts.values()) - column.odd.total()
        yield (
            f"column {column.name!r} is taken for texts: {numbers} numbers, and "
            f"{_counted(column.odd)}; if these mean that a value is missing, add --missing-marks"
        )
    if column.numbers is None and not column.odd and not given and (told := _several_ways(column)):
        yield told
    if column.form.date and column.ambiguous:
        example = max(column.counts)
        taken, other = (
            date_text(read_date(example, form) or 0.0)
            for form in (column.form.date, column.ambiguous)
        )
        yield (
            f"column {column.name!r}: day and month may be the other way round: {example!r} is "
            f"read as {taken}; if it means {other}, add --date-format {name} "
            f"{shlex.quote(column.ambiguous)}"
        )
    elif column.ambiguous:
        mark = column.form.thousands
        point = next(sign for sign in ",." if sign in column.ambiguous)
        sign = SIGN_NAMES[point]
        whole = column.ambiguous.replace(point, "")
        fraction = column.ambiguous.replace(point, ".")
        taken, other = (whole, fraction) if mark else (fraction, whole)
        option = "--no-thousands" if mark else "--thousands"
        yield (
            f"column {column.name!r}: every number with a {sign} has three digits behind it: "
            f"{column.ambiguous!r} is read as {taken}; if it means {other}, add {option} {name}"
        )
    values = [text for text in column.marks if text.lower() in NAMES]
    if column.is_text and values:
        yield (
            f"column {column.name!r}: {_counted(Counter({v: column.marks[v] for v in values}))} "
            f"counts as missing; if it is a text like the others, add --not-missing "
            f"{' '.join(map(_quoted, values))}"
        )
    others = {unit for unit in column.form.units if unit not in "%‰"}
    one = next(iter(others)) if len(others) == 1 else "%"
    is_unit = one in column.form.units and not MONEY.fullmatch(one)
    if len(others) > 1 or (is_unit and any(one not in text for text in column.counts)):
        yield (
            f"column {column.name!r}: not every number has the same unit "
            f"({', '.join(column.form.units)}): all are read alike"
        )
    if not column.is_text and are_compact_dates(column.counts) and not column.form.date:
        yield (
            f"column {column.name!r} looks like dates, such as {min(column.counts)}; if they are, "
            f"add --date-format {name} {COMPACT}"
        )
    if not column.is_text and (sentinel := _sentinel(column)):
        kind = "dates" if column.form.date else "numbers"
        yield (
            f"column {column.name!r}: {sentinel[0]} ({sentinel[1]}) stands apart from the "
            f"other {kind}; if it means that a value is missing, add "
            f"{missing_marks([sentinel[0]])}"
        )
    if (
        column.is_text
        and not given
        and names_things(column.counts)
        and min(map(len, column.counts)) <= DIGITS_HELD
    ):
        yield (
            f"column {column.name!r}: some whole numbers begin with 0, so all are names, not "
            f"amounts; if they are amounts, add --number {name}"
        )


def _several_ways(column: Profile) -> str | None:
    """Say of a column that would be left out that most of its texts are dates or numbers."""
    if not names_rows(column) or names_things(column.counts):
        return None
    texts = sorted(column.counts)[:SAMPLE]
    dates = {text: form for text in texts if (form := next(formats_of(text), ""))}
    numbers = {text: part.behind for text in texts if (part := take_apart(text))}
    for kind, found in (("dates", dates), ("numbers", numbers)):
        ways = {form: text for text, form in found.items()}
        if 2 * len(found) > len(texts) and len(ways) > 1:
            examples = first_few([repr(text[:40]) for text in ways.values()])
            return (
                f"column {column.name!r} has {kind} that are written in several ways, such as "
                f"{examples}: write all alike to use them"
            )
    return None


def _sentinel(column: Profile) -> tuple[str, int] | None:
    """Find a number or date that often stands for a missing value, far from all others.

    Gives how it is written, and in how many rows it is.
    """
    numbers = column.numbers
    if numbers is None or numbers.different < 4:
        return None
    usual = DATE_SENTINELS if column.form.date else SENTINELS
    (lowest, second), (highest, last) = numbers.low, numbers.high
    at_ends = ((lowest, second, highest), (highest, lowest, last))
    for (value, low, high), rows in zip(at_ends, numbers.rows_of_ends, strict=True):
        is_lone = value < 0 <= low and (value <= -9 or (value == -1 and numbers.different > FEW))
        is_far = min(abs(low - value), abs(high - value)) > max(high - low, 1)
        if rows > 1 and value in usual and (is_far or (is_lone and not column.form.date)):
            spelled = [text for text in column.counts if column.form.number(text) == value]
            if spelled:
                text = max(spelled, key=lambda text: column.counts[text])
                return text, column.counts[text] if column.is_exact else rows
    return None


def code_warnings(columns: Sequence[Profile]) -> list[str]:
    """Warn of whole numbers that are so few that they may be codes."""
    names = [
        column.name
        for column in columns
        if not column.is_text
        and not column.form.date
        and 2 < column.different <= FEW_CODES
        and column.rows >= 5 * column.different
        and all(re.fullmatch(r"\d+(\.0+)?", text) for text in column.counts)
    ]
    if not names:
        return []
    listed = first_few([repr(name) for name in names])
    return [
        f"few different whole numbers in {listed}: if they are codes and not amounts, add "
        f"--category {' '.join(map(shlex.quote, names))}"
    ]


def class_warnings(target: Profile) -> Iterator[str]:
    """Warn of classes called as a missing value often is, and of one that most rows have."""
    names = Counter({text: n for text, n in target.counts.items() if text.lower() in NAMES})
    if names:
        verb = "is a class like the others" if len(names) == 1 else "are classes like the others"
        yield (
            f"column {target.name!r}: {_counted(names)} {verb}; if it means that the class is "
            "missing, remove these rows"
        )
    share = max(target.counts.values()) / target.rows
    if share >= UNBALANCED_SHARE:
        yield (
            f"one class has {share:.0%} of the rows: look at F1 and ROC AUC rather than accuracy, "
            "and try class_weights: balanced"
        )


def mark_notes(overview: Overview, columns: Sequence[Profile]) -> Iterator[str]:
    """Name the texts that are taken as missing in columns of numbers."""
    for column in columns:
        marks = Counter({text: n for text, n in column.marks.items() if text})
        if column.is_text or not marks:
            continue
        yield (
            f"column {column.name!r}: {sum(column.counts.values())} numbers, and "
            f"{_counted(marks)}, first in line {overview.line_of(column.name, marks)}, "
            "taken as missing"
        )


def form_notes(columns: Sequence[Profile]) -> Iterator[str]:
    """Say how the numbers of columns are written, where it is unusual."""
    for column in columns:
        form = column.form
        if form.is_plain:
            continue
        multiplied = tuple(unit for unit, _ in form.factors)
        example = max(column.counts, key=lambda text: (text.endswith(multiplied), len(text), text))
        if form.date:
            when = date_text(read_date(example, form.date) or 0.0)
            yield f"column {column.name!r}: dates, {form.date}: {example!r} is read as {when}"
            continue
        told = []
        if form.thousands:
            told.append(f"thousands parted by {SIGN_NAMES[form.thousands]}")
        if form.decimal == ",":
            told.append("a decimal comma")
        if form.factors:
            factors = [f"{unit} as times {factor:.15g}" for unit, factor in form.factors]
            told.append(", ".join(factors))
        if form.units:
            told.append(f"{', '.join(form.units)} passed over")
        if form.minus:
            told.append(f"minus written as {', '.join(form.minus)}")
        yield (
            f"column {column.name!r}: {'; '.join(told) or 'a decimal point'}: {example!r} is read "
            f"as {form.number(example):.15g}"
        )


def forms_of(columns: Sequence[Profile]) -> list[dict[str, Any]]:
    """Write for params.yaml how numbers and dates are written: columns alike together."""
    alike: dict[Form, list[str]] = {}
    for column in columns:
        if not column.form.is_plain:
            alike.setdefault(column.form.of_numbers(), []).append(column.name)
    return [{"columns": names, **form_to_json(form)} for form, names in alike.items()]


def missing_marks(texts: Sequence[str]) -> str:
    """Write the option that takes texts as missing, such as a shell and argparse understand it."""
    is_option = re.compile(r"-.+")
    is_number = re.compile(r"-\d+|-\d*\.\d+")  # as argparse has it
    alone = [x for x in texts if is_option.fullmatch(x) and not is_number.fullmatch(x)]
    others = [_quoted(text) for text in texts if text not in alone]
    told = [f"--missing-marks {' '.join(others)}"] if others else []
    return " ".join([*told, *(f"--missing-marks={_quoted(text)}" for text in alone)])


def _quoted(text: str) -> str:
    """Quote a text for a command line, also where it need not be: it is easier to see."""
    quoted = shlex.quote(text)
    return quoted if quoted.startswith("'") else f"'{text}'"


def _counted(texts: Counter[str]) -> str:
    return first_few([f"{text[:40]!r} ({n})" for text, n in texts.most_common()])
