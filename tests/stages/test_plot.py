"""The pictures: which there are, what they show, and the same bytes on every run."""

import json
import re
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.legend import Legend
from matplotlib.text import Text
from PIL import Image, ImageSequence

from nn.model_file import load_model
from stages import evaluate, plot
from stages.figures.animation import animate_boundary
from stages.figures.boundary import Field, draw_boundary, draw_field, draw_rows
from stages.figures.confusion import draw_confusion
from stages.figures.explained import AVERAGE, Importances, Movements
from stages.figures.explanation import draw_dependence, draw_importance
from stages.figures.loss import draw_loss
from stages.figures.plane import class_names, evenly_spaced, extent, grid_points, plane_of
from stages.figures.residuals import draw_predicted, draw_residuals
from stages.figures.response import Response, draw_response
from stages.figures.roc import draw_roc
from stages.figures.style import CLASS_COLORS, STYLE, fit_texts, new_axes
from stages.running.artifacts import Rows, read_parts, read_states
from stages.running.files import write_csv, write_json
from tests.stages.trained import SCALING, random_parts, write_trained

pytestmark = pytest.mark.usefixtures("project")

EXPLAINED = {"importance.png", "dependence.png"}
ALWAYS = {"loss.png", "roc.png", "confusion.png", "boundary.png"} | EXPLAINED


def plotted():
    """Draw what `evaluate` says of the network, and read the pictures."""
    evaluate.main("mine")
    plot.main("mine")
    return {path.name: path.read_bytes() for path in Path("plots/mine").iterdir()}


@pytest.mark.parametrize(
    ("sizes", "classes", "output"),
    [
        ({"train": 30, "test": 10, "validation": 10}, 2, "sigmoid_per_class"),
        ({"train": 30}, 3, "softmax"),
        ({"train": 30, "test": 10, "features": 1}, 3, "softmax"),
        ({"train": 30, "test": 10, "features": 4}, 2, "sigmoid"),
        ({"train": 60, "test": 40, "features": 4}, 9, "softmax"),
        ({"train": 1, "test": 1}, 2, "sigmoid"),
    ],
)
def test_every_picture_is_there_and_no_other(sizes, classes, output):
    names = [str(number) for number in range(classes)]
    write_trained(random_parts(**sizes, classes=classes), names, output)
    drawn = plotted()
    animation = {"boundary.gif"} if sizes.get("features", 2) == 2 else set()
    assert set(drawn) == ALWAYS | animation
    for name in drawn:
        with Image.open(Path("plots/mine", name)) as image:
            assert min(image.size) >= 400
            assert not {"Software", "Creation Time"} & set(image.info)


def test_pictures_show_what_evaluate_wrote_and_nothing_else(monkeypatch):
    write_trained(random_parts(train=40, test=40, features=4))
    plotted()
    scores = json.loads(Path("results/mine.json").read_text(encoding="utf-8"))
    scores["threshold"] = 0.25
    scores["test"] |= {"confusion": [[30, 4], [1, 5]], "roc_auc": 0.125}
    write_json("results/mine.json", scores)
    roc = {"part": ["test"] * 2, "class": ["1"] * 2, "threshold": ["inf", "0.5"]}
    roc |= {"false_positive_rate": ["0.0", "0.75"], "true_positive_rate": ["0.0", "1.0"]}
    write_csv("curves/mine/roc.csv", list(roc), roc.values())
    predicted = {"part": ["test"] * 40, "actual": ["0"] * 40, "predicted": ["1"] + ["0"] * 39}
    write_csv("curves/mine/confusion.csv", list(predicted), predicted.values())

    drawn = {}
    for name in ("draw_roc", "draw_confusion", "draw_boundary"):
        original = getattr(plot, name)

        def note(*arguments, name=name, original=original):
            drawn[name] = arguments
            return original(*arguments)

        monkeypatch.setattr(plot, name, note)
    plot.main("mine")
    curves, _, subtitle = drawn["draw_roc"]
    assert {name: [rates.tolist() for rates in curve] for name, curve in curves.items()} == {
        "kind = 1: area 0.125": [[0.0, 0.75], [0.0, 1.0]]
    }
    assert subtitle == "ROC of 40 test rows"
    assert drawn["draw_confusion"][0].tolist() == [[30, 4], [1, 5]]
    assert drawn["draw_confusion"][-1] == "35 of 40 test rows right"
    plane, field, wrong, *_ = drawn["draw_boundary"]
    assert field.threshold == 0.25
    assert np.flatnonzero(wrong).tolist() == [40]
    assert plane.parts[40] == "test"


def test_the_same_bytes_under_other_settings_of_matplotlib():
    write_trained(random_parts(train=30, test=10))
    first = plotted()
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "axes.grid": True}):
        assert plotted() == first


