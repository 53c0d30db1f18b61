"""The whole journey by itself: a waiver from the student's sign-in to the verified paper.

It knows nothing but the published API and the mailbox, as a stranger's program
would: sign in with a code, apply, sign as two professors by link, decide at the
desk, download, verify.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

WAIT_SECONDS = 120.0
ACTION_SECONDS = 60.0
AGAIN_SECONDS = 0.3
AWAY = (502, 503, 504)
REASONS = {
    "ko": "지난 7월 집중호우로 가족이 운영하는 온실이 침수되어 올해 수확이 어렵습니다. "
    "생활비를 직접 마련하고 있어 이번 학기 등록금을 모두 내기 어려운 형편입니다.",
    "en": "In July heavy rain flooded the greenhouse that my family runs, and this year’s "
    "harvest is lost. I pay my own living costs and cannot raise the whole tuition.",
}


class DemoFailed(Exception):
    """A step did not do what it should; the sentence says which and how."""


class NotOpen(DemoFailed):
    """This student may not apply now; another one may."""


@dataclass(frozen=True)
class Walked:
    """What a walk left behind: the application and its number, the document's number, the PDF."""

    application_id: str
    application: str
    number: str
    pdf: bytes
    verdict: str


class Person:
    """Somebody at the API: a session of their own, or none for a professor with a link.

    With patience what is away for a moment is asked again, a write under the same key: it has
    one effect, whichever of the answers was lost.
    """

    def __init__(self, base_url: str, patience_s: float = 0.0) -> None:
        self._base_url = base_url
        self._patience_s = patience_s
        self._headers: dict[str, str] = {}

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request of this person, whatever is answered."""
        headers = {**self._headers, **more.pop("headers", {})}
        if self._patience_s and method == "POST" and "json" in more and _has_key(path):
            headers.setdefault("Idempotency-Key", secrets.token_hex(16))
        end = time.monotonic() + self._patience_s
        while True:
            try:
                answer = self._once(method, path, headers, **more)
            except httpx.TransportError:
                if time.monotonic() >= end:
                    raise
            else:
                if answer.status_code not in AWAY or time.monotonic() >= end:
                    return answer
            time.sleep(AGAIN_SECONDS)

    def _once(self, method: str, path: str, headers: dict[str, str], **more: Any) -> httpx.Response:
        url = self._base_url + path
        return httpx.request(
            method, url, headers=headers, timeout=ACTION_SECONDS, trust_env=False, **more
        )

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """One request; the JSON of a good answer. Raises DemoFailed otherwise."""
        answer = self.request(method, path, **more)
        if answer.status_code >= 400:
            raise DemoFailed(f"{method} {_public(path)}: {answer.status_code} {answer.text[:400]}")
        return answer.json() if answer.content else None

    def sign_in(self, account: Mapping[str, Any], mailbox: Mailbox, channel: str = "email") -> None:
        """ID and password, then the code that came by e-mail or SMS (CRT-11)."""
        seen = mailbox.seen()
        opened = self.ask(
            "POST", "/api/v1/session", json={"id": account["id"], "password": account["password"]}
        )
        challenge = opened["challenge"]
        self.ask("POST", f"/api/v1/session/{challenge}/send", json={"channel": channel})
        mail = mailbox.wait(
            seen, lambda m: m["message"] == "sign_in_code" and m["channel"] == channel
        )
        code = re.search(r"(?<!\d)\d{6}(?!\d)", mail["text"])
        if code is None:
            raise DemoFailed("the mail with the code holds no six digits")
        token = self.ask("POST", f"/api/v1/session/{challenge}/verify", json={"code": code[0]})
        self._headers["Authorization"] = f"Bearer {token['token']}"


class Mailbox:
    """The trial's mailbox, read as a program reads it."""

    def __init__(self, base_url: str, patience_s: float = 0.0) -> None:
        self._reader = Person(base_url, patience_s)

    def all(self) -> list[dict[str, Any]]:
        """All mails, oldest first."""
        answer = self._reader.request("GET", "/mailbox.json")
        if answer.status_code != 200:
            raise DemoFailed("there is no mailbox here: the demo needs an embedded or trial one")
        return list(answer.json())

    def seen(self) -> set[str]:
        """The ids of all mails that are there now."""
        return {mail["id"] for mail in self.all()}

    def wait(self, seen: set[str], wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first mail that is wanted and was not `seen` before."""
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            for mail in self.all():
                if mail["id"] not in seen and wanted(mail):
                    return mail
            time.sleep(0.05)
        raise DemoFailed(f"no such mail came within {WAIT_SECONDS:.0f} s")


def walk(
    base_url: str,
    accounts: Sequence[Mapping[str, Any]],
    language: str,
    say: Callable[[str], None],
    student: Mapping[str, Any] | None = None,
    patience_s: float = 0.0,
) -> Walked:
    """Walk one waiver through. `say` gets a line a step, with its time in ms.

    Raises NotOpen when the student may not apply now, DemoFailed when a step fails.
    """
    chosen = student or students(accounts, language, 1)[0]
    officer = _first(accounts, role="staff")
    mailbox = Mailbox(base_url, patience_s)
    with _step(say, "the student signs in with a code"):
        applicant = Person(base_url, patience_s)
        applicant.sign_in(chosen, mailbox)
    seen = mailbox.seen()
    with _step(say, "the student sends the application"):
        application = _apply(applicant, language)
    number = application["number"]
    steps = applicant.ask("GET", f"/api/v1/applications/{application['id']}")["steps"]
    for nth, _ in zip(("first", "second"), steps, strict=False):  # one, where both are one person
        with _step(say, f"the {nth} professor signs by link"):
            professor = Person(base_url, patience_s)
            seen = seen | {_sign(professor, mailbox, seen, number)}
    with _step(say, "the office signs in and grants it"):
        desk = Person(base_url, patience_s)
        desk.sign_in(officer, mailbox)
        path = f"/api/v1/desk/applications/{application['id']}/decision"
        desk.ask("POST", path, json={"decision": "approve", "reference": "EA-2026-0001"})
    with _step(say, "the paper is filled, signed, numbered"):
        document = document_of(applicant, application["id"])
    with _step(say, "the student downloads the PDF"):
        pdf = download(applicant, document["number"])
    with _step(say, "anybody verifies it"):
        verdict = verdict_of(Person(base_url, patience_s), pdf)
    return Walked(application["id"], number, document["number"], pdf, verdict)


def students(
    accounts: Sequence[Mapping[str, Any]], language: str, many: int
) -> list[Mapping[str, Any]]:
    """The student of a language who may apply, and further ones when more are wanted."""
    first = _first(accounts, role="student", language=language)
    others = [one for one in accounts if one["role"] == "student" and one is not first]
    return [first, *others] if many > 1 else [first]


def cast(accounts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those to try Dojang with: a student of each language, and an officer who decides."""
    return [
        _first(accounts, role="student", language="ko"),
        _first(accounts, role="student", language="en"),
        _first(accounts, role="staff"),
    ]


def save(walked: Walked, path: Path) -> Path:
    """Leave the PDF at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(walked.pdf)
    return path.absolute()


def _apply(applicant: Person, language: str) -> dict[str, Any]:
    kinds = {kind["name"]: kind for kind in applicant.ask("GET", "/api/v1/kinds")}
    kind = kinds["tuition_waiver"]
    if not kind["open"]:
        raise NotOpen(f"the waiver is closed to this student: {kind['findings']}")
    if not all(one["who"] for one in kind["approvers"]):
        raise NotOpen("a professor of this student is not on record: the office has to name one")
    answers = {
        **kind["prefill"],
        "extent": "two_thirds",
        "ground": "hardship",
        "reasons": REASONS[language],
    }
    body = {"kind": "tuition_waiver", "answers": answers, "submit": True}
    made: dict[str, Any] = applicant.ask("POST", "/api/v1/applications", json=body)
    return made


def _sign(professor: Person, mailbox: Mailbox, seen: set[str], number: str) -> str:
    """Open the newest request to sign and sign as asked; the id of the mail that asked."""
    mail = mailbox.wait(
        seen, lambda m: m["message"] == "approval_request" and number in m["subject"] + m["text"]
    )
    found = re.search(r"/a/([A-Za-z0-9_.-]+)", mail["text"])
    if found is None:
        raise DemoFailed("the request to sign holds no link")
    path = f"/api/v1/approvals/{found[1]}"
    shown = professor.ask("GET", path)
    who = shown["step"].get("who") or "Professor"
    typed = who if isinstance(who, str) else str(who.get("name", "Professor"))
    professor.ask(
        "POST",
        path,
        json={"decision": "approve", "signature": {"typed": typed[:42]}, "shown": shown["shown"]},
    )
    return str(mail["id"])


def document_of(applicant: Person, application_id: str) -> dict[str, Any]:
    """The document of an application, once it is issued."""
    end = time.monotonic() + WAIT_SECONDS
    state = ""
    while time.monotonic() < end:
        found = applicant.ask("GET", f"/api/v1/applications/{application_id}")
        state = found["state"]
        if state == "issued":
            return dict(found["documents"][0])
        time.sleep(0.02)
    raise DemoFailed(f"no paper within {WAIT_SECONDS:.0f} s; the application is {state}")


def download(applicant: Person, number: str) -> bytes:
    """The PDF of a document, as its owner takes it."""
    answer = applicant.request("GET", f"/api/v1/documents/{number}/file", params={"format": "pdf"})
    if answer.status_code != 303:
        raise DemoFailed(f"the download answered {answer.status_code} instead of 303")
    pdf = applicant.request("GET", answer.headers["Location"])
    if not pdf.content.startswith(b"%PDF-"):
        raise DemoFailed("what was downloaded is no PDF")
    return pdf.content


def verdict_of(anybody: Person, pdf: bytes) -> str:
    """What the installation says of a PDF. Raises DemoFailed unless that is `authentic`."""
    files = {"file": ("paper.pdf", pdf, "application/pdf")}
    verdict = str(anybody.ask("POST", "/api/v1/verify", files=files)["verdict"])
    if verdict != "authentic":
        raise DemoFailed(f"the paper was called {verdict}")
    return verdict


def _has_key(path: str) -> bool:
    """Sign-in alone takes no Idempotency-Key."""
    return not path.startswith("/api/v1/session")


def _first(accounts: Sequence[Mapping[str, Any]], **wanted: str) -> Mapping[str, Any]:
    for account in accounts:
        if all(account.get(name) == value for name, value in wanted.items()):
            return account
    raise DemoFailed(f"there is no account with {wanted}")


def _public(path: str) -> str:
    return re.sub(r"(approvals|files|session)/[^/]+", r"\1/…", path)


@contextmanager
def _step(say: Callable[[str], None], sentence: str) -> Any:
    began = time.perf_counter()
    yield
    say(f"{(time.perf_counter() - began) * 1000:8.0f} ms  {sentence}")
