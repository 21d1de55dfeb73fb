"""Every command, path, name and link on the pages for people is there."""

import posixpath
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import PurePosixPath

import pytest
import yaml
from dvc.cli.parser import get_main_parser

from stages.running.parameters.file import load_params
from tests.docs.pages import CODE, HANDBOOK, PAGES, ROOT, read_page

# Words for any experiment, and what the examples write or a reader brings.
NOT_HERE = {
    "circles.onnx",
    "curves/KEY-dependence.csv",
    "curves/KEY-importance.csv",
    "curves/KEY/",
    "data/iris.csv",
    "metrics/KEY.json",
    "models/iris.npz",
    "new.csv",
    "plots/EXPERIMENT/",
    "plots/KEY/dependence.png",
    "plots/KEY/importance.png",
    "results/EXPERIMENT.json",
    "ro-crate-metadata.json",
    "results/KEY-replicates.json",
    "results/KEY.json",
    "sweeps/breast_cancer.csv",
    "sweeps/breast_cancer.png",
}
SUFFIXES = r"py|js|md|csv|json|yaml|toml|lock|cff|gif|png|npz|npy|onnx|html"
PATHLIKE = re.compile(rf"\.?[A-Za-z][\w.-]*(/[\w.-]+)*(/|\.({SUFFIXES}))")
OPTION = re.compile(r"(?<![\w-])--?[a-z][\w-]*")


