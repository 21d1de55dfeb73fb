"""report.html in a real browser, without a net: it works, and computes what Python computes."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from nn import load_model
from stages.running.parameters.file import load_params
from tests import browser
from tests.docs.test_backpropagation import Example
from tests.pipeline.repository import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PARAMS = load_params(ROOT / "params.yaml").experiments
EXPERIMENTS = [*PARAMS]
OF_CLASSES = [key for key, each in PARAMS.items() if each.data.task == "classification"]
VALUES = "inputs => inputs.map((input) => input.value)"
FORWARD = """([key, rows]) => {
    const { network, scaling } = report.playgrounds.get(key);
    const scaled = rows.map((row) => scaling.apply(row));
    const logits = scaled.map((inputs) => network.logits(inputs));
    return [logits, scaled.map((inputs) => network.probabilities(inputs))];
}"""
# Of each chart, scrolled to, its name, width and height, and how many of its marks can be seen.
CHARTS = """async () => {
    const isSeen = (mark) => {
        const { width, height } = mark.getBoundingClientRect();
        const style = getComputedStyle(mark);
        const painted = style.fill !== 'none' || style.stroke !== 'none';
        return width + height > 1 && painted && style.visibility === 'visible';
    };
    const frame = () => new Promise(requestAnimationFrame);
    const found = [];
    for (const chart of document.querySelectorAll(
            'svg.plot, svg.strip[role=img], .confusion table')) {
        chart.scrollIntoView();
        await frame();
        await frame();
        const { width, height } = chart.getBoundingClientRect();
        const marks = [...chart.querySelectorAll('.mark')].filter(isSeen).length;
        found.push([chart.ariaLabel, width, height, marks]);
    }
    return found;
}"""
LIMIT = 5_000_000  # bytes of the page
SETTINGS: dict[str, Any] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}, "has_touch": True},
}


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def html(rebuilt) -> Path:
    return rebuilt.path / "report.html"


class Visit:
    """A page that was opened offline, and what went on in it."""

    def __init__(self, browser, html, **settings):
        self.context = browser.new_context(offline=True, **settings)
        self.page: Page = self.context.new_page()
        self.trouble: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda told: self.trouble.append(f"{told.type}: {told.text}"))
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(html.as_uri())

    def see_to_trouble(self, html):
        assert self.trouble == []
        assert self.requests == [html.as_uri()]

    def section(self, key):
        """Find an experiment's section, scrolled to: it is not laid out before."""
        section = self.page.locator(f"section[data-experiment='{key}']")
        section.evaluate(
            """each => new Promise((done) => {
                each.scrollIntoView();
                requestAnimationFrame(() => requestAnimationFrame(done));
            })"""
        )
        return section


@pytest.fixture(scope="module")
def shared(chromium, html):
    """The page, opened once for many tests."""
    visit = Visit(chromium, html, **SETTINGS["light"])
    yield visit
    visit.context.close()


@pytest.fixture
def visit(shared, html):
    """The page, every network trained and asked about its first row; at last see to trouble."""
    shared.page.mouse.move(1, 1)
    shared.page.evaluate(
        """() => {
            document.activeElement.blur();
            for (const playground of report.playgrounds.values()) {
                playground.pause();
                playground.epoch.value = playground.epoch.max;
                playground.showEpoch();
                playground.ask(Float64Array.from(playground.model.rows.features[0]), 0);
            }
        }"""
    )
    yield shared
    shared.see_to_trouble(html)


@pytest.fixture(params=SETTINGS)
def anywhere(chromium, html, request):
    """The page in light, in dark and on a phone; at last see to trouble."""
    visit = Visit(chromium, html, **SETTINGS[request.param])
    yield visit
    visit.context.close()
    visit.see_to_trouble(html)


def probability(section, number=1):
    """What the page says of a class, in percent."""
    return section.locator(".answer output").nth(number).inner_text()


def test_the_page_is_one_file_of_bearable_size(html, rebuilt):
    assert html.stat().st_size < LIMIT
    text = html.read_text(encoding="utf-8")
    assert "://" not in text
    assert rebuilt.git("ls-files", "report.html") == ""
    assert rebuilt.git("status", "--short", "report.html") == ""


