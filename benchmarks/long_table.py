"""Time and memory of a long table: `python -m benchmarks.long_table ROWS COLUMNS [--keep FOLDER]`.

A table is made, added and put through the stages one by one, replicates apart, in a folder of their
own. Beside that stands what pandas and scikit-learn take to read it, to scale it, to train as many
epochs on batches of the same size, and to predict the test rows.
"""

import argparse
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).parents[1]
ROWS_AT_A_TIME = 50_000
COLOURS = ("red", "green", "blue", "cyan", "pink", "grey")
EPOCHS, BATCH = 5, 1024
STAGES = ("split", "normalize", "train", "evaluate", "explain", "plot")
BY_SKLEARN = f"""
import sys, pandas
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
table = pandas.read_csv(sys.argv[1])
labels = table.pop("y").to_numpy()
features = pandas.get_dummies(table, dtype=float).to_numpy()
train, test, of_train, of_test = train_test_split(features, labels, test_size=0.2, random_state=0)
scaler = StandardScaler().fit(train)
network = MLPClassifier(
    (64, 64), batch_size={BATCH}, max_iter={EPOCHS}, alpha=1e-3, learning_rate_init=0.003,
    early_stopping=True, validation_fraction=0.25, random_state=0,
)
network.fit(scaler.transform(train), of_train)
print(network.score(scaler.transform(test), of_test))
"""


def main() -> None:
    """Make the table, run everything, and print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("columns", type=int)
    parser.add_argument("--keep", type=Path, help="a folder in which all stays")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work_in(options.keep or Path(folder), options.rows, options.columns)


def work_in(folder: Path, rows: int, columns: int) -> None:
    """Run all steps in a folder."""
    for name in ("nn", "stages", "commands", "params.yaml", "requirements.lock"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, folder / name)
    # In a process of its own: the memory that a process has is counted in those that it starts.
    writer = multiprocessing.Process(target=write_table, args=(folder / "long.csv", rows, columns))
    writer.start()
    writer.join()
    settings = ["--epochs", str(EPOCHS), "--batch-size", str(BATCH)]
    add = ["-m", "commands.add", "long.csv", "--target", "y", *settings]
    taken = {"add": measured("add", add, folder)}
    alone_in(folder / "params.yaml")
    steps = {
        **{stage: ["-m", f"stages.{stage}", "long"] for stage in STAGES},
        "report": ["-m", "stages.report"],
        "predict": ["-m", "commands.predict", "models/long.npz", "long.csv", "-o", "answers.csv"],
        "replicate": ["-m", "stages.replicate", "long"],
        "scikit-learn": ["-W", "ignore", "-c", BY_SKLEARN, "long.csv"],
    }
    taken |= {name: measured(name, arguments, folder) for name, arguments in steps.items()}
    chain = sum(taken[name] for name in ("add", *STAGES, "report"))
    print(f"add and stages without replicates: {chain / taken['scikit-learn']:.2f} scikit-learn's")


def alone_in(params: Path) -> None:
    """Take the project's own experiments out, so that the page is of this one."""
    content = yaml.safe_load(params.read_text(encoding="utf-8"))
    content = {"generators": {}, "experiments": {"long": content["experiments"]["long"]}}
    params.write_text(yaml.safe_dump(content), encoding="utf-8")


def measured(name: str, arguments: list[str], folder: Path) -> float:
    """Run a step in a process of its own, print what it took, and return its seconds."""
    began = time.perf_counter()
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        sys.exit((folder / f"{name}.log").read_text(encoding="utf-8"))
    processor = usage.ru_utime + usage.ru_stime
    megabytes = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    print(f"{name:12} {seconds:7.1f} s {processor:7.1f} s of processors {megabytes:6.0f} MB")
    return seconds


def write_table(path: Path, rows: int, columns: int) -> None:
    """Write a table as CSV."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(lines(rows, columns))


def lines(rows: int, columns: int) -> Iterator[str]:
    """Write a header and rows of numbers, a colour and a class that depends on them."""
    source = np.random.Generator(np.random.PCG64(0))
    numbers = columns - 2
    weights = source.normal(size=numbers)
    yield ",".join([*(f"x{number}" for number in range(numbers)), "colour", "y"]) + "\n"
    for start in range(0, rows, ROWS_AT_A_TIME):
        count = min(ROWS_AT_A_TIME, rows - start)
        features = source.normal(size=(count, numbers)) * 10
        colours = source.integers(len(COLOURS), size=count)
        noise = source.logistic(size=count)
        labels = (features @ weights / 10 + colours - 2.5 + noise > 0).astype(int)
        texts = np.char.mod("%.4f", features).tolist()
        for row, colour, label in zip(texts, colours.tolist(), labels.tolist(), strict=True):
            yield f"{','.join(row)},{COLOURS[colour]},{label}\n"


if __name__ == "__main__":
    main()
