"""How far long work is: a bar on a terminal, a line now and then in a log; on stderr alone."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from types import TracebackType
from typing import Any, Self, TypeVar

AFTER = 2.0  # seconds: work that takes less says nothing
BETWEEN = 10.0  # seconds from a line of a log to the next, at least
SHARE = 0.1  # of the time so far: a log of a long run does not fill with lines
REDRAWN = 0.1  # seconds

Item = TypeVar("Item")
Some = TypeVar("Some", bound=Sized)


class Progress:
    """How much of some work is done, and how long the rest will take."""

    def __init__(self, what: str, unit: str, total: int | None = None) -> None:
        """Begin work of so many units (rows, epochs), if that is known."""
        self.what, self.unit, self.total = what, unit, total
        self.done: float = 0
        self.skipped = 0
        self.began = time.monotonic()
        self.due = self.began + AFTER
        self.bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.bar:
            self.bar.stop()

    def skip(self, units: int) -> None:
        """Count units that were done before this work began."""
        self.done += units
        self.skipped += units

    def advance(self, units: int, told: Callable[[], str] = str) -> None:
        """Count units as done; where it is time to say so, `told` adds what there is to tell."""
        self.reach(self.done + units, told)

    def reach(self, done: float, told: Callable[[], str] = str) -> None:
        """Say that so many units are done in all, as `advance` does; one may be done in part."""
        self.done = done
        now = time.monotonic()
        if now < self.due:
            return
        text = self._text(now - self.began, told())
        if sys.stderr.isatty():
            self._draw(text)
            self.due = now + REDRAWN
        else:
            sys.stderr.write(f"{text}\n")  # at once: Ctrl-C must not come between text and line end
            sys.stderr.flush()
            self.due = now + max(BETWEEN, SHARE * (now - self.began))

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """Give items one by one, and count each as done when the next is asked for."""
        for item in items:
            yield item
            self.advance(1)

    def in_rows(self, blocks: Iterable[Some]) -> Iterator[Some]:
        """Give blocks one by one, and count the rows of each as `over` does."""
        for block in blocks:
            yield block
            self.advance(len(block))

    def _text(self, seconds: float, told: str) -> str:
        count = f"{self.done:,.1f}".removesuffix(".0")
        count += "" if self.total is None else f" of {self.total:,}"
        unit = self.unit.removesuffix("s") if count == "1" else self.unit
        parts = [f"{self.what}: {count} {unit}".replace(",", " ")]
        parts += [told] if told else []
        if self.total is not None and self.done > self.skipped:
            left = seconds / (self.done - self.skipped) * (self.total - self.done)
            parts.append(f"{duration(left)} left")
        return ", ".join(parts)

    def _draw(self, text: str) -> None:
        # Only here, as the import takes longer than most stages.
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        if self.bar is None:
            columns = (TextColumn("{task.description}"), BarColumn())
            self.bar = Bar(
                *columns, console=Console(stderr=True), transient=True, redirect_stdout=False
            )
            self.bar.add_task("", total=self.total)
            self.bar.start()
        (task,) = self.bar.task_ids
        self.bar.update(task, description=escape(text), completed=self.done)


def duration(seconds: float) -> str:
    """Write a time for a person, roughly: 40 s, 12 min, 3.5 h."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"