@pytest.mark.filterwarnings("error")
def test_one_warning_names_what_the_font_cannot_write(capsys):
    write_trained(random_parts(train=30, test=10), ["naïve –\n1 ≤ 2", "是"])
    evaluate.main("mine")
    capsys.readouterr()
    plot.main("mine")
    (line,) = [each for each in capsys.readouterr().err.splitlines() if "warning" in each]
    assert "does not have, in '是'; " in line


def test_no_state_is_shared_through_pyplot():
    code = "import sys, stages.plot; sys.exit('matplotlib.pyplot' in sys.modules)"
    root = Path(plot.__file__).parent.parent
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)


def test_the_animation_ends_with_the_model_itself():
    model = write_trained(random_parts(train=30, test=10), best_epoch=2)  # snapshots: 0, 1 and 3
    with np.load("artifacts/mine/snapshots.npz") as snapshots:
        first, second, _ = snapshots["parameters"]
    states = read_states("mine", 2, model.network.parameters)
    assert [epoch for epoch, _ in states] == [0, 1, 2]
    expected = (first, second, model.network.parameters)
    for (_, parameters), each in zip(states, expected, strict=True):
        np.testing.assert_array_equal(parameters, each)

    plotted()
    with Image.open("plots/mine/boundary.gif") as animation:
        assert sum(1 for _ in ImageSequence.Iterator(animation)) == 3
        assert animation.info["loop"] == 0


def test_an_image_of_the_animation_tells_epoch_and_loss(monkeypatch):
    write_trained(random_parts(train=30, test=10), best_epoch=2)
    original, seen = animate_boundary, []

    def note(plane, field, frames, title):
        frames = list(frames)
        seen.append((field, frames))
        return original(plane, field, frames, title)

    monkeypatch.setattr(plot, "animate_boundary", note)
    plotted()
    ((field, frames),) = seen
    titles = [subtitle for subtitle, _ in frames]
    assert titles == ["epoch 0, loss 3.000", "epoch 1, loss 2.000", "epoch 2, loss 1.000"]
    np.testing.assert_array_equal(frames[-1][1], field.probabilities)
    assert not np.array_equal(frames[0][1], field.probabilities)


def plane_of_mine():
    model = load_model("models/mine.npz")
    return plane_of(model.features, model.scaling, read_parts("mine"))


def test_two_features_are_drawn_in_their_own_units():
    parts = random_parts(train=30, test=10)
    write_trained(parts)
    plane = plane_of_mine()
    scaled = np.concatenate([parts["train"][0], parts["test"][0]])
    np.testing.assert_allclose(plane.points, scaled * SCALING.scale[:2] + SCALING.center[:2])
    np.testing.assert_allclose(plane.inputs(plane.points), scaled)
    assert plane.tested.tolist() == [False] * 30 + [True] * 10
    assert plane.axis_labels == ("size_0_cm", "size_1_cm")
    assert class_names("kind", ["0", "1"]) == ["kind = 0", "kind = 1"]


def test_a_drawing_covers_the_rows_and_a_margin():
    write_trained(random_parts(train=30, test=10))
    plane = plane_of_mine()
    for (low, high), values in zip(plane.limits, plane.points.T, strict=True):
        assert (low, high) == pytest.approx(
            (values.min() - 0.06 * np.ptp(values), values.max() + 0.06 * np.ptp(values))
        )
    assert extent(np.array([3.0, 3.0])) == (2.0, 4.0)
    assert evenly_spaced((2.0, 4.0), 5).tolist() == [2.0, 2.5, 3.0, 3.5, 4.0]
    points = grid_points(np.array([1.0, 2.0, 3.0]), np.array([7.0, 8.0]))
    assert points.tolist() == [[1, 7], [2, 7], [3, 7], [1, 8], [2, 8], [3, 8]]


@pytest.mark.parametrize("test_rows", [0, 10])
def test_of_more_features_the_judged_rows_that_are_wrong_are_marked(test_rows, monkeypatch):
    parts = random_parts(train=30, test=test_rows, validation=12, features=4)
    model = write_trained(parts)
    original, seen = draw_boundary, []

    def note(plane, field, wrong, *others):
        seen.append((plane, wrong))
        return original(plane, field, wrong, *others)

    monkeypatch.setattr(plot, "draw_boundary", note)
    plotted()
    ((plane, marked),) = seen
    part = "test" if test_rows else "train"
    features, labels = parts[part]
    wrong = (model.network.probabilities(features)[:, 1] >= 0.5) != labels
    assert marked[plane.parts == part].tolist() == wrong.tolist()
    assert np.count_nonzero(marked) == np.count_nonzero(wrong) > 0
    assert "% of the variance" in plane.axis_labels[0]


