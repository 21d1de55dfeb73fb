"""Give an experiment another name: `python -m commands.rename OLD NEW`.

Its section of params.yaml, its entries in lock files, its model, figures, curves and sweeps get the
name. Nothing is trained again: only the pictures, which bear the name, are drawn anew.

Exit code: 0, or 1 when that could not be done, 130 when interrupted.
"""

import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from commands.experiments.entries import DRAWN, renamed_paths, renaming
from commands.experiments.names import check_name
from commands.experiments.pipelines import (
    drop_empty_folders,
    read_pipelines,
    sweep_files,
)
from commands.shared.editing import checked, edit, with_key_renamed
from commands.shared.parsers import parser_of
from nn.errors import InputError
from stages.running.command import exit_code

PARAMS = Path("params.yaml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Rename an experiment, and return the exit code."""
    parser = parser_of("rename", __doc__)
    parser.add_argument("old", metavar="OLD", help="a key of params.yaml")
    parser.add_argument("new", metavar="NEW", help="the key that it is to have")
    options = parser.parse_args(arguments)
    return exit_code(lambda: rename(options.old, options.new))


def rename(old: str, new: str) -> None:
    """Rename an experiment; raises InputError where OLD is not there or NEW cannot be used."""
    check_name(new)

    def with_new_name(text: str) -> str:
        params = checked(text)
        params.experiment(old)
        if new in params.experiments:
            raise InputError(f"there is an experiment {new!r} already: choose another name")
        renamed = with_key_renamed(text, ["experiments"], old, new)
        checked(renamed)
        _rename_traces(old, new, text, renamed)
        return renamed

    edit(PARAMS, with_new_name)
    print(
        f"Renamed: experiments.{old} is experiments.{new} in {PARAMS}, with all that it has made."
    )
    print(f"Next: dvc repro plot@{new} report, then commit.")


def _rename_traces(old: str, new: str, before: str, after: str) -> None:
    """Move the outputs and change the lock files: all of it, or where something fails nothing."""
    swept = sweep_files(old)
    drawn = [path for path in swept if path.suffix == ".png"]
    moves = {path: path.with_name(f"{new}{path.name[len(old) :]}") for path in swept}
    for path in drawn:
        del moves[path]
    changes = []
    for pipeline in read_pipelines():
        stages = pipeline.stages(before, old)
        if not stages:
            continue
        changed = pipeline.edited(lambda text, section: with_key_renamed(text, section, old, new))
        targets = changed.stages(after, new)
        paths = renamed_paths(stages, targets)
        for name, stage in stages.items():
            if name.startswith(DRAWN):
                drawn += map(Path, stage.outputs)
            else:
                moves |= {Path(path): Path(paths[path]) for path in stage.outputs}
        changes.append((pipeline, changed.relocked(renaming(stages, targets))))
    with ExitStack() as undo:
        for path, target in moves.items():
            if path.exists():
                _move(path, target)
                undo.callback(_move, target, path)
        for pipeline, changed in changes:
            undo.callback(pipeline.write, changed)
            changed.write(pipeline)
        undo.pop_all()
    for path in drawn:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    drop_empty_folders([*moves, *drawn])


def _move(path: Path, target: Path) -> None:
    if target.exists():
        raise InputError(
            f"{target.as_posix()}: is there already; remove it, or choose another name"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    path.rename(target)


if __name__ == "__main__":
    sys.exit(main())
