"""Write one page with all that was found, and the networks alive: `python -m stages.report`."""

from pathlib import Path

import yaml

from nn.errors import InputError
from stages.executing.progress import Progress
from stages.reporting.experiment import view_of
from stages.reporting.page import render
from stages.reporting.provenance import LOCK, locked_versions, sha256_of_code, sha256_of_file
from stages.reporting.results import was_judged
from stages.reporting.sources import read_sources
from stages.running.command import run, warn
from stages.running.files import write_text
from stages.running.parameters.file import load_params
from stages.running.parameters.yaml12 import Loader


def main() -> None:
    """Write `report.html`: it needs no net and no server, and is the same on every machine."""
    params = load_params()
    written = yaml.load(Path("params.yaml").read_bytes(), Loader=Loader)["experiments"]
    descriptions = read_sources()
    missing = [key for key in params.experiments if not was_judged(key)]
    for key in missing:
        warn(f"{key}: is not in the page, it has not run; make it with: dvc repro plot@{key}")
    judged = {key: each for key, each in params.experiments.items() if key not in missing}
    if not judged:
        raise InputError("no experiment has run: there is nothing to report; run dvc repro")
    with Progress("report", "experiments", len(judged)) as progress:
        views = [
            view_of(key, each, written[key], descriptions)
            for key, each in progress.over(judged.items())
        ]
    page = render(
        views=views,
        missing=missing,
        lesson=min(
            (view for view in views if view.classes and view.live["states"]),
            key=lambda view: view.scores["model"]["parameters"],
            default=None,
        ),
        versions=locked_versions(),
        hashes={"code": sha256_of_code(), "lock": sha256_of_file(LOCK)},
    )
    write_text("report.html", page)


if __name__ == "__main__":
    run(main, arguments=())