def test_every_chart_has_marks_that_can_be_seen(anywhere, rebuilt):
    expected = 0
    for key in EXPERIMENTS:
        lines = (rebuilt.path / f"curves/{key}-dependence.csv").read_text(encoding="utf-8")
        expected += len({line.split(",")[0] for line in lines.splitlines()[1:]})
        # of classes: boundary, network, five charts, confusion matrix, its strip in the overview;
        # of numbers: surface or curve, network, loss, predicted against actual, residuals
        expected += 9 if key in OF_CLASSES else 5
    charts = anywhere.page.evaluate(CHARTS)
    assert len(charts) == expected
    for name, width, height, marks in charts:
        assert min(width, height) >= 20, name
        assert marks > 0, name


def test_nothing_is_wider_than_the_screen(anywhere):
    width = anywhere.page.evaluate("document.documentElement.scrollWidth")
    assert width <= anywhere.page.viewport_size["width"]


def test_axe_finds_no_serious_fault(anywhere):
    for fold in anywhere.page.locator("summary").all():
        fold.click()
    found = Axe().run(anywhere.page).response["violations"]
    told = [
        f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert told == []


@pytest.mark.parametrize("key", OF_CLASSES)
def test_probabilities_are_those_of_python(visit, rebuilt, key):
    model = load_model(rebuilt.path / f"models/{key}.npz")
    folder = rebuilt.path / f"artifacts/{key}/split"
    for part in ("test", "train"):
        raw = np.load(folder / f"{part}-features.npy")
        if not len(raw):
            continue
        logits, probabilities = visit.page.evaluate(FORWARD, [key, raw.tolist()])
        np.testing.assert_array_equal(logits, model.network.logits(model.scaling.apply(raw)))
        np.testing.assert_array_equal(probabilities, model.predict_proba(raw))


@pytest.mark.parametrize("key", OF_CLASSES)
def test_the_rows_that_can_be_picked_are_the_judged_rows(visit, rebuilt, key):
    section = visit.section(key)
    metrics = json.loads((rebuilt.path / f"results/{key}.json").read_text(encoding="utf-8"))
    part = "test" if "test" in metrics else "train"
    model = load_model(rebuilt.path / f"models/{key}.npz")
    raw = np.load(rebuilt.path / f"artifacts/{key}/split/{part}-features.npy")
    options = section.locator("select.row option")
    assert options.count() == 1 + len(raw)
    section.locator("select.row").select_option(str(len(raw) - 1))
    shown = [float(value) for value in section.locator(".slider input").evaluate_all(VALUES)]
    np.testing.assert_allclose(shown, raw[-1], rtol=1e-12)
    assert_told(probability(section), model.predict_proba(raw[-1:])[0, 1])


def assert_told(told, expected):
    number = float(re.sub("[^0-9.]", "", told))
    assert abs(number - 100 * expected) <= 0.11, (told, expected)


@pytest.mark.filterwarnings("ignore::nn.model_file.BeyondTrainingWarning")
@pytest.mark.parametrize("key", OF_CLASSES)
def test_a_slider_changes_the_probability_and_the_units(visit, rebuilt, key):
    section = visit.section(key)
    model = load_model(rebuilt.path / f"models/{key}.npz")
    sliders = section.locator(".slider input")
    answers, units = {probability(section)}, {told_units(section)}
    for place in (0.5, 0.1, 0.9):
        for slider in sliders.all():
            low, high = (float(slider.get_attribute(end)) for end in ("min", "max"))
            slider.fill(str(low + place * (high - low)))
        raw = [float(value) for value in sliders.evaluate_all(VALUES)]
        assert_told(probability(section), model.predict_proba(np.array([raw]))[0, 1])
        answers.add(probability(section))
        units.add(told_units(section))
    assert len(answers) >= 2
    assert len(units) >= 3
    assert section.locator("select.row").input_value() == ""
    before = sliders.first.input_value()
    sliders.first.press("ArrowLeft")
    assert float(sliders.first.input_value()) < float(before)


def told_units(section):
    return ",".join(section.locator(".activation").all_text_contents())


@pytest.mark.parametrize("key", OF_CLASSES)
def test_a_bar_tells_how_the_log_odds_would_change(visit, rebuilt, key):
    section = visit.section(key)
    model = load_model(rebuilt.path / f"models/{key}.npz")
    raw = np.array([float(v) for v in section.locator(".slider input").evaluate_all(VALUES)])
    average = np.load(rebuilt.path / f"artifacts/{key}/split/train-features.npy").mean(axis=0)
    replaced = np.where(np.eye(len(raw)) == 1, average, raw)
    logarithms = model.network.log_probabilities(model.scaling.apply(np.vstack([raw, replaced])))
    odds = logarithms[:, 1] - logarithms[:, 0]
    labels = section.locator(".push").evaluate_all("all => all.map(b => b.ariaLabel)")
    told = [float(label.split()[-1].replace("−", "-")) for label in labels]
    np.testing.assert_allclose(told, odds[0] - odds[1:], atol=0.0051)


def test_a_click_on_the_boundary_asks_about_that_point(visit, rebuilt):
    section = visit.section("circles")
    model = load_model(rebuilt.path / "models/circles.npz")
    field = section.locator("canvas.field")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    for right, down in ((0.5, 0.5), (0.03, 0.97), (0.75, 0.4)):
        x, y = box["x"] + right * box["width"], box["y"] + down * box["height"]
        visit.page.mouse.click(x, y)
        (x0, x1), (y0, y1) = visit.page.evaluate(
            "report.playgrounds.get('circles').model.plane.limits"
        )
        raw = visit.page.evaluate("[...report.playgrounds.get('circles').raw]")
        expected = [x0 + right * (x1 - x0), y1 - down * (y1 - y0)]
        np.testing.assert_allclose(raw, expected, atol=0.02)
        assert_told(probability(section), model.predict_proba(np.array([raw]))[0, 1])


@pytest.mark.parametrize("key", OF_CLASSES)
def test_the_boundary_is_walked_over_with_the_arrow_keys(visit, key):
    boundary = visit.section(key).locator("svg.boundary")
    boundary.focus()
    place = "[...report.playgrounds.get(key).drawn.current]".replace("key", repr(key))
    before = visit.page.evaluate(place)
    for press in ("ArrowRight", "ArrowRight", "ArrowUp"):
        boundary.press(press)
    after = visit.page.evaluate(place)
    assert after[0] > before[0]
    assert after[1] > before[1]


@pytest.mark.parametrize("key", OF_CLASSES)
def test_the_field_has_the_colour_of_what_the_network_says(visit, rebuilt, key):
    model = load_model(rebuilt.path / f"models/{key}.npz")
    section = visit.section(key)
    section.scroll_into_view_if_needed()
    places, pixels = visit.page.evaluate(
        """(key) => {
            const { drawn } = report.playgrounds.get(key);
            const { canvas, limits: [[x0, x1], [y0, y1]] } = drawn;
            const copy = new OffscreenCanvas(canvas.width, canvas.height);
            const context = copy.getContext('2d', { willReadFrequently: true });
            context.drawImage(canvas, 0, 0);
            const places = [], pixels = [];
            for (let i = 1; i < 12; i++) for (let j = 1; j < 12; j++) {
                const x = Math.floor(i * canvas.width / 12);
                const y = Math.floor(j * canvas.height / 12);
                const point = [
                    x0 + (x + 0.5) / canvas.width * (x1 - x0),
                    y1 + (y + 0.5) / canvas.height * (y0 - y1),
                ];
                places.push([...drawn.inputs(point)]);
                pixels.push([...context.getImageData(x, y, 1, 1).data]);
            }
            return [places, pixels];
        }""",
        key,
    )
    answers = model.network.probabilities(np.array(places))[:, 1]
    sure = np.abs(answers - 0.5) > 0.1  # elsewhere is the line, and white
    assert sure.sum() > 60
    red, _, blue, alpha = np.array(pixels, dtype=float)[sure].T
    assert (alpha == 255).all()
    # class 0 is blue, class 1 is orange
    np.testing.assert_array_equal(red > blue, answers[sure] > 0.5)


@pytest.mark.parametrize("key", OF_CLASSES)
def test_epochs_change_boundary_loss_and_weights(visit, rebuilt, key):
    section = visit.section(key)
    section.scroll_into_view_if_needed()
    told = section.locator(".epoch-told")
    look = f"""() => {{
        const playground = report.playgrounds.get('{key}');
        const strengths = [...playground.section.querySelectorAll('.weight')].map(
            (path) => path.style.getPropertyValue('--strength') + path.classList);
        return [playground.drawn.canvas.toDataURL(), strengths.join()];
    }}"""
    history = np.genfromtxt(
        rebuilt.path / f"artifacts/{key}/history.csv", delimiter=",", names=True
    )
    last = told.inner_text()
    trained = visit.page.evaluate(look)
    section.locator(".epoch").press("Home")
    assert told.inner_text() == f"epoch 0 · loss {history['loss'][0]:.4g}"
    untrained = visit.page.evaluate(look)
    assert all(one != other for one, other in zip(trained, untrained, strict=True))
    section.locator(".epoch").press("End")
    assert told.inner_text() == last
    assert visit.page.evaluate(look) == trained


def test_the_training_plays_from_beginning_to_end(visit):
    section = visit.section("basic")
    section.get_by_role("button", name="Play training").click()
    section.get_by_role("button", name="Pause").wait_for()
    assert int(section.locator(".epoch").input_value()) < 39
    section.get_by_role("button", name="Play training").wait_for(timeout=60_000)
    assert section.locator(".epoch-told").inner_text().startswith("epoch 5000 ")


@pytest.mark.parametrize("key", OF_CLASSES)
def test_curves_tell_their_values_under_the_pointer_and_to_the_keyboard(visit, rebuilt, key):
    figure = visit.section(key).locator("[data-chart=loss]")
    history = np.genfromtxt(
        rebuilt.path / f"artifacts/{key}/history.csv", delimiter=",", names=True
    )
    figure.locator("svg.plot").focus()
    figure.locator("svg.plot").press("End")
    told = figure.locator(".readout").inner_text()
    assert f"epoch {len(history) - 1} · training {history['loss'][-1]:.4g}" in told
    figure.locator("svg.plot").press("Home")
    assert f"epoch 0 · training {history['loss'][0]:.4g}" in figure.locator(".readout").inner_text()
    for chart in ("roc", "precision-recall", "calibration"):
        figure = visit.section(key).locator(f"[data-chart={chart}]")
        figure.scroll_into_view_if_needed()
        resting = figure.locator(".readout").inner_text()
        box = figure.locator("svg.plot").bounding_box()
        visit.page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.3 * box["height"])
        told = figure.locator(".readout").inner_text()
        assert re.search(r"(rate|recall|predicted) [0-9.]+ · ", told), told
        visit.page.mouse.move(1, 1)
        assert figure.locator(".readout").inner_text() == resting


