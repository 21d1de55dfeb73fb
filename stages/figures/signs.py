"""Signs of a name that the pictures' font does not have."""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from matplotlib.font_manager import FontProperties, findfont, get_font

from nn.errors import first_few
from stages.running.command import warn


@contextmanager
def missing_signs_told(key: str, names: Iterable[str]) -> Iterator[None]:
    """Warn once of the names that are drawn with boxes, in place of a warning for each sign."""
    known = get_font(findfont(FontProperties())).get_charmap().keys()
    odd = [name for name in dict.fromkeys(names) if {*map(ord, "".join(name.split()))} - known]
    if odd:
        told = ", ".join(first_few([repr(name) for name in odd]))
        warn(
            f"{key}: pictures show boxes for signs that their font does not have, in {told}; "
            "report.html shows the signs themselves"
        )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield
