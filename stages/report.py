"""Write one page with all that was found, and the networks alive: `python -m stages.report`."""

from stages.reporting.experiment import view_of
from stages.reporting.page import render
from stages.reporting.provenance import LOCK, locked_versions, sha256_of_code, sha256_of_file
from stages.reporting.sources import read_sources
from stages.running.command import run
from stages.running.files import write_text
from stages.running.parameters.file import load_params


def main() -> None:
    """Write `report.html`: it needs no net and no server, and is the same on every machine."""
    params = load_params()
    descriptions = read_sources()
    views = [view_of(key, each, descriptions) for key, each in params.experiments.items()]
    page = render(
        views=views,
        lesson=min(views, key=lambda view: view.scores["model"]["parameters"]),
        versions=locked_versions(),
        hashes={"code": sha256_of_code(), "lock": sha256_of_file(LOCK)},
    )
    write_text("report.html", page)


if __name__ == "__main__":
    run(main, arguments=())
