"""A zip file with the same bytes whenever and wherever it is written."""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime

EARLIEST = (1980, 1, 1, 0, 0, 0)  # what a zip file can say


def zip_bytes(files: Mapping[str, bytes], moment: datetime) -> bytes:
    """Pack files by name, all with one time.

    They are not compressed: releases of zlib give other bytes, and pictures are compressed already.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, max(moment.timetuple()[:6], EARLIEST))
            entry.create_system = 3  # Unix, on whichever system
            is_program = files[name].startswith(b"#!")
            entry.external_attr = (0o100755 if is_program else 0o100644) << 16
            archive.writestr(entry, files[name])
    return written.getvalue()
