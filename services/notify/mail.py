"""The mail itself (RFC 5322): text and HTML, threaded, and nothing in its headers but ours."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.header import decode_header, make_header
from email.utils import format_datetime, parseaddr
from typing import Any

from shared.errors import Permanent

_ID_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_CHUNK_OCTETS = 39  # an encoded word has at most 75 characters, its first line at most 78
_LINE = 998  # octets without the break (RFC 5322 2.1.1)
_PLAIN_MOST = 200  # a line may have 998 octets; only very long texts are folded
_BREAK = re.compile(r"\r\n|\r|\n")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029\x00]")


@dataclass(frozen=True)
class Letter:
    """What goes into a mail. `thread` groups the mails of one case; "" is no thread."""

    message_id: str
    thread: str
    message: str
    sender: str
    name: str = field(repr=False)
    address: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    language: str
    at: datetime


def message_id(identifier: str, host: str) -> str:
    """The Message-ID of a notification: the same for every copy."""
    return f"<{_id_part(identifier)}@{host}>"


def write_mail(letter: Letter, host: str) -> bytes:
    """The mail as bytes. Raises Permanent("bad_header") if a value could become a header."""
    boundary = f"=_{hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]}"
    headers = {
        **_headers(letter, host),
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    parts = [_part("plain", letter.text, boundary), _part("html", letter.html, boundary)]
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    raw = f"{head}\r\n{body}--{boundary}--\r\n".encode("ascii")
    _check(raw, letter, set(headers))
    return raw


def _part(subtype: str, text: str, boundary: str) -> str:
    """One form of the text (RFC 2045): as it is where it is plain, else in base64.

    The library's own writing takes half of the time of a whole mail.
    """
    lines = _BREAK.split(text.rstrip("\r\n"))
    is_plain = boundary not in text and all(
        line.isascii() and line.isprintable() and len(line) <= _LINE for line in lines
    )
    if is_plain:
        body = "\r\n".join(lines)
    else:
        packed = base64.encodebytes("\r\n".join([*lines, ""]).encode())
        body = packed.decode("ascii").rstrip("\n").replace("\n", "\r\n")
    coding = "7bit" if is_plain else "base64"
    return (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: {coding}\r\n\r\n{body}\r\n"
    )


def _headers(letter: Letter, host: str) -> dict[str, str]:
    name, sender = parseaddr(letter.sender)
    headers = {
        "From": _mailbox(name, sender),
        "To": _mailbox(letter.name, letter.address),
        "Subject": _words(letter.subject),
        "Date": format_datetime(letter.at),
        "Message-ID": letter.message_id,
        "Content-Language": letter.language,
        "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers
        "X-Auto-Response-Suppress": "All",
        "X-Dojang-Message": letter.message,
    }
    if letter.thread:
        root = message_id(f"thread-{letter.thread}", host)
        headers["References"] = headers["In-Reply-To"] = root
    return headers


def _mailbox(name: str, address: str) -> str:
    """A name and its address (RFC 5322 3.4); a plain name is quoted, any other encoded."""
    if not name:
        return address
    if not _is_plain(name):
        return f"{_words(name)} <{address}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{address}>'


def _words(text: str) -> str:
    """Text of a header: as it is where it is plain, else as encoded words (RFC 2047).

    The library's own folding loses or moves characters of mixed texts.
    """
    if _is_plain(text):
        return text
    chunks, chunk = [], b""
    for char in text:
        added = char.encode("utf-8", "surrogatepass")
        if len(chunk) + len(added) > _CHUNK_OCTETS:
            chunks.append(chunk)
            chunk = b""
        chunk += added
    words = [f"=?utf-8?b?{base64.b64encode(one).decode('ascii')}?=" for one in (*chunks, chunk)]
    return "\r\n ".join(words)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and "=?" not in text and len(text) <= _PLAIN_MOST


def _check(raw: bytes, letter: Letter, ours: set[str]) -> None:
    """Read the mail's head as its receiver will: our headers, each one line, one recipient.

    An encoded word can hold a line break (CVE-2024-6923), so what was written
    is judged after decoding, not what was meant.
    """
    head = _FOLD.sub(b"", raw.partition(b"\r\n\r\n")[0]).decode("ascii")
    lines = [line.partition(": ") for line in head.split("\r\n")]
    if sorted(name for name, _, _ in lines) != sorted(ours):
        raise Permanent("bad_header", "a header that is not ours")
    values: dict[str, Any] = {name: value for name, _, value in lines}
    for name in ("To", "From"):
        values[name] = policy.default.header_factory(name, values[name])
    values["Subject"] = str(make_header(decode_header(values["Subject"])))
    if any(_BREAKS.search(value) for value in values.values()):
        raise Permanent("bad_header", "a header value is not one line")
    if [one.addr_spec for one in values["To"].addresses] != [letter.address]:
        raise Permanent("bad_header", "not exactly one recipient")


def _id_part(text: str) -> str:
    """`text` where it may stand in a Message-ID, else its hash."""
    return text if _ID_PART.match(text) else hashlib.sha256(text.encode()).hexdigest()