def test_the_lesson_has_the_numbers_of_the_derivation(visit):
    """docs/backpropagation.md, section 7: the same row, computed there by plain NumPy."""
    example = Example()
    rows = [
        [cell.replace("−", "-") for cell in cells]
        for cells in visit.page.locator(".lesson-gradients tbody tr").evaluate_all(
            "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
        )
    ]
    numbers = np.array([[float(cell) for cell in cells[2:5]] for cells in rows])
    np.testing.assert_allclose(numbers[:, 0], example.network.parameters, atol=1e-6)
    np.testing.assert_allclose(numbers[:, 1], example.expected_gradient, atol=1e-11)
    np.testing.assert_allclose(numbers[:, 2], example.differences, atol=1e-9)
    assert {cells[6] for cells in rows} == {"✓"}
    assert visit.page.locator(".verdict").inner_text().startswith("All 21 gradients agree")
    text = visit.page.locator("#lesson").inner_text().replace("−", "-")
    for number in (example.logit, example.probability, example.loss, example.d_logit):
        assert f"{number:.6f}" in text


def test_the_lesson_follows_every_row_in_every_state(visit):
    selects = [visit.page.locator(f".lesson-{name}") for name in ("row", "state")]
    verdict = visit.page.locator(".verdict")
    for row in range(8):
        for state in ("0", "1", "20", "39"):
            selects[0].select_option(str(row))
            selects[1].select_option(state)
            assert verdict.inner_text().startswith("All 21 gradients agree"), (row, state)
    visit.page.locator(".lesson-step").select_option("1e-1")
    assert not verdict.inner_text().startswith("All")  # so long a step misses the curve of the loss


