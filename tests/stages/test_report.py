"""The page says what the stages found; it is whole, alone, and the same on every run."""

import hashlib
import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.errors import InputError
from nn.judging.decisions import predicted_classes
from stages import evaluate, explain, report
from stages.figures.numbers import fixed, short, ticks
from stages.figures.plane import BANDS
from stages.reporting.boundary import COLUMNS, ROWS, border_of, field_shades
from stages.reporting.charts import class_series
from stages.reporting.frame import Area, Frame
from stages.reporting.line_chart import Chart, Series
from stages.reporting.numbers import chosen
from stages.reporting.provenance import locked_versions, sha256_of_code
from stages.reporting.results import metrics_table, spread_text, verdict
from stages.reporting.sources import NOT_SAID, read_sources, source_of
from stages.reporting.wiring import UNITS, draw_wiring
from stages.running.files import write_array, write_json
from tests import browser
from tests.stages.trained import SCALING, random_parts, write_trained

ROOT = Path(__file__).parents[2]
VOID = {"meta", "input", "br", "link", "img", "hr"}
LOCK = (
    "numpy==2.3.0 \\\n    --hash=sha256:00\n    # via\n    #   reproducible-nn (pyproject.toml)\n"
)


class Page(HTMLParser):
    """Reads a page: its elements, its words, its scripts of data, and whether it is whole."""

    def __init__(self, text):
        super().__init__()
        self.text, self.elements, self.data, self.open = text, [], [], []
        self.words = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, self.getpos()

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            kind = next(a for t, a in reversed(self.elements) if t == "script").get("type")
            if kind == "application/json":
                self.data.append(json.loads(data))
        elif self.open and self.open[-1] != "style":
            self.words.append(data)

    def attributes(self, name):
        return [found[name] for _, found in self.elements if name in found]


@pytest.fixture
def write_page(project):
    """Give a function that makes an experiment, judges it, writes its page and reads that."""

    def write(sizes=None, classes=2, output="sigmoid", names=None, members=1):
        parts = random_parts(**(sizes or {"train": 30, "test": 10}), classes=classes)
        model = write_trained(
            parts, names or [str(n) for n in range(classes)], output, members=members
        )
        count = len(model.features)
        for part, (values, labels) in parts.items():
            raw = values * SCALING.scale[:count] + SCALING.center[:count]
            write_array(f"artifacts/mine/split/{part}-features.npy", raw)
            write_array(f"artifacts/mine/split/{part}-labels.npy", labels)
            write_array(f"artifacts/mine/split/{part}-rows.npy", np.arange(len(labels)))
        columns = [{"name": name, "categories": None} for name in model.columns]
        record = {"columns": columns, "missing": "refuse", "classes": [*model.classes]}
        write_json("artifacts/mine/split/columns.json", record)
        Path("requirements.lock").write_text(LOCK, encoding="utf-8")
        evaluate.main("mine")
        explain.main("mine")
        report.main()
        return Page(Path("report.html").read_text(encoding="utf-8")), model

    return write


CASES = [
    ({"train": 30, "test": 10, "validation": 10}, 2, "sigmoid_per_class"),
    ({"train": 30}, 3, "softmax"),
    ({"train": 30, "test": 10, "features": 1}, 3, "softmax"),
    ({"train": 30, "test": 10, "features": 4}, 2, "sigmoid"),
    ({"train": 60, "test": 40, "features": 4}, 9, "softmax"),
]


def test_an_experiment_that_has_not_run_is_named_and_the_others_are_shown(write_page, capsys):
    write_page()
    params = Path("params.yaml").read_text(encoding="utf-8")
    _, _, mine = params.partition("  mine:")
    Path("params.yaml").write_text(f"{params}\n  other:{mine}", encoding="utf-8")
    capsys.readouterr()
    report.main()
    page = Path("report.html").read_text(encoding="utf-8")
    assert "<li>other; make it with <code>dvc repro plot@other</code></li>" in page
    assert 'id="mine"' in page
    assert 'id="other"' not in page
    assert capsys.readouterr().err.startswith("warning: other: is not in the page")


