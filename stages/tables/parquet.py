"""A Parquet file as the lines of a CSV file, some rows at a time: so all else reads both alike.

A line is then a row, the header being the first. Numbers are written with the digits that read back
as the same; what is absent is an empty cell.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from nn.errors import InputError, PackageMissing

MAGIC = b"PAR1"  # with which such a file begins
ROWS_AT_A_TIME = 1 << 15


def csv_lines(source: BinaryIO) -> Iterator[bytes]:
    """Write the header and then the rows as CSV in UTF-8, with commas, many lines at a time.

    Raises InputError where the file is damaged, or holds lists and the like; and PackageMissing.
    """
    import_pyarrow()
    import pyarrow.csv

    file = _opened(source)
    types = [_written_as(field) for field in file.schema_arrow]
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(file.schema_arrow.names)
    yield header.getvalue().encode("utf-8")
    options = pyarrow.csv.WriteOptions(include_header=False)
    try:
        for batch in file.iter_batches(ROWS_AT_A_TIME, use_threads=False):
            columns = [
                column.cast(type_) for column, type_ in zip(batch.columns, types, strict=True)
            ]
            lines = io.BytesIO()
            table = pyarrow.table(columns, names=batch.schema.names)
            pyarrow.csv.write_csv(table, lines, options)
            yield lines.getvalue()
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"a damaged Parquet file: {' '.join(str(error).split())}") from error


def columns_of_texts(source: BinaryIO) -> set[str]:
    """Name the columns that the file says are of texts, though they may look like numbers."""
    import_pyarrow()
    import pyarrow.types as kinds

    fields = _opened(source).schema_arrow
    return {field.name for field in fields if kinds.is_large_string(_written_as(field))}


def import_pyarrow() -> None:
    """Raise PackageMissing where it is not there."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise PackageMissing("a Parquet file", "pyarrow", "parquet") from error


def _opened(source: BinaryIO) -> Any:
    import pyarrow.parquet

    if not source.seekable():
        raise InputError("a Parquet file is read from its end: give its path, not standard input")
    source.seek(0)
    try:
        return pyarrow.parquet.ParquetFile(source)
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"a damaged Parquet file: {' '.join(str(error).split())}") from error


def _written_as(field: Any) -> Any:
    """Choose the type in which a column is written: numbers of few bits have their exact value."""
    import pyarrow
    import pyarrow.types as kinds

    type_ = field.type.value_type if kinds.is_dictionary(field.type) else field.type
    if kinds.is_floating(type_) or kinds.is_decimal(type_):
        return pyarrow.float64()
    if kinds.is_string(type_) or kinds.is_large_string(type_) or kinds.is_string_view(type_):
        return pyarrow.large_string()
    if kinds.is_timestamp(type_):
        return pyarrow.timestamp("us")
    known = (kinds.is_integer, kinds.is_boolean, kinds.is_date, kinds.is_time, kinds.is_null)
    if not any(is_kind(type_) for is_kind in known):
        raise InputError(
            f"column {field.name!r} is of the type {type_}, which is neither a number, a text nor "
            "a date: save the table without it"
        )
    return type_
