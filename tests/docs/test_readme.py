"""What README.md says is true: its results, its examples, and every name in it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
import yaml

from commands import summary
from stages.parameters.file import load_params

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
TEXT = re.sub(r"^```.*?^```$", "", README, flags=re.DOTALL | re.MULTILINE)
SPANS = re.findall(r"`([^`\n]+)`", TEXT)
CODE = "\n".join([*(content for _, content in BLOCKS), *SPANS])
PYTHON = [content for language, content in BLOCKS if language == "python"]
# Words for any experiment, and what an example writes itself.
NOT_HERE = {
    "circles.onnx",
    "data/iris.csv",
    "metrics/EXPERIMENT.json",
    "metrics/KEY-replicates.json",
    "models/iris.npz",
    "new.csv",
    "plots/EXPERIMENT/",
    "sweeps/breast_cancer.csv",
    "sweeps/breast_cancer.png",
}


def lines(text):
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n").splitlines()


@pytest.fixture
def at_root(monkeypatch):
    monkeypatch.chdir(ROOT)


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


def test_the_results_are_what_summary_prints(at_root, capsys):
    (block,) = re.findall(r"<!-- summary -->\n```text\n(.*?)```\n", README, flags=re.DOTALL)
    summary.main()
    assert lines(block) == lines(capsys.readouterr().out)


def test_each_experiment_has_a_row(at_root):
    table = TEXT.split("| experiment | what it shows |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` ", table, flags=re.MULTILINE) == [*load_params().experiments]


def test_the_animation_is_the_pipeline_s():
    drawn = ROOT / "plots/circles/boundary.gif"
    if not drawn.exists():
        pytest.skip("the pipeline has not run here: dvc repro plot@circles")
    assert "](docs/circles.gif)" in README
    assert (ROOT / "docs/circles.gif").read_bytes() == drawn.read_bytes()


def figure(report, name):
    for key in name.split("."):
        report = report[key]
    return report


def metrics(key):
    return json.loads((ROOT / f"metrics/{key}.json").read_text(encoding="utf-8"))


def test_the_figures_of_the_tour_are_those_of_the_last_run():
    shown = re.findall(r"^metrics/(\w+)\.json +(\S+) +(\S+)", README, flags=re.MULTILINE)
    assert len(shown) > 3
    for key, name, number in shown:
        assert float(number) == pytest.approx(figure(metrics(key), name), abs=5e-6), name
    header, row = (
        re.findall(rf"^\| ({start} \|.*) \|$", TEXT, flags=re.MULTILINE)[0].split(" | ")
        for start in ("Experiment", "main")
    )
    for name, told in zip(header[1:], row[1:], strict=True):
        value = figure(metrics("circles"), name)
        assert (
            told == value if isinstance(value, str) else float(told) == pytest.approx(value, 1e-4)
        )


@pytest.mark.parametrize("code", PYTHON, ids=[code.splitlines()[-1][:40] for code in PYTHON])
def test_an_example_prints_what_it_says(code, tmp_path, monkeypatch):
    for model in re.findall(r'"(models/\w+\.npz)"', code):
        if not (ROOT / model).exists():
            pytest.skip("the pipeline has not run here: dvc repro")
        (tmp_path / "models").mkdir(exist_ok=True)
        shutil.copy(ROOT / model, tmp_path / model)
    monkeypatch.chdir(tmp_path)
    printed = []
    exec(compile(code, "README.md", "exec"), {"print": lambda value: printed.append(str(value))})
    told = re.findall(r"^print\(.*?\)(?:  # (.*))?$", code, flags=re.MULTILINE)
    assert len(told) == len(printed) > 0
    for expected, found in zip(told, printed, strict=True):
        assert expected in ("", found)


def test_every_target_of_make_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {*re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE)}
    named = {*re.findall(r"\bmake ([a-z]+)", CODE)}
    assert named >= {"repro", "test"}
    assert named - targets == set()


def test_every_module_that_is_run_is_there_with_its_options():
    run = re.findall(r"python -m ((?:commands|stages)\.\w+)((?: +--?[\w-]+)*)", CODE)
    assert {module for module, _ in run} >= {"commands.summary", "commands.verify", "stages.train"}
    for module, options in run:
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file(), module
        if options:
            command = [sys.executable, "-m", module, "--help"]
            told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            for option in options.split():
                assert re.search(rf"{option}\b", told.stdout), (module, option)


def test_every_stage_and_key_that_is_named_is_there(at_root):
    stages = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]
    params = load_params()
    keys = {*params.experiments, *params.generators, "KEY", "e", "g"}
    named = re.findall(r"\b([a-z]+)@(\w+)", CODE)
    assert ("plot", "circles") in named
    assert [(stage, key) for stage, key in named if stage not in stages or key not in keys] == []


def test_every_extra_that_is_installed_is_there():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for extra in re.findall(r"pip install '\.\[(\w+)\]'", CODE):
        assert re.search(rf"^{extra} = \[", project, flags=re.MULTILINE), extra


def paths():
    """What looks like a path: the targets of links, and in code what has a slash or a suffix."""
    links = [link for link in re.findall(r"\]\(([^)\s#]+)\)", TEXT) if "://" not in link]
    inline = [word for span in SPANS for word in span.split()]
    words = re.findall(r"[\w./-]+", "\n".join([*inline, *(content for _, content in BLOCKS)]))
    suffixes = r"py|md|csv|json|yaml|toml|lock|cff|gif|png|npz|npy|onnx|html"
    pathlike = rf"[A-Za-z.][\w.-]*(/[\w.-]+)*(/|\.({suffixes}))"
    return {*links, *(word for word in words if re.fullmatch(pathlike, word))}


def test_every_link_within_has_its_heading():
    anchors = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", TEXT, flags=re.MULTILINE)
    }
    links = {*re.findall(r"\]\(#([^)\s]+)\)", TEXT)}
    assert links
    assert links <= anchors


def test_every_path_is_there(present):
    named = paths() - NOT_HERE
    assert named >= {
        "nn/arithmetic/sums.py",
        "params.yaml",
        "LICENSE",
        "plots/",
        "models/circles.npz",
    }
    missing = {
        name
        for name in named
        # Files of nn/ are listed by their names alone, in the order to read them.
        if not {name.rstrip("/"), f"nn/{name}"} & present
    }
    assert missing == set()
