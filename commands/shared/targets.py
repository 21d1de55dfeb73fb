"""Which stages the targets of a command line mean."""

from argparse import ArgumentParser
from collections.abc import Sequence

from nn.errors import InputError, nearest


def add_targets(parser: ArgumentParser) -> None:
    """Let a command line name targets, for `stages_of`."""
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="TARGET",
        help="an experiment, a stage, or both (circles, train, train@circles), "
        "with all that it is built from (everything)",
    )


def stages_of(targets: Sequence[str], stages: Sequence[str]) -> list[str]:
    """Find the stages that targets mean: an experiment, a stage, or both (`train@circles`).

    Without targets these are all. Raises InputError for a target that means none.
    """
    chosen: list[str] = [] if targets else list(stages)
    for target in targets:
        meant = [stage for stage in stages if target in (stage, *stage.split("@"))]
        if not meant:
            parts = [part for stage in stages for part in reversed(stage.split("@"))]
            known = dict.fromkeys(stages if "@" in target else parts)
            raise InputError(
                f"no experiment and no stage is called {target!r}{nearest(target, known)}"
            )
        chosen += [stage for stage in meant if stage not in chosen]
    return chosen
