"""Putting the page together: templates, with styles and scripts written into them."""

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from stages.reporting.numbers import fixed, short

HERE = Path(__file__).parent
STYLES = ("style.css",)
# In an order in which each uses only those before it.
SCRIPTS = (
    "elementary.js",
    "sums.js",
    "scaling.js",
    "activations.js",
    "outputs.js",
    "network.js",
    "ensemble.js",
    "format.js",
    "charts.js",
    "wiring.js",
    "boundary.js",
    "curve.js",
    "playground.js",
    "playgrounds.js",
    "lesson.js",
    "search.js",
    "main.js",
)


def render(**content: Any) -> str:
    """Write the page."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"short": short, "fixed": fixed, "json": embedded_json}
    template = environment.get_template("page.html.j2")
    return template.render(**content, styles=assets(STYLES), scripts=assets(SCRIPTS))


def assets(names: tuple[str, ...]) -> Markup:
    """Read files that are written into the page as they are."""
    return Markup("\n".join((HERE / "assets" / n).read_text(encoding="utf-8") for n in names))


def embedded_json(content: object) -> Markup:
    """Write JSON that can stand in a script element or an attribute in single quotes."""
    text = json.dumps(content, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
