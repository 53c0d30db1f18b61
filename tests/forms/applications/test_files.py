"""Supporting documents are what they really are, keep their Korean names, and reach few people."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from typing import Any

import pikepdf
import pytest
from PIL import Image

from services.forms.applications import approvals, attachments, life
from services.forms.applications.uploads import clean_name, inspect
from services.forms.applications.values import AttachmentView
from shared.errors import Conflict, NotFound, Refused
from tests.forms.applications.test_journey import newest_link, see, sign
from tests.forms.campus import ANSWERS, HAN, KHOA, Campus

MEGABYTES_10 = 10 * 1024 * 1024


def pdf(password: str = "") -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        locked: Any = pikepdf.Encryption(owner=password, user=password) if password else None
        made.save(out, encryption=locked)
    return out.getvalue()


def picture(kind: str, size: tuple[int, int] = (20, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.txt", "a" * 100)
    return out.getvalue()


def draft(campus: Campus) -> str:
    person = campus.person(HAN)
    with campus.write() as session:
        return life.start(session, campus.parts, person, "tuition_waiver", ANSWERS).id


def attach(
    campus: Campus, application: str, name: str, data: bytes, login_id: str = HAN
) -> AttachmentView:
    person, upload = campus.person(login_id), inspect(name, data, MEGABYTES_10)
    with campus.write() as session:
        return attachments.attach(session, campus.parts, person, application, upload)


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("졸업증명서.pdf", pdf(), "application/pdf"),
        ("사진.JPG", picture("JPEG"), "image/jpeg"),
        ("사진.jpeg", picture("JPEG"), "image/jpeg"),
        ("그림.png", picture("PNG"), "image/png"),
    ],
)
def test_papers_and_photographs_are_taken(name: str, data: bytes, media_type: str) -> None:
    found = inspect(name, data, MEGABYTES_10)
    assert (found.name, found.media_type, found.data) == (name, media_type, data)


@pytest.mark.parametrize(
    ("name", "data", "code", "really"),
    [
        ("소득자료.pdf", archive(), "upload_disguised", "zip"),
        (
            "a.pdf",
            b"<!DOCTYPE html><html><script>alert(1)</script></html>",
            "upload_disguised",
            "html",
        ),
        ("a.png", picture("GIF"), "upload_disguised", "image"),
        ("a.pdf", picture("PNG"), "upload_disguised", "PNG"),
        ("a.jpg", b"just words", "upload_disguised", "text"),
        ("a.exe", b"MZ" + b"\x00" * 200, "upload_type", None),
        ("a.hwp", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "upload_type", None),
        ("a.txt", pdf(), "upload_disguised", "PDF"),
        ("a.pdf", b"", "upload_empty", None),
        ("a.pdf", pdf("secret"), "upload_locked", None),
        ("a.pdf", b"%PDF-1.7\nnothing of the kind", "upload_damaged", None),
        ("a.png", picture("PNG")[:50], "upload_damaged", None),
        ("a.jpg", picture("JPEG", (400, 400))[:400], "upload_damaged", None),
        ("a.pdf", pdf() + b"\x00" * MEGABYTES_10, "upload_too_large", None),
    ],
)
def test_a_refusal_names_the_file_and_what_it_really_is(
    name: str, data: bytes, code: str, really: str | None
) -> None:
    with pytest.raises(Refused) as refused:
        inspect(name, data, MEGABYTES_10)
    assert (refused.value.code, refused.value.facts["name"]) == (code, name)
    if really is not None:
        assert refused.value.facts["is_really"] == really


def test_a_picture_of_too_many_pixels_is_not_even_decoded() -> None:
    small = io.BytesIO()
    Image.new("1", (9000, 9000)).save(small, "PNG")
    with pytest.raises(Refused, match="cannot be opened"):
        inspect("bomb.png", small.getvalue(), MEGABYTES_10)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("졸업증명서.pdf", "졸업증명서.pdf"),
        (unicodedata.normalize("NFD", "졸업증명서.pdf"), "졸업증명서.pdf"),
        ("C:\\문서\\a.pdf", "a.pdf"),
        ("../../etc/a.pdf", "a.pdf"),
        ("a\r\nb\x00.pdf", "ab.pdf"),
        ("Đơn xin & <1>.pdf", "Đơn xin & <1>.pdf"),
    ],
)
def test_names_are_kept_without_paths_and_control_characters(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    "name", ["", "  ", "/", "gpj\u202e.fdp", "a\ud800.pdf", "x" * 200 + ".pdf"]
)
def test_names_that_hide_something_are_refused(name: str) -> None:
    with pytest.raises(Refused, match="name"):
        clean_name(name)


def test_the_files_are_signed_with_the_application_and_shown_to_the_approver(
    campus: Campus,
) -> None:
    application = draft(campus)
    made = attach(campus, application, "피해 사실 확인서.pdf", pdf())
    person = campus.person(HAN)
    with campus.write() as session:
        life.submit(session, campus.parts, person, application)
    token = newest_link(campus)
    with campus.write() as session:
        view = approvals.look(session, campus.parts, token)
        served = approvals.fetch_attachment(session, campus.parts, token, made.id)
    assert [one.name for one in view.attachments] == ["피해 사실 확인서.pdf"]
    assert served.data == campus.parts.files.get(_file_id(campus, made.id), made.sha256)
    sign(campus, token)
    with pytest.raises(Exception, match="decided"), campus.write() as session:
        approvals.fetch_attachment(session, campus.parts, token, made.id)


def _file_id(campus: Campus, attachment_id: str) -> str:
    from services.forms.applications.tables import AttachmentRow

    with campus.write() as session:
        return session.get_one(AttachmentRow, attachment_id).file_id


def test_five_are_the_most_and_two_of_a_name_are_told_apart(campus: Campus) -> None:
    application = draft(campus)
    names = [attach(campus, application, "a.pdf", pdf()).name for _ in range(5)]
    assert names == ["a.pdf", "a (2).pdf", "a (3).pdf", "a (4).pdf", "a (5).pdf"]
    with pytest.raises(Refused) as refused:
        attach(campus, application, "b.pdf", pdf())
    assert refused.value.code == "upload_too_many"


def test_nobody_else_adds_or_reads_and_nothing_is_added_once_it_was_sent(campus: Campus) -> None:
    application = draft(campus)
    made = attach(campus, application, "a.pdf", pdf())
    with pytest.raises(NotFound):
        attach(campus, application, "b.pdf", pdf(), KHOA)
    other = campus.person(KHOA)
    with pytest.raises(NotFound), campus.write() as session:
        attachments.fetch(session, campus.parts, other, application, made.id)
    person = campus.person(HAN)
    with campus.write() as session:
        life.submit(session, campus.parts, person, application)
    with pytest.raises(Conflict):
        attach(campus, application, "b.pdf", pdf())


def test_a_file_that_was_sent_is_kept_for_its_signers_when_the_student_removes_it(
    campus: Campus,
) -> None:
    application = draft(campus)
    made = attach(campus, application, "a.pdf", pdf())
    person = campus.person(HAN)
    with campus.write() as session:
        life.submit(session, campus.parts, person, application)
    sign(campus, newest_link(campus), decision="return", reason="other file please")
    file_id = _file_id(campus, made.id)
    with campus.write() as session:
        attachments.detach(session, campus.parts, person, application, made.id)
    assert see(campus, application).attachments == ()
    assert campus.parts.files.exists(file_id)
