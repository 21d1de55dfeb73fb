"""Predict classes or numbers of a table's rows: `python -m commands.predict MODEL TABLE`.

Only the model file is needed. Columns are found by their names, in any order; columns that the
model does not know are ignored. TABLE is a CSV file, gzipped or not, or - for standard input. Its
delimiter, decimal mark and encoding are found from how it begins. Or it is a Parquet file.

A row that cannot be used ends the work with its line and column, and nothing is written to FILE.
With --skip-bad-rows the other rows are predicted, and each that is left out is listed on standard
error. A text that was not in training counts as none of its column's categories, with a warning.

The output has a row for each row of the table: the line of the table in which it begins, the
predicted class, and with --proba the probability of each class. Or the predicted number, and with
--interval 0.9 between what nine of ten numbers lie, by the errors in validation rows. With
--disagreement, how far the members of an ensemble disagree. With --keep COLUMN cells of the table
stand between, as they are.

Exit code: 0, or 1 when the table cannot be used, 130 when interrupted.
"""

import argparse
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, TextIO

import numpy as np
from numpy.typing import NDArray

from commands.predicting.answers import Answers
from commands.predicting.formats import FORMATS
from commands.predicting.notices import Notices
from commands.predicting.reading import chunks_for
from commands.shared.dialects import DELIMITERS
from commands.shared.parsers import finite_number, parser_of
from nn.errors import InputError, first_few, problems_of
from nn.model_file import Model, load_model
from stages.executing.progress import Progress
from stages.running.command import exit_code
from stages.running.files import output_file
from stages.tables.blocks import column_name
from stages.tables.cells import Chunk


def main(arguments: Sequence[str] | None = None) -> int:
    """Predict, and return the exit code."""
    options = _parser().parse_args(arguments)
    return exit_code(lambda: predict_file(options))


def predict_file(options: argparse.Namespace) -> None:
    """Predict from file to file; raises InputError where model or table cannot be used."""
    model = load_model(options.model)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    if options.output != "-":
        _refuse_to_replace(Path(options.output), options)
    answers = Answers(model, options)
    to_file = nullcontext(sys.stdout) if options.output == "-" else output_file(options.output)
    table = "standard input" if options.table == "-" else options.table
    with _opened(options.table) as source, to_file as target, problems_of(table):
        predict(model, answers, source, target, options)


def _refuse_to_replace(output: Path, options: argparse.Namespace) -> None:
    """Raise InputError where the predictions would take the place of what they are made from."""
    for role, path in (("model", options.model), ("table", options.table)):
        if output.exists() and Path(path).exists() and output.samefile(path):
            raise InputError(f"{output}: is the {role} itself; give another file to -o")
    if output.exists() and not output.is_file():
        raise InputError(f"{output}: is no file; without -o, predictions go to standard output")


def predict(
    model: Model,
    answers: Answers,
    source: BinaryIO,
    target: TextIO,
    options: argparse.Namespace,
) -> None:
    """Read, predict and write chunk by chunk; raises InputError where a row cannot be used."""
    notices = Notices(model, sys.stderr)
    write = FORMATS[options.format](target, model.classes, answers.beside, options.keep)
    with (
        closing(chunks_for(model, source, options, notices)) as chunks,
        Progress("predict", "rows") as progress,
    ):
        for chunk, kept in chunks:
            if chunk.problems and not options.skip_bad_rows:
                remedy = "--skip-bad-rows predicts the other rows"
                raise InputError("\n".join([*first_few(chunk.problems), remedy]))
            good = _good_rows(chunk)
            lines = chunk.lines[good]
            notices.skipped(chunk.problems)
            coded = model.preprocessing.code({n: each[good] for n, each in chunk.columns.items()})
            notices.coded(coded, lines)
            write.rows(
                lines, *answers.of(coded.values), [kept[name][good] for name in options.keep]
            )
            progress.advance(len(lines))
    write.end()
    notices.end()


def _good_rows(chunk: Chunk) -> NDArray[np.bool_] | slice:
    """Find the rows without a problem."""
    if not chunk.problems:
        return slice(None)
    good = np.ones(len(chunk.lines), dtype=bool)
    good[[problem.row for problem in chunk.problems]] = False
    return good


@contextmanager
def _opened(table: str) -> Iterator[BinaryIO]:
    if table == "-":
        yield sys.stdin.buffer
    else:
        with Path(table).open("rb") as source:
            yield source


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("predict", __doc__)
    parser.add_argument("model", metavar="MODEL", help="a model file, such as models/circles.npz")
    parser.add_argument("table", metavar="TABLE", help="a CSV or Parquet file; - is standard input")
    parser.add_argument(
        "-o", "--output", metavar="FILE", default="-", help="written whole; - is standard output"
    )
    parser.add_argument("--proba", action="store_true", help="write each class's probability, too")
    parser.add_argument(
        "--keep",
        metavar="COLUMN",
        type=column_name,
        nargs="+",
        action="extend",
        default=[],
        help="columns of the table to write beside the predictions, such as ids",
    )
    parser.add_argument(
        "--interval",
        metavar="LEVEL",
        type=_probability,
        help="of numbers, write the ends of an interval that holds such a share of them, as 0.9",
    )
    parser.add_argument(
        "--disagreement",
        action="store_true",
        help="of an ensemble, write how far its members disagree: the deviation of what they say",
    )
    parser.add_argument("--format", choices=list(FORMATS), default="csv")
    parser.add_argument(
        "--skip-bad-rows",
        action="store_true",
        help="list the rows that cannot be used, and predict the others",
    )
    parser.add_argument(
        "--threshold",
        type=_probability,
        help="the probability of the second of two classes that decides for it (the model's own)",
    )
    parser.add_argument(
        "--delimiter",
        choices=DELIMITERS,
        metavar="SIGN",
        help="of the cells (, ; | blank or tab), where the one found is wrong",
    )
    parser.add_argument(
        "--decimal",
        choices=(".", ","),
        metavar="SIGN",
        help="of numbers (. or ,), where the one found is wrong",
    )
    parser.add_argument(
        "--encoding",
        choices=("utf-8", "utf-16", "latin-1", "cp1252"),
        help="where the one found is wrong",
    )
    return parser


def _probability(text: str) -> float:
    value = finite_number(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


if __name__ == "__main__":
    sys.exit(main())
