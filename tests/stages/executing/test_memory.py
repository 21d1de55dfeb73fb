"""Categories that would fill the memory are refused, numbers are not."""

from pathlib import Path

import pytest

from commands import add
from nn.errors import InputError
from stages import normalize, split
from stages.executing import memory

TABLE = "code,x,label\n" + "".join(f"c{n % 40},{n},{'yes' if n % 3 else 'no'}\n" for n in range(80))


def test_a_column_of_many_categories_is_refused_before_anything_is_written(project, monkeypatch):
    project(table=TABLE)
    params = Path("params.yaml")
    text = params.read_text(encoding="utf-8")
    params.write_text(text.replace("label}", "label, categories: [code]}"), encoding="utf-8")
    split.main("mine")
    monkeypatch.setattr(memory, "memory", lambda: 80 * 20 * 8)
    told = r"80 × \d+ numbers, .* GB of memory: column 'code' becomes \d+ .* data.max_categories"
    with pytest.raises(InputError, match=told):
        normalize.main("mine")
    assert not Path("artifacts/mine/normalized").exists()
    monkeypatch.setattr(memory, "memory", lambda: 80 * 50 * 8)
    normalize.main("mine")


def test_add_refuses_it_too(project, monkeypatch, capsys):
    project()
    Path("codes.csv").write_text(TABLE, encoding="utf-8")
    monkeypatch.setattr(memory, "memory", lambda: 80 * 20 * 8)
    before = Path("params.yaml").read_bytes()
    assert add.main(["codes.csv", "--target", "label"]) == 1
    assert "codes.csv: the table would become 80 ×" in capsys.readouterr().err
    assert Path("params.yaml").read_bytes() == before


def test_a_table_of_numbers_is_never_too_large(project, monkeypatch):
    project()
    split.main("mine")
    monkeypatch.setattr(memory, "memory", lambda: 1)
    normalize.main("mine")


def test_this_machine_has_memory():
    assert (memory.memory() or 2**30) > 2**20
