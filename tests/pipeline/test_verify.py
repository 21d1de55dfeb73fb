"""`python -m commands.verify`: it says "same" of an honest commit, and sees through any other."""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

import commands.verify
from commands.shared.contents import contents_on_disk
from commands.shared.environment import environment
from commands.verifying import emulation
from commands.verifying.processors import Setting, settings
from nn.model_file import load_model, model_bytes
from tests.pipeline.repository import Repository


def verify(project, *arguments, code):
    return project.call(lambda: commands.verify.main(arguments), code=code)


def results(record):
    return {output["path"]: output["result"] for output in record["outputs"]}


def record(project, path, md5=None):
    """Write into dvc.lock that a stage wrote what lies at `path`, or what has another hash."""
    lock = project.path / "dvc.lock"
    locked = yaml.safe_load(lock.read_text(encoding="utf-8"))
    contents = contents_on_disk(project.path, path)
    assert contents is not None
    for stage in locked["stages"].values():
        for entry in [*stage.get("deps", []), *stage["outs"]]:
            if entry["path"] == path:
                entry["md5"] = md5 or contents.md5
    lock.write_text(yaml.safe_dump(locked, sort_keys=False), encoding="utf-8")


def everything(project):
    """Hash every file, git's and DVC's own as well."""
    return {
        path.relative_to(project.path).as_posix(): hashlib.md5(path.read_bytes()).hexdigest()
        for path in project.path.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def verified(small, tmp_path_factory):
    """A whole verification of an honest commit: the project, and what was printed as JSON."""
    project = small.copy(tmp_path_factory.mktemp("verified") / "project")
    before = everything(project)
    done = project.run("python", "-m", "commands.verify", "--json", "--pictures")
    assert everything(project) == before
    return project, json.loads(done.stdout)


def test_an_honest_commit_has_the_same_bits(verified):
    project, found = verified
    assert found["same"] is True
    assert set(results(found).values()) == {"same bits"}
    assert found["commit"] == project.git("rev-parse", "HEAD").strip()
    outputs = {
        "data/generated/circles.csv",
        "models/body.npz",
        "metrics/body.json",
        "results/circles-replicates.json",
        "plots/circles",
    }
    assert outputs <= results(found).keys()
    assert {o["path"] for o in found["outputs"] if o["is_picture"]} >= {"plots/body"}
    assert found["environment"]["numpy"] == np.__version__
    assert all(output["made_with"] == found["environment"] for output in found["outputs"])


def test_it_leaves_nothing_behind(verified, tmp_path, monkeypatch):
    project, _ = verified
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    verify(project, "split@body", code=0)
    assert list(tmp_path.iterdir()) == []


def test_the_outputs_of_the_working_tree_are_not_used(project):
    for folder in ("artifacts", "models", "metrics", "results", ".dvc/cache"):
        shutil.rmtree(project.path / folder)
    said = verify(project, "evaluate@body", code=0)
    assert "metrics/body.json" in said.stdout
    deleted = "metrics/body.json, metrics/circles.json, results/body-replicates.json and 3 more"
    assert f"warning: not committed, and so not verified: {deleted}" in said.stderr


def test_tampering_is_found_and_told_number_by_number(project, small, rebuilding_gives):
    rebuilding_gives(small)
    weights = project.path / "models" / "body.npz"
    model = load_model(weights)
    parameters = model.network.parameters
    before = float(parameters[3])
    parameters[3] = np.nextafter(parameters[3], 9.0)
    weights.unlink()
    weights.write_bytes(model_bytes(model))
    record(project, "models/body.npz")

    metrics = project.path / "results" / "body.json"
    content = json.loads(metrics.read_text(encoding="utf-8"))
    content["train"]["rows"] = 9
    metrics.write_text(json.dumps(content, sort_keys=True, indent=2) + "\n", encoding="utf-8")

    curve = project.path / "curves" / "body" / "calibration.csv"
    lines = curve.read_text(encoding="utf-8").splitlines()
    lines[1] = "train,0.5,0.5,1"
    curve.unlink()
    curve.write_text("\n".join(lines) + "\n", encoding="utf-8")
    record(project, "curves/body/calibration.csv")

    record(project, "curves/body/roc.csv", "ab" * 16)
    project.commit()

    found = json.loads(verify(project, "evaluate@body", "--json", code=1).stdout)
    told = {output["path"]: " ".join(output["details"]) for output in found["outputs"]}
    result = results(found)
    assert result["models/body.npz"] == "differs"
    assert (
        f"parameters[3]: {float(parameters[3])!r} recorded, {before!r} rebuilt; 1 of 21"
        in (told["models/body.npz"])
    )
    assert result["results/body.json"] == "differs"
    assert "train.rows: 9 recorded, 8 rebuilt; 1 of " in told["results/body.json"]
    assert "its own dvc.lock says md5 " in told["results/body.json"]
    assert result["curves/body/calibration.csv"] == "differs"
    assert "column 'probability', row 1: 0.5 recorded" in told["curves/body/calibration.csv"]
    assert result["curves/body/roc.csv"] == "other bits, numbers unknown"
    assert "only the hash is here" in told["curves/body/roc.csv"]
    assert result["artifacts/body/normalized"] == "same bits"


def test_code_that_gives_other_numbers_each_time_is_found(project):
    project.edit(
        "stages/generate.py",
        "(**shape, source=source)\n",
        "(**shape, source=source)\n    import os\n    features[2, 0] = os.getpid()\n",
    )
    project.repro("generate@circles")
    project.commit()
    said = verify(project, "generate@circles", code=1).stdout
    assert "column 'x1', row 3: " in said


def test_a_lock_file_of_other_code_is_found_even_if_the_bits_are_the_same(project):
    project.edit("nn/splitting/parts.py", "import math\n", "import math  # a remark\n")
    uncommitted = verify(project, "split@body", code=0)
    assert (
        "warning: not committed, and so not verified: nn/splitting/parts.py" in uncommitted.stderr
    )
    project.commit()
    said = verify(project, "split@body", code=1).stdout
    assert "dvc.lock is out of date" in said
    assert "split@body (nn/splitting)" in said


def test_pictures_make_it_fail_only_when_asked(project, small, rebuilding_gives):
    rebuilding_gives(small)
    picture = project.path / "plots" / "body" / "loss.png"
    pixels = np.asarray(Image.open(picture)).copy()
    pixels[5, 5] = 255 - pixels[5, 5]
    picture.unlink()
    Image.fromarray(pixels).save(picture)
    record(project, "plots/body")
    project.commit()
    said = verify(project, "plot@body", code=0).stdout
    assert "loss.png: 1 of " in said
    assert "pixels differ" in said
    verify(project, "plot@body", "--pictures", code=1)


def test_against_a_file_written_elsewhere(verified, project, tmp_path, rebuilding_gives):
    rebuilding_gives(project)
    _, found = verified
    found["environment"]["numpy"] = "1.2.3"
    found["parameters"]["split@body"]["params.yaml"]["experiments.body.split"]["seed"] = 41
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text(json.dumps(found), encoding="utf-8")
    said = verify(project, "split@body", "--against", str(elsewhere), code=0).stdout
    assert f"NumPy: 1.2.3 → {np.__version__}" in said
    assert "\nexperiments.body.split.seed  41        42\n" in said
    for output in found["outputs"]:
        if output["path"] == "artifacts/body/split":
            output["md5"], output["files"]["train-rows.npy"] = "ab" * 16 + ".dir", "cd" * 16
    elsewhere.write_text(json.dumps(found), encoding="utf-8")
    said = verify(project, "split@body", "--against", str(elsewhere), code=1).stdout
    assert "train-rows.npy: md5 cdcd" in said
    assert "train-labels.npy" not in said


def test_against_another_clone_and_another_commit(project, small, tmp_path, rebuilding_gives):
    rebuilding_gives(project)
    other = small.copy(tmp_path / "other")
    table = other.path / "data" / "generated" / "circles.csv"
    table.unlink()
    table.write_text("x1,x2,label\n", encoding="utf-8")
    said = verify(project, "generate@circles", "--against", str(other.path), code=1).stdout
    assert "0 rows recorded, 60 rebuilt" in said

    project.edit("params.yaml", "noise: 0.1", "noise: 0.2")
    project.repro("generate")
    project.commit()
    unknown = "Not told in which environment: data/generated/circles.csv. make repro tells it"
    assert unknown in verify(project, "generate", code=0).stdout
    said = verify(project, "generate@circles", "--against", "HEAD~1", code=1).stdout
    assert "column 'x1', row 1: " in said
    assert "\ngenerators.circles.noise  0.1       0.2\n" in said
    assert "Recorded in the same environment: 1 of 1." in said


def test_a_rebuild_that_fails_says_why(project):
    project.edit("params.yaml", "learning_rate: 0.1 #", "learning_rate: no #")
    project.commit()
    said = verify(project, "split", code=2)
    assert "error: the rebuild failed" in said.stderr
    assert "experiments.circles.train.learning_rate" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["bodi"], "no experiment and no stage is called 'bodi'; did you mean 'body'?"),
        (["train@bodi"], "'train@bodi'; did you mean 'train@body'?"),
        (["--against", "HEAD~9"], "'HEAD~9' is neither a file or folder nor a commit of "),
        (["--against", "nn"], "nn: no dvc.lock there"),
        (["--against", "params.yaml"], "params.yaml: not what `verify --json` writes"),
    ],
)
def test_what_cannot_be_understood_is_told_in_one_line(project, arguments, told, rebuilding_gives):
    rebuilding_gives(project)
    assert_one_error(verify(project, *arguments, code=2), told)


