"""Files and bodies that are made to break things: refused with words, quickly, in little memory."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from typing import Any

import pytest
from PIL import Image

from tests.security.house import House, pdf, upload

SECONDS_MOST = 4.0  # on a busy machine


def _png_of(width: int, height: int, data: bytes) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _png_bomb() -> bytes:
    return _png_of(30_000, 30_000, zlib.compress(bytes(50_000_000), 9))


def _jpeg_of_many_scans() -> bytes:
    """A progressive JPEG whose last scan stands there thousands of times."""
    out = io.BytesIO()
    Image.new("RGB", (4000, 4000), "white").save(out, "JPEG", progressive=True)
    made = out.getvalue()
    last = made.rindex(b"\xff\xda")
    scan = made[last:-2]
    return made[:last] + scan * min(5000, 8_000_000 // len(scan)) + b"\xff\xd9"


def _zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", bytes(100_000_000))
    return out.getvalue()


def _pdf_with(objects: list[bytes], root: int = 1, more: bytes = b"") -> bytes:
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer\n<</Size %d /Root %d 0 R %s>>\n" % (len(objects) + 1, root, more))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def _pages_in_a_ring() -> bytes:
    return _pdf_with(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[2 0 R 2 0 R]>>"]
    )


def _pages_without_end() -> bytes:
    tree = [b"<</Type/Pages/Count 9999999999/Kids[%s]>>" % (b"%d 0 R " % (n + 3) * 20)
            for n in range(12)]  # fmt: skip
    return _pdf_with([b"<</Type/Catalog/Pages 2 0 R>>", *tree, b"<</Type/Page/Parent 2 0 R>>"])


def _deep_pdf() -> bytes:
    return _pdf_with([b"<</Type/Catalog/Pages 2 0 R/X " + b"[" * 200_000 + b">>"])


def _compressed_bomb() -> bytes:
    inner = zlib.compress(zlib.compress(bytes(400_000_000), 9), 9)
    stream = b"<</Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n"
    return _pdf_with(
        [b"<</Type/Catalog/Pages 3 0 R>>", stream % len(inner) + inner + b"\nendstream",
         b"<</Type/Pages/Count 1/Kids[4 0 R]>>", b"<</Type/Page/Parent 3 0 R>>"],
    )  # fmt: skip


HOSTILE = {
    "a picture of 900 million points": ("a.png", _png_bomb),
    "a JPEG of thousands of scans": ("a.jpg", _jpeg_of_many_scans),
    "an archive that unpacks to 100 MB": ("a.pdf", _zip_bomb),
    "a program called PDF": ("a.pdf", lambda: b"MZ\x90\x00" + bytes(1000)),
    "a page called picture": ("a.png", lambda: b"<html><script>alert(1)</script>"),
    "a drawing that runs": (
        "a.png",
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>",
    ),
    "a picture called PDF": ("a.pdf", lambda: _png_of(1, 1, zlib.compress(bytes(5)))),
    "a page before a PDF": ("a.pdf", lambda: b"<script>alert(1)</script>" + pdf()),
    "pages in a ring": ("a.pdf", _pages_in_a_ring),
    "pages without end": ("a.pdf", _pages_without_end),
    "brackets without end": ("a.pdf", _deep_pdf),
    "half a PDF": ("a.pdf", lambda: pdf()[:150]),
    "nothing": ("a.pdf", lambda: b""),
}


@pytest.fixture(scope="module")
def draft(house: House) -> tuple[Any, str]:
    """Somebody at the API and the address of a draft's files."""
    student = house.program(login_id := next(house.applicants()))
    made = student.post("/api/v1/applications", json=house.waiver(login_id, "x", False))
    return student, f"/api/v1/applications/{made.json['id']}/attachments"


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_with_words_and_soon(draft: tuple[Any, str], what: str) -> None:
    student, path = draft
    name, make = HOSTILE[what]
    data = make()
    began = time.process_time()
    answer = student.post(path, **upload(name, data))
    assert answer.status_code == 422, answer.text
    assert answer.json["detail"]
    assert time.process_time() - began < SECONDS_MOST


def test_a_stream_that_unpacks_to_gigabytes_is_not_unpacked(draft: tuple[Any, str]) -> None:
    student, path = draft
    data = _compressed_bomb()
    began = time.process_time()
    answer = student.post(path, **upload("bomb.pdf", data))
    assert answer.status_code in (201, 422), answer.text
    assert time.process_time() - began < SECONDS_MOST


def test_a_file_is_handed_back_as_one_to_save_and_never_as_a_page(draft: tuple[Any, str]) -> None:
    student, path = draft
    both = pdf() + b"<html><script>alert(1)</script></html>"
    answer = student.post(path, **upload("both.pdf", both))
    assert answer.status_code == 201
    served = student.get(answer.json["address"])
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert served.mimetype == "application/pdf"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n" * 10_000, "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nhello\r\n--x--\r\n',
         "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n1\r\n' * 5000 + b"--x--\r\n",
         "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n' + b"a" * 3_000_000
         + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n\r\n--x--\r\n",
         "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
        (b"\xff", "multipart/form-data; boundary=" + "x" * 5000),
    ],
)  # fmt: skip
def test_an_upload_that_is_none_is_refused(
    house: House, draft: tuple[Any, str], body: bytes, content_type: str
) -> None:
    student, path = draft
    for caller, where in (
        (student, path), (house.caller(), "/api/v1/verify"), (house.caller(), "/verify"),
        (house.caller(), "/sign-in"), (student, "/api/v1/applications"),
    ):  # fmt: skip
        answer = caller.post(where, data=body, content_type=content_type)
        assert 400 <= answer.status_code < 500, (where, answer.text)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"kind":"tuition_waiver","answers":{"year":%s}}' % number
        for number in (
            b"9" * 30,
            b"-9223372036854775809",
            b"9007199254740993",
            b"9" * 4000,
            b"1e400",
        )
    ]
    + [
        b'{"kind":"a","kind":"tuition_waiver","answers":{}}',
        b'{"kind":"tuition_waiver","answers":{"year":2026,"year":2027}}',
        b'{"kind":NaN}',
        b"[" * 200_000,
        b'{"a":' * 40_000,
        b"\xff\xfe{\x00}\x00",
        b'{"kind":"\\ud800"}',
        b'{"\\u0000":1}',
        b'"kind"',
        b"{}{}",
        b"x" * 300_000,
    ],
    ids=lambda raw: str(raw[:40]),
)
def test_a_body_that_is_no_good_json_is_refused(house: House, raw: bytes) -> None:
    student = house.program(next(house.applicants()))
    answer = student.post("/api/v1/applications", data=raw, content_type="application/json")
    assert answer.status_code in (400, 413, 422), answer.text
    assert answer.mimetype == "application/problem+json"
