"""Every message exists in every language as text and HTML, and says what it should."""

from __future__ import annotations

import html as html_module
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from services.notify.catalog import CODES, EMAIL, MESSAGES, SMS
from services.notify.compose import Asked, Composer
from services.notify.lengths import korean_form, parts_of
from shared.errors import Permanent
from shared.keys import NAMES, Key, Keyring
from shared.links import Link, read_link
from shared.settings import Settings
from shared.words import LANGUAGES
from tests.notify.samples import CASE, sample

NOW = datetime(2026, 8, 24, 5, 5, tzinfo=UTC)
RING = Keyring({name: (Key("k" + name[:3], f"{name:*<40}".encode()),) for name in NAMES})
SETTINGS = Settings.read({"DOJANG_BASE_URL": "https://dojang.example"})
TEMPLATES = Path("templates/messages")
COMPOSER = Composer(TEMPLATES, SETTINGS, RING)
ALL = [(told.name, language) for told in MESSAGES for language in LANGUAGES]
FORMS = {EMAIL: ("email.txt", "email.html"), SMS: ("sms.txt",)}


def read(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def visible(html: str) -> str:
    body = html.partition("<body")[2]
    return html_module.unescape(re.sub(r"<[^>]+>", " ", body))


def test_there_are_templates_for_exactly_the_messages_of_the_catalog() -> None:
    assert COMPOSER.languages == tuple(sorted(LANGUAGES))
    wanted = {
        f"{told.name}.{form}" for told in MESSAGES for way in told.channels for form in FORMS[way]
    }
    for language in LANGUAGES:
        found = {path.name for path in (TEMPLATES / language).iterdir()} - {"words.json"}
        assert found == wanted


@pytest.mark.parametrize(("message", "language"), ALL)
def test_it_reads_as_text_and_html_in_that_language(message: str, language: str) -> None:
    out = COMPOSER.compose(sample(message, language), NOW)
    assert out.subject.strip()
    assert f'<html lang="{language}">' in out.html
    for form in (out.text, visible(out.html)):
        assert not re.search(r"\{[{%]|[}%]\}|None|Undefined|\[\[", form)
        assert SETTINGS.contact_content in form
        if "W-2026" in str(out.html):
            assert CASE[language]["application_number"] in form
    assert "\n\n\n" not in out.text
    assert all(len(line) <= 200 or "://" in line for line in out.text.splitlines())
    if language == "en":
        assert not re.search(r"[가-힣]", out.subject + out.text + out.html)


@pytest.mark.parametrize(("message", "language"), ALL)
def test_text_and_html_say_the_same(message: str, language: str) -> None:
    out = COMPOSER.compose(sample(message, language), NOW)
    words = set(re.findall(r"[\w-]{2,}", visible(out.html)))
    missing = [word for word in re.findall(r"[\w-]{2,}", out.text) if word not in words]
    share = len(missing) / len(out.text.split())
    assert share < 0.2, missing  # the text's way of introducing a link is its own


@pytest.mark.parametrize(("message", "language"), ALL)
def test_what_is_mailed_reads_back_as_it_was_composed(message: str, language: str) -> None:
    out = COMPOSER.compose(sample(message, language), NOW)
    mail = read(out.raw)
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_content().replace("\r\n", "\n") == out.text
    assert rich.get_content().replace("\r\n", "\n").strip() == out.html.strip()
    assert mail["Subject"] == out.subject
    assert mail["X-Dojang-Message"] == message
    assert out.raw.isascii()
    assert max(map(len, out.raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(("message", "language"), ALL)
def test_a_missing_or_wrong_field_is_refused_by_name(message: str, language: str) -> None:
    whole = sample(message, language)
    for name in next(told for told in MESSAGES if told.name == message).schema.fields:
        for wrong in ({}, {name: None}, {name: "a\nb\x07"}, {name: 5.5}, {name: [["a"]]}):
            params = {key: value for key, value in whole.params.items() if key != name} | wrong
            if wrong == {name: None} and name == "by_when":
                continue
            asked = Asked(**{**whole.__dict__, "params": params})
            with pytest.raises(Permanent, match=name) as refused:
                COMPOSER.compose(asked, NOW)
            assert refused.value.code == "bad_params"


def test_no_field_hides_a_word_of_the_frame() -> None:
    frame = {
        "language",
        "words",
        "university",
        "contact",
        "greeting",
        "why_you",
        "subject",
        "day",
        "moment",
        "long_day",
        "long_moment",
        "link",
        "page",
        "base_url",
        "host",
    }
    for told in MESSAGES:
        assert not frame & set(told.schema.fields), told.name


def test_a_field_that_is_not_known_is_passed_over() -> None:
    COMPOSER.compose(sample("at_desk", "ko", later="field"), NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_a_request_to_sign_holds_a_link_to_sign(language: str) -> None:
    for name in (told.name for told in MESSAGES):
        out = COMPOSER.compose(sample(name, language), NOW)
        found = set(re.findall(r"https://dojang\.example/(\w+)/", out.text + out.html))
        assert ("a" in found) == name.startswith(("approval_re", "letter_re")), name


def test_the_link_is_whole_on_one_line_and_the_one_that_forms_makes_again() -> None:
    out = COMPOSER.compose(sample("approval_request", "ko"), NOW)
    line = next(line for line in out.text.splitlines() if line.startswith("https://"))
    token = line.removeprefix("https://dojang.example/a/")
    assert read_link(token, RING) == Link("approval", "s-1", 1)
    assert out.html.count(line) == 2  # the button, and the address as text


@pytest.mark.parametrize("links", [[], [{"purpose": "approval"}], [{"purpose": "invitation"}]])
def test_a_request_without_its_link_is_never_sent(links: list[dict[str, Any]]) -> None:
    asked = Asked(**{**sample("approval_request", "ko").__dict__, "links": links})
    with pytest.raises(Permanent) as refused:
        COMPOSER.compose(asked, NOW)
    assert refused.value.code == "bad_link"


def test_it_says_by_when_first_with_the_weekday_as_each_language_writes_it() -> None:
    korean = COMPOSER.compose(sample("approval_request", "ko"), NOW)
    english = COMPOSER.compose(sample("approval_request", "en"), NOW)
    assert korean.subject == "[서명 요청] 한서윤 학생의 등록금 감면 신청 – 8월 28일(금) 18시까지"
    assert english.subject == "Your signature by Fri 28 August: Tuition waiver, Han Seo-yun"
    assert "언제까지: 2026년 8월 28일(금) 18시\n" in korean.text
    assert "By when:     Friday 28 August 2026, 18:00 (Korea)\n" in english.text


@pytest.mark.parametrize(("message", "language"), ALL)
def test_html_needs_nothing_that_a_mail_program_drops_and_can_be_dark(
    message: str, language: str
) -> None:
    """Naver and Daum drop `style`: light stands inline, only the dark colours are in there."""
    html = COMPOSER.compose(sample(message, language), NOW).html
    head, _, body = html.partition("<body")
    style = head.partition("<style>")[2].partition("</style>")[0].strip()
    assert style.startswith("@media (prefers-color-scheme: dark)")
    assert style.count("@media") == 1
    assert not re.search(r"<(img|table|script|link|iframe|form)|url\(|src=", html)
    for classes in re.findall(r'class="(\w+)" style="([^"]+)"', "<body" + body):
        assert f".{classes[0]} " in style
        assert "#" in classes[1]  # a light colour of its own


def test_an_hour_that_is_not_whole_keeps_its_minutes() -> None:
    at = "2026-08-28T05:30:00+00:00"
    assert "14시 30분" in COMPOSER.compose(sample("at_desk", "ko", by_when=at), NOW).text
    assert "14:30" in COMPOSER.compose(sample("at_desk", "en", by_when=at), NOW).text


def test_students_and_staff_get_their_own_page_and_professors_none() -> None:
    for reader, page in (
        ("student", "https://dojang.example/applications/"),
        ("staff", "https://dojang.example/desk/applications/"),
    ):
        assert page in COMPOSER.compose(sample("lapsed", "ko", reader=reader), NOW).text
    assert "://" not in COMPOSER.compose(sample("lapsed", "ko", reader="professor"), NOW).text


def test_a_code_by_sms_ends_bound_to_its_site_and_fits_one_message() -> None:
    for language in LANGUAGES:
        text = COMPOSER.compose(sample("sign_in_code", language, "sms"), NOW).text
        assert text.splitlines()[-1] == "@dojang.example #755224"
        assert len(text.encode("euc-kr")) <= 90
        assert "://" not in text


BY_SMS = [(told.name, language) for told in MESSAGES if SMS in told.channels
          for language in LANGUAGES]  # fmt: skip


@pytest.mark.parametrize(("message", "language"), BY_SMS)
def test_a_text_message_is_one_line_of_one_sms_without_a_link_or_a_name(
    message: str, language: str
) -> None:
    text = COMPOSER.compose(sample(message, language, SMS), NOW).text
    assert len(parts_of(text).texts) == 1
    assert "://" not in text
    assert CASE[language]["student_name"] not in text
    assert CASE[language]["kind_title"] not in text
    if language == "ko":
        assert korean_form(text) == "SMS"  # 90 bytes of EUC-KR
    else:
        assert parts_of(text).alphabet == "GSM-7"
    if message not in CODES:
        assert len(text.splitlines()) == 1
        assert message == "sign_in_changed" or CASE[language]["application_number"] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_lost_an_app_to_an_office_reads_that_the_office_removed_it(language: str) -> None:
    office = {"ko": "담당 부서", "en": "The office"}[language]
    for what, is_said in (("app_removed_by_office", True), ("app_removed", False)):
        mail = COMPOSER.compose(sample("sign_in_changed", language, what=what), NOW)
        text = COMPOSER.compose(sample("sign_in_changed", language, SMS, what=what), NOW).text
        assert (office in mail.text) is is_said
        assert (office in visible(mail.html)) is is_said
        assert len(parts_of(text).texts) == 1
        if language == "ko":
            assert korean_form(text) == "SMS"


def test_an_unknown_message_language_or_form_is_refused() -> None:
    whole = sample("at_desk", "ko").__dict__
    for change, code in (
        ({"message": "advertising"}, "no_such_message"),
        ({"message": "../ko/at_desk"}, "no_such_message"),
        ({"channel": "sms"}, "no_such_message"),
        ({"language": "fr"}, "no_such_language"),
        ({"language": "../ko"}, "no_such_language"),
    ):
        with pytest.raises(Permanent) as refused:
            COMPOSER.compose(Asked(**{**whole, **change}), NOW)
        assert refused.value.code == code