@pytest.mark.parametrize(("sizes", "classes", "output"), CASES)
def test_every_kind_of_experiment_has_a_whole_page(write_page, sizes, classes, output):
    page, model = write_page(sizes, classes, output)
    assert ("the sum over 2 outputs" in page.text) == (output == "sigmoid_per_class")
    assert page.open == []
    ids = page.attributes("id")
    assert len(ids) == len({*ids})
    assert {*page.attributes("for")} <= {*ids}
    assert all(target[1:] in ids for target in page.attributes("href"))
    charts = ["dependence"] * len(model.features)
    charts += ["loss", "accuracy", "roc", "precision-recall", "calibration"]
    one_feature = len(model.features) == 1
    assert page.attributes("data-chart") == ["response"] * one_feature + charts
    boundaries = [a for t, a in page.elements if t == "svg" and a.get("role") == "application"]
    assert len(boundaries) == (not one_feature)


@pytest.mark.parametrize(("sizes", "classes", "output"), CASES)
def test_the_page_carries_the_network_with_all_its_digits(write_page, sizes, classes, output):
    page, model = write_page(sizes, classes, output)
    (live,) = page.data
    assert live["sizes"] == [*model.network.sizes]
    assert live["states"][-1]["parameters"] == model.network.parameters.tolist()
    assert live["scaling"]["center"] == model.scaling.center.tolist()
    assert live["scaling"]["scale"] == model.scaling.scale.tolist()
    part = "test" if "test" in sizes else "train"
    assert live["rows"]["part"] == part
    raw = np.load(f"artifacts/mine/split/{part}-features.npy")
    np.testing.assert_array_equal(live["rows"]["features"], raw)
    assert [state["epoch"] for state in live["states"]] == [0, 1, 2]  # the best epoch is 2


def test_of_an_ensemble_each_member_can_be_asked_and_drawn(write_page):
    page, model = write_page({"train": 30, "test": 10, "validation": 10}, members=3)
    (live,) = page.data
    parameters = live["states"][-1]["parameters"]
    assert parameters == model.network.parameters.tolist()
    assert np.shape(parameters) == (3, 21)
    assert [a["value"] for t, a in page.elements if t == "option"][:4] == ["", "0", "1", "2"]
    thin = [a for t, a in page.elements if t == "path" and "line thin" in a.get("class", "")]
    of_history = [a for a in thin if a["class"].split()[-1] in ("s0", "s1")]
    assert len(of_history) >= 3 * 2 * 2  # members, parts, loss and accuracy
    assert all("nan" not in a["d"].lower() for a in thin)
    text = Path("report.html").read_text(encoding="utf-8")
    assert "3 members, each 2 → 5 tanh → 1 sigmoid, 21 parameters" in text
    assert "one member, on average, test" in text


@pytest.mark.browser
def test_the_members_of_an_ensemble_answer_in_a_browser(write_page):
    _, model = write_page({"train": 30, "test": 10}, members=3)
    row = np.load("artifacts/mine/split/test-features.npy")[:1]
    scaled = model.scaling.apply(row)
    each = [member.probabilities(scaled)[0, 1] for member in model.network.members]
    with browser.chromium() as chromium:
        page = chromium.new_page()
        page.goto(Path("report.html").absolute().as_uri())
        answer = page.locator(".answer").nth(1)
        told = answer.locator("output").inner_text()
        assert told == f"{100 * np.mean(each):.1f} %"
        least, most = (f"{100 * share:.1f} %" for share in (min(each), max(each)))
        assert answer.locator(".range").inner_text() == f"members: {least} to {most}"
        page.locator("select.member").select_option("1")
        assert answer.locator("output").inner_text() == f"{100 * each[1]:.1f} %"
        assert answer.locator(".range").inner_text() == ""
        strongest = page.evaluate("[...document.querySelectorAll('.wiring .weight')].length")
        assert strongest == 15
        drawn = page.locator(".wiring .weight").first
        assert ("positive" in drawn.get_attribute("class")) == (
            model.network.members[1].parameters[int(drawn.get_attribute("data-place"))] > 0
        )


