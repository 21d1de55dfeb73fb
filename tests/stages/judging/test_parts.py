"""Each part is run forward once, whatever is said about it."""

import pytest

from nn.network.network import Network
from stages import evaluate, plot
from tests.stages.trained import random_parts, write_trained

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def forward_passes(monkeypatch):
    """List the numbers of rows that are run forward, by the network's number of layers."""
    passes: dict[int, list[int]] = {}
    original = Network.logits_by_blocks

    def logits_by_blocks(self, features):
        passes.setdefault(len(self.sizes) - 1, []).append(len(features))
        return original(self, features)

    monkeypatch.setattr(Network, "logits_by_blocks", logits_by_blocks)
    return passes


@pytest.mark.parametrize(("classes", "output"), [(2, "sigmoid"), (3, "softmax")])
def test_evaluate_runs_each_part_forward_once(forward_passes, classes, output):
    names = [str(number) for number in range(classes)]
    write_trained(random_parts(train=60, validation=25, test=40, classes=classes), names, output)
    evaluate.main("mine")
    assert forward_passes[2] == [60, 25, 40]
    linear = forward_passes[1]  # its training itself runs the training rows forward
    assert (linear.count(25), linear.count(40)) == (1, 1)


def test_plot_runs_no_row_of_the_table_forward(forward_passes):
    write_trained(random_parts(train=60, test=40, features=4))
    evaluate.main("mine")
    forward_passes.clear()
    plot.main("mine")
    assert forward_passes == {2: [4]}  # the points of a grid of 2 by 2