@pytest.mark.parametrize("features", [1, 2, 4])
def test_of_many_rows_a_sample_is_drawn_and_the_picture_says_so(features, monkeypatch):
    monkeypatch.setattr("stages.running.artifacts.SHOWN_ROWS", 20)
    write_trained(random_parts(train=90, test=50, validation=5, features=features))
    drawn, titles = [], []
    for name in ("draw_boundary", "draw_response"):

        def seen(what, *others):
            drawn.append(len(what.labels))
            titles.append(others[-1])
            return new_axes(1, 1, "", "")[0]

        monkeypatch.setattr(plot, name, seen)
    plotted()
    assert drawn == [20 + 20 + 5]
    assert titles[0].endswith("; 45 of 145 rows shown")
    assert len(Path("curves/mine/confusion.csv").read_text().splitlines()) == 1 + 20


def test_the_plane_of_a_long_and_wide_table_is_found_by_some_of_its_rows(monkeypatch):
    monkeypatch.setattr("stages.figures.plane.PROJECTED_ROWS", 5)
    features = np.random.default_rng(0).normal(size=(20, 6))
    parts = {"train": Rows(features, np.arange(20) % 2)}
    plane = plane_of([*"abcdef"], SCALING, parts)
    assert plane.projection
    np.testing.assert_allclose(plane.projection.center, features[::4].mean(axis=0))
    assert len(plane.points) == 20


def test_the_kept_epoch_is_marked_only_where_it_is_not_the_last():
    history = {name: np.arange(4.0) for name in ("epoch", "loss", "accuracy")}
    labels = [line.get_label() for line in draw_loss(history, 2, "mine").axes[0].get_lines()]
    assert labels == ["training", "weights kept: epoch 2"]
    assert len(draw_loss(history, 3, "mine").axes[0].get_lines()) == 1


def test_no_line_runs_through_the_legend_of_losses():
    history = {name: np.arange(4.0) for name in ("epoch", "loss", "accuracy")}
    with matplotlib.style.context(["default", STYLE]):
        figure = draw_loss(history, 2, "mine")
        FigureCanvasAgg(figure).draw()
    (legend,) = figure.findobj(Legend)
    assert not any(legend.get_window_extent().overlaps(axes.bbox) for axes in figure.axes)


def test_thin_lines_are_spoken_of_where_they_stand_apart():
    moving = Movements(["0", "1"], True, {"1": {AVERAGE: [0.25, 0.75], "4": [0.0, 1.0]}})
    titles = [
        draw_dependence(columns, "mine", "probability", True).axes[0].get_title()
        for columns in ({"a": moving}, {"a": moving, "b": moving})
    ]
    assert titles == ["probability", "probability: the average thick, single rows thin"]


@pytest.mark.parametrize("classes", [2, 3])
def test_the_background_has_the_colour_of_the_likeliest_class(classes):
    side = evenly_spaced((-0.06, 1.06), 40)
    # One class after the other from left to right, each by 0.8 ahead of the next.
    leader = np.minimum((grid_points(side, side)[:, 0] * classes).clip(0).astype(int), classes - 1)
    probabilities = np.where(leader[:, None] == np.arange(classes), 0.85, 0.15 / (classes - 1))
    figure, axes = new_axes(4, 4, "mine", "")
    draw_field(axes, Field(side, side, probabilities, 0.5))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())
    for number in range(classes):
        x, y = axes.transData.transform(((number + 0.5) / classes, 0.5))
        shade = pixels[-int(y), int(x), :3] / 255
        distances = [
            np.abs((1 - shade) / (1 - shade).max() - (1 - np.array(to_rgb(color)))).sum()
            for color in CLASS_COLORS[:classes]
        ]
        assert np.argmin(distances) == number


def test_of_many_classes_those_are_drawn_that_lead_somewhere_and_look_alike_together():
    write_trained(
        random_parts(train=300, test=100, classes=120), [*map(str, range(120))], "softmax"
    )
    plane = plane_of_mine()
    side = evenly_spaced((0.0, 1.0), 4)
    probabilities = np.full((16, 120), 0.001)
    probabilities[np.arange(16), np.arange(16) % 3 * 50] = 0.5
    probabilities[15, 7] = 0.5  # as much as another: neither is ahead
    axes = new_axes(4, 4, "mine", "")[1]
    contours = draw_field(axes, Field(side, side, probabilities, 0.5))
    assert sum(contour.filled for contour in contours) == 4
    before = len(axes.collections)
    draw_rows(axes, plane)
    assert len(axes.collections) - before <= 2 * 49


