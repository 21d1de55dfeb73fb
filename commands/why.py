"""Say why stages will run again: `python -m commands.why [TARGET ...]`.

For each stage that `dvc repro` will run, or take from its memory of runs, the cause is named: a
parameter with its old and new value, a file and, where it is Python, the function, what is missing
or spoilt, the stage before. With --since REV it is said why stages have run since that commit. No
stage is run, nothing is written.

Exit code: 0, or 1 when that could not be found out, 130 when interrupted.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from commands.explaining.causes import Cause, causes_now, causes_since, following
from commands.explaining.history import History
from commands.explaining.layout import as_text
from commands.explaining.renamed import under_present_names
from commands.explaining.workspace import MISSING, Workspace
from commands.shared.cache import cache_folder, is_cached
from commands.shared.lock import LOCK, LockedStage, read_lock, with_upstream
from commands.shared.parsers import parser_of
from commands.shared.pipeline import PARAMS, PIPELINE, DeclaredStage, declared_stages
from commands.shared.repository import find_commit, latest_commits
from commands.shared.sides import side_of, working_tree
from commands.shared.targets import add_targets, stages_of
from nn.errors import InputError
from stages.running.command import exit_code
from stages.running.parameters.yaml12 import Loader, describe_syntax

EARLIER = 10  # commits of dvc.lock in which the files that a stage saw are looked for


def main(arguments: Sequence[str] | None = None) -> int:
    """Explain, print the causes, and return the exit code."""
    options = _parser().parse_args(arguments)
    return exit_code(lambda: explain(options))


def explain(options: argparse.Namespace) -> None:
    """Print why stages will run, or have run; raises InputError where that cannot be found out."""
    project = Path.cwd()
    causes, stages = _since(options.since, project) if options.since else _now(project)
    if options.targets:
        wanted = with_upstream(stages_of(options.targets, [*stages]), stages)
        stages = {name: stages[name] for name in wanted}
        causes = {name: causes[name] for name in wanted if name in causes}
    follows = [] if options.since else following(causes, stages)
    if options.json:
        print(json.dumps(_as_data(causes, follows), indent=2, ensure_ascii=False))
    else:
        print(as_text(causes, follows, options.since))


def _now(project: Path) -> tuple[dict[str, list[Cause]], dict[str, LockedStage]]:
    params = _params(_read(project, PARAMS))
    declared = declared_stages(_read(project, PIPELINE), params)
    lock = project / LOCK
    recorded = read_lock(lock.read_bytes(), LOCK) if lock.is_file() else {}
    workspace, store = Workspace(project), cache_folder(project)
    now = {name: workspace.entry(name, stage, params) for name, stage in declared.items()}

    def state(path: str, old: str, new: str) -> str:
        can_come_back = is_kept[path] and old != MISSING and is_cached(store, old)
        remedy = " (dvc checkout brings it back)" if can_come_back else ""
        if old == MISSING:
            return "is a new output"
        if new != old:
            return f"is {'missing' if new == MISSING else 'not as the stage wrote it'}{remedy}"
        return "" if can_come_back or not is_kept[path] else "is not in DVC's cache"

    is_kept = _are_kept(declared)
    history = History(workspace, latest_commits(project, LOCK, EARLIER))
    return causes_now(_known(recorded, now), now, history, state), now


def _known(
    recorded: Mapping[str, LockedStage], now: Mapping[str, LockedStage]
) -> dict[str, LockedStage]:
    """Leave out the outputs that a stage no longer has: DVC does not look at them."""
    paths = {name: {output.path for output in stage.outputs} for name, stage in now.items()}
    return {
        name: stage._replace(outputs=[each for each in stage.outputs if each.path in paths[name]])
        for name, stage in recorded.items()
        if name in now
    }


def _are_kept(declared: Mapping[str, DeclaredStage]) -> dict[str, bool]:
    return {path: kept for stage in declared.values() for path, kept in stage.outputs.items()}


def _since(revision: str, project: Path) -> tuple[dict[str, list[Cause]], dict[str, LockedStage]]:
    old = side_of(revision, project)
    if old.read(LOCK) is None:
        raise InputError(f"{revision} has no {LOCK}")
    before = under_present_names(old, working_tree(project))
    after = read_lock(_read(project, LOCK), LOCK)
    commits = [find_commit(project, revision), *latest_commits(project, LOCK, EARLIER)]
    return causes_since(before, after, History(Workspace(project), commits)), after


def _read(project: Path, name: str) -> bytes:
    return (project / name).read_bytes()


def _params(text: bytes) -> dict[str, Any]:
    try:
        params: dict[str, Any] = yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        raise InputError(f"{PARAMS}: {describe_syntax(error)}") from error
    return params


def _as_data(causes: Mapping[str, Sequence[Cause]], follows: Sequence[str]) -> dict[str, Any]:
    return {
        "causes": {stage: [each._asdict() for each in told] for stage, told in causes.items()},
        "follows": [*follows],
    }


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("why", __doc__)
    add_targets(parser)
    parser.add_argument("--since", metavar="REV", help="say why stages have run since a commit")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    return parser


if __name__ == "__main__":
    sys.exit(main())
