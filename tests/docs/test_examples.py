"""The examples on the pages print what the pages say."""

import re
import shutil

import pytest
from sklearn.datasets import load_iris

from commands import add, predict
from stages import evaluate, normalize, split, train
from tests.docs.pages import PAGES, ROOT, read_page

PYTHON = [
    (page.path, content)
    for page in PAGES
    for language, content in page.blocks
    # The derivation's example is tested number by number in test_backpropagation.py.
    if language == "python" and page.path != "docs/backpropagation.md"
]
IDS = [f"{path}: {code.splitlines()[-1][:40]}" for path, code in PYTHON]
NEW_ROWS = """\
id,site,sepal length,sepal width,petal length,petal width
151,north,5.1,3.4,1.5,0.2
152,east,6.9,3.1,5.6,2.1
153,south,,2.7,4.2,1.3
154,south,wide,3.0,4.5,1.5
"""


@pytest.mark.parametrize(("path", "code"), PYTHON, ids=IDS)
def test_an_example_prints_what_it_says(path, code, tmp_path, monkeypatch):
    for model in re.findall(r'"(models/\w+\.npz)"', code):
        if not (ROOT / model).exists():
            pytest.skip("the pipeline has not run here: dvc repro")
        (tmp_path / "models").mkdir(exist_ok=True)
        shutil.copy(ROOT / model, tmp_path / model)
    monkeypatch.chdir(tmp_path)
    printed = []
    exec(compile(code, path, "exec"), {"print": lambda value: printed.append(str(value))})
    told = re.findall(r"^print\(.*?\)(?:  # (.*))?$", code, flags=re.MULTILINE)
    assert len(told) == len(printed) > 0
    for expected, found in zip(told, printed, strict=True):
        assert expected in ("", found)


def shown(command):
    """Give the lines that docs/tables.md shows below a command."""
    blocks = dict(
        content.removeprefix("$ ").split("\n", 1)
        for language, content in read_page("docs/tables.md").blocks
        if language == "console"
    )
    return blocks[command].splitlines()


def test_the_irises_are_added_and_predicted_as_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    (tmp_path / "data").mkdir()
    irises().to_csv("data/iris.csv", sep=";", decimal=",", index=False)
    add.main(["data/iris.csv", "--target", "species"])
    said = capsys.readouterr().out
    before, after = "\n".join(shown("python -m commands.add data/iris.csv --target species")).split(
        "\n...\n"
    )
    assert said.startswith(f"{before}\n")
    assert said.endswith(f"\n{after}\n")

    for stage in (split, normalize, train, evaluate):
        stage.main("iris")
    capsys.readouterr()
    (tmp_path / "new.csv").write_text(NEW_ROWS, encoding="utf-8")
    predict.main(["models/iris.npz", "new.csv", "--proba", "--skip-bad-rows"])
    said = capsys.readouterr()
    told = shown("python -m commands.predict models/iris.npz new.csv --proba --skip-bad-rows")
    rows = said.out.splitlines()
    assert [line for line in told if line in rows] == rows
    assert [line for line in told if line not in rows] == said.err.splitlines()


def irises():
    """The table of docs/tables.md: row numbers and sites added, two cells emptied."""
    found = load_iris(as_frame=True)
    table = found.frame.rename(columns=lambda name: name.removesuffix(" (cm)"))
    table.insert(0, "id", range(1, 151))
    table["species"] = found.target_names[table.pop("target")]
    table["site"] = ["north" if 7 * row % 150 < 67 else "south" for row in range(150)]
    table.loc[[30, 101], "sepal width"] = None
    return table
