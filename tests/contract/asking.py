"""A stranger at the product: nothing but HTTP, the published words and the mailbox."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from services.forms.people.demo import accounts
from tests.parts.product import Product
from tests.people import Cast, Sent

TOKEN = re.compile(r"(?m)^\S*/a/([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$")
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


class Stranger:
    """Asks a running product as a program does that was written from the contract alone."""

    def __init__(self, product: Product) -> None:
        self.url = product.url
        self.cast = Cast(product.url)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request without a session."""
        return httpx.request(method, self.url + path, timeout=120, trust_env=False, **more)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """GET with headers, `Accept_Language="ko"`."""
        return self.ask("GET", path, headers=_headers(headers))

    def waiver(self, student: Any, **changed: Any) -> dict[str, Any]:
        """The body of a new waiver, sent at once."""
        answers = {**self.cast.answers(student, "A reason as good as another."), **changed}
        return {"kind": "tuition_waiver", "answers": answers, "submit": True}

    def token_of(self, sent: Sent) -> str:
        """The token of the newest unread request to sign."""
        mail = self.cast.mail(sent, "approval_request")
        found = TOKEN.search(mail["text"])
        assert found, "the link stands whole on a line of its own"
        return found[1]


def account(role: str, nth: int = 0, **wanted: str) -> dict[str, Any]:
    """The nth demo account of a role."""
    found = [
        one
        for one in accounts()
        if one["role"] == role and all(one[name] == value for name, value in wanted.items())
    ]
    return dict(found[nth])


def code_in(answer: httpx.Response) -> str:
    """The problem's code: the end of its type."""
    return str(answer.json()["type"]).rsplit("/", 1)[-1]


def assert_problem(answer: httpx.Response, status: int, code: str = "") -> Mapping[str, Any]:
    """An RFC 9457 problem of this status (and code), in words."""
    assert answer.status_code == status, (answer.status_code, answer.text[:600])
    assert answer.headers["content-type"].startswith("application/problem+json")
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    if code:
        assert body["type"].rsplit("/", 1)[-1] == code, body
    return body


def _headers(names: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in names.items()}
