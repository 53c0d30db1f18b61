"""COSE_Sign1 (RFC 9052, 4.2), untagged, ES256 (RFC 9053, 2.1), and its decimal digits.

Digits, since a QR code has a mode for them: 3.3 bits each, and nothing in an
address needs escaping. A leading byte 01 keeps leading zeros.
"""

from __future__ import annotations

from functools import cache

import cbor2
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ALGORITHM, KEY_ID, ES256 = 1, 4, -7
PROTECTED = cbor2.dumps({ALGORITHM: ES256})
COORDINATE_BYTES = 32


def sign1(payload: bytes, key: ec.EllipticCurvePrivateKey, key_id: bytes) -> bytes:
    """The payload, signed."""
    signed = cbor2.dumps(["Signature1", PROTECTED, b"", payload])  # Sig_structure, 4.4
    r, s = decode_dss_signature(key.sign(signed, _curve_signature()))
    signature = r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")
    return cbor2.dumps([PROTECTED, {KEY_ID: key_id}, payload, signature])


def digits(message: bytes) -> str:
    """The bytes as decimal digits."""
    return str(int.from_bytes(b"\x01" + message, "big"))


@cache
def _curve_signature() -> ec.ECDSA:
    """RFC 6979 where OpenSSL can: the same facts are signed to the same digits."""
    try:
        return ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    except UnsupportedAlgorithm:
        return ec.ECDSA(hashes.SHA256())