def test_every_control_can_be_reached_and_seen_by_keyboard(chromium, html):
    visit = Visit(chromium, html, **SETTINGS["light"])
    visit.page.keyboard.press("Tab")
    reached = []
    for _ in range(40):
        focused = visit.page.evaluate(
            """() => {
                const { tagName, textContent, ariaLabel, id } = document.activeElement;
                const style = getComputedStyle(document.activeElement);
                return [tagName, textContent.trim() || ariaLabel || id, style.outlineStyle];
            }"""
        )
        reached.append(focused)
        visit.page.keyboard.press("Tab")
    assert reached[0][1] == "Skip to the results"
    assert {"A", "BUTTON", "INPUT", "SELECT", "svg"} <= {tag for tag, _, _ in reached}
    assert all(outline != "none" for _, _, outline in reached)
    visit.context.close()


def test_without_javascript_the_results_are_there(chromium, html):
    visit = Visit(chromium, html, java_script_enabled=False)
    assert visit.page.locator("svg.boundary .static").first.is_visible()
    assert visit.page.locator(".metrics").count() == len(EXPERIMENTS)
    visit.context.close()


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_the_rows_that_it_got_most_wrong_are_those_and_are_asked_by_a_click(key, visit, rebuilt):
    section = visit.section(key)
    model = load_model(rebuilt.path / f"models/{key}.npz")
    rows = visit.page.evaluate("key => report.playgrounds.get(key).model.rows", key)
    scaled = model.scaling.apply(np.array(rows["features"]))
    labels = np.array(rows["labels"])
    if model.quantity:
        losses = np.abs(model.quantity.scaling.undo(model.network.logits(scaled)[:, 0]) - labels)
    else:
        losses = -model.network.log_probabilities(scaled)[np.arange(len(labels)), labels]
    told = section.locator("button.ask").evaluate_all("each => each.map((b) => +b.dataset.row)")
    assert losses[told].tolist() == sorted(losses.tolist(), reverse=True)[:10]
    section.locator("button.ask").first.click()
    assert section.locator("select.row").input_value() == str(told[0])
    raw = visit.page.evaluate("key => [...report.playgrounds.get(key).raw]", key)
    assert raw == rows["features"][told[0]]


@pytest.mark.parametrize("key", [key for key in EXPERIMENTS if key not in OF_CLASSES])
def test_a_predicted_number_is_the_model_s(key, visit, rebuilt):
    section = visit.section(key)
    model = load_model(rebuilt.path / f"models/{key}.npz")
    raw = np.load(rebuilt.path / f"artifacts/{key}/split/test-features.npy")
    for row in (0, len(raw) - 1):
        section.locator("select.row").select_option(str(row))
        told, _, reach = section.locator(".answer output").inner_text().replace("−", "-").split()
        assert float(told) == pytest.approx(model.predict(raw[row : row + 1])[0], rel=1e-3)
        scores = json.loads((rebuilt.path / f"results/{key}.json").read_text(encoding="utf-8"))
        assert float(reach) == pytest.approx(scores["interval"]["half_width"], rel=1e-3)


def test_printed_it_shows_every_experiment(visit):  # the last: the page stays as in print
    visit.page.emulate_media(media="print")
    assert not visit.page.locator("nav").is_visible()
    for key in OF_CLASSES:
        assert visit.section(key).locator("svg.boundary .static").is_visible()
        assert not visit.section(key).locator("canvas.field").is_visible()
    assert visit.page.pdf().startswith(b"%PDF")
