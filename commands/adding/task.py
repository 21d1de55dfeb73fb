"""What the target is: classes or numbers to predict, and whether its cells can be that."""

from argparse import Namespace
from collections import Counter

from commands.adding.profile import (
    FEW,
    Overview,
    Profile,
    beyond,
    beyond_at,
    in_words,
    names_things,
    profile,
)
from nn.errors import InputError, counted
from nn.network.outputs import CLASSIFICATION, REGRESSION
from nn.preparing.forms import Form
from stages.tables.table import check_lengths


def find_task(
    overview: Overview, target: Profile, usual: Form, options: Namespace
) -> tuple[str, Profile]:
    """Choose the task, and read the target's cells for it; raises InputError for a wrong cell."""
    numbers = profile(overview, target.name, usual, "number")
    large = beyond(numbers, overview.dialect.decimal)
    if large is not None and options.task != CLASSIFICATION:
        raise InputError(f"{beyond_at(overview, target.name, large)}, or add --task classification")
    task = options.task or task_of(numbers, overview.dialect.decimal)
    if task == CLASSIFICATION:
        _check_classes(overview, target, options)
        return task, target
    _check_numbers(overview, numbers)
    return task, numbers


def task_of(numbers: Profile, decimal: str) -> str:
    """Tell whether the target is a quantity: many different numbers, or some that are not whole.

    So are whole numbers of which one is in a single row: as classes they could not be split.
    """
    if numbers.odd or names_things(numbers.counts):
        return CLASSIFICATION
    known = Counter[float]()
    for text, rows in numbers.counts.items():
        known[numbers.form.number(text, decimal) or 0.0] += rows
    different = len(known) if numbers.is_exact else numbers.different
    are_whole = all(value % 1 == 0 for value in known)
    is_quantity = different > 2 and (
        different > max(FEW, known.total() / 10) or not are_whole or min(known.values()) == 1
    )
    return REGRESSION if is_quantity else CLASSIFICATION


def _check_numbers(overview: Overview, target: Profile) -> None:
    if target.odd:
        text, rows = target.odd.most_common(1)[0]
        line = overview.line_of(target.name, {text: rows})
        raise InputError(
            f"line {line}, column {target.name!r}: {text[:40]!r} is not a number, which {rows} of "
            f"{target.rows} rows hold: correct it, or add --task classification"
        )
    if target.missing:
        raise InputError(
            f"column {target.name!r}: "
            f"{counted(target.missing, 'number to predict is', 'numbers to predict are')} missing, "
            f"the first in line {overview.line_of(target.name, target.marks)}; remove these rows"
        )


def _check_classes(overview: Overview, target: Profile, options: Namespace) -> None:
    if target.missing:
        raise InputError(
            f"column {target.name!r}: "
            f"{counted(target.missing, 'class is', 'classes are')} missing, the first in line "
            f"{overview.line_of(target.name, target.marks)}; remove these rows"
        )
    if target.different > max(FEW, target.rows / 10):
        raise InputError(
            f"column {target.name!r} holds {in_words(target)} different values in {target.rows} "
            "rows, too many for classes: give a target of a few classes or of numbers"
        )
    check_lengths(target.name, target.counts)
    rarest = min(target.counts, key=lambda name: target.counts[name])
    is_by_class = options.test_size != 0 and options.group is None and options.order is None
    if target.counts[rarest] == 1 and is_by_class:
        raise InputError(
            f"line {overview.line_of(target.name, {rarest: 1})}, column {target.name!r}: "
            f"{rarest!r} is the class of this row alone, which cannot be trained on and tested, "
            "too: add rows of it, remove this one, or add --test-size 0"
        )
