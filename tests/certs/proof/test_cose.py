"""COSE_Sign1, against the example of its standard and a reader of its own."""

from __future__ import annotations

from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from services.certs.proof.cose import PROTECTED, digits, sign1
from services.certs.proof.keys import Published
from tests.certs.proof.reader import digits_of, is_signed, message_of, verifies

KEY = ec.derive_private_key(0x1234567890ABCDEF1234567890ABCDEF, ec.SECP256R1())


def key_set(kid: str = "3fa2") -> dict[str, list[dict[str, str]]]:
    return {"keys": [{**Published(KEY.public_key()).jwk, "kid": kid}]}


def test_the_reader_of_these_tests_reads_the_example_of_rfc_9052() -> None:
    # RFC 9052, C.2.1: single ECDSA signature; the key "11" of C.7.1.
    key = ec.EllipticCurvePublicNumbers(
        int("bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff", 16),
        int("20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e", 16),
        ec.SECP256R1(),
    ).public_key()
    signature = bytes.fromhex(
        "8eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e"
        "2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36"
    )

    assert verifies(key, PROTECTED, b"This is the content.", signature)
    assert not verifies(key, PROTECTED, b"This is the content!", signature)


def test_what_is_signed_is_verified() -> None:
    said = digits(sign1(b"\xa1\x01\x02", KEY, bytes.fromhex("3fa2")))

    assert is_signed(said, key_set())


def test_a_signed_fact_takes_78_bytes_more_than_the_fact() -> None:
    assert len(sign1(b"x" * 120, KEY, b"k1")) == 120 + 78


def test_any_changed_byte_of_facts_or_signature_fails() -> None:
    before = message_of(digits(sign1(b"\xa1\x01\x02", KEY, bytes.fromhex("3fa2"))))
    facts_at = before.index(b"\xa1\x01\x02")
    for at in (*range(facts_at, facts_at + 3), *range(len(before) - 64, len(before))):
        changed = before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :]
        assert not is_signed(digits_of(changed), key_set())


def test_the_same_facts_are_signed_to_the_same_digits() -> None:
    signed = [digits(sign1(b"x", KEY, b"k1")) for _ in range(3)]
    assert all(one == other for one, other in pairwise(signed))


@given(st.binary(max_size=200))
def test_digits_keep_every_byte_leading_zeros_too(data: bytes) -> None:
    assert message_of(digits(data)) == data
    assert digits(data).isdigit()
