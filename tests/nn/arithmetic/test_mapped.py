"""Arrays in files: the same numbers as in memory, and memory given back."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nn.arithmetic import (
    blocks,
    columns_of,
    even_places,
    mapped,
    one_column,
    release,
    row_blocks,
    rows_in_order,
    rows_in_turn,
    stored,
)
from nn.training.loop import train
from nn.training.settings import Settings

ROOT = Path(__file__).parents[3]
WALK = """
import resource, sys
import numpy as np
from nn.arithmetic import one_column, row_blocks
array = np.load(sys.argv[1], mmap_mode="r")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for block in row_blocks(array, 8):
    block.max()
one_column(array, 3)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.fixture
def pair(tmp_path, monkeypatch):
    """The same array in memory and in a file that counts as large."""
    monkeypatch.setattr(mapped, "SMALL", 0)
    array = np.random.default_rng(0).normal(size=(300, 4))
    np.save(tmp_path / "array.npy", array)
    return array, np.asarray(np.load(tmp_path / "array.npy", mmap_mode="r"))


@pytest.mark.parametrize("numbers", [1, 30, 10_000])
def test_blocks_are_the_whole_array_whatever_their_length(pair, numbers, monkeypatch):
    monkeypatch.setattr(mapped, "NUMBERS_IN_A_BLOCK", numbers)
    for array in pair:
        blocks = list(row_blocks(array, 4))
        assert max(map(len, blocks)) == min(max(numbers // 4, 1), 300)
        np.testing.assert_array_equal(np.concatenate(blocks), pair[0])
        np.testing.assert_array_equal(one_column(array, 2), pair[0][:, 2])
    assert [len(block) for block in row_blocks(np.empty((0, 4)), 4)] == [0]


def test_what_was_let_go_is_read_again(pair):
    array, in_file = pair
    some = in_file[10:20]
    for each in (in_file, some, some.T, array, array[:3], np.array(1.0)):
        release(each)
    np.testing.assert_array_equal(some, array[10:20])


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted otherwise elsewhere")
def test_a_walk_through_a_large_file_takes_little_memory(tmp_path):
    rows = 1 << 21  # of 64 bytes: 128 MB
    np.lib.format.open_memmap(tmp_path / "large.npy", "w+", np.float64, (rows, 8)).flush()
    command = [sys.executable, "-c", WALK, str(tmp_path / "large.npy")]
    kilobytes = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(kilobytes.stdout) < 80_000


@pytest.mark.parametrize("batch_size", [None, 32])
def test_training_from_a_file_gives_the_same_bits(pair, batch_size):
    settings = Settings(
        hidden=(5,), activation=("relu",), output="sigmoid", initializer="he", seed=1,
        optimizer="adam", betas=(0.9, 0.999), epsilon=1e-8, learning_rate=0.01,
        epochs=3, batch_size=batch_size,
    )  # fmt: skip
    labels = (pair[0][:, 0] > 0).astype(np.int64)
    one, other = (train(array, labels, 2, settings, (array, labels)) for array in pair)
    np.testing.assert_array_equal(one.network.parameters, other.network.parameters)
    assert one.history == other.history


@pytest.mark.parametrize("places", [[], [0], [299], [3, 3, 8, 9, 10, 150, 298], range(300)])
def test_rows_are_taken_block_by_block(pair, places, monkeypatch):
    monkeypatch.setattr(mapped, "NUMBERS_IN_A_BLOCK", 40)
    places = np.array(places, dtype=np.int64)
    for array in pair:
        np.testing.assert_array_equal(rows_in_order(array, places), pair[0][places])
        np.testing.assert_array_equal(rows_in_order(array[:, 0], places), pair[0][places, 0])


@pytest.mark.parametrize("together", [1, 40, 1 << 20])
def test_batches_are_taken_together_from_a_large_file_each_with_its_own_rows(
    pair, together, monkeypatch
):
    monkeypatch.setattr(blocks, "LARGE", 0)
    monkeypatch.setattr(blocks, "NUMBERS_TOGETHER", together)
    monkeypatch.setattr(blocks, "ROWS_IN_MEMORY", 16)
    order = np.random.default_rng(0).permutation(300)
    batches = [order[None, start : start + 32] for start in range(0, 300, 32)]
    for array in pair:
        taken = [*rows_in_turn(array, batches)]
        assert [rows.tolist() for rows in taken] == [pair[0][each[0]].tolist() for each in batches]
        assert [rows is array for rows in rows_in_turn(array, [None, None])] == [True, True]


@pytest.mark.parametrize("small", [0, 1 << 20])
@pytest.mark.parametrize("lengths", [[7], [3, 1, 0, 5], [0]])
def test_blocks_become_one_array_in_memory_or_in_a_file(small, lengths, tmp_path, monkeypatch):
    monkeypatch.setattr(mapped, "SMALL", small)
    monkeypatch.chdir(tmp_path)
    rows = np.arange(2 * sum(lengths), dtype=np.int32).reshape(-1, 2)
    array = stored(iter(np.split(rows, np.cumsum(lengths)[:-1])))
    assert isinstance(array.base, np.memmap) == (small == 0 and len(rows) > 0)
    assert array.dtype == np.int32
    np.testing.assert_array_equal(array, rows)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("rows", "most", "expected"),
    [(10, 5, [0, 2, 4, 6, 8]), (7, 3, [0, 2, 4]), (3, 5, [0, 1, 2]), (0, 5, [])],
)
def test_places_at_even_distances(rows, most, expected):
    assert even_places(rows, most).tolist() == expected


@pytest.mark.parametrize("columns", [1, 5, 6, 13])
def test_columns_are_given_one_by_one_however_many_are_copied_together(columns, monkeypatch):
    monkeypatch.setattr(mapped, "COLUMNS_AT_A_TIME", 5)
    array = np.random.default_rng(0).normal(size=(40, columns))
    found = [*columns_of(array)]
    assert len(found) == columns
    np.testing.assert_array_equal(np.stack(found, axis=1), array)
    assert np.shares_memory(found[0], array) == (columns <= 5)
