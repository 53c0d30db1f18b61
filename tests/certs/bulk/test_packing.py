"""A ZIP made in stretches is a ZIP, whatever its size."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

from services.certs.bulk.packing import Packed, last_stretch, stretch

AT = datetime(2026, 9, 2, 1, 20, 31, tzinfo=UTC)


def in_stretches(count: int, each: int) -> bytes:
    """So many files, a few a stretch."""
    whole, packed = b"", list[Packed]()
    for first in range(0, count, each):
        names = range(first, min(first + each, count))
        files = [(f"{n:05d}.pdf", f"paper {n}".encode() * 50, AT) for n in names]
        data, found = stretch(len(whole), files)
        whole += data
        packed += found
    return whole + last_stretch(len(whole), packed, "index.csv", b"row\r\n", AT)


def test_the_stretches_together_are_one_sound_zip() -> None:
    whole = in_stretches(250, 60)
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == [*(f"{n:05d}.pdf" for n in range(250)), "index.csv"]
        assert opened.read("00249.pdf") == b"paper 249" * 50
        assert opened.getinfo("00000.pdf").date_time == (2026, 9, 2, 10, 20, 30), "Seoul, even s"


def test_the_same_files_make_the_same_bytes() -> None:
    assert in_stretches(30, 7) == in_stretches(30, 7)


def test_beyond_four_gigabytes_the_directory_says_so() -> None:
    """ZIP64, without writing so much: only the offsets are large."""
    far = 5 * 2**32
    data, packed = stretch(far, [("a.pdf", b"a", AT)])
    assert packed[0].offset == far
    last = last_stretch(far + len(data), packed, "index.csv", b"", AT)
    assert b"PK\x06\x06" in last, "the ZIP64 end record (APPNOTE 4.3.14)"
