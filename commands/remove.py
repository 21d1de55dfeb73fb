"""Remove an experiment with all that it left: `python -m commands.remove EXPERIMENT`.

Its section of params.yaml, its entries in lock files, its model, figures, curves, pictures and
sweeps are removed. Its table stays, and a generator that draws one. What was committed is still in
git, and the outputs are in DVC's cache, until that is cleaned.

Exit code: 0, or 1 when that could not be done, 130 when interrupted.
"""

import shutil
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from commands.experiments.pipelines import Change, drop_empty_folders, read_pipelines, sweep_files
from commands.shared.editing import checked, edit, without_key
from commands.shared.parsers import parser_of
from stages.running.command import exit_code

PARAMS = Path("params.yaml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Remove an experiment, and return the exit code."""
    parser = parser_of("remove", __doc__)
    parser.add_argument("experiment", metavar="EXPERIMENT", help="a key of params.yaml")
    key = parser.parse_args(arguments).experiment
    return exit_code(lambda: remove(key))


def remove(key: str) -> None:
    """Remove an experiment; raises InputError for one that is not there."""
    removed: list[Path] = []

    def without_it(text: str) -> str:
        checked(text).experiment(key)
        shorter = without_key(text, ["experiments"], key)
        checked(shorter)
        # This comes first, so that the command can be given again where it was interrupted.
        removed.extend(_remove_traces(key, text))
        return shorter

    edit(PARAMS, without_it)
    print(f"Removed: experiments.{key} in {PARAMS}, its entries in dvc.lock, and its outputs:")
    print("\n".join(f"  {path.as_posix()}" for path in removed) or "  none were there")
    print("Next: dvc repro report, then commit.")


def _remove_traces(key: str, params: str) -> list[Path]:
    outputs = sweep_files(key)
    changes = []
    for pipeline in read_pipelines():
        stages = pipeline.stages(params, key)
        outputs += [Path(path) for stage in stages.values() for path in stage.outputs]
        if stages:
            changed = pipeline.edited(lambda text, section: without_key(text, section, key))
            changes.append((pipeline, changed.relocked(_without(stages))))
    found = [path for path in dict.fromkeys(outputs) if path.exists()]
    for path in found:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    drop_empty_folders(outputs)
    for before, after in changes:
        after.write(before)
    return found


def _without(names: Collection[str]) -> Change:
    return lambda name, entry: None if name in names else (name, entry)


if __name__ == "__main__":
    sys.exit(main())
