"""The QR code in a picture that a page paints: on a copy or a scan it is not ours by its bytes."""

from __future__ import annotations

from typing import Any

import pikepdf
import zxingcpp

PIXELS_MOST = 12_000_000
SIDE_LEAST = 40  # points: ours has 99
CODE_CHARACTERS_MOST = 1_000
# What a picture that somebody broke makes its readers say.
UNREADABLE = (
    pikepdf.PikepdfError, ValueError, TypeError, OSError, NotImplementedError, RuntimeError,
)  # fmt: skip


def code_in(thing: Any, width: float, height: float) -> str:
    """What a picture painted so large (points) says as a QR code; empty where it says nothing."""
    if min(width, height) < SIDE_LEAST:
        return ""
    if int(thing.get("/Width", 0)) * int(thing.get("/Height", 0)) > PIXELS_MOST:
        return ""
    try:
        picture = pikepdf.PdfImage(thing).as_pil_image().convert("L")
        found = zxingcpp.read_barcodes(
            picture, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        )
    except UNREADABLE:
        return ""
    return found[0].text[:CODE_CHARACTERS_MOST] if found else ""
