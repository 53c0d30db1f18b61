"""Which keys and certificates sign, and which are refused with a sentence."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils.reader import PdfFileReader

from services.certs.app import create_app
from services.certs.layout.write import Writer
from services.certs.sign import Signer
from services.certs.signing.credentials import AUTHORITY_FILE, KEY_FILE, LEAF_FILE
from services.certs.signing.level import Trust, reached
from shared.errors import Permanent
from tests.certs.layout.desk import ADDRESS, layout, sample
from tests.certs.parts import NOON, Office, request
from tests.certs.signing.judges import judged
from tests.certs.signing.pki import SIGNS, Bearer, Pki


@pytest.fixture(scope="module")
def public() -> Pki:
    """A public authority, as an operator buys certificates of one."""
    return Pki(NOON, "http://ca.example")


def lay(folder: Path, bearer: Bearer, public: Pki) -> Path:
    """The operator's files: key, certificate with the intermediate, root."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / KEY_FILE).write_bytes(bearer.key_pem)
    (folder / LEAF_FILE).write_bytes(bearer.pem + public.between.pem)
    (folder / AUTHORITY_FILE).write_bytes(public.root.pem)
    return folder


def of_university(public: Pki, key: Any = None, **more: Any) -> Bearer:
    return public.make("University", public.between, more.pop("usage", SIGNS), key=key, **more)


def signed(writer: Writer, signer: Signer) -> bytes:
    return writer.write(
        layout("ko"),
        sample("ko"),
        {},
        number="93XV-372B-P0SN-1ABY-K",
        at=NOON,
        qr_text=ADDRESS,
        signer=signer,
    )


KEYS: dict[str, Callable[[], Any]] = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RSA 2048": lambda: rsa.generate_private_key(65537, 2048),
    "RSA 3072": lambda: rsa.generate_private_key(65537, 3072),
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_public_authority_s_certificate_signs_and_brings_its_intermediate(
    writer: Writer, public: Pki, tmp_path: Path, kind: str
) -> None:
    signer = Signer.open(lay(tmp_path, of_university(public, KEYS[kind]()), public))
    pdf = signed(writer, signer)

    status = judged(pdf, [public.root.certificate], NOON)
    assert status.bottom_line, status.pretty_print_details()
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    assert len(signature.signed_data["certificates"]) == 3
    made = signature.signed_data["signer_infos"][0]["signature_algorithm"]["algorithm"].native
    assert made == ("sha256_ecdsa" if kind == "P-256" else "rsassa_pkcs1v15")
    assert reached(pdf, Trust(public.root.certificate), NOON).level == "B-B"
    assert signed(writer, signer) == pdf


@pytest.mark.parametrize("kind", KEYS)
def test_the_room_kept_is_that_of_the_longest_signature(
    public: Pki, tmp_path: Path, kind: str
) -> None:
    signer = Signer.open(lay(tmp_path, of_university(public, KEYS[kind]()), public))
    lengths = {len(signer.cms(bytes([n] * 32))) for n in range(60)}
    assert max(lengths) <= signer.reserve <= max(lengths) + 4


@pytest.mark.parametrize("kind", KEYS)
def test_the_quick_look_at_our_own_signature_sees_what_the_thorough_one_sees(
    writer: Writer, public: Pki, tmp_path: Path, kind: str
) -> None:
    signer = Signer.open(lay(tmp_path, of_university(public, KEYS[kind]()), public))
    for number in range(20):
        digest = bytes([number] * 32)
        contents = signer.cms(digest) + bytes(8)
        assert signer.holds(contents, digest)
        assert not signer.holds(contents, bytes(32 * [number + 1]))
        for at in (10, len(contents) // 2, len(contents) - 12):
            wrong = bytearray(contents)
            wrong[at] ^= 1
            assert not signer.holds(bytes(wrong), digest)


REFUSED: dict[str, tuple[Callable[[Pki], Bearer], str]] = {
    "short": (lambda p: of_university(p, rsa.generate_private_key(65537, 1024)), "1024 bits"),
    "another curve": (
        lambda p: of_university(p, ec.generate_private_key(ec.SECP384R1())),
        "neither RSA nor P-256",
    ),
    "for machines": (
        lambda p: of_university(p, extended=[ExtendedKeyUsageOID.SERVER_AUTH]),
        "extended key usage",
    ),
    "for locking": (
        lambda p: of_university(p, usage={"key_encipherment": True}),
        "key usage",
    ),
    "an authority": (lambda p: p.make("CA", p.between, SIGNS, authority=True), "an authority"),
    "of another authority": (
        lambda p: of_university(Pki(NOON, "http://other.example")),
        "leads to no trusted root",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_certificate_that_will_not_do_is_refused_with_a_sentence(
    public: Pki, tmp_path: Path, kind: str
) -> None:
    make, says = REFUSED[kind]
    with pytest.raises(Permanent, match=says) as refused:
        Signer.open(lay(tmp_path, make(public), public))
    assert refused.value.code == "no_signing_key"


def test_a_key_under_a_password_is_refused(public: Pki, tmp_path: Path) -> None:
    lay(tmp_path, of_university(public), public)
    locked = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    (tmp_path / KEY_FILE).write_bytes(locked)
    with pytest.raises(Permanent, match="no usable signing key"):
        Signer.open(tmp_path)


@pytest.mark.parametrize(
    "when", [{"ends": timedelta(days=-1)}, {"begins": timedelta(days=1)}], ids=["ended", "to come"]
)
def test_out_of_its_time_nothing_is_signed_and_the_desk_and_readyz_say_so(
    open_office: Callable[..., Office], public: Pki, tmp_path: Path, when: dict[str, timedelta]
) -> None:
    lay(tmp_path / "keys" / "pdf", of_university(public, **when), public)
    office = open_office()

    office.hear(request())
    assert (office.documents(), office.said(), office.dead()) == ([], [], [])
    ready = create_app(office.parts).test_client().get("/readyz")
    assert (ready.status_code, ready.get_json()["notes"]) == (503, ["signing_unusable"])
