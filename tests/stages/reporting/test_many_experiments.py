"""A page of many experiments stays usable: it opens fast, and what is looked for is found."""

import pytest

from stages.reporting.page import assets
from tests import browser

pytestmark = pytest.mark.browser

KEYS = [f"{kind}-{number}" for kind in ("iris", "Wine") for number in range(10)]
PAGE = "".join(
    [
        "<input type=search>",
        *(f"<p data-of-experiment='{key}'>{key}</p>" for key in KEYS),
        *(
            f"<section data-experiment='{key}' style='height: 900px'>{key}</section>"
            for key in KEYS
        ),
    ]
)
SCRIPT = "\n".join(
    (
        "class Playground { constructor(section) { this.key = section.dataset.experiment; } }",
        assets(("playgrounds.js", "search.js")),
        "const sections = [...document.querySelectorAll('section')];",
        "const playgrounds = new Playgrounds(sections);",
        "new Search(document.querySelector('input'));",
    )
)


@pytest.fixture
def page():
    with browser.chromium() as chromium:
        page = chromium.new_page(viewport={"width": 800, "height": 600})
        page.set_content(PAGE)
        page.add_script_tag(content=SCRIPT)
        yield page


def alive(page):
    return page.evaluate("[...playgrounds.alive.keys()]")


def test_only_experiments_that_are_near_are_brought_to_life(page):
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function("playgrounds.alive.size > 0")
    assert 0 < len(alive(page)) <= 3
    page.evaluate("sections.at(-1).scrollIntoView()")
    page.wait_for_function("playgrounds.alive.has('Wine-9')")
    assert "iris-9" not in alive(page)
    assert page.evaluate("playgrounds.get('iris-9').key") == "iris-9"
    assert len(page.evaluate("playgrounds.values().map((each) => each.key)")) == len(KEYS)


def test_a_part_of_a_name_finds_whatever_holds_it(page):
    for typed, shown in ((" wine ", KEYS[10:]), ("-3", ["iris-3", "Wine-3"]), ("", KEYS)):
        page.fill("input", typed)
        for kind in ("p", "section"):
            assert page.locator(f"{kind}:visible").all_inner_texts() == shown
