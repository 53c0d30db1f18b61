"""PAdES B-T: a time-stamp authority vouches for the time, or the paper waits."""

from __future__ import annotations

import base64
import io
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from asn1crypto import cms

from services.certs import ledger
from services.certs.app import create_app
from services.certs.signing.level import Trust, reached
from services.certs.signing.stamps import StampAuthority
from shared.clock import StandingClock
from shared.errors import Permanent, TryLater
from shared.settings import Settings
from tests.certs.parts import NOON, Office, request
from tests.certs.signing.judges import judged
from tests.certs.signing.server import LIES, Authorities

AtLevel = Callable[..., Office]


def root_of(office: Office) -> Any:
    return office.parts.signing.signer().authority


def test_a_paper_bears_the_time_of_the_authority_as_pyhanko_and_pdfsig_see(
    at_level: AtLevel, authorities: Authorities, tmp_path: Path
) -> None:
    office = at_level("B-T")
    _, pdf = office.issue()

    status = judged(pdf, [root_of(office)], NOON, [authorities.pki.root.certificate])
    assert status.bottom_line, status.pretty_print_details()
    assert status.timestamp_validity.intact
    assert status.timestamp_validity.trusted
    assert status.timestamp_validity.timestamp == NOON.replace(microsecond=0)
    (tmp_path / "paper.pdf").write_bytes(pdf)
    said = subprocess.run(["pdfsig", "-nocert", tmp_path / "paper.pdf"], capture_output=True)
    assert b"Signature is Valid" in said.stdout
    assert b"Total document signed" in said.stdout


def test_the_level_that_was_read_from_the_file_is_kept_and_told(
    at_level: AtLevel, authorities: Authorities
) -> None:
    office = at_level("B-T")
    document, pdf = office.issue()

    at = NOON.replace(microsecond=0).isoformat()
    assert document.signature == {"level": "B-T", "at": at}
    with office.database.read() as session:
        assert ledger.first_broken(session) is None
    client = create_app(office.parts).test_client()
    told = client.get(f"/api/v1/verify/{document.number}").get_json()
    assert told["signature"] == {"level": "PAdES B-T", "at": at}
    page = client.post("/verify", data={"file": (io.BytesIO(pdf), "paper.pdf")}).text
    assert "PAdES B-T" in page


def test_without_an_authority_it_is_called_b_b_by_our_own_clock(office: Office) -> None:
    document, _ = office.issue()
    assert document.signature == {"level": "B-B", "at": NOON.isoformat()}


@pytest.mark.parametrize("way", LIES)
def test_no_paper_is_issued_on_the_word_of_a_liar_and_none_is_lost(
    at_level: AtLevel, authorities: Authorities, way: str
) -> None:
    office = at_level("B-T")
    authorities.way = way
    office.hear(request())
    assert (office.documents(), office.said(), office.dead()) == ([], [], [])

    authorities.way = "honest"
    office.consumer.drain(patience_s=5)
    [document] = office.documents()
    assert document.signature is not None
    assert document.signature["level"] == "B-T"


@pytest.mark.parametrize("way", ["late", "drop by drop"])
def test_an_authority_that_keeps_us_waiting_is_left_within_its_time(
    authorities: Authorities, way: str
) -> None:
    authorities.way = way
    stamps = StampAuthority(httpx.Client(), authorities.tsa, [], StandingClock(NOON), 0.5)
    with pytest.raises(TryLater) as waits:
        stamps.stamp(b"signature")
    assert waits.value.code == "authority_unavailable"


def test_a_paper_waits_while_the_authority_is_away(
    at_level: AtLevel, authorities: Authorities
) -> None:
    office = at_level("B-T", tsa=f"http://127.0.0.1:{authorities.port + 1}/tsa")
    office.hear(request())
    assert (office.documents(), office.said(), office.dead()) == ([], [], [])


def test_a_time_stamp_longer_than_the_room_is_given_more_room(
    at_level: AtLevel, authorities: Authorities
) -> None:
    office = at_level("B-T")
    authorities.way = "long"
    office.hear(request())
    assert office.documents() == []
    office.consumer.drain(patience_s=5)
    [document] = office.documents()
    pdf = office.files.get(document.file_id, document.sha256)
    assert judged(pdf, [root_of(office)], NOON, [authorities.pki.root.certificate]).bottom_line


