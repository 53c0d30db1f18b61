"""A drawn signature: a small PNG, made anew so that nothing but the strokes is kept."""

from __future__ import annotations

import base64
import binascii
import io

from PIL import Image

from shared.errors import Refused

DATA_URL = "data:image/png;base64,"
BYTES_MOST = 200_000
SIDE_MOST = 2000  # pixels
SIDE_LEAST = 8
ROOM_LEAST = 12  # pixels


def read(text: str) -> bytes:
    """The bytes of a data URL, or of its base64 alone. Raises Refused("signature_bad")."""
    try:
        return base64.b64decode(text.removeprefix(DATA_URL), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("signature_bad", "not base64", field="signature") from error


def clean(data: bytes) -> bytes:
    """The strokes as plain RGBA PNG, without the empty paper around them, as papers place them.

    Raises Refused("signature_bad" | "signature_needed").
    """
    if not 0 < len(data) <= BYTES_MOST:
        raise _bad()
    try:
        plain = _opened(data)
    except Exception as error:  # a hostile file may break the decoder in any way
        raise _bad() from error
    strokes = plain.getchannel("A").getbbox()
    if strokes is None:  # wholly transparent: nothing was drawn
        raise Refused("signature_needed", "nothing was drawn", field="signature")
    out = io.BytesIO()
    plain.crop(_with_room(strokes, plain.size)).save(out, "PNG", optimize=True)
    return out.getvalue()


def _with_room(box: tuple[int, int, int, int], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """A box a little larger on all sides, within the picture: a dot does not fill the paper."""
    room = max(ROOM_LEAST, (box[2] - box[0]) // 20)
    return (
        max(box[0] - room, 0),
        max(box[1] - room, 0),
        min(box[2] + room, size[0]),
        min(box[3] + room, size[1]),
    )


def _opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
        if not all(SIDE_LEAST <= side <= SIDE_MOST for side in picture.size):
            raise ValueError("too small or too large")
        return picture.convert("RGBA")


def _bad() -> Refused:
    return Refused("signature_bad", "not a picture of a signature", field="signature", most=0)
