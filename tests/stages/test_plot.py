"""The pictures: which there are, what they show, and the same bytes on every run."""

import json
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image, ImageSequence

from nn.network.network import Network
from stages import evaluate, plot
from stages.figures.boundary import draw_boundary, draw_field, grid_over
from stages.figures.confusion import draw_confusion
from stages.figures.loss import draw_loss
from stages.figures.planes import component_plane, feature_plane
from stages.figures.style import CLASS_COLORS, STYLE, new_axes
from stages.running.trained import read_trained
from tests.stages.trained import SCALING, random_parts, write_trained

pytestmark = pytest.mark.usefixtures("project")

ALWAYS = {"loss.png", "roc.png", "confusion.png", "boundary.png"}


def pictures():
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
    plot.main("mine")
    animation = {"boundary.gif"} if sizes.get("features", 2) == 2 else set()
    assert set(pictures()) == ALWAYS | animation
    for name in pictures():
        with Image.open(Path("plots/mine", name)) as image:
            assert min(image.size) >= 400
            assert not {"Software", "Creation Time"} & set(image.info)


def test_pictures_follow_a_chosen_threshold(monkeypatch):
    write_trained(random_parts(train=40, validation=30, test=40, seed=3), seed=1)
    params = Path("params.yaml")
    params.write_text(params.read_text().replace("threshold: 0.5", "threshold: youden"))
    used, original = [], plot.confusion

    def confusion(key, trained, threshold):
        used.append(threshold)
        return original(key, trained, threshold)

    monkeypatch.setattr(plot, "confusion", confusion)
    plot.main("mine")
    evaluate.main("mine")
    report = json.loads(Path("metrics/mine.json").read_text(encoding="utf-8"))
    assert used == [report["threshold"]]
    assert used != [0.5]


def test_the_same_bytes_under_other_settings_of_matplotlib():
    write_trained(random_parts(train=30, test=10))
    plot.main("mine")
    first = pictures()
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "axes.grid": True}):
        plot.main("mine")
    assert pictures() == first


def test_no_state_is_shared_through_pyplot():
    code = "import sys, stages.plot; sys.exit('matplotlib.pyplot' in sys.modules)"
    root = Path(plot.__file__).parent.parent
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)


def test_the_animation_ends_with_the_model_itself():
    write_trained(random_parts(train=30, test=10), best_epoch=2)  # snapshots are of 0, 1 and 3
    trained = read_trained("mine")
    network = trained.model.network
    inputs = np.random.default_rng(0).normal(size=(50, 2))
    with np.load("artifacts/mine/snapshots.npz") as snapshots:
        first = Network(network.sizes, ("tanh",), "sigmoid", snapshots["parameters"][0])

    frames = list(plot.learning("mine", trained, inputs))
    assert [title for title, _ in frames] == [
        "epoch 0, loss 3.000",
        "epoch 1, loss 2.000",
        "epoch 2, loss 1.000",
    ]
    np.testing.assert_array_equal(frames[0][1], first.probabilities(inputs))
    np.testing.assert_array_equal(frames[-1][1], network.probabilities(inputs))

    plot.main("mine")
    with Image.open("plots/mine/boundary.gif") as animation:
        assert sum(1 for _ in ImageSequence.Iterator(animation)) == 3
        assert animation.info["loop"] == 0


def test_two_features_are_drawn_in_their_own_units():
    parts = random_parts(train=30, test=10)
    write_trained(parts)
    plane = feature_plane(read_trained("mine"))
    scaled = np.concatenate([parts["train"][0], parts["test"][0]])
    np.testing.assert_allclose(plane.points, scaled * SCALING.scale[:2] + SCALING.center[:2])
    np.testing.assert_allclose(plane.to_features(plane.points), scaled)
    assert plane.tested.tolist() == [False] * 30 + [True] * 10
    assert plane.axis_labels == ("size_0_cm", "size_1_cm")
    assert plane.classes == ["kind = 0", "kind = 1"]


@pytest.mark.parametrize("test_rows", [0, 10])
def test_of_more_features_the_judged_rows_that_are_wrong_are_marked(test_rows):
    parts = random_parts(train=30, test=test_rows, features=4)
    write_trained(parts)
    trained = read_trained("mine")
    plane = component_plane(trained, threshold=0.5)
    features, labels = parts["test" if test_rows else "train"]
    wrong = (trained.model.network.probabilities(features)[:, 1] >= 0.5) != labels
    assert plane.wrong[-len(labels) :].tolist() == wrong.tolist()
    assert np.count_nonzero(plane.wrong) == np.count_nonzero(wrong) > 0
    assert "% of the variance" in plane.axis_labels[0]


def test_the_kept_epoch_is_marked_only_where_it_is_not_the_last():
    history = {name: np.arange(4.0) for name in ("epoch", "loss", "accuracy")}
    labels = [line.get_label() for line in draw_loss(history, 2, "mine").axes[0].get_lines()]
    assert labels == ["training", "weights kept: epoch 2"]
    assert len(draw_loss(history, 3, "mine").axes[0].get_lines()) == 1


@pytest.mark.parametrize("classes", [2, 3])
def test_the_background_has_the_colour_of_the_likeliest_class(classes):
    grid = grid_over(np.array([[0.0, 0.0], [1.0, 1.0]]), 40)
    # One class after the other from left to right, each by 0.8 ahead of the next.
    leader = np.minimum((grid.points[:, 0] * classes).clip(0).astype(int), classes - 1)
    probabilities = np.where(leader[:, None] == np.arange(classes), 0.85, 0.15 / (classes - 1))
    figure, axes = new_axes(4, 4, "mine", "")
    draw_field(axes, grid, probabilities, 0.5)
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


@pytest.mark.parametrize("classes", [2, 12, 40, 300])
def test_a_confusion_matrix_of_any_size_with_any_names(classes):
    names = [f"a long name of ${number}$ {{and}} 100%" for number in range(classes)]
    counts = np.diag(np.arange(classes)) + 1
    figure = draw_confusion(counts, names, "kind", "mine", "right")
    width, height = figure.get_size_inches()
    assert max(width, height) <= 25
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert len(texts) == 1 + (classes * classes if classes <= 30 else 0)  # beside the title


def test_a_legend_of_long_names_stays_within_the_picture():
    names = ["Iris setosa of the north", "Iris versicolor", "Iris virginica", "another"]
    write_trained(random_parts(train=40, test=10, classes=4), names, "softmax")
    plane = feature_plane(read_trained("mine"))
    grid = grid_over(plane.points, 5)
    with matplotlib.style.context(["default", STYLE]):
        figure = draw_boundary(plane, grid, np.full((25, 4), 0.25), 0.5, "mine", "boundary")
        FigureCanvasAgg(figure).draw()
    box = figure.legends[0].get_window_extent()
    assert 0 <= box.x0 < box.x1 <= figure.bbox.width
