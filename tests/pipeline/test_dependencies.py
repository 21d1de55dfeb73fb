"""What dvc.yaml says that a stage reads is what it reads, in code, parameters and files."""

import ast
import json
import shutil
from itertools import compress
from operator import not_
from pathlib import Path

import pytest
import yaml

from tests.pipeline.imports import PACKAGES, WHERE_ONLY, expanded, folded, import_closure
from tests.pipeline.repository import ROOT

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
KEYED = ["generate", "split", "normalize", "train", "evaluate", "explain", "replicate", "plot"]
PIPELINE = [*KEYED, "report"]
SECTIONS = {
    "generate": ("generators", [""]),
    "split": ("experiments", [".data", ".split"]),
    "normalize": ("experiments", [".normalize"]),
    "train": ("experiments", [".train", ".plot.frames"]),
    "evaluate": ("experiments", [".evaluate"]),
    "explain": ("experiments", []),
    "replicate": (
        "experiments",
        [".split", ".normalize", ".train", ".evaluate", ".replicate"],
    ),
    "plot": ("experiments", [".plot"]),
}
# circles, of two features, has an animation; body, of three, marks the rows predicted wrongly.
UNREAD = {("plot", "body"): {"artifacts/body/snapshots.npz"}}
# What stages/running/parameters checks names by, and the packages' own files at the top.
NAMES_ONLY_IMPORTS = {f"{package}/__init__.py" for package in PACKAGES} | set().union(
    *(
        import_closure(f"nn.{name}", ROOT)
        for name in (
            "datasets",
            "judging.registry",
            "preparing.columns",
            "preparing.scaling",
            "training.settings",
        )
    )
)
# Runs a stage, and says what files it read and what modules it had at its end.
SPY = """
import json, os, pathlib, runpy, sys
opened = set()
def note(event, args):
    if event == "open" and isinstance(args[0], (str, os.PathLike)) and os.path.isfile(args[0]):
        path, mode, flags = args
        if mode in ("r", "rb") or mode is None and flags & os.O_ACCMODE == os.O_RDONLY:
            opened.add(os.path.realpath(path))
sys.addaudithook(note)
_, report, module, *arguments = sys.argv
sys.argv = [module, *arguments]
runpy.run_module(module, run_name="__main__", alter_sys=True)
modules = [getattr(each, "__file__", None) for each in list(sys.modules.values())]
files = {"opened": sorted(opened), "code": [os.path.realpath(name) for name in modules if name]}
pathlib.Path(report).write_text(json.dumps(files))
"""


def dependencies(stage, key=None, table="${item.data.path}"):
    """Give the dependencies of a stage on code and on data."""
    names = [
        name.replace("${item.data.path}", table).replace("${key}", key or "${key}")
        for name in STAGES[stage].get("do", STAGES[stage])["deps"]
    ]
    is_code = [name.split("/")[0] in PACKAGES for name in names]
    return [*compress(names, is_code)], [*compress(names, map(not_, is_code))]


def test_the_stages_are_those_that_are_checked_here():
    named = {name for name in STAGES if name in PIPELINE}
    run = {name for name, stage in STAGES.items() if " stages." in str(stage)}
    assert named == run == {*PIPELINE}


@pytest.mark.parametrize("stage", KEYED)
def test_code_that_a_stage_depends_on_is_what_it_imports(stage):
    code, _ = dependencies(stage)
    assert code == folded(import_closure(f"stages.{stage}", ROOT), ROOT)
    assert len(code) <= 10


def test_an_edit_of_a_metric_never_trains_and_one_of_a_page_only_writes_the_page():
    reached = {stage: expanded(dependencies(stage)[0], ROOT) for stage in KEYED}
    metrics = expanded(["nn/judging"], ROOT)
    assert {stage for stage in KEYED if metrics & reached[stage]} == {
        "evaluate",
        "explain",
        "replicate",
    }
    page = expanded(["stages/reporting"], ROOT)
    assert not any(page & files for files in reached.values())


