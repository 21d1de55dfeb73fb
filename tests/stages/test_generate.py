import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stages.generate import main

ROOT = Path(__file__).parents[2]
PARAMS = """
generators:
  rings: {{kind: circles, rows: {rows}, noise: {noise}, factor: 0.5, seed: {seed}}}
  heaps: {{kind: clusters, rows: 12, spread: 0.6, seed: 42}}
  arc: {{kind: curve, rows: 30, noise: 0.3, seed: 42}}
  line: {{kind: wave, rows: 50, noise: 0.2, seed: 42}}
experiments: {{}}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Work in a folder with a `params.yaml`; give a function that generates a table there."""
    monkeypatch.chdir(tmp_path)

    def generate(key="rings", rows=40, noise=0.1, seed=42):
        text = PARAMS.format(rows=rows, noise=noise, seed=seed)
        Path("params.yaml").write_text(text, encoding="utf-8")
        main(key)
        return Path(f"data/generated/{key}.csv").read_bytes()

    return generate


@pytest.mark.parametrize("key", ["rings", "heaps", "arc"])
def test_the_table_has_six_decimals_and_two_classes(project, key):
    header, *lines = project(key).decode("ascii").removesuffix("\n").split("\n")
    assert header == "x1,x2,label"
    assert all(re.fullmatch(r"-?\d\.\d{6},-?\d\.\d{6},[01]", line) for line in lines)
    assert {line[-1] for line in lines} == {"0", "1"}
    assert len(lines) == {"rings": 40, "heaps": 12, "arc": 30}[key]


def test_a_table_with_a_number_to_predict_has_six_decimals(project):
    header, *lines = project("line").decode("ascii").removesuffix("\n").split("\n")
    assert header == "x,y"
    assert len(lines) == 50
    assert all(re.fullmatch(r"-?\d\.\d{6},-?\d\.\d{6}", line) for line in lines)


def test_no_zero_is_negative(project):
    assert "-0.000000" not in project(noise=0.0).decode()


def test_the_seed_decides_the_table(project):
    assert project(seed=1) == project(seed=1)
    first = set(project(seed=1).splitlines()[1:])
    assert not first & set(project(seed=2).splitlines()[1:])


def test_the_project_s_tables_are_as_they_are_described(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    positive = {}
    for key in ("circles", "basic", "large"):
        main(key)
        with Path(f"data/generated/{key}.csv").open(newline="") as file:
            labels = [row["label"] for row in csv.DictReader(file)]
        positive[key] = (labels.count("1"), len(labels))
    assert positive == {"circles": (500, 1000), "basic": (6, 12), "large": (957, 2000)}


def test_an_error_is_one_line_and_leaves_the_table_as_it_is(project):
    before = project()
    text = Path("params.yaml").read_text().replace("rows: 40", "rows: many")
    Path("params.yaml").write_text(text)
    result = subprocess.run(
        [sys.executable, "-m", "stages.generate", "rings"],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    problem = 'params.yaml: generators.rings.rows: "many" should be a valid integer'
    assert result.stderr == f"error: {problem}\n"
    assert result.stdout == ""
    assert Path("data/generated/rings.csv").read_bytes() == before
    assert [path.name for path in Path("data/generated").iterdir()] == ["rings.csv"]
