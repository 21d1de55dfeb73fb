"""The argument parser that each command begins with: `--help` shows the module's docstring."""

import argparse
import math


def finite_number(text: str) -> float:
    """Read the value of an option; what is no number, or without bounds, ends the program."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is no number that can be used")
    return value


def parser_of(command: str, documentation: str | None) -> argparse.ArgumentParser:
    """Make a parser; the docstring's first paragraph is the description, the rest the epilog."""
    description, _, ending = (documentation or "").partition("\n\n")
    return argparse.ArgumentParser(
        prog=f"python -m commands.{command}",
        description=description,
        epilog=ending,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