def test_a_package_computes_nothing_at_its_top():
    # So no stage depends on these files, though it imports them.
    allowed = (ast.Import, ast.ImportFrom, ast.If, ast.Expr, ast.Assign, ast.AugAssign)
    for package in PACKAGES:
        tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
        others = [ast.unparse(n).splitlines()[0] for n in tree.body if not isinstance(n, allowed)]
        assert others in ([], ["def __getattr__(name: str) -> Any:"])


def test_the_report_depends_on_all_code_as_it_shows_its_hash_and_on_no_experiment_by_name():
    report = STAGES["report"]
    folders = {Path(path).parts[0] for path in import_closure("stages.report", ROOT)}
    assert folders == {"nn", "stages"} <= {*report["deps"]}
    assert report["params"] == ["experiments"]
    parents = [each.split("/")[0] for stage in KEYED for each in outputs(stage)]
    # Plots it draws itself, and metrics are a choice from results.
    assert {*parents} - {"plots", "metrics"} <= {*report["deps"]}


def outputs(stage):
    """List what a stage writes, as dvc.yaml has it: the options of each path."""
    what = STAGES[stage].get("do", STAGES[stage])
    listed = [each for kind in ("outs", "metrics", "plots") for each in what.get(kind, [])]
    return {
        path: options
        for each in listed
        for path, options in (each if isinstance(each, dict) else {each: {}}).items()
    }


def test_an_import_that_is_new_is_noticed(tmp_path):
    for package in ("nn", "stages"):
        shutil.copytree(ROOT / package, tmp_path / package)
    before = import_closure("stages.split", tmp_path)
    assert before == import_closure("stages.split", ROOT)
    (tmp_path / "nn" / "late.py").write_text("import nn.later\n", encoding="utf-8")
    (tmp_path / "nn" / "later.py").touch()
    with (tmp_path / "nn" / "splitting" / "table.py").open("a", encoding="utf-8") as file:
        file.write("\n\ndef f():\n    from nn import late\n")
    assert import_closure("stages.split", tmp_path) - before == {"nn/late.py", "nn/later.py"}


@pytest.mark.parametrize("stage", KEYED)
def test_parameters_that_a_stage_depends_on_are_its_sections(stage):
    over, sections = SECTIONS[stage]
    assert STAGES[stage]["foreach"] == f"${{{over}}}"
    assert STAGES[stage]["do"].get("params", []) == [f"{over}.${{key}}{each}" for each in sections]


@pytest.mark.parametrize(
    ("stage", "key"),
    [(stage, "body") for stage in KEYED[1:]]
    + [("generate", "circles"), ("plot", "circles"), ("report", None)],
)
def test_files_that_a_stage_depends_on_are_what_it_reads(project, tmp_path, stage, key):
    report = tmp_path / "read.json"
    project.run("python", "-c", SPY, str(report), f"stages.{stage}", *([key] if key else []))
    read = json.loads(report.read_text(encoding="utf-8"))
    here = project.path.resolve()

    def inside(files):
        names = (Path(name) for name in files)
        return {name.relative_to(here).as_posix() for name in names if name.is_relative_to(here)}

    code, data = dependencies(stage, key, table="data/body.csv")
    imported = inside(read["code"]) | {f"stages/{stage}.py"}
    opened = {n for n in inside(read["opened"]) if not n.endswith((".py", ".pyc"))}
    listed = expanded(code, project.path)
    if key:  # the report lists whole folders, as it shows the hash of all code
        assert imported >= listed
    assert imported <= listed | NAMES_ONLY_IMPORTS | expanded([WHERE_ONLY], project.path)
    assert "params.yaml" in opened
    opened.remove("params.yaml")
    named = [*data, *code]
    of = {name: {each for each in named if f"{name}/".startswith(f"{each}/")} for name in opened}
    assert [name for name, found in of.items() if not found] == []
    unread = {*data}.difference(*of.values())
    assert unread == UNREAD.get((stage, key), set())


@pytest.mark.parametrize("stage", PIPELINE)
def test_dvc_remembers_the_runs_of_a_stage_or_else_leaves_its_last_outputs(stage):
    listed = outputs(stage)
    assert listed
    in_git = any("cache" in options for options in listed.values())
    assert in_git == (stage in ("evaluate", "replicate"))
    assert {"persist" in options for options in listed.values()} == {in_git}
