"""What `commands.publish` packs, read as a stranger would: a zip file and JSON."""

import hashlib
import json
import zipfile

import pytest

from commands import publish, verify
from commands.shared.contents import contents_on_disk
from commands.shared.lock import read_lock
from commands.verifying.recorded import recorded_in
from tests.pipeline.repository import Repository


@pytest.fixture
def crate(here, tmp_path):
    assert publish.main([str(tmp_path / "crate.zip")]) == 0
    return tmp_path / "crate.zip"


def graph_of(crate):
    with zipfile.ZipFile(crate) as archive:
        metadata = json.loads(archive.read("ro-crate-metadata.json"))
    return {entity["@id"]: entity for entity in metadata["@graph"]}


def references(value):
    """Find all ids that are referred to in an entity."""
    if isinstance(value, dict):
        yield from [value["@id"]] if value.keys() == {"@id"} else references([*value.values()])
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_all_that_is_committed_and_all_results_are_in_it(here, crate):
    files = here.files()
    with zipfile.ZipFile(crate) as archive:
        packed = {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}
    del packed["ro-crate-metadata.json"]
    committed = {*here.git("ls-files").splitlines()}
    outputs = set()
    lock = read_lock(files["dvc.lock"], "dvc.lock")
    for stage in lock.values():
        for output in stage.outputs:
            inside = [path for path in files if path.startswith(f"{output.path}/")]
            outputs |= {*inside} or {output.path}
    assert packed.keys() == committed | outputs
    assert all(packed[path] == files[path] for path in packed if path in files)


def test_the_bytes_are_the_same_in_another_folder_at_another_time(
    here, crate, tmp_path, monkeypatch
):
    copy = here.copy(tmp_path / "elsewhere")
    for path in copy.path.rglob("*"):
        path.touch()
    monkeypatch.chdir(copy.path)
    assert publish.main([str(tmp_path / "other.zip")]) == 0
    assert (tmp_path / "other.zip").read_bytes() == crate.read_bytes()
    with zipfile.ZipFile(crate) as archive:
        assert str(here.path).encode() not in archive.read("ro-crate-metadata.json")
        assert len({entry.date_time for entry in archive.infolist()}) == 1


def test_the_description_names_only_what_is_there(crate):
    graph = graph_of(crate)
    with zipfile.ZipFile(crate) as archive:
        names = {*archive.namelist()}
        for identifier, entity in graph.items():
            for reference in references([value for key, value in entity.items() if key != "@id"]):
                assert reference in graph or reference.startswith("https://"), reference
            if "File" in entity["@type"]:
                content = archive.read(identifier)
                assert entity["sha256"] == hashlib.sha256(content).hexdigest()
                assert entity["contentSize"] == str(len(content))
            elif entity["@type"] == "Dataset" and identifier != "./":
                assert identifier in names


def test_each_stage_is_an_action_with_its_inputs_parameters_and_outputs(crate):
    graph = graph_of(crate)
    action = graph["#run/train@body"]
    inputs = {each["@id"] for each in action["object"]}
    assert action["instrument"] == {"@id": "stages/train.py"}
    assert {"artifacts/body/normalized/", "nn/training/"} < inputs
    made = {each["@id"] for each in action["result"]}
    assert {"artifacts/body/network.npz", "artifacts/body/history.csv"} < made
    values = json.loads(graph["#run/train@body/experiments.body.train"]["value"])
    assert values["learning_rate"] == 0.05
    root = graph["./"]
    assert root["mainEntity"] == {"@id": "dvc.yaml"}
    assert "ComputationalWorkflow" in graph["dvc.yaml"]["@type"]
    assert root["license"] == {"@id": "https://spdx.org/licenses/MIT"}
    assert {"@id": "#run/train@body"} in root["mentions"]


def test_an_edit_that_is_not_committed_is_not_packed(here, crate, tmp_path, capsys):
    here.edit("params.yaml", "learning_rate: 0.1 ", "learning_rate: 0.2 ")
    (here.path / "models/body.npz").write_bytes(b"spoilt")  # the cache has it
    assert publish.main([str(tmp_path / "again.zip")]) == 0
    assert (tmp_path / "again.zip").read_bytes() == crate.read_bytes()
    warning = "warning: not committed, and so not published: params.yaml\n"
    assert capsys.readouterr().err == warning


def test_results_that_are_out_of_date_or_gone_are_refused(here, capsys, tmp_path):
    here.edit("params.yaml", "learning_rate: 0.1 ", "learning_rate: 0.2 ")
    here.commit()
    assert publish.main([str(tmp_path / "crate.zip")]) == 1
    error = capsys.readouterr().err
    assert "is out of date: train@circles (experiments.circles.train)" in error
    here.git("reset", "--hard", "HEAD~1")
    clone = Repository(tmp_path / "clone", here.machine)
    here.git("clone", "--quiet", ".", str(clone.path))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(clone.path)
        assert publish.main([str(tmp_path / "crate.zip")]) == 1
    assert "Run dvc repro or dvc pull" in capsys.readouterr().err
    assert not (tmp_path / "crate.zip").exists()


def test_outputs_are_verified_against_it(here, crate):
    recorded = recorded_in(str(crate), here.path)
    assert {"models/body.npz", "plots/circles", "results/body.json"} < recorded.outputs.keys()
    for path, output in recorded.outputs.items():
        on_disk = contents_on_disk(here.path, path)
        assert on_disk and recorded.find(output).md5 == output.md5 == on_disk.md5


def test_verify_finds_an_altered_one(here, crate, tmp_path, rebuilding_gives, capsys):
    rebuilding_gives(here)
    command = ["split@body", "--against"]
    assert verify.main([*command, str(crate)]) == 0
    altered = tmp_path / "altered.zip"
    with zipfile.ZipFile(crate) as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            is_it = name == "artifacts/body/split/train-labels.npy"
            new.writestr(name, old.read(name)[:-1] + b"x" if is_it else old.read(name))
    assert verify.main([*command, str(altered)]) == 1
    assert "differs" in capsys.readouterr().out


def test_another_zip_file_is_refused(here, tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a", "b")
    assert verify.main(["--against", str(tmp_path / "other.zip")]) == 2
    assert "not what commands.publish writes" in capsys.readouterr().err
