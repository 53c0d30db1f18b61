"""Pictures of a document: drawn signatures (PNG) and the QR code."""

import hashlib
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Any

from PIL import Image

from services.certs.layout.embed import stream
from shared.errors import Permanent
from shared.qr import QUIET_MODULES, qr_code

PIXELS_AT_MOST = 4_000_000
KEPT_AT_MOST = 256
QR_PIXELS = 8  # a module, one byte: viewers that smooth pictures leave its edges sharp
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Drawing:
    """A picture ready to embed: size in pixels, its object, its mask's object."""

    width: int
    height: int
    entries: str
    data: bytes
    mask: bytes

    def objects(self, first: int) -> list[bytes]:
        """Picture and mask, numbered from `first`."""
        return [stream_of(self.data, f"{self.entries}/SMask {first + 1} 0 R"), self.mask]


def stream_of(packed: bytes, entries: str) -> bytes:
    """As `embed.stream`, for data that are compressed already."""
    return b"<<%b/Filter/FlateDecode/Length %d>>stream\n%b\r\nendstream" % (
        entries.encode(),
        len(packed),
        packed,
    )


class Gallery:
    """Drawn signatures, decoded once: the same person signs many papers, or one paper twice."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Drawing] = OrderedDict()
        self._lock = Lock()

    def drawing(self, name: str, png: bytes) -> Drawing:
        """The picture. Raises `Permanent("bad_picture")`."""
        key = hashlib.sha256(png).hexdigest()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = decode(name, png)
            self._kept.move_to_end(key)
            if len(self._kept) > KEPT_AT_MOST:
                self._kept.popitem(last=False)
            return self._kept[key]


def decode(name: str, png: bytes) -> Drawing:
    """A PNG as colours and a mask. Raises `Permanent("bad_picture")`."""
    import zlib

    picture = opened(name, png)
    colors, mask = picture.convert("RGB"), picture.getchannel("A")
    size = f"/Type/XObject/Subtype/Image/Width {picture.width}/Height {picture.height}"
    return Drawing(
        picture.width,
        picture.height,
        f"{size}/ColorSpace/DeviceRGB/BitsPerComponent 8",
        zlib.compress(colors.tobytes(), 9),
        stream(mask.tobytes(), f"{size}/ColorSpace/DeviceGray/BitsPerComponent 8"),
    )


def opened(name: str, png: bytes) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(png), formats=("PNG",))
            if picture.width * picture.height > PIXELS_AT_MOST:
                raise Permanent("bad_picture", f"{name} has too many pixels", field=name)
            return picture.convert("RGBA")
    except (
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as wrong:
        raise Permanent("bad_picture", f"{name} is not a PNG picture", field=name) from wrong


def qr(text: str) -> tuple[int, bytes]:
    """(modules, picture object) of a QR code. Raises `Permanent("qr_too_long")`.

    A module is several rows of pixels, all but the first said to be "as above" (PNG's predictor
    2 in ISO 32000-1, 7.4.4.4): half the size, and a third of the time to compress.
    """
    modules, code = qr_code(text)
    pixels = modules * QR_PIXELS
    rows = [code[start : start + modules] for start in range(0, modules * modules, modules)]
    again = (b"\x02" + bytes(modules)) * (QR_PIXELS - 1)
    entries = (
        f"/Type/XObject/Subtype/Image/Width {pixels}/Height {pixels}"
        "/ColorSpace/DeviceGray/BitsPerComponent 1"
        f"/DecodeParms<</Predictor 15/BitsPerComponent 1/Columns {pixels}>>"
    )
    return modules, stream(b"\x00" + (again + b"\x00").join(rows) + again, entries)


def inside(box: Box, width: int, height: int) -> str:
    """The matrix that puts a picture into a box: as big as it goes, centred, not distorted."""
    left, foot, right, top = box
    scale = min((right - left) / width, (top - foot) / height)
    x = left + (right - left - width * scale) / 2
    y = foot + (top - foot - height * scale) / 2
    return f"{width * scale:.3f} 0 0 {height * scale:.3f} {x:.3f} {y:.3f}"


def inside_quiet_zone(box: Box, modules: int) -> str:
    """The matrix of a QR code whose box includes its quiet zone."""
    left, foot, right, top = box
    quiet = (right - left) * QUIET_MODULES / (modules + 2 * QUIET_MODULES)
    return inside((left + quiet, foot + quiet, right - quiet, top - quiet), modules, modules)
