"""The bytes of a ZIP, a stretch at a time (PKWARE APPNOTE 6.3; ZIP64 where it is needed).

PDFs are packed already, so that files are stored as they are. The stretches laid one after the
other are the ZIP; the last one holds the directory of all files.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from shared.clock import SEOUL

UNIX = 3
READABLE = 0o100644 << 16  # a plain file, for whoever unpacks it on a Unix


@dataclass(frozen=True)
class Packed:
    """A file of the ZIP: its name, when it was made, and where it lies."""

    name: str
    at: datetime
    crc: int
    size: int
    offset: int


class _Stretch(io.BytesIO):
    """A piece of a longer file: it begins at `start`, and says so."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self._start = start

    def tell(self) -> int:
        return self._start + super().tell()

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        inside = position - self._start if whence == io.SEEK_SET else position
        return self._start + super().seek(inside, whence)


def stretch(start: int, files: Sequence[tuple[str, bytes, datetime]]) -> tuple[bytes, list[Packed]]:
    """The stretch of the ZIP that begins at byte `start`, and what lies in it."""
    made = _Stretch(start)
    archive = ZipFile(made, "w", ZIP_STORED)
    for name, data, at in files:
        archive.writestr(_info(name, at), data)
    found = [
        Packed(info.filename, at, info.CRC, info.file_size, info.header_offset)
        for info, (_name, _data, at) in zip(archive.infolist(), files, strict=True)
    ]
    data = made.getvalue()
    archive.close()  # its directory goes nowhere: that of all files comes last
    return data, found


def last_stretch(
    start: int, packed: Sequence[Packed], name: str, data: bytes, at: datetime
) -> bytes:
    """One more file, and the directory of all."""
    made = _Stretch(start)
    with ZipFile(made, "w", ZIP_STORED) as archive:
        archive.infolist().extend(map(_known, packed))
        archive.writestr(_info(name, at), data)
    return made.getvalue()


def _info(name: str, at: datetime) -> ZipInfo:
    made = at.astimezone(SEOUL)
    info = ZipInfo(name, (made.year, made.month, made.day, made.hour, made.minute, made.second))
    info.create_system, info.external_attr = UNIX, READABLE
    return info


def _known(packed: Packed) -> ZipInfo:
    info = _info(packed.name, packed.at)
    info.CRC, info.header_offset = packed.crc, packed.offset
    info.file_size = info.compress_size = packed.size
    return info
