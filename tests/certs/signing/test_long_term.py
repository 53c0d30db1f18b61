"""PAdES B-LT: the file carries what is needed to check it for ever, or the paper waits."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from services.certs.app import create_app
from services.certs.signing import dss
from services.certs.signing.level import Trust, reached
from services.certs.verify.check import verify_file
from shared.errors import Permanent
from tests.certs.parts import NOON, Office, request
from tests.certs.signing.judges import trusted
from tests.certs.signing.server import Authorities

AtLevel = Callable[..., Office]


def trust_of(office: Office, authorities: Authorities) -> Trust:
    return Trust(office.parts.signing.signer().authority, [authorities.pki.root.certificate])


def test_pyhanko_finds_everything_in_the_file_and_asks_nobody(
    at_level: AtLevel, authorities: Authorities
) -> None:
    """As at the time of the stamp, which is when a B-LT file is judged however late."""
    office = at_level("B-LT")
    document, pdf = office.issue()
    trust = trust_of(office, authorities)

    reader = PdfFileReader(io.BytesIO(pdf))
    store = DocumentSecurityStore.read_dss(reader)

    def context(root: Any) -> ValidationContext:
        return store.as_validation_context(
            {
                "trust_roots": trusted([root]),
                "moment": NOON,
                "allow_fetching": False,
                "revocation_mode": "require",
            }
        )

    status = validate_pdf_signature(
        reader.embedded_signatures[0],
        context(trust.authority),
        ts_validation_context=context(trust.stamp_roots[0]),
    )
    assert status.bottom_line, status.pretty_print_details()
    assert status.timestamp_validity.trusted
    assert document.signature is not None
    assert document.signature["level"] == "B-LT"


def test_the_file_stays_sound_for_other_readers(at_level: AtLevel, tmp_path: Path) -> None:
    _, pdf = at_level("B-LT").issue()
    (tmp_path / "paper.pdf").write_bytes(pdf)
    checked = subprocess.run(
        ["qpdf", "--check", tmp_path / "paper.pdf"], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked
    said = subprocess.run(
        ["pdfsig", "-nocert", tmp_path / "paper.pdf"], capture_output=True, check=False
    )
    assert b"Signature is Valid" in said.stdout
    with pikepdf.open(io.BytesIO(pdf)) as file:
        assert set(file.Root.DSS.keys()) == {"/Type", "/Certs", "/CRLs", "/OCSPs"}
        assert file.Root.Extensions.ESIC.ExtensionLevel == 5


def test_proofs_are_asked_for_once_while_they_are_fresh(
    at_level: AtLevel, authorities: Authorities
) -> None:
    office = at_level("B-LT")
    office.issue()
    office.issue()
    assert authorities.asked.count("/tsa") == 2
    assert authorities.asked.count("/ocsp") == 1
    assert authorities.asked.count("/root.crl") == 1


def test_a_paper_waits_while_a_certificate_it_stands_on_is_revoked(
    at_level: AtLevel, authorities: Authorities
) -> None:
    office = at_level("B-LT")
    authorities.pki.revoked.add(authorities.pki.tsa.certificate.serial_number)
    office.hear(request())
    assert (office.documents(), office.said(), office.dead()) == ([], [], [])


def test_a_paper_waits_while_nobody_says_whether_a_certificate_is_good(
    at_level: AtLevel, authorities: Authorities, tmp_path: Path
) -> None:
    office = at_level("B-LT")
    (tmp_path / "keys" / "pdf" / "authority.crl").unlink()  # an authority without a key
    office.hear(request())
    assert (office.documents(), office.said(), office.dead()) == ([], [], [])


def test_our_own_leaf_taken_back_is_no_longer_proved_good(
    at_level: AtLevel, authorities: Authorities, tmp_path: Path
) -> None:
    office = at_level("B-LT")
    _, pdf = office.issue()
    folder = office.parts.signing.folder
    folder.rotate(NOON, leaked=True)
    evidence = dss.evidence_in(pdf)
    assert evidence is not None
    listed = folder.revocation_list(NOON)
    assert listed is not None
    end = reached_end(pdf)
    replaced = dss.extended(
        pdf[:end], type(evidence)(evidence.certificates, (listed,), evidence.responses)
    )
    with pytest.raises(Permanent, match="does not prove it"):
        reached(replaced, trust_of(office, authorities), NOON)


def reached_end(pdf: bytes) -> int:
    """Where the signed revision ends."""
    reader = PdfFileReader(io.BytesIO(pdf))
    _, _, start, length = reader.embedded_signatures[0].byte_range
    return int(start) + int(length)


def test_a_store_without_a_proof_is_not_b_lt(at_level: AtLevel, authorities: Authorities) -> None:
    office = at_level("B-LT")
    _, pdf = office.issue()
    evidence, signed = dss.evidence_in(pdf), pdf[: reached_end(pdf)]
    assert evidence is not None
    trust = trust_of(office, authorities)
    for lacking in (
        type(evidence)(evidence.certificates, (), evidence.responses),
        type(evidence)(evidence.certificates, evidence.lists, ()),
        type(evidence)(evidence.certificates[1:], evidence.lists, evidence.responses),
    ):
        with pytest.raises(Permanent):
            reached(dss.extended(signed, lacking), trust, NOON)
    assert reached(signed, trust, NOON).level == "B-T"


def test_its_own_update_is_authentic_and_what_somebody_adds_is_named_altered(
    at_level: AtLevel,
) -> None:
    office = at_level("B-LT")
    _, pdf = office.issue()
    assert verify_file(office.parts, pdf).verdict == "authentic"

    with pikepdf.open(io.BytesIO(pdf)) as file:
        size, root = int(file.trailer.Size), file.Root.objgen[0]
    start = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    added = b"%d 0 obj\n(more)\nendobj\n" % size
    at = len(pdf)
    more = added + (
        b"xref\n%d 1\n%010d 00000 n \ntrailer<</Size %d/Root %d 0 R/Prev %d>>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, at, size + 1, root, start, at + len(added))
    )
    extended = verify_file(office.parts, pdf + more)
    assert (extended.verdict, extended.reason) == ("altered", "extended")


def test_the_store_taken_away_is_named_altered_too(at_level: AtLevel) -> None:
    office = at_level("B-LT")
    _, pdf = office.issue()
    bare = verify_file(office.parts, pdf[: reached_end(pdf)])
    assert (bare.verdict, bare.differences) == ("altered", ())


def test_the_level_is_told(at_level: AtLevel) -> None:
    office = at_level("B-LT")
    document, _ = office.issue()
    client = create_app(office.parts).test_client()
    told = client.get(f"/api/v1/verify/{document.number}").get_json()
    assert told["signature"]["level"] == "PAdES B-LT"
