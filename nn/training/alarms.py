"""What is wrong with a trained network although nothing raised an error."""

from nn.arithmetic import Array
from nn.network.network import Network
from nn.network.outputs import OUTPUTS, Labels

COLLAPSED = "the network has collapsed"  # how the alarm begins


def alarms(network: Network, features: Array, labels: Labels) -> list[list[str]]:
    """Say of each network whether it has collapsed or died on its training rows.

    Shapes (..., rows, k) and (..., rows); a leading axis holds several networks, and without one
    the list is of one.
    """
    _, *hidden, logits = network.activate(features)
    rows = logits.shape[-2]
    decided = OUTPUTS[network.output].decisions(logits).reshape(-1, rows)
    truth = labels.reshape(-1, rows)
    found: list[list[str]] = []
    for number in range(len(decided)):
        found.append([])
        lowest, highest = decided[number].min(), decided[number].max()
        if lowest == highest and truth[number].min() < truth[number].max():
            found[-1].append(
                f"{COLLAPSED}: it predicts class number {lowest} for every "
                "training row; another seed, initializer or learning_rate may help"
            )
        for layer, activations in enumerate(hidden, start=1):
            if not activations.reshape(len(decided), -1)[number].any():
                found[-1].append(
                    f"all {activations.shape[-1]} units of hidden layer {layer} are dead: they "
                    "give 0 for every training row and learn no more; a smaller learning_rate or "
                    "leaky_relu may help"
                )
    return found
