"""The page of a regression, in a real browser: its surface or its curve follow the network."""

import re
from pathlib import Path

import numpy as np
import pytest

from nn.model_file import load_model
from stages import evaluate, explain, normalize, report, split, train
from tests import browser
from tests.stages.test_regression import PARAMS, write_table

SLIDE = "(slider, to) => { slider.value = to; slider.dispatchEvent(new Event('input')); }"
STATE = "report.playgrounds.get('mine')"


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as chromium:
        yield chromium


@pytest.fixture
def visit(chromium, tmp_path, monkeypatch):
    """Give a function that makes an experiment of some columns and opens its page."""
    monkeypatch.chdir(tmp_path)

    def open_page(columns, target="price", **settings):
        write_table(columns, rows=60)
        Path("table.csv").write_text(Path("table.csv").read_text().replace("price", target))
        Path("params.yaml").write_text(PARAMS.replace("price", target))
        Path("requirements.lock").write_text("numpy==2.0.0\n")
        for stage in (split, normalize, train, evaluate, explain):
            stage.main("mine")
        report.main()
        page = chromium.new_page(**settings)
        page.goto(f"file://{tmp_path}/report.html")
        page.locator("#mine").scroll_into_view_if_needed()
        return page, load_model("models/mine.npz")

    return open_page


def numbers_at(page, model, epoch_place, raw):
    """Predict by the state of the page's slider of epochs, in the target's units."""
    parameters = page.evaluate(f"{STATE}.model.states[{epoch_place}].parameters")
    network = model.network.over(np.array(parameters))
    return model.quantity.scaling.undo(network.logits(model.scaling.apply(raw))[:, 0])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("columns", ["ab", "abc"])
def test_the_surface_has_the_colour_of_the_number(visit, columns, scheme):
    page, model = visit(columns, color_scheme=scheme)
    last = page.evaluate(f"{STATE}.model.states.length") - 1
    for state in (last, 0):
        page.locator("#mine .epoch").evaluate(SLIDE, state)
        raw, pixels, bands = page.evaluate(
            f"""() => {{
                const {{ drawn, scaling }} = {STATE};
                const {{ canvas, limits: [[x0, x1], [y0, y1]] }} = drawn;
                const context = canvas.getContext('2d');
                const places = [], pixels = [];
                for (let i = 1; i < 12; i++) for (let j = 1; j < 12; j++) {{
                    const x = Math.floor(i * canvas.width / 12);
                    const y = Math.floor(j * canvas.height / 12);
                    const point = [
                        x0 + (x + 0.5) / canvas.width * (x1 - x0),
                        y1 + (y + 0.5) / canvas.height * (y0 - y1),
                    ];
                    places.push([...scaling.undo(drawn.inputs(point))]);
                    pixels.push([...context.getImageData(x, y, 1, 1).data]);
                }}
                return [places, pixels, drawn.bands];
            }}"""
        )
        numbers = numbers_at(page, model, state, np.array(raw))
        levels = np.array(bands["levels"])
        width = levels[1] - levels[0]
        clear = np.abs(numbers[:, None] - levels).min(axis=1) > 0.1 * width  # of a band's edge
        assert clear.sum() > 60
        expected = [bands["colors"][np.sum(levels <= number)] for number in numbers]
        found = ["#{:02x}{:02x}{:02x}".format(*pixel[:3]) for pixel in pixels]
        assert np.array(found)[clear].tolist() == np.array(expected)[clear].tolist()
    assert levels[0] <= np.loadtxt("table.csv", delimiter=",", skiprows=1)[:, -1].min()


def test_without_javascript_the_surface_is_the_trained_network_s(visit):
    page, _ = visit("ab", java_script_enabled=False)
    text = Path("report.html").read_text(encoding="utf-8")
    cells = re.findall(r'class="shade mark" style="fill:(#\w{6})" d="(.*?)"', text)
    covered = sum(int(width) for _, path in cells for width in re.findall(r"h(\d+)v1", path))
    assert covered == 110 * 88
    assert len({color for color, _ in cells}) == len(cells) > 3
    assert page.locator("#mine svg.boundary .static").is_visible()


def test_the_curve_is_what_the_network_says_along_the_feature(visit):
    page, model = visit("a")
    last = page.evaluate(f"{STATE}.model.states.length") - 1
    line = page.locator("#mine [data-series]")
    drawn = set()
    for state in (last, 0):
        page.locator("#mine .epoch").evaluate(SLIDE, state)
        path = line.get_attribute("d")
        drawn.add(path)
        x, y = np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", path), dtype=float).T
        left, top, width, height, *_ = page.evaluate(f"{STATE}.drawn.chart.area")
        (x0, x1), (y0, y1) = page.evaluate(f"[{STATE}.drawn.chart.x, {STATE}.drawn.chart.y]")
        raw = x0 + (x - left) / width * (x1 - x0)
        expected = numbers_at(page, model, state, raw[:, None])
        found = y1 - (y - top) / height * (y1 - y0)
        np.testing.assert_allclose(found, expected, atol=0.006 * (y1 - y0))
    assert len(drawn) == 2


def test_a_click_on_the_curve_asks_about_that_value(visit):
    page, model = visit("a")
    svg = page.locator("#mine [data-chart=response] svg.plot")
    svg.scroll_into_view_if_needed()
    box = svg.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    (raw,) = page.evaluate(f"[...{STATE}.raw]")
    low, high = page.evaluate(f"{STATE}.drawn.chart.x")
    assert raw == pytest.approx((low + high) / 2, abs=0.06 * (high - low))
    told = page.locator("#mine .answer output").inner_text().split()[0]
    assert float(told) == pytest.approx(model.predict([[raw]])[0], rel=1e-3)


# Of what stands in a card and cannot be scrolled, that which sticks out of the card; and in how
# many lines the target's name stands beside what is predicted.
ROOM = """() => {
    const right = (each) => each.getBoundingClientRect().right;
    const end = (card) => right(card) - parseFloat(getComputedStyle(card).paddingRight);
    const outside = [...document.querySelectorAll('.card:not(.scroll) *')].filter(
        (each) => !each.closest('.scroll') && right(each) > end(each.closest('.card')) + 2);
    const range = document.createRange();
    range.selectNodeContents(document.querySelector('.answer .name'));
    return [outside.map((each) => each.outerHTML.slice(0, 99)), range.getClientRects().length];
}"""


@pytest.mark.parametrize("width", [1200, 400])
def test_a_long_target_finds_room(visit, width):
    size = {"width": width, "height": 900}
    page, _ = visit("ab", target="compressive_strength", viewport=size)
    assert page.evaluate(ROOM) == [[], 1]


def test_the_words_are_those_for_a_number_and_a_single_column(visit):
    page, _ = visit("a", target="y")
    told = page.locator("#mine").inner_text()
    lowest, *_, highest = sorted(np.loadtxt("table.csv", delimiter=",", skiprows=1)[:, 1])
    assert f"Target\ny\na number, {lowest:.4g} to {highest:.4g}\n" in told
    assert "a wrong number in the table" in told
    assert "given other values." in told
    assert "thin lines" not in told
