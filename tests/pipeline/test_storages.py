"""What one clone has computed another fetches: from storages, from a shared cache, by name."""

import getpass
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pipeline.conftest import free_port

RATE = "learning_rate: {} # of circles"
TARGET = "train@circles"
MODEL = "artifacts/circles/network.npz"


@contextmanager
def serving(command, is_up, **options):
    """Run a server until the end of the block, which begins when it answers."""
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
    try:
        for _ in range(300):
            assert server.poll() is None, f"{command[0]} ended with {server.returncode}"
            if is_up():
                break
            time.sleep(0.1)
        yield
    finally:
        server.kill()
        server.wait()


def needs(*modules):
    for module in modules:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "storage"), {}


@pytest.fixture
def ssh(tmp_path):
    """Start a server of SSH for this user on this machine alone, with keys of its own."""
    needs("dvc_ssh")
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None or (os.geteuid() == 0 and not Path("/run/sshd").is_dir()):
        pytest.skip("there is no sshd here, or no /run/sshd, which it needs")
    for name in ("host", "key"):
        generate = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(generate, check=True)
    port = free_port()
    settings = {
        "ListenAddress": f"127.0.0.1:{port}",
        "HostKey": tmp_path / "host",
        "AuthorizedKeysFile": tmp_path / "key.pub",
        "StrictModes": "no",
        "PidFile": "none",
        "Subsystem": "sftp internal-sftp",
    }
    file = tmp_path / "sshd_config"
    file.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))

    def is_up():
        scan = ["ssh-keyscan", "-p", str(port), "127.0.0.1"]
        return bool(subprocess.run(scan, capture_output=True).stdout)

    with serving([program, "-D", "-f", str(file)], is_up):
        url = f"ssh://{getpass.getuser()}@127.0.0.1:{port}{tmp_path / 'storage'}"
        yield url, {"keyfile": str(tmp_path / "key")}


@pytest.fixture
def s3(tmp_path):
    """Start a server that plays S3, and make a bucket there."""
    needs("dvc_s3", "moto")
    place = f"http://127.0.0.1:{free_port()}"

    def is_up():
        try:
            bucket = urllib.request.Request(f"{place}/bucket", method="PUT")
            urllib.request.urlopen(bucket).close()
        except OSError:
            return False
        return True

    command = [sys.executable, "-m", "moto.server", "-p", place.rpartition(":")[2]]
    with serving(command, is_up):
        yield (
            "s3://bucket/project",
            {
                "endpointurl": place,
                "region": "us-east-1",
                "access_key_id": "someone",
                "secret_access_key": "secret",
            },
        )


@pytest.mark.parametrize("kind", ["folder", "ssh", "s3"])
def test_what_was_pushed_is_fetched_and_not_computed(project, kind, request, tmp_path):
    url, settings = request.getfixturevalue(kind)
    project.dvc("remote", "add", "--default", "storage", url)
    with (project.path / ".dvc/config").open("a", encoding="utf-8") as file:
        file.writelines(f"    {name} = {value}\n" for name, value in settings.items())
    project.commit()
    project.dvc("push")

    clone = project.clone(tmp_path / "clone")
    in_git = {*clone.outputs()}
    clone.dvc("pull", "models/circles.npz")
    assert {*clone.outputs()} - in_git == {"models/circles.npz"}
    assert clone.repro("--pull", "evaluate@circles") == []
    clone.dvc("pull")
    assert clone.outputs() == project.outputs()
    assert clone.repro() == []
    assert clone.git("status", "--short") == ""


def is_damaged(file):
    """Tell whether a file of a cache has another content than it is named for."""
    name = f"{file.parent.name}{file.name}".removesuffix(".dir")
    return hashlib.md5(file.read_bytes()).hexdigest() != name


@pytest.mark.parametrize(
    "kind",
    [
        "copy",
        "hardlink",
        pytest.param(
            "symlink",
            marks=pytest.mark.skipif(os.name == "nt", reason="Windows does not let everybody"),
        ),
    ],
)
def test_working_trees_share_a_cache(project, kind, tmp_path):
    cache = project.path / ".dvc/cache"
    project.git("worktree", "add", "--quiet", str(tmp_path / "tree"), "-b", "other")
    tree = type(project)(tmp_path / "tree", project.machine)
    tree.dvc("cache", "dir", "--local", str(cache))
    tree.dvc("config", "--local", "cache.type", kind)
    tree.dvc("checkout")
    model = tree.path / MODEL
    assert model.is_symlink() == (kind == "symlink")
    assert (model.stat().st_nlink > 1) == (kind == "hardlink")
    assert tree.outputs() == project.outputs()
    assert not (tree.path / ".dvc/cache").exists()

    before = tree.outputs()[MODEL]
    tree.edit("params.yaml", RATE.format(0.1), RATE.format(0.2))
    assert tree.repro(TARGET) == [TARGET]
    assert tree.outputs()[MODEL] != before == project.outputs()[MODEL]
    files = [file for file in (cache / "files").rglob("*") if file.is_file()]
    assert files
    assert not any(map(is_damaged, files))
    project.edit("params.yaml", RATE.format(0.1), RATE.format(0.2))
    assert project.repro(TARGET) == []  # what the other has run
    assert project.outputs()[MODEL] == tree.outputs()[MODEL]


def test_an_experiment_is_sent_and_fetched_by_its_name(project, tmp_path):
    project.dvc("remote", "add", "--default", "storage", str(tmp_path / "storage"))
    project.commit()
    project.git("clone", "--quiet", "--bare", ".", str(tmp_path / "origin"))
    project.git("remote", "add", "origin", (tmp_path / "origin").as_uri())
    rate = "experiments.circles.train.learning_rate"
    project.dvc("exp", "run", "--name", "faster", "--set-param", f"{rate}=0.2", TARGET)
    project.dvc("exp", "push", "origin", "faster")

    project.git("clone", "--quiet", (tmp_path / "origin").as_uri(), str(tmp_path / "clone"))
    clone = type(project)(tmp_path / "clone", project.machine)
    clone.dvc("exp", "pull", "origin", "faster")
    clone.dvc("exp", "apply", "faster")
    assert clone.outputs()[MODEL] == project.outputs()[MODEL]
    assert "learning_rate: 0.2" in (clone.path / "params.yaml").read_text(encoding="utf-8")
    assert clone.would_run(TARGET) == []
