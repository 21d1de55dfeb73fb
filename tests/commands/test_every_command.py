"""What every file has that a person can run: `--help`, and no patience with unknown arguments."""

import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = [
    f"{folder}.{path.stem}"
    for folder in ("commands", "stages")
    for path in sorted((ROOT / folder).glob("*.py"))
    if path.stem != "__init__"
]


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """Run a module as `python -m` does, in an empty folder; give exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run_program(name, *arguments):
        monkeypatch.setattr(sys, "argv", [str(ROOT / f"{name.replace('.', '/')}.py"), *arguments])
        monkeypatch.delitem(sys.modules, name, raising=False)
        code: object = 0
        try:
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        except SystemExit as stop:
            code = stop.code
        assert [*tmp_path.iterdir()] == []
        return code or 0, *capsys.readouterr()

    return run_program


@pytest.mark.parametrize("name", PROGRAMS)
def test_help(run, name):
    code, out, err = run(name, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: python -m {name}")
    assert len(out.splitlines()) > 2


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_unknown_option_is_refused(run, name):
    code, out, err = run(name, "--no-such-option")
    assert out == ""
    assert f"usage: python -m {name}" in f"{code}{err}"
    assert code != 0
