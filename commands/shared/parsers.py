"""The beginning of each command line: `--help` shows what its module says of itself."""

import argparse


def parser_of(command: str, documentation: str | None) -> argparse.ArgumentParser:
    """Make a parser of a module's docstring: its first paragraph, then what stands at the end."""
    description, _, ending = (documentation or "").partition("\n\n")
    return argparse.ArgumentParser(
        prog=f"python -m commands.{command}",
        description=description,
        epilog=ending,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