def test_without_roots_any_authority_is_believed_whose_signature_is_in_order(
    at_level: AtLevel, authorities: Authorities
) -> None:
    authorities.way = "another root"
    document, _ = at_level("B-T", tsa_roots="").issue()
    assert document.signature is not None
    assert document.signature["level"] == "B-T"


def test_the_authority_hears_the_user_and_password_of_its_address(
    at_level: AtLevel, authorities: Authorities
) -> None:
    at_level("B-T", tsa=authorities.tsa.replace("http://", "http://dojang:s3cret@")).issue()
    given = authorities.headers[-1]["Authorization"]
    assert given == "Basic " + base64.b64encode(b"dojang:s3cret").decode()


def test_openssl_s_authority_is_understood_as_well(
    tmp_path: Path, authorities: Authorities
) -> None:
    """Another hand than certomancer's: `openssl ts`, with ESSCertIDv2 and SHA-512."""
    tsa, pki = authorities.pki.tsa, authorities.pki
    (tmp_path / "key.pem").write_bytes(tsa.key_pem)
    (tmp_path / "crt.pem").write_bytes(tsa.pem)
    (tmp_path / "chain.pem").write_bytes(pki.between.pem)
    (tmp_path / "serial").write_text("01")
    (tmp_path / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\ncrypto_device = builtin\n"
        "signer_cert = crt.pem\ncerts = chain.pem\nsigner_key = key.pem\nsigner_digest = sha512\n"
        "default_policy = 1.2.3.4\ndigests = sha256\n"
        "ess_cert_id_chain = no\ness_cert_id_alg = sha256\n"
    )

    def openssl(question: bytes) -> bytes:
        (tmp_path / "question.tsq").write_bytes(question)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "question.tsq"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout

    clock = StandingClock(datetime.now(UTC))
    client = httpx.Client(
        transport=httpx.MockTransport(
            lambda asked: httpx.Response(200, stream=httpx.ByteStream(openssl(asked.content)))
        )
    )
    stamps = StampAuthority(client, "http://openssl/", [pki.root.certificate], clock, 5)
    assert stamps.stamp(b"signature")


def test_a_file_whose_stamp_is_not_over_its_signature_has_not_reached_b_t(
    at_level: AtLevel, authorities: Authorities
) -> None:
    """Two papers, the stamp of the one put into the other: what is read decides, not what was
    asked for."""
    office = at_level("B-T")
    trust = Trust(root_of(office), [authorities.pki.root.certificate])
    _, one = office.issue()
    _, other = office.issue()
    assert reached(one, trust, NOON).level == "B-T"
    token_of = stamps_in(one), stamps_in(other)
    mixed = one.replace(*token_of)
    assert len(mixed) == len(one)
    assert mixed != one
    with pytest.raises(Permanent):
        reached(mixed, trust, NOON)


def stamps_in(pdf: bytes) -> bytes:
    """The hexadecimal digits of the time stamp in a file."""

    start = pdf.index(b"/Contents<") + len(b"/Contents<")
    content = cms.ContentInfo.load(bytes.fromhex(pdf[start : pdf.index(b">", start)].decode()))
    [signer] = content["content"]["signer_infos"]
    token: bytes = signer["unsigned_attrs"][0]["values"][0].dump()
    return token.hex().encode()


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"DOJANG_SIGNATURE": "B-T"}, "it needs DOJANG_TSA"),
        ({"DOJANG_SIGNATURE": "best"}, "write one of B-B, B-T, B-LT"),
        ({"DOJANG_TSA": "ftp://tsa.example"}, "write a URL"),
        ({"DOJANG_TSA": "http://t", "DOJANG_SIGNATURE": "B-LT"}, "it needs DOJANG_TSA_ROOTS"),
        ({"DOJANG_TSA_SECONDS": "soon"}, "write a whole number"),
    ],
)
def test_a_wrong_setting_is_refused_with_a_sentence(environ: dict[str, str], says: str) -> None:
    with pytest.raises(Permanent, match=says):
        Settings.read(environ)


@pytest.mark.parametrize("setting", ["tsa_roots", "tsa_certificate"])
def test_a_missing_file_of_the_settings_is_refused_at_the_start(
    at_level: AtLevel, setting: str
) -> None:
    with pytest.raises(Permanent) as refused:
        at_level("B-T", **{setting: "/nowhere.pem"})
    assert refused.value.code == "bad_setting"
