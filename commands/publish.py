"""Pack the last commit with its results into one file: `python -m commands.publish FILE.zip`.

The file is a Workflow Run RO-Crate, which archives such as Zenodo and WorkflowHub understand: all
that is committed, and the tables, models, figures, pictures and page that dvc.lock names, with a
description of what was run with which inputs, parameters and outputs, their hashes, people and
licence. It names no path and no time but the commit's. Nothing else is written.

To check one, rebuild and compare: `python -m commands.verify --against FILE.zip`.

Exit code: 0, or 1 when results are missing or out of date, 130 when interrupted.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from commands.publishing.archive import zip_bytes
from commands.publishing.contents import committed_files
from commands.publishing.crate import METADATA, metadata
from commands.shared.parsers import parser_of
from commands.shared.repository import commit_time, find_commit, uncommitted
from commands.shared.wording import first_few
from nn.errors import counted
from stages.running.command import exit_code, warn
from stages.running.files import write_bytes


def main(arguments: Sequence[str] | None = None) -> int:
    """Publish, and return the exit code."""
    parser = parser_of("publish", __doc__)
    parser.add_argument("file", metavar="FILE.zip", type=Path, help="the file to write")
    path = parser.parse_args(arguments).file
    return exit_code(lambda: publish(path))


def publish(path: Path) -> None:
    """Write the file; raises InputError where results are missing or out of date."""
    commit = find_commit(Path.cwd())
    if changed := uncommitted(Path.cwd()):
        warn(f"not committed, and so not published: {first_few(changed)}")
    moment = commit_time(commit)
    committed = committed_files(commit)
    described = metadata(committed, commit.sha, moment.isoformat())
    content = zip_bytes({**committed.files, METADATA: described}, moment)
    write_bytes(path, content)
    count = f"{counted(len(committed.files), 'file')}, {len(content) / 1e6:.1f} MB"
    print(f"Written: {path}, commit {commit.name} with its results: {count}.")


if __name__ == "__main__":
    sys.exit(main())