def test_without_a_commit_or_repository_that_is_told_in_one_line(project):
    project.git("rm", "--quiet", "dvc.lock")
    project.commit()
    assert_one_error(verify(project, code=2), " has no dvc.lock: run dvc repro")
    shutil.rmtree(project.path / ".git")
    assert_one_error(verify(project, code=2), ": not a git repository")
    project.git("init", "--quiet")
    assert_one_error(verify(project, code=2), ": nothing has been committed here yet")


def assert_one_error(done, told):
    errors = [line for line in done.stderr.splitlines() if not line.startswith("Rebuilding")]
    assert len(errors) == 1, done.stderr
    assert errors[0].startswith("error: ")
    assert told in errors[0]
    assert done.stdout == ""


def one_of_each_kind(native):
    """One setting of BLAS and one of NumPy that are possible here, and one that is so nowhere."""
    possible = [each for each in settings(native) if each.obstacle(native) is None]
    chosen = {bool(each.kernels): each for each in possible if each.kernels or each.switched_off}
    return [*chosen.values(), Setting("a bird", {}, needs=frozenset({"wings"}))]


@pytest.mark.slow
def test_other_processors_are_tried_or_it_is_said_why_not(project, monkeypatch):
    monkeypatch.setattr(emulation, "settings", one_of_each_kind)
    found = json.loads(verify(project, "split@body", "--emulate", "--json", code=0).stdout)
    *tried, bird = [(trial["setting"], trial["result"]) for trial in found["emulated"]]
    names = [each.name for each in one_of_each_kind(environment())]
    assert tried == [(name, "1 of 1 outputs have the same bits") for name in names[:-1]]
    assert bird == ("a bird", "not possible here: this processor has no wings")