def test_a_legend_names_the_most_frequent_of_many_classes_and_says_so(monkeypatch):
    names = [*map(str, range(40))]
    write_trained(random_parts(train=300, test=100, classes=40), names, "softmax")
    monkeypatch.setattr(plot, "MOST_PROBABILITIES", 40 * 2 * 2)
    content = Path("params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(content.replace("resolution: 2", "resolution: 5"), "utf-8")
    drawn = []

    def noted(*arguments):
        drawn.append((arguments, draw_boundary(*arguments)))
        return drawn[0][1]

    monkeypatch.setattr(plot, "draw_boundary", noted)
    plotted()
    (((_, field, _, legend, *_), figure),) = drawn
    assert len(legend) == 30
    assert all(name == f"kind = {number}" for number, name in legend.items())
    told = figure.legends[0].get_title().get_text()
    assert told == "the 30 most frequent of 40 classes"
    assert (len(field.x), len(field.y)) == (2, 2)


def assert_texts_are_within(figure):
    FigureCanvasAgg(figure).draw()
    words = re.compile("[a-z]")  # for ticks beyond the axes' ends are not drawn
    for text in figure.findobj(Text):
        if not words.search(text.get_text()):
            continue
        box = text.get_window_extent()
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= figure.bbox.width, text
        assert box.y1 <= figure.bbox.height, text


@pytest.mark.parametrize("classes", [2, 12, 40, 300])
def test_a_confusion_matrix_of_any_size_with_any_names(classes):
    names = [f"a long name of ${number}$ {{and}} 100%" for number in range(classes)]
    counts = np.diag(np.arange(classes)) + 1
    figure = draw_confusion(counts, names, "kind" * 20, "mine", "right")
    width, height = figure.get_size_inches()
    assert max(width, height) <= 25
    fit_texts(figure)
    assert_texts_are_within(figure)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert len(texts) == 1 + (classes * classes if classes <= 30 else 0)  # beside the title


@pytest.mark.parametrize("longest", [30, 300])
def test_long_names_stay_within_the_picture(longest):
    sentence = ("a sentence, more or less " * 20)[:longest]
    names = [f"{sentence} {end}" for end in ("yes", "no", "other")]
    draws = np.linspace(0.0, 1.0, 9)
    curves = {f"{name}: area 0.987": [draws, draws] for name in names}
    called = dict(enumerate(names))
    response = Response(draws, np.full((9, 3), 0.3), draws, np.arange(9) % 3, called)
    moving = Movements(["0", "1"], True, {name: {AVERAGE: [0.25, 0.75]} for name in names})
    found = Importances(names, np.ones(3), np.full((3, 2), np.nan))
    with matplotlib.style.context(["default", STYLE]):
        for figure in (
            draw_roc(curves, "mine", "ROC"),
            draw_response(response, names[0], "mine", "probability"),
            draw_dependence({names[0]: moving}, "mine", names[0], True),
            draw_importance(found, "mine", names[0], ""),
            draw_predicted(draws, draws, names[0], "mine", ""),
            draw_residuals(draws, draws, None, names[0], "mine", ""),
        ):
            fit_texts(figure)
            assert_texts_are_within(figure)
            told = [text.get_text() for each in figure.legends for text in each.get_texts()]
            assert not told or told[0].endswith(("yes", "area 0.987"))  # what tells them apart


@pytest.mark.filterwarnings("error")
def test_a_legend_of_many_classes_names_some_and_the_picture_gets_taller(monkeypatch):
    names = [f"a name that is longer than half of the picture's width, {n}" for n in range(40)]
    write_trained(random_parts(train=300, test=100, features=1, classes=40), names, "softmax")
    original, drawn = draw_response, []

    def note(*arguments):
        drawn.append(original(*arguments))
        return drawn[0]

    monkeypatch.setattr(plot, "draw_response", note)
    plotted()
    (figure,) = drawn
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 30
    assert legend.get_title().get_text() == "the 30 most frequent of 40 classes"
    assert_texts_are_within(figure)
    assert figure.axes[0].bbox.height > 2 * figure.dpi  # inches


def test_a_legend_of_long_names_stays_within_the_picture():
    names = ["Iris setosa of the north", "Iris versicolor", "Iris virginica", "another"]
    write_trained(random_parts(train=40, test=10, classes=4), names, "softmax")
    plane = plane_of_mine()
    x, y = (evenly_spaced(limits, 5) for limits in plane.limits)
    field, wrong = Field(x, y, np.full((25, 4), 0.25), 0.5), np.zeros(50, dtype=np.bool_)
    with matplotlib.style.context(["default", STYLE]):
        figure = draw_boundary(plane, field, wrong, dict(enumerate(names)), "mine", "boundary")
        FigureCanvasAgg(figure).draw()
    box = figure.legends[0].get_window_extent()
    assert 0 <= box.x0 < box.x1 <= figure.bbox.width