@pytest.mark.browser
def test_a_network_too_large_for_a_page_is_not_carried_and_the_page_says_so(
    write_page, monkeypatch
):
    monkeypatch.setattr("stages.reporting.live.NUMBERS", 40)
    page, _ = write_page()  # of 21 parameters
    assert page.data == []
    assert page.open == []
    assert "With 21 weights this network is too large to be alive on a page." in " ".join(
        page.words
    )
    assert not {"lesson", "mine-epoch"} & {*page.attributes("id")}
    errors: list[str] = []
    with browser.chromium() as chromium:
        opened = chromium.new_page()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(Path("report.html").absolute().as_uri())
        opened.locator("#mine").scroll_into_view_if_needed()
        assert opened.evaluate("report.playgrounds.values().length") == 0
    assert errors == []


@pytest.mark.browser
def test_the_overview_s_axis_begins_and_ends_above_its_strips(write_page):
    write_page()
    with browser.chromium() as chromium:
        page = chromium.new_page()
        page.goto(Path("report.html").absolute().as_uri())
        ends = page.evaluate(
            """() => {
                const box = (each) => each.getBoundingClientRect();
                const [zero, one] = document.querySelectorAll('.strip-head span');
                const track = box(document.querySelector('.strip .track'));
                const middle = ({ left, right }) => (left + right) / 2;
                return [middle(box(zero)) - track.left, middle(box(one)) - track.right];
            }"""
        )
    np.testing.assert_allclose(ends, 0.0, atol=1.5)


def test_of_many_rows_the_page_shows_a_sample_and_says_so(write_page, monkeypatch):
    monkeypatch.setattr("stages.running.artifacts.SHOWN_ROWS", 20)
    page, _ = write_page({"train": 90, "test": 50, "features": 3})
    (live,) = page.data
    raw = {part: np.load(f"artifacts/mine/split/{part}-features.npy") for part in ("train", "test")}
    whole = np.concatenate([*raw.values()])
    assert len(live["rows"]["labels"]) == 20
    assert {*map(tuple, live["rows"]["features"])} <= {*map(tuple, raw["test"].tolist())}
    assert live["lowest"] == whole.min(axis=0).tolist()
    assert live["highest"] == whole.max(axis=0).tolist()
    assert live["average"] == pytest.approx(raw["train"].mean(axis=0), rel=1e-12)
    told = " ".join(page.words)
    assert "40 of 140 rows shown." in told
    assert "Take a test row (20 of 50)" in told


def test_spans_do_not_depend_on_how_many_rows_are_read_at_a_time(write_page, monkeypatch):
    monkeypatch.setattr("nn.arithmetic.mapped.NUMBERS_IN_A_BLOCK", 14)
    page, _ = write_page({"train": 30, "test": 10})
    (live,) = page.data
    train, test = (np.load(f"artifacts/mine/split/{p}-features.npy") for p in ("train", "test"))
    assert live["average"] == pytest.approx(train.mean(axis=0), rel=1e-14)
    assert live["highest"] == np.maximum(train.max(axis=0), test.max(axis=0)).tolist()


