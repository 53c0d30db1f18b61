"""What makes a peer's work equal to ours: its PDF signed by pyHanko, and stored.

pyHanko as it is quickest: PAdES B-B, P-256, the key kept loaded, room reserved. Stored as ours:
a file of its own, flushed to the disk. What stays less than ours is said in the report.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from benchmarks.peers.meter import store
from benchmarks.peers.papers import NOON
from services.certs.sign import Signer

RESERVED_BYTES = 8192


class Whole:
    """Signs and stores."""

    def __init__(self, folder: Path) -> None:
        self._files = store(folder / "files")
        self._signer = loaded(folder / "keys")

    def __call__(self, pdf: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        wishes = signers.PdfSignatureMetadata(
            field_name="Signature", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
        )
        out: Any = signers.sign_pdf(
            writer, wishes, signer=self._signer, bytes_reserved=RESERVED_BYTES
        )
        signed = bytes(out.getvalue())
        self._files.put(signed)
        return signed


def loaded(folder: Path) -> signers.SimpleSigner:
    """pyHanko's signer with a new key of our kind."""
    made = Signer.create(folder, "Dojang University of Science", NOON)
    key = load_pem_private_key((folder / "signing.key.pem").read_bytes(), None)
    certificates = [
        asn1_x509.Certificate.load(one.public_bytes(Encoding.DER))
        for one in (made.leaf, made.authority)
    ]
    store = SimpleCertificateStore()
    store.register_multiple(certificates)
    return signers.SimpleSigner(
        signing_cert=certificates[0],
        signing_key=asn1_keys.PrivateKeyInfo.load(
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
        cert_registry=store,
    )
