"""What somebody does who checks a QR code with tools of their own: RFC 9052 read word by word."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


def message_of(digits: str) -> bytes:
    """The bytes behind the digits."""
    whole = int(digits)
    data = whole.to_bytes((whole.bit_length() + 7) // 8, "big")
    assert data[:1] == b"\x01"
    return data[1:]


def digits_of(message: bytes) -> str:
    """The digits of other bytes."""
    return str(int.from_bytes(b"\x01" + message, "big"))


def facts_in(digits: str) -> dict[int | str, Any]:
    """What is said, whoever says it."""
    found: dict[int | str, Any] = cbor2.loads(cbor2.loads(message_of(digits))[2])
    return found


def key_id_of(digits: str) -> str:
    """Whose key is named."""
    return str(cbor2.loads(message_of(digits))[1][4].hex())


def is_signed(digits: str, key_set: dict[str, Any]) -> bool:
    """Whether a key of the published set signed it."""
    protected, unprotected, payload, signature = cbor2.loads(message_of(digits))
    assert cbor2.loads(protected) == {1: -7}
    jwk = next(one for one in key_set["keys"] if one["kid"] == unprotected[4].hex())
    return verifies(point(jwk["x"], jwk["y"]), protected, payload, signature)


def point(x: str, y: str) -> ec.EllipticCurvePublicKey:
    """A key of a JWK's coordinates."""
    numbers = (int.from_bytes(base64.urlsafe_b64decode(one + "=="), "big") for one in (x, y))
    return ec.EllipticCurvePublicNumbers(*numbers, ec.SECP256R1()).public_key()


def verifies(
    key: ec.EllipticCurvePublicKey, protected: bytes, payload: bytes, signature: bytes
) -> bool:
    """RFC 9052, 4.4: the signature over the Sig_structure."""
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    r, s = (int.from_bytes(signature[at : at + 32], "big") for at in (0, 32))
    try:
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return len(signature) == 64


def hash_of(text: str) -> bytes:
    """What stands for a text that was too long."""
    return hashlib.sha256(text.encode()).digest()[:8]
