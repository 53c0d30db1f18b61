"""Streams as a judge of archives reads them, whatever byte their data end with."""

from __future__ import annotations

import io
from pathlib import Path

import page as page_validation
import pikepdf
import pytest

from services.certs.layout import embed, pictures
from services.certs.layout.write import Writer
from services.certs.sign import Signer
from services.certs.signing import dss
from services.certs.signing.revocation import Evidence
from tests.certs.layout.desk import ADDRESS, NOON, layout, sample


def ending_with_a_return() -> bytes:
    """Data whose compressed form ends with CR."""
    made = (b"%d" % n for n in range(10_000, 100_000))
    return next(one for one in made if body_of(embed.stream(one)).endswith(b"\r"))


def body_of(stream: bytes) -> bytes:
    length = int(stream[stream.index(b"/Length ") + 8 : stream.index(b">>stream")])
    start = stream.index(b">>stream\n") + len(b">>stream\n")
    return stream[start : start + length]


def test_the_end_of_the_data_is_the_same_by_length_and_by_line_end() -> None:
    data = ending_with_a_return()
    for stream in (embed.stream(data), pictures.stream_of(body_of(embed.stream(data)), "")):
        assert stream.endswith(body_of(stream) + b"\r\nendstream")


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\n\r", b"x"])
def test_proofs_behind_a_signature_may_end_with_any_byte(
    writer: Writer, signer: Signer, tmp_path: Path, end: bytes
) -> None:
    pdf = writer.write(
        layout("ko"),
        sample("ko"),
        {},
        number="93XV-372B-P0SN-1ABY-K",
        at=NOON,
        qr_text=ADDRESS,
        signer=signer,
    )
    extended = dss.extended(pdf, Evidence((b"certificate" + end,), (), ()))
    (tmp_path / "paper.pdf").write_bytes(extended)
    found = page_validation.validate_pdf(str(tmp_path / "paper.pdf"), profile="2a")
    assert {one.rule_id for one in found.failures} <= {"PDFA2A-SIGNATURE-BYTERANGE-001"}
    evidence = dss.evidence_in(extended)
    assert evidence is not None
    assert evidence.certificates == (b"certificate" + end,)
    with pikepdf.open(io.BytesIO(extended)) as file:
        assert len(file.pages) == 1
