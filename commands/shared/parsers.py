"""The argument parser that each command begins with: `--help` shows the module's docstring."""

import argparse


def parser_of(command: str, documentation: str | None) -> argparse.ArgumentParser:
    """Make a parser; the docstring's first paragraph is the description, the rest the epilog."""
    description, _, ending = (documentation or "").partition("\n\n")
    return argparse.ArgumentParser(
        prog=f"python -m commands.{command}",
        description=description,
        epilog=ending,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
