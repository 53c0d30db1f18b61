"""No name, reason or address becomes a header, a second recipient, or markup."""

from __future__ import annotations

import html as html_module
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.compose import Asked
from services.notify.recipient import email_address, phone_number
from shared.errors import Permanent
from tests.notify.samples import sample
from tests.notify.test_every_message import COMPOSER, NOW, read, visible

NASTY = [
    "Kim\r\nBcc: everybody@dojang.example",
    "Kim\nBcc: everybody@dojang.example",
    "Kim\rBcc: x@dojang.example",
    "Kim\x0bBcc: x@dojang.example",
    "Kim\x0cBcc: x@dojang.example",
    "Kim\x85Bcc: x@dojang.example",
    "Kim\u2028Bcc: x@dojang.example",
    "Kim\u2029Bcc: x@dojang.example",
    "Kim\x00",
]
# encoded words that decode to a line break (CVE-2024-6923)
ENCODED = [
    "=?utf-8?q?Kim=0ABcc=3A_x=40dojang=2Eexample?=",
    "=?utf-8?b?S2ltDQpCY2M6IHhAZG9qYW5nLmV4YW1wbGU=?=",
]
NAMES = [
    "Ngô “Bảo” O’Brien & Söhne <Ltd>",
    'A "quoted" name',
    "Kim, Seo-yun",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    "&amp; &lt;",
    "李瑞允 Хан",
    "a@b.example, c@d.example",
    "김" * 300,
]


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("field", ["name", "student_name", "kind_title", "asks"])
def test_a_line_break_in_a_line_is_refused(field: str, nasty: str) -> None:
    with pytest.raises(Permanent) as refused:
        COMPOSER.compose(sample("at_desk", "en", **{field: nasty}), NOW)
    assert refused.value.code == "bad_params"


@pytest.mark.parametrize("encoded", ENCODED)
def test_an_encoded_word_stays_the_text_that_it_is_or_is_refused(encoded: str) -> None:
    for field in ("name", "student_name"):
        mail = composed_or_refused(**{field: encoded})
        if mail is not None:
            assert mail["Bcc"] is None
            assert "\n" not in str(mail["Subject"]) + str(mail["To"])


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_told_exactly_in_header_text_and_html(name: str) -> None:
    out = COMPOSER.compose(sample("at_desk", "en", name=name, student_name=name), NOW)
    mail = read(out.raw)
    assert [one.addr_spec for one in mail["To"].addresses] == ["seo@dojang.example"]
    assert shown(out.raw, "To") in (f"{name} <seo@dojang.example>", quoted(name))
    assert name in shown(out.raw, "Subject")
    assert name in out.text
    assert html_module.escape(name) in out.html.replace("&#34;", "&quot;").replace(
        "&#39;", "&#x27;"
    )
    assert name in visible(out.html)


def shown(raw: bytes, name: str) -> str:
    """A header as mail programs show it (RFC 2047 6.2: no space between two encoded words)."""
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii").replace("\r\n ", " ").split("\r\n")
    value = next(line for line in head if line.startswith(f"{name}: "))
    return str(make_header(decode_header(value.removeprefix(f"{name}: "))))


def quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <seo@dojang.example>'


def test_a_reason_of_several_lines_stays_a_reason() -> None:
    reason = "First line.\n\nBcc: x@dojang.example\n<b>not bold</b> & so on"
    out = COMPOSER.compose(sample("declined", "en", reason=reason), NOW)
    assert reason.replace("\n", "\n  ").replace("\n  \n", "\n\n") in out.text
    assert "<b>not bold" not in out.html
    assert read(out.raw)["Bcc"] is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "seo",
        "seo@",
        "@dojang.example",
        "seo@localhost",
        "a@dojang.example,b@dojang.example",
        "a@dojang.example b@dojang.example",
        "a@dojang.example;b@dojang.example",
        "<seo@dojang.example>",
        '"a,b"@dojang.example',
        "seo@dojang.example\r\nBcc: x@dojang.example",
        "seo@dojang.example\n",
        "seo@doj\u0000ang.example",
        "seo@dojang..example",
        "seo@-dojang.example",
        ".seo@dojang.example",
        "se\u0581o@dojang.example",
        "a" * 65 + "@dojang.example",
        "seo@" + "a" * 300 + ".example",
        "seo@[127.0.0.1]",
        "=?utf-8?q?a=2Cb?=@dojang.example,c@dojang.example",
    ],
)
def test_what_is_not_exactly_one_address_is_refused(address: str) -> None:
    with pytest.raises(Permanent) as refused:
        COMPOSER.compose(_to(sample("at_desk", "ko"), address), NOW)
    assert refused.value.code == "bad_address"


def test_addresses_that_people_have_are_taken() -> None:
    assert email_address("o'brien+forms@mail.dojang.example") == "o'brien+forms@mail.dojang.example"
    assert email_address("seo@도장.example") == "seo@xn--hq1b009a.example"
    assert phone_number("010-0000-0042") == "01000000042"
    assert phone_number("+82 10 0000 0042") == "+821000000042"


@pytest.mark.parametrize("number", ["", "12", "010\n0000", "010-0000-0042,010-0000-0043", "1" * 16])
def test_what_is_not_exactly_one_number_is_refused(number: str) -> None:
    with pytest.raises(Permanent):
        phone_number(number)


OURS = read(COMPOSER.compose(sample("at_desk", "en"), NOW).raw).keys()
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=80)


@given(name=TEXTS, kind=TEXTS)
def test_whatever_is_taken_leaves_our_headers_alone(name: str, kind: str) -> None:
    mail = composed_or_refused(name=name, kind_title=kind)
    if mail is not None:
        assert len(mail["To"].addresses) == 1
        assert mail.keys() == OURS


def composed_or_refused(**changes: str) -> EmailMessage | None:
    """The mail as it reads, or None where it was refused for its headers."""
    try:
        return read(COMPOSER.compose(sample("at_desk", "en", **changes), NOW).raw)
    except Permanent as error:
        if error.code != "bad_header":
            raise
        return None


def _to(asked: Asked, address: str) -> Asked:
    fields: dict[str, Any] = {**asked.__dict__, "address": address}
    return Asked(**fields)
