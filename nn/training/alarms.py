"""What is wrong with a trained network although nothing raised an error."""

from nn.arithmetic import Array
from nn.network.network import Network
from nn.network.outputs import CLASSIFICATION, OUTPUTS, AnyLabels

COLLAPSED = "the network has collapsed"  # how the alarm begins


def alarms(network: Network, features: Array, labels: AnyLabels) -> list[list[str]]:
    """Say of each network whether it has collapsed or died on its training rows.

    Features (networks, rows, k) and labels (networks, rows).
    """
    _, *hidden, logits = network.activate(features)
    output = OUTPUTS[network.output]
    is_of_classes = output.task == CLASSIFICATION
    decided = output.decisions(logits) if is_of_classes else logits[..., 0]
    found: list[list[str]] = []
    for place, (of_network, truth) in enumerate(zip(decided, labels, strict=True)):
        found.append([])
        lowest, highest = of_network.min(), of_network.max()
        if lowest == highest and truth.min() < truth.max():
            constant = f"class number {lowest}" if is_of_classes else "the same number"
            found[-1].append(
                f"{COLLAPSED}: it predicts {constant} for every "
                "training row; another seed, initializer or learning_rate may help"
            )
        for layer, activations in enumerate(hidden, start=1):
            if not activations[place].any():
                found[-1].append(
                    f"all {activations.shape[-1]} units of hidden layer {layer} are dead: they "
                    "give 0 for every training row and learn no more; a smaller learning_rate or "
                    "leaky_relu may help"
                )
    return found
