"""A browser without scripts: opens pages of forms and posts their forms with their token."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from flask.testing import FlaskClient
from lxml import html
from pypdf import PdfWriter

from services.forms.people import register
from services.forms.signin import sessions
from shared.cookies import SESSION
from tests.forms.campus import Campus

WAIVER: Mapping[str, str] = {
    "year": "2022",
    "semester": "fall",
    "extent": "two_thirds",
    "ground": "hardship",
    "reasons": "지난 7월 집중호우로 가족이 운영하는 온실이 침수되어 올해 수확이 어렵습니다.",
}


class Page:
    """What a browser got."""

    def __init__(self, answer: Any) -> None:
        self.status = answer.status_code
        self.text = answer.get_data().decode(errors="replace")
        self.headers = answer.headers
        self.address = answer.request.path
        is_page = answer.mimetype == "text/html" and self.text
        self.tree = html.document_fromstring(self.text if is_page else "<p></p>")

    @property
    def heading(self) -> str:
        """The words of the h1: whoever reads only this knows enough."""
        return " ".join("".join(h1.itertext()).strip() for h1 in self.tree.iter("h1"))

    @property
    def token(self) -> str:
        """The token that the page's forms carry."""
        found = re.search(r'name="form_token" value="([^"]+)"', self.text)
        return found.group(1) if found else ""

    @property
    def words(self) -> str:
        """All text that a reader sees or hears."""
        return " ".join("".join(self.tree.itertext()).split())

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        return found.group(1) if found else ""


class Browser:
    """Somebody at the pages, in one language."""

    def __init__(self, client: FlaskClient, language: str = "ko") -> None:
        self._client = client
        self._client.set_cookie("language", language)
        self.page = self.open("/contacts")

    def open(self, address: str) -> Page:
        """GET, following redirects."""
        self.page = Page(self._client.get(address, follow_redirects=True))
        return self.page

    def post(self, address: str, **data: Any) -> Page:
        """POST as the page that is open would, following the redirect."""
        sent = {"form_token": self.page.token, **data}
        answer = self._client.post(
            address, data=sent, content_type="multipart/form-data", follow_redirects=True
        )
        self.page = Page(answer)
        return self.page

    def raw_post(self, address: str, headers: Mapping[str, str], **data: Any) -> Any:
        """POST just this, with headers of another site for example."""
        return self._client.post(address, data=data, headers=headers)

    def raw_get(self, address: str) -> Any:
        """GET just this, following nothing."""
        return self._client.get(address)

    def remember(self, cookie: str, value: str) -> None:
        """Keep a cookie."""
        self._client.set_cookie(cookie, value)

    def speak(self, language: str) -> None:
        """Read on in another language."""
        self._client.set_cookie("language", language)


def visitor(campus: Campus, language: str = "ko") -> Browser:
    """Nobody yet."""
    return Browser(campus.app.test_client(), language)


def signed_in(campus: Campus, login_id: str, language: str = "ko") -> Browser:
    """Somebody with a session of their own, as signing in leaves them."""
    browser = visitor(campus, language)
    with campus.write() as session:
        account = register.find_account(session, login_id)
        assert account is not None
        token, _person = sessions.open_session(session, campus.parts, account, "page")
    browser.remember(SESSION, token)
    return browser


def pdf(name: str = "재해사실확인서.pdf") -> tuple[io.BytesIO, str]:
    """A small PDF to attach."""
    made, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(made)
    made.seek(0)
    return made, name


def draft(student: Browser, **changes: str) -> str:
    """A saved draft; the path of its application."""
    student.open("/apply/tuition_waiver")
    page = student.post("/apply/tuition_waiver", do="save", **{**WAIVER, **changes})
    return page.address.removesuffix("/edit")


def send(student: Browser, **changes: str) -> str:
    """An application that was sent; its path."""
    path = draft(student, **changes)
    student.open(f"{path}/preview")
    student.post(f"{path}/submit", typed="한서윤")
    return path


def link(campus: Campus) -> str:
    """The address of the newest link that a professor was mailed."""
    mails = [one for one in campus.mails() if one.message == "approval_request"]
    return f"/a/{campus.token(mails[-1])}"


def sign(campus: Campus, name: str, language: str = "ko") -> Page:
    """The professor whose turn it is opens the link and signs."""
    professor, address = visitor(campus, language), link(campus)
    page = professor.open(address)
    return professor.post(address, decision="approve", typed=name, shown=page.hidden("shown"))


def sent_and_signed(campus: Campus, student: Browser) -> str:
    """An application that lies with the office; its path."""
    path = send(student)
    sign(campus, "윤태호")
    sign(campus, "서민정")
    return path
