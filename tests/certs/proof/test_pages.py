"""The pages of the proof, without a browser: what is served, and that its words are all there."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from services.certs.app import create_app
from services.certs.database import FOLDER
from services.certs.proof.views import HERE, SCRIPTS
from shared.words import SHARED_CATALOGS
from tests.certs.parts import Office

# jsQR 1.4.0 as published: a vendored file is not edited.
JSQR_SHA256 = "bc40c8a15196236b2314db0856f72ca0b49980cd5413b8c852a7349f5fee0859"


@pytest.fixture
def client(office: Office) -> FlaskClient:
    return create_app(office.parts).test_client()


def test_the_keys_are_a_jwk_set_for_any_program(office: Office, client: FlaskClient) -> None:
    answer = client.get("/verify/keys")

    assert answer.content_type == "application/jwk-set+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(answer.text) == office.parts.prover.published()
    assert '"d"' not in answer.text


@pytest.mark.parametrize("path", ["/verify/offline", "/verify/offline/file"])
def test_only_the_pages_own_scripts_may_run(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    html = answer.text
    policy = (
        re.search('http-equiv="Content-Security-Policy" content="([^"]+)"', html)[1]  # type: ignore[index]
        if path.endswith("file")
        else answer.headers["Content-Security-Policy"]
    ).replace("&#39;", "'")

    scripts = re.findall("<script>(.*?)</script>", html, re.S)
    styles = re.findall("<style>(.*?)</style>", html, re.S)

    assert len(scripts) == len(SCRIPTS)
    for text in (*scripts, *styles):
        mark = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{mark}'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"<\w[^>]*\s(on\w+|style)=", html.replace("".join(scripts), ""))


def test_the_file_needs_nothing_from_anywhere(client: FlaskClient) -> None:
    answer = client.get("/verify/offline/file")

    head = re.sub("<(script|style)[ >].*?</(script|style)>", "", answer.text, flags=re.S)
    assert not re.findall(r"<link|<script src|<img|url\(", head)
    assert "url(" not in re.search("<style>(.*?)</style>", answer.text, re.S)[1]  # type: ignore[index]
    assert "connect-src" not in head, "by default from nowhere"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="dojang-verify.html"'
    assert len(answer.data) < 400_000


def test_the_camera_is_allowed_on_this_page_alone(client: FlaskClient) -> None:
    assert "camera=(self)" in client.get("/verify/offline").headers["Permissions-Policy"]
    assert "camera=()" in client.get("/verify").headers["Permissions-Policy"]


def test_a_name_cannot_end_the_data_of_the_page(office: Office, client: FlaskClient) -> None:
    object.__setattr__(office.parts.settings, "university_en", "</script><script>alert(1)")

    html = client.get("/verify/offline").text

    assert "</script><script>alert" not in html


def test_the_vendored_reader_is_the_published_one_under_its_licence() -> None:
    assert hashlib.sha256((HERE / "jsQR.js").read_bytes()).hexdigest() == JSQR_SHA256
    assert "Apache License" in (HERE / "jsQR.LICENSE.txt").read_text()


def test_every_sentence_has_its_korean_with_the_same_figures() -> None:
    own, all_have = (
        read_po(io.BytesIO((folder / "ko/LC_MESSAGES/messages.po").read_bytes()), locale="ko")
        for folder in (FOLDER / "translations", SHARED_CATALOGS)
    )
    marked = {"_l": None}
    found = 0
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(FOLDER / "proof"), keywords=marked
    ):
        assert isinstance(message, str)
        entry = own.get(message) or all_have.get(message)
        assert entry is not None, message
        assert entry.string, message
        assert set(re.findall(r"%\((\w+)\)s", str(entry.string))) == set(
            re.findall(r"%\((\w+)\)s", message)
        )
        found += 1
    assert found >= 45


def test_the_page_for_paper_leads_to_the_one_without_a_network(client: FlaskClient) -> None:
    assert 'href="/verify/offline"' in client.get("/verify").text
