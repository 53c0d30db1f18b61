"""pyHanko as the judge of signatures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def trusted(roots: Sequence[x509.Certificate]) -> list[asn1_x509.Certificate]:
    return [asn1_x509.Certificate.load(root.public_bytes(Encoding.DER)) for root in roots]


def judged(
    pdf: bytes,
    roots: Sequence[x509.Certificate],
    moment: datetime,
    stamp_roots: Sequence[x509.Certificate] = (),
) -> Any:
    """What pyHanko says of the signature, trusting these roots alone and fetching nothing."""
    context = ValidationContext(trust_roots=trusted(roots), moment=moment, allow_fetching=False)
    stamps = ValidationContext(
        trust_roots=trusted(stamp_roots), moment=moment, allow_fetching=False
    )
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    return validate_pdf_signature(signature, context, ts_validation_context=stamps)
