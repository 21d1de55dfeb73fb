"""Parquet files give what the same table as CSV gives, with the types that the file has."""

import datetime
import io
import sys
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas
import pytest

from commands import add, predict
from nn.errors import InputError
from stages import evaluate, normalize, split, train
from stages.running.parameters.file import load_params
from stages.tables import parquet
from stages.tables.table import read_table

ROWS = 300


def table():
    source = np.random.default_rng(0)
    x = source.normal(size=ROWS)
    return pandas.DataFrame(
        {
            "x": np.where(source.random(ROWS) < 0.1, np.nan, x),
            "small": x.astype(np.float32),
            "count": source.integers(-5, 90, ROWS),
            "zip": source.choice(["01234", "98765", "55555"], ROWS),
            "note": source.choice(["a, b", 'say "c"', "two\nlines"], ROWS),
            "flag": source.random(ROWS) < 0.5,
            "day": pandas.date_range("2024-01-01", periods=ROWS).date,
            "y": np.where(x + source.normal(size=ROWS) > 0, "yes", "no"),
        }
    )


def test_without_pyarrow_one_line_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and so on")
    told = r"a Parquet file needs pyarrow: pip install '\.\[parquet\]'"
    with pytest.raises(InputError, match=told):
        read_table(tmp_path / "t.parquet", "y")


class TestWithPyarrow:
    @pytest.fixture(autouse=True)
    def here(self, tmp_path, monkeypatch, project):
        self.arrow = pytest.importorskip("pyarrow")
        self.pq = pytest.importorskip("pyarrow.parquet")
        project()
        self.folder = tmp_path

    def test_a_table_is_the_same_as_from_csv(self, monkeypatch):
        monkeypatch.setattr(parquet, "ROWS_AT_A_TIME", 70)
        frame = table()
        frame.to_parquet("t.parquet", row_group_size=100)
        frame.assign(small=frame["small"].astype(float)).to_csv("t.csv", index=False)
        keys: Any = {
            "categories": ["zip", "note", "flag"],
            "missing": "impute",
            "written": [{"columns": ["day"], "date": "%Y-%m-%d"}],
        }
        ours, theirs = (read_table(f"t.{ending}", "y", **keys) for ending in ("parquet", "csv"))
        assert [c._replace(categories=None) for c in ours.columns] == [
            c._replace(categories=None) for c in theirs.columns
        ]
        assert ours.columns[3].categories == ("01234", "55555", "98765")
        assert ours.columns[4].categories == ("a, b", 'say "c"', "two\nlines")
        np.testing.assert_array_equal(ours.features, theirs.features)
        np.testing.assert_array_equal(ours.features[:, 1], frame["small"].astype(np.float64))
        np.testing.assert_array_equal(ours.labels, theirs.labels)

    def test_a_table_is_added_trained_on_and_predicted(self, capsys):
        frame = table()
        frame.to_parquet("t.parquet")
        assert add.main(["t.parquet", "--target", "y", "--epochs", "3"]) == 0
        told = capsys.readouterr().out
        assert "zip     3 texts" in told and "day     dates from 2024-01-01" in told
        assert [*load_params().experiment("t").data.categories] == ["zip", "note", "flag"]
        for stage in (split, normalize, train, evaluate):
            stage.main("t")
        frame.to_csv("t.csv", index=False)
        for ending in ("parquet", "csv"):
            arguments = ["models/t.npz", f"t.{ending}", "-o", f"{ending}.out"]
            assert predict.main(arguments) == 0
        answers = [
            pandas.read_csv(f"{ending}.out").iloc[:, 1].tolist() for ending in ("parquet", "csv")
        ]
        assert answers[0] == answers[1] and len(answers[0]) == ROWS

    def test_other_types_are_read_or_refused(self):
        arrow = self.arrow
        columns = {
            "d": arrow.array([Decimal("1.50"), None, Decimal("2.25")]),
            "c": arrow.array(["b", None, "a"]).dictionary_encode(),
            "t": arrow.array([datetime.datetime(2024, 1, 2, 3, 4, 5)] * 3),
            "half": arrow.array(np.array([0.1, 2.0, 3.0], dtype=np.float16)),
        }
        self.pq.write_table(arrow.table(columns), "t.parquet")
        with Path("t.parquet").open("rb") as source:
            lines = b"".join(parquet.csv_lines(source)).decode().splitlines()
            assert parquet.columns_of_texts(source) == {"c"}
        half = float(np.float16(0.1))
        assert lines[:2] == ["d,c,t,half", f'1.5,"b",2024-01-02 03:04:05.000000,{half!r}']
        assert lines[2].startswith(",,2024")
        self.pq.write_table(arrow.table({"x": arrow.array([[1], [2]])}), "t.parquet")
        with (
            Path("t.parquet").open("rb") as source,
            pytest.raises(InputError, match="'x' is of the ty"),
        ):
            list(parquet.csv_lines(source))

    def test_a_damaged_file_and_standard_input_are_refused(self):
        table().to_parquet("t.parquet")
        with Path("t.parquet").open("rb") as source:
            content = source.read()
        with pytest.raises(InputError, match="a damaged Parquet file"):
            list(parquet.csv_lines(io.BytesIO(content[:-30])))
        broken = content[:4] + bytes(300) + content[304:]
        with pytest.raises(InputError, match="a damaged Parquet file"):
            list(parquet.csv_lines(io.BytesIO(broken)))
        stream: Any = SimpleNamespace(seekable=lambda: False)
        with pytest.raises(InputError, match="give its path, not standard input"):
            list(parquet.csv_lines(stream))
