"""The hashes by which DVC knows files and folders, and git files."""

import hashlib
import json
from collections.abc import Mapping


def md5_of(content: bytes) -> str:
    """Hash a file's content as DVC does."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def folder_md5(files: Mapping[str, str]) -> str:
    """Hash a folder as DVC does, from the hash of each file by its path inside the folder.

    DVC hashes a JSON list of both, sorted by path.
    """
    listed = [{"md5": md5, "relpath": path} for path, md5 in sorted(files.items())]
    return md5_of(json.dumps(listed, sort_keys=True).encode()) + ".dir"


def git_hash(content: bytes) -> str:
    """Hash a file's content as git does."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()
