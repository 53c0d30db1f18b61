"""The university's signature on a paper, as three judges see it."""

import io
import stat
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from services.certs.layout.write import Writer
from services.certs.sign import Signer
from services.certs.signing.credentials import KEY_FILE, LEAF_FILE
from shared.errors import Permanent
from tests.certs.layout.desk import ADDRESS, NOON, layout, run, sample


def signed(writer: Writer, signer: Signer, **values: Any) -> bytes:
    return writer.write(
        layout("ko"),
        sample("ko") | values,
        {},
        number="93XV-372B-P0SN-1ABY-K",
        at=NOON,
        qr_text=ADDRESS,
        signer=signer,
    )


def judged(pdf: bytes, signer: Signer) -> Any:
    """pyHanko, which trusts the installation's authority and nobody else."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.keys import load_certs_from_pemder_data

    trusted = list(load_certs_from_pemder_data(signer.authority.public_bytes(Encoding.PEM)))
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    return validate_pdf_signature(
        signature, ValidationContext(trust_roots=trusted, moment=NOON, allow_fetching=False)
    )


def test_pyhanko_trusts_the_paper_whole(writer: Writer, any_signer: Signer) -> None:
    status = judged(signed(writer, any_signer), any_signer)
    assert status.bottom_line, status.pretty_print_details()
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE


def test_pdfsig_says_that_all_of_it_is_signed(
    writer: Writer, any_signer: Signer, tmp_path: Path
) -> None:
    (tmp_path / "paper.pdf").write_bytes(signed(writer, any_signer))
    said = run("pdfsig", "-nocert", tmp_path / "paper.pdf").stdout.decode()
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_the_signature_is_pades_b_b(writer: Writer, any_signer: Signer) -> None:
    """ETSI EN 319 142-1: signing-certificate-v2 names the leaf, no signing-time among the
    attributes (the dictionary's M says it), a hole filled up with zeros."""
    pdf = signed(writer, any_signer)
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    kinds = [a["type"].native for a in signature.signer_info["signed_attrs"]]
    assert sorted(kinds) == ["content_type", "message_digest", "signing_certificate_v2"]
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert len(signature.signed_data["certificates"]) == 2


def test_a_changed_byte_breaks_the_signature(writer: Writer, signer: Signer) -> None:
    pdf = bytearray(signed(writer, signer))
    at = pdf.rindex(b"/Producer(Dojang)") + 10
    pdf[at : at + 6] = b"Forger"
    assert not judged(bytes(pdf), signer).intact


def test_another_paper_gets_another_signature_by_the_same_key(
    writer: Writer, signer: Signer
) -> None:
    assert signed(writer, signer) == signed(writer, signer)
    assert judged(signed(writer, signer, name="다른이름"), signer).bottom_line


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = Signer.create(tmp_path, "Dojang University of Science", NOON)
    again = Signer.create(tmp_path, "Another name", NOON)
    assert first.leaf == again.leaf
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("file", [KEY_FILE, LEAF_FILE])
def test_half_a_key_is_refused(tmp_path: Path, file: str) -> None:
    Signer.create(tmp_path, "Dojang University of Science", NOON)
    (tmp_path / file).unlink()
    with pytest.raises(Permanent) as refused:
        Signer.open(tmp_path)
    assert refused.value.code == "no_signing_key"


def test_a_certificate_of_another_key_is_refused(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    Signer.create(mine, "Dojang", NOON)
    Signer.create(theirs, "Dojang", NOON)
    (mine / LEAF_FILE).write_bytes((theirs / LEAF_FILE).read_bytes())
    with pytest.raises(Permanent, match="do not belong together"):
        Signer.open(mine)
