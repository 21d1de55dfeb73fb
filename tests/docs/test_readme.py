"""What README.md shows are the results of the last run, and it stays short."""

import json
import re

import pytest

from commands import summary
from stages.running.parameters.file import load_params
from tests.docs.pages import ROOT, read_page

README = read_page("README.md")
NUMBERS = read_page("docs/numbers.md")


def lines(text):
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n").splitlines()


def figure(path, name):
    found = json.loads((ROOT / path).read_text(encoding="utf-8"))
    for part in name.split("."):
        found = found[part]
    return found


def test_it_is_two_screens():
    assert len(README.text.splitlines()) <= 150


def test_the_results_are_what_summary_prints(monkeypatch, capsys):
    (block,) = re.findall(r"<!-- summary -->\n```text\n(.*?)```\n", README.text, flags=re.DOTALL)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(
        summary, "changed_since", lambda *_: {"evaluate": {}, "replicate": {}}
    )  # the last run may be an old one
    summary.main([])
    assert lines(block) == lines(capsys.readouterr().out)


def test_each_experiment_has_a_row():
    table = README.prose.split("| experiment | what it shows |")[1].split("\n\n")[0]
    experiments = load_params(ROOT / "params.yaml").experiments
    assert re.findall(r"^\| `(\w+)` ", table, flags=re.MULTILINE) == [*experiments]


def test_the_animation_is_the_pipeline_s():
    drawn = ROOT / "plots/circles/boundary.gif"
    if not drawn.exists():
        pytest.skip("the pipeline has not run here: dvc repro plot@circles")
    assert "](docs/circles.gif)" in README.text
    assert (ROOT / "docs/circles.gif").read_bytes() == drawn.read_bytes()


def test_the_figures_of_metrics_diff_are_those_of_the_last_run():
    shown = re.findall(r"^(metrics/\w+\.json) +(\S+) +(\S+)", README.text, flags=re.MULTILINE)
    assert len(shown) > 3
    for path, name, number in shown:
        assert float(number) == pytest.approx(figure(path, name), abs=5e-6), name


def test_the_figures_of_exp_show_are_those_of_the_last_run():
    header, row = (
        re.findall(rf"^\| ({start} \|.*) \|$", NUMBERS.prose, flags=re.MULTILINE)[0].split(" | ")
        for start in ("Experiment", "main")
    )
    for name, told in zip(header[1:], row[1:], strict=True):
        value = figure("metrics/circles.json", name)
        assert (
            told == value if isinstance(value, str) else float(told) == pytest.approx(value, 1e-4)
        )


def test_the_means_that_compare_shows_are_those_of_the_last_run():
    shown = re.findall(r"^  (\w+) +(\d\.\d{4})  ", NUMBERS.text, flags=re.MULTILINE)
    assert len(shown) == 8
    for name, mean in shown:
        found = figure("results/circles-replicates.json", f"replicates.test.{name}.mean")
        assert float(mean) == pytest.approx(found, abs=5.1e-5), name