@pytest.fixture(scope="module")
def present():
    """Every file of the repository and every output of the pipeline, and all folders of these."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    files = {*listed.stdout.splitlines()}
    lock = yaml.safe_load((ROOT / "dvc.lock").read_text(encoding="utf-8"))
    for stage in lock["stages"].values():
        files |= {out["path"] for out in stage["outs"]}
    return files | {folder.as_posix() for name in files for folder in PurePosixPath(name).parents}


def links(page):
    """List the targets within the repository: each a path from its root, and an anchor or ''."""
    for link in re.findall(r"\]\(([^)\s]+)\)", page.prose):
        path, _, anchor = link.partition("#")
        if "://" not in link:
            folder = posixpath.dirname(page.path)
            yield posixpath.normpath(posixpath.join(folder, path)) if path else page.path, anchor


def anchors(page):
    """List the headings as GitHub names them in addresses."""
    headings = re.findall(r"^#+ (.+)$", page.prose, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def paths(page, present=frozenset()):
    """List what looks like a path in its code, each with the places that it may be at.

    These are the repository's root and, of a page that is in a folder, the files of that folder. A
    module's name (nn.exports.onnx) looks like a path, too.
    """
    folder = posixpath.dirname(page.path)
    nearby = {path for path in present if folder and path.startswith(f"{folder}/")}
    words = {word for word in re.findall(r"[\w./-]+", page.code) if PATHLIKE.fullmatch(word)}
    for word in words - NOT_HERE:
        places = {path for path in nearby if path.endswith(f"/{word.rstrip('/')}")}
        yield word, places | {word.rstrip("/"), f"{word.replace('.', '/')}.py"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_link_leads_somewhere(page, present):
    pages = {each.path: each for each in PAGES}
    found = [*links(page)]
    assert [path for path, _ in found if path not in present] == []
    pairs = [(path, anchor) for path, anchor in found if anchor]
    assert [(path, anchor) for path, anchor in pairs if anchor not in anchors(pages[path])] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_path_is_there(page, present):
    assert [path for path, places in paths(page, present) if not places & present] == []


def test_paths_and_links_are_found():
    found = {path for page in PAGES for path, _ in paths(page)}
    assert found >= {"nn/arithmetic/sums.py", "params.yaml", "plots/", "models/circles.npz"}
    found = {link for page in PAGES for link in links(page)}
    assert found >= {("LICENSE", ""), ("docs/machines.md", "without-make")}


def test_the_handbook_s_index_names_every_page():
    (index,) = (page for page in PAGES if page.path == "docs/README.md")
    assert {*HANDBOOK} - {path for path, _ in links(index)} == {"docs/README.md"}


def test_every_target_of_make_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {*re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE)}
    named = {*re.findall(r"\bmake ([a-z]+)", CODE)}
    assert named >= {"repro", "test", "lint", "bench"}
    assert named - targets == set()


def commands(start):
    """List the commands that begin so, without comments, each as a list of words."""
    lines = re.split(r"\n|&& ", CODE.replace("\\\n", " "))
    for line in lines:
        found = re.match(rf"(?:[$>] )?({start}.*)", line.strip())
        if found:
            yield shlex.split(found[1], comments=True)


@cache
def known_options(module):
    command = [sys.executable, "-m", module, "--help"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {*OPTION.findall(told.stdout)}


def test_every_module_that_is_run_is_there_with_its_options():
    modules = set()
    for _, _, module, *arguments in commands(r"python -m (?:commands|stages)\."):
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file(), module
        used = {word for word in arguments if OPTION.fullmatch(word)}
        assert not used or used <= known_options(module), module
        modules.add(module)
    assert modules >= {"commands.summary", "commands.verify", "stages.train"}


def test_every_command_is_on_a_page():
    there = {path.stem for path in ROOT.glob("commands/*.py")} - {"__init__"}
    assert there == {*re.findall(r"python -m commands\.(\w+)", CODE)}


def test_what_is_to_be_written_somewhere_is_there():
    (guide,) = (page for page in PAGES if page.path == "CONTRIBUTING.md")
    named = re.findall(r"`(\w+)` in `([\w./]+)`", guide.prose)
    assert ("ACTIVATIONS", "nn/network/activations.py") in named
    for name, path in named:
        files = [ROOT / path] if path.endswith(".py") else ROOT.glob(f"{path}**/*.py")
        code = "\n".join(file.read_text(encoding="utf-8") for file in files)
        assert re.search(rf"^(class )?{name}\b", code, flags=re.MULTILINE), (name, path)


@pytest.mark.parametrize("path", ["docs/tables.md", "docs/sweeps.md", "docs/machines.md"])
def test_options_that_are_named_alone_are_those_of_a_command_on_the_page(path):
    code = read_page(path).code
    alone = {*re.findall(rf"^{OPTION.pattern}", code, flags=re.MULTILINE)}
    modules = {*re.findall(r"python -m (commands\.\w+)", code)}
    assert alone
    assert alone <= set.union(*map(known_options, modules))


def test_verify_counts_as_many_outputs_as_an_experiment_has():
    lock = yaml.safe_load((ROOT / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    outs = [each["path"] for name in lock if name.endswith("@body") for each in lock[name]["outs"]]
    pictures = sum(path.startswith("plots/") for path in outs)
    count = len(outs) - pictures
    told = f"{count} outputs: {count} same bits. {pictures} of pictures: {pictures} same bits."
    assert told in read_page("docs/machines.md").code


def test_dvc_knows_its_commands():
    parser = get_main_parser()
    found = [*commands("dvc [a-z]+")]
    assert ["dvc", "metrics", "diff"] in found
    for _, *arguments in found:
        parser.parse_args(arguments)  # raises where it does not know one


def test_every_stage_and_key_that_is_named_is_there():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    sweeps = yaml.safe_load((ROOT / "sweeps/dvc.yaml").read_text(encoding="utf-8"))["stages"]
    params = load_params(ROOT / "params.yaml")
    keys = {*params.experiments, *params.generators, "KEY", "e", "g"}
    named = re.findall(r"\b([a-z]+)@(\w+)", CODE)
    assert ("plot", "circles") in named
    unknown = [name for name, _ in named if name not in {*stages, *sweeps}]
    assert unknown + [key for _, key in named if key not in keys] == []


def test_every_extra_that_is_installed_is_there():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extras = {*re.findall(r"pip install '\.\[(\w+)\]'", CODE)}
    assert extras >= {"estimator", "onnx", "cluster"}
    assert [each for each in extras if not re.search(rf"^{each} = \[", project, re.MULTILINE)] == []
