"""Causes as a text for a terminal."""

from collections.abc import Mapping, Sequence

from commands.explaining.causes import Cause
from commands.shared.wording import first_few


def as_text(
    causes: Mapping[str, Sequence[Cause]], follows: Sequence[str], since: str | None
) -> str:
    """Write each cause once, and beneath those that concern the same stages these stages."""
    if not causes:
        unchanged = f"No stage has run since {since}."
        return unchanged if since else "Everything is up to date: dvc repro will run no stage."
    groups: dict[tuple[str, ...], list[str]] = {}
    for line, stages in _lines(causes).items():
        groups.setdefault(tuple(stages), []).append(line)
    verb = "ran" if since else "will run"
    texts = [
        "\n".join([*lines, f"  {verb}: {first_few(stages)}"]) for stages, lines in groups.items()
    ]
    if follows:
        texts.append(f"Then, where what they read changes: {first_few(follows)}")
    return "\n\n".join(texts)


def _lines(causes: Mapping[str, Sequence[Cause]]) -> dict[str, list[str]]:
    """List the causes as lines, each with its stages; outputs with the same trouble share one."""
    stages: dict[str, list[str]] = {}
    outputs: dict[str, dict[str, list[str]]] = {}
    for stage, told in causes.items():
        for cause in told:
            if cause.kind == "output":
                outputs.setdefault(cause.detail, {}).setdefault(cause.name, []).append(stage)
            else:
                stages.setdefault(str(cause), []).append(stage)
    for detail, names in outputs.items():
        concerned = dict.fromkeys(stage for each in names.values() for stage in each)
        stages[f"{first_few([*names])}: {detail}"] = [*concerned]
    return stages
