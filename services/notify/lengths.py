"""How long an SMS is: bytes of EUC-KR in Korea, parts of GSM-7 or UCS-2 elsewhere.

A Korean SMS has 90 bytes of EUC-KR, a long one (LMS) 2,000. Elsewhere a message
has 140 octets (3GPP TS 23.040): 160 characters of the GSM alphabet (TS 23.038)
or 70 of UCS-2; a longer one is cut into parts of 153 or 67, since each then
begins with the six octets that put them together again.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import Permanent

SMS_BYTES_MOST, LMS_BYTES_MOST = 90, 2_000
PARTS_MOST = 10  # more than that is a letter

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"  # two septets each: an escape, and the character
_WHOLE = {"GSM-7": 160, "UCS-2": 70}
_PART = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True)
class Parts:
    """A message as it travels: its alphabet and its texts, one a part."""

    alphabet: str
    texts: tuple[str, ...]


def korean_form(text: str) -> str:
    """SMS or LMS. Raises Permanent("bad_characters" | "too_long")."""
    try:
        sizes = [len(char.encode("euc-kr")) for char in text]
    except UnicodeEncodeError as error:
        raise Permanent("bad_characters", "a character that EUC-KR does not have") from error
    if any(
        size > 2 for size in sizes
    ):  # spelt out in jamo (KS X 1001 annex 3): boxes on telephones
        raise Permanent("bad_characters", "a syllable that KS X 1001 does not have")
    size = sum(sizes)
    if size > LMS_BYTES_MOST:
        raise Permanent("too_long", f"{size} bytes; a Korean message has {LMS_BYTES_MOST}")
    return "SMS" if size <= SMS_BYTES_MOST else "LMS"


def parts_of(text: str) -> Parts:
    """The parts, no character cut in two. Raises Permanent("too_long")."""
    alphabet = "GSM-7" if all(char in _BASIC + _EXTENDED for char in text) else "UCS-2"
    if sum(_width(char, alphabet) for char in text) <= _WHOLE[alphabet]:
        return Parts(alphabet, (text,))
    texts, room = [""], _PART[alphabet]
    for char in text:
        if _width(char, alphabet) > room:
            texts.append("")
            room = _PART[alphabet]
        texts[-1] += char
        room -= _width(char, alphabet)
    if len(texts) > PARTS_MOST:
        raise Permanent("too_long", f"{len(texts)} parts; at most {PARTS_MOST} are sent")
    return Parts(alphabet, tuple(texts))


def _width(char: str, alphabet: str) -> int:
    """Septets of the GSM alphabet, or units of UTF-16."""
    if alphabet == "GSM-7":
        return 2 if char in _EXTENDED else 1
    return len(char.encode("utf-16-be")) // 2