def test_parameters_are_shown_as_params_yaml_has_them(write_page):
    space = "{hidden: [[3], [4, 5]], l2: {range: [0.0, 0.5], steps: 2}}"
    sweep = f"{{method: grid, metric: log_loss, replicates: 2, space: {space}}}"
    params = Path("params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(f"{params}    sweep: {sweep}\n", encoding="utf-8")
    page, _ = write_page()
    shown = dict(re.findall("<dt>([a-z_0-9.]+)</dt><dd>(.*?)</dd>", page.text))
    assert shown["train.activation"] == "relu"
    assert shown["sweep.space.hidden"] == "[[3], [4, 5]]"
    assert shown["sweep.space.l2.steps"] == "2"
    assert "sweep.space.hidden.values" not in shown


def test_nothing_in_the_page_is_fetched_from_anywhere(write_page):
    page, _ = write_page()
    assert "://" not in page.text
    assert not re.search(
        r"\burl\(|@import|\bfetch\(|XMLHttpRequest|WebSocket|EventSource", page.text
    )
    assert page.attributes("src") == page.attributes("srcset") == []
    assert all(target.startswith("#") for target in page.attributes("href"))


def test_two_runs_give_the_same_bytes(write_page):
    page, _ = write_page()
    report.main()
    assert Path("report.html").read_text(encoding="utf-8") == page.text


def test_names_from_the_table_are_text_and_never_markup(write_page):
    names = ["</script><b>", "a & 'b'"]
    page, _ = write_page(names=names)
    assert page.data[0]["classes"] == names
    assert page.text.count("</script><b>") == 0
    assert html.escape(names[0]) in page.text


def test_the_figures_on_the_page_are_those_of_the_metrics(write_page):
    page, _ = write_page()
    scores = json.loads(Path("results/mine.json").read_text(encoding="utf-8"))
    table = metrics_table(scores, {})
    assert table.columns[:3] == ["training", "test", "95 % interval"]
    names = ["accuracy", "precision", "recall", "f1", "roc_auc", "log_loss", "brier"]
    for line, name in zip(table.lines, [*names, "calibration_error"], strict=True):
        for figure, part in zip(line.figures[:2], ("train", "test"), strict=True):
            assert figure == f"{scores[part][name]:.3f}"
            assert figure in page.words
    low, high = scores["test"]["intervals"]["accuracy"]
    assert table.lines[0].figures[2] == f"{low:.3f} to {high:.3f}"
    assert table.lines[3].figures[2] == ""  # F1 is no rate: it has no such interval
    assert all(html.escape(warning) in page.text for warning in scores["warnings"])


@pytest.mark.parametrize(
    ("low", "high", "highest", "told"),
    [
        (0.919, 1.014, 1.0, "0.919 to 1.000"),
        (0.919, 0.999, 1.0, "0.919 to 0.999"),
        (-0.2, 0.9, 1.0, "−0.200 to 0.900"),
        (-0.01, 0.049, None, "0.000 to 0.049"),
        (5.0, 7.0, None, "5.000 to 7.000"),
        (None, None, 1.0, ""),
    ],
)
def test_the_interval_of_a_mean_ends_where_a_figure_can_get_no_better(low, high, highest, told):
    figure = {"mean": 0.9, "std": 0.1, "low": low, "high": high}
    assert spread_text(figure, highest=highest)[1] == told


def test_negative_numbers_have_a_true_minus_sign(write_page):
    page, _ = write_page()
    told = " ".join(page.words)
    assert re.search(r"(^|\s)−\d", told)
    assert not re.search(r"(^|\s)-\d", told)


def test_repeated_runs_are_shown_where_they_were_made(write_page):
    page, _ = write_page()
    assert "other seeds, test" not in page.text
    figure = {"mean": 0.875, "std": 0.0123, "low": 0.81, "high": 0.93, "min": 0.8, "max": 0.95}
    text = json.dumps({"replicates": {"test": {"accuracy": figure}, "count": 30}})
    Path("results/mine-replicates.json").write_text(text, encoding="utf-8")
    report.main()
    text = Path("report.html").read_text(encoding="utf-8")
    assert "30 other seeds, test: mean ± deviation" in text
    assert "0.875 ± 0.012" in text
    assert "0.810 to 0.930" in text

    text = json.dumps({"replicates": {"test": {"accuracy": figure}, "count": 5, "folds": 5}})
    Path("results/mine-replicates.json").write_text(text, encoding="utf-8")
    report.main()
    text = Path("report.html").read_text(encoding="utf-8")
    assert "5 folds, each tested once, test: mean ± deviation" in text
    assert "beside them stand those of 5 folds, each tested once." in text
    assert "30 other seeds" not in text


def test_what_the_rows_do_not_define_is_a_dash():
    assert (fixed(None), short(None)) == ("–", "–")
    undefined = dict.fromkeys(("accuracy", "precision", "recall", "f1", "roc_auc"))
    scores = {
        "train": undefined | {"log_loss": 1.0, "brier": 1.0, "calibration_error": 1.0},
        "baseline": {name: {"train": {"accuracy": 0.5}} for name in ("majority", "linear")},
    }
    assert metrics_table(scores, {}).lines[1].figures[0] == "–"
    assert verdict(scores).interval is None


def test_without_a_model_it_says_what_is_missing(project):
    with pytest.raises(InputError, match=r"no experiment has run: .* dvc repro"):
        report.main()
    assert not Path("report.html").exists()


@given(st.floats(-1e4, 1e4), st.floats(1e-6, 1e6), st.integers(1, 10))
def test_ticks_are_round_and_within(low, width, count):
    high = low + width
    if not high > low:
        return
    found = ticks(low, high, count)
    assert len(found) <= count + 1
    slack = 1e-6 * width + 1e-8 * abs(low)
    assert all(low - slack <= tick <= high + slack for tick in found)
    if len(found) > 2:
        steps = np.diff(found)
        np.testing.assert_allclose(steps, steps[0], rtol=1e-3)


def test_ticks_by_hand():
    assert ticks(0.0, 1.0, 5) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert ticks(-1.3, 1.2, 5) == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert ticks(0.0, 5000.0, 5) == [0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0]
    assert ticks(3.0, 3.0, 5) == [3.0]


@given(st.integers(0, 3000), st.integers(2, 500))
def test_chosen_places_are_spread_from_the_first_to_the_last(count, limit):
    places = chosen(count, limit)
    assert len(places) == min(count, limit) == len({*places})
    if places:
        assert (places[0], places[-1]) == (0, count - 1)
        assert np.ptp(np.diff(places)) <= 1 if len(places) > 1 else True


def test_a_curve_is_drawn_where_its_values_are():
    frame = Frame(Area(10, 20, 100, 50, 120, 80), (0.0, 2.0), (-1.0, 1.0))
    series = Series("one", {"x": [0.0, 1.0, 2.0], "y": [-1.0, 0.0, 1.0]})
    chart = Chart("name", "Title", "x", "y", frame, [series])
    assert chart.path(series) == "M10.0 70.0L60.0 45.0L110.0 20.0"


def test_the_curves_of_a_file_are_drawn_by_class(tmp_path):
    rows = [f"test,{name},{i / 99},{i / 99},{1 - i / 99}" for name in "ab" for i in range(100)]
    path = tmp_path / "roc.csv"
    path.write_text("\n".join(["part,class,x,y,threshold", *rows]) + "\n", encoding="utf-8")
    one, other = class_series(path, ("x", "y", "threshold"), ["a", "b"])
    for series in (one, other):
        assert len(series.x) == 100
        assert (series.x[0], series.x[-1]) == (0.0, 1.0)
    assert class_series(path, ("x", "y", "threshold"), ["c"]) == []


@pytest.mark.parametrize("classes", [2, 3])
def test_the_shades_cover_every_cell_once_with_its_own_shade(classes):
    source = np.random.default_rng(classes)
    scores = np.repeat(source.normal(size=(ROWS * COLUMNS // 8, classes)), 8, axis=0)
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    found = np.full((ROWS, COLUMNS), -1)
    for shade in field_shades(probabilities):
        for column, row, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", shade.path):
            cells = found[int(row), int(column) : int(column) + int(width)]
            assert (cells == -1).all()
            cells[...] = int(shade.color[len("var(--c") : -1]) * BANDS + (shade.band or 0)
    for cell, (row, column) in zip(probabilities, np.ndindex(ROWS, COLUMNS), strict=True):
        best, second = sorted(cell)[::-1][:2]
        assert found[row, column] == np.argmax(cell) * BANDS + min(int((best - second) * 5), 4)


def test_the_border_parts_what_is_decided_differently():
    decided = predicted_classes(np.random.default_rng(1).random((48, 2))).reshape(6, 8)
    border = border_of(decided)
    for row, column in np.ndindex(6, 8):
        if column < 7:
            differs = decided[row, column] != decided[row, column + 1]
            assert (f"M{column + 1} {row}v1" in border) == differs
        if row < 5:
            differs = decided[row, column] != decided[row + 1, column]
            assert (f"M{column} {row + 1}h1" in border) == differs


def test_each_line_of_the_drawing_is_a_weight_at_its_place(write_page):
    _, model = write_page({"train": 30, "features": 4}, 3, "softmax")
    drawing = draw_wiring(model)
    first, second = model.network.weights
    assert len(drawing.weights) == first.size + second.size
    parameters = model.network.parameters
    for weights, layer in ((drawing.weights[: first.size], first), (drawing.weights[-15:], second)):
        strongest = np.abs(layer).max()
        values = [parameters[weight.place] for weight in weights]
        np.testing.assert_array_equal(values, layer.ravel())
        np.testing.assert_allclose([w.strength for w in weights], layer.ravel() / strongest)
    assert max(map(len, drawing.layers)) <= UNITS


@pytest.mark.parametrize(
    ("path", "description", "origin", "licence"),
    [
        ("data/body.csv", "Eight rows made up for teaching", "given", "the project's own (MIT)."),
        ("data/breast_cancer.csv", "Breast Cancer Wisconsin", "William Wolberg", "CC BY 4.0"),
        (
            "data/generated/circles.csv",
            "Two noisy circles",
            "generated",
            "the project's own (MIT).",
        ),
        ("elsewhere/mine.csv", NOT_SAID, NOT_SAID, NOT_SAID),
    ],
)
def test_a_table_is_described_as_in_its_readme(monkeypatch, path, description, origin, licence):
    monkeypatch.chdir(ROOT)
    source = source_of(path, read_sources())
    assert source.description.startswith(description)
    assert source.origin.startswith(origin)
    assert source.licence.startswith(licence)
    assert not any(mark in " ".join(source) for mark in ("http", "`", "**", "]("))


def test_the_hash_of_the_code_is_that_of_what_sha256sum_prints(tmp_path, monkeypatch):
    for name in ("nn/b.py", "nn/a.py", "stages/deep/c.py", "stages/style.css"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n", encoding="utf-8", newline="\n")
    monkeypatch.chdir(tmp_path)
    if not shutil.which("sha256sum"):
        pytest.skip("no sha256sum is here")
    names = ["nn/a.py", "nn/b.py", "stages/deep/c.py"]
    printed = subprocess.run(["sha256sum", *names], capture_output=True, check=True).stdout
    assert sha256_of_code() == hashlib.sha256(printed).hexdigest()
    (tmp_path / "nn/a.py").write_text("# changed\n", encoding="utf-8")
    assert sha256_of_code() != hashlib.sha256(printed).hexdigest()


def test_versions_are_those_that_are_locked(monkeypatch):
    monkeypatch.chdir(ROOT)
    versions = dict(locked_versions())
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert {"numpy", "dvc", "jinja2", "pandas", "pydantic", "pytest"} <= {*versions}
    assert all(f"\n{name}=={version} " in f"\n{lock}" for name, version in versions.items())
    assert "aiohttp" not in versions  # DVC's, not the project's own