def test_make_verify_calls_it():
    makefile = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")
    assert "$(RUN) commands.verify $(ARGS)" in makefile


def test_a_table_that_dvc_keeps_comes_from_its_cache_by_its_hash(tmp_path, machine):
    project = Repository(tmp_path / "project", machine)
    (project.path / "data").mkdir(parents=True)
    (project.path / "data/table.csv").write_bytes(b"a,b\n1,2\n")
    (project.path / "dvc.yaml").write_text(
        "stages: {split: {cmd: cp data/table.csv out.csv, deps: [data/table.csv], outs: [out.csv]}}"
    )
    project.git("init", "--quiet")
    for arguments in (["init"], ["add", "data/table.csv"], ["repro"]):
        project.dvc(*arguments, "--quiet")
    project.commit()
    assert not project.git("ls-files", "data/table.csv")
    said = verify(project, code=0).stdout
    assert said.endswith("1 output: 1 same bits.\n")

    project.dvc("remote", "add", "storage", str(tmp_path / "storage"))
    project.dvc("push", "--remote", "storage", "data/table.csv")
    (kept,) = [path for path in (project.path / ".dvc/cache/files").rglob("*") if is_table(path)]
    kept.chmod(0o644)
    kept.write_bytes(b"a,b\n1,3\n")
    said = verify(project, code=2).stderr
    assert said.splitlines()[-1] == (
        "error: data/table.csv.dvc: what it names is neither in DVC's cache here nor in its "
        "storage; get it with: dvc pull"
    )
    project.dvc("remote", "default", "storage")
    project.commit()
    verify(project, code=0)


def is_table(path):
    return path.is_file() and path.read_bytes().startswith(b"a,b")
