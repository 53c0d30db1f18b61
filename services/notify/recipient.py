"""One recipient, exactly: an address that could be read as two, or as a header, is refused."""

from __future__ import annotations

import re

from shared.errors import Permanent

# dot-atom of RFC 5322 3.2.3: no quoting, so no comma, space, bracket or line break can hide
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
_NUMBER = re.compile(r"\+?[0-9]{7,15}\Z")  # E.164 with or without its plus; national 010…
KOREA = "82"
LOCAL_OCTETS_MOST, ADDRESS_OCTETS_MOST = 64, 254  # RFC 5321 4.5.3.1


def email_address(text: str) -> str:
    """The address as SMTP wants it, its domain in ASCII. Raises Permanent("bad_address")."""
    local, _, domain = text.strip(" ").rpartition("@")
    if not _LOCAL.match(local) or len(local) > LOCAL_OCTETS_MOST:
        raise _bad()
    labels = _ascii(domain).split(".")
    if len(labels) < 2 or not all(_LABEL.match(label) for label in labels):
        raise _bad()
    address = f"{local}@{'.'.join(labels)}"
    if len(address) > ADDRESS_OCTETS_MOST:
        raise _bad()
    return address


def phone_number(text: str) -> str:
    """The number, digits alone after an optional plus. Raises Permanent("bad_address")."""
    number = re.sub(r"[ ()-]", "", text)
    if not _NUMBER.match(number):
        raise _bad()
    return number


def international_number(text: str) -> str:
    """The number in E.164; one without its country is Korean. Raises Permanent("bad_address")."""
    number = phone_number(text)
    return number if number.startswith("+") else f"+{KOREA}{number.removeprefix('0')}"


def korean_number(text: str) -> str | None:
    """The number as it is dialled in Korea; None for one abroad."""
    number = international_number(text)
    return f"0{number[3:]}" if number.startswith(f"+{KOREA}") else None


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise _bad() from error


def _bad() -> Permanent:
    return Permanent("bad_address", "that is not one address")
