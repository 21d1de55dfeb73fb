from pathlib import Path

import pytest

PARAMS = """
generators: {{}}
experiments:
  mine:
    data: {{path: table.csv, target: label}}
    split: {split}
    normalize: {normalize}
    train: {{hidden: [], activation: relu, output: sigmoid, initializer: he, seed: 0,
      optimizer: gradient_descent, learning_rate: 0.1, learning_rate_decay: 0.0, epochs: 1,
      batch_size: null, l2: 0.0, class_weights: null, early_stopping: null}}
    evaluate:
      threshold: 0.5
      baseline: {{optimizer: gradient_descent, learning_rate: 0.1, epochs: 1, l2: 0.0}}
    replicate: {{count: 3, seed: 1}}
    plot: {{frames: 1, resolution: 2}}
"""
ROWS = "".join(f"{row},{row * row / 10},{'yes' if row % 3 else 'no'}\n" for row in range(30))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Work in a folder with a table and a `params.yaml`; give a function that changes them."""
    monkeypatch.chdir(tmp_path)

    def change(
        table=f"a,b,label\n{ROWS}",
        split="{test_size: 0.2, validation_size: 0.1, stratify: true, seed: 42}",
        normalize="{method: zscore, epsilon: 0.0}",
    ):
        Path("table.csv").write_text(table, encoding="utf-8")
        params = PARAMS.format(split=split, normalize=normalize)
        Path("params.yaml").write_text(params, encoding="utf-8")

    change()
    return change
