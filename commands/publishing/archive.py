"""A zip file with the same bytes whenever and wherever it is written."""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath

EARLIEST = (1980, 1, 1, 0, 0, 0)  # what a zip file can say


def zip_bytes(files: Mapping[str, bytes], moment: datetime) -> bytes:
    """Pack files by name, and the folders that they lie in, all with one time.

    They are not compressed: releases of zlib give other bytes, and pictures are compressed already.
    """
    written = io.BytesIO()
    folders = {f"{folder}/" for name in files for folder in PurePosixPath(name).parents}
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted({*files, *folders} - {"./"}):
            entry = zipfile.ZipInfo(name, max(moment.timetuple()[:6], EARLIEST))
            entry.create_system = 3  # Unix, on whichever system
            content = files.get(name, b"")
            mode = 0o40755 if name in folders else 0o100755 if content[:2] == b"#!" else 0o100644
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return written.getvalue()
