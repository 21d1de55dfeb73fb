"""How all pictures look: colours, sizes, and the saving of the same bytes on every run."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from stages.figures.names import abbreviated

# Okabe and Ito (2008): told apart by the colour-blind too. Classes differ by marker as well.
CLASS_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999")
CLASS_MARKERS = ("o", "^", "s", "D", "v", "P", "X")
LOOKS = len(CLASS_COLORS) * len(CLASS_MARKERS)  # of classes; those of further ones come again
INK, FAINT = "#222222", "#8A8A8A"
SHORT_TEXT = 20  # letters, for which every picture has room
LEGEND_LETTERS = 7.8  # for an inch
FEW_LINES, LINE = 6, 0.26  # of a legend, for which there is room; inches of one more
ROOM = 0.8  # of a picture's width or height, for one text

STYLE = {
    "font.size": 12,
    "text.parse_math": False,  # a name with $ in it is no formula
    "axes.formatter.limits": (-5, 15),  # of powers of ten: 200000 needs no 1e5
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titlepad": 9,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "lines.linewidth": 2.0,
    "legend.frameon": False,
    "legend.fontsize": 11,
    "savefig.dpi": 150,
}


def class_color(number: int) -> str:
    """Give a class its colour; from the eighth on they come round again, with another marker."""
    return CLASS_COLORS[number % len(CLASS_COLORS)]


def class_marker(number: int) -> str:
    """Give a class its marker."""
    return CLASS_MARKERS[(number + number // len(CLASS_COLORS)) % len(CLASS_MARKERS)]


def tint(color: str, strength: float) -> tuple[float, float, float]:
    """Mix a colour with white, from 0 (white) to 1 (the colour)."""
    red, green, blue = (1.0 - strength * (1.0 - part) for part in to_rgb(color))
    return red, green, blue


def new_axes(width: float, height: float, title: str, subtitle: str) -> tuple[Figure, Axes]:
    """Make a picture, its size in inches, with one pair of axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    set_titles(axes, title, subtitle)
    return figure, axes


def set_titles(axes: Axes, title: str, subtitle: str) -> None:
    """Write a bold title, and beneath it what the picture shows."""
    axes.set_title(subtitle)
    axes.annotate(
        title,
        (0, 1),
        xytext=(0, 27),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=14,
        fontweight="bold",
    )


def legend_below(figure: Figure, entries: Sequence[Artist], title: str | None = None) -> None:
    """Explain beneath a picture what is drawn, in as many columns as find room, four at most.

    Where that takes many lines, the picture gets taller.
    """
    lengths = [len(str(entry.get_label())) for entry in entries]
    letters = LEGEND_LETTERS * figure.get_figwidth()
    count = min(len(lengths), 4)
    while count > 1 and sum(map(max, np.array_split(lengths, count))) > letters:
        count -= 1
    more = -(-len(lengths) // count) - FEW_LINES
    figure.set_figheight(figure.get_figheight() + LINE * max(more, 0))
    figure.legend(handles=entries, title=title, loc="outside lower center", ncols=count)


def of_most_frequent(named: int, count: int) -> str | None:
    """Say, as a legend's title, that it does not name all classes."""
    return f"the {named} most frequent of {count} classes" if named < count else None


def percent(value: float, _: float) -> str:
    """Write the tick of a share: `87.5%`."""
    return f"{100 * value:g}%"


def fit_texts(figure: Figure) -> None:
    """Cut the middle out of texts that the picture has no room for: names may be sentences."""
    width, height = figure.bbox.size
    for text in figure.findobj(Text):
        words = text.get_text()
        if len(words) > SHORT_TEXT:
            box = text.get_window_extent()
            share = max(box.width / width, box.height / height)
            text.set_text(abbreviated(words, int(len(words) * ROOM / share)))


def save(figure: Figure, path: Path) -> None:
    """Write a PNG that names neither its program nor its date, and so is the same on every run."""
    fit_texts(figure)
    figure.savefig(path, metadata={"Software": None})
