"""The pages that people read, taken apart into prose and code."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Page(NamedTuple):
    """A Markdown file and what it is made of."""

    path: str
    text: str
    blocks: list[tuple[str, str]]
    """Language and content of each block of code."""
    prose: str
    """The text without these blocks."""
    code: str
    """The blocks, and what stands between backticks."""


def read_page(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    spans = re.findall(r"`([^`\n]+)`", prose)
    return Page(path, text, blocks, prose, "\n".join([*(each for _, each in blocks), *spans]))


HANDBOOK = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md"))
PAGES = [read_page(path) for path in ["README.md", "CONTRIBUTING.md", "data/README.md", *HANDBOOK]]
CODE = "\n".join(page.code for page in PAGES)
