"""The cast of the journeys: people of the demo university at a running product's API."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from services import demo
from services.demo import Mailbox, Person
from services.forms.people.demo import accounts

ANSWERS = {"extent": "two_thirds", "ground": "hardship"}


@dataclass
class Sent:
    """An application on its way: who sent it, and the mails that were there before."""

    student: Person
    id: str
    number: str
    seen: set[str]


@dataclass
class Cast:
    """Signs people in, each once; hands out students who may apply and have not yet."""

    url: str
    taken: set[str] = field(default_factory=set)
    people: dict[str, Person] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)  # the ids of all that were accepted

    @property
    def mailbox(self) -> Mailbox:
        """The trial's mailbox."""
        return Mailbox(self.url)

    def signed_in(self, login_id: str) -> Person:
        """Somebody by their id, signed in with a code."""
        if login_id not in self.people:
            account = next(one for one in accounts() if one["id"] == login_id)
            person = Person(self.url)
            person.sign_in(account, self.mailbox)
            self.people[login_id] = person
        return self.people[login_id]

    def officer(self) -> Person:
        """Who decides waivers."""
        return self.signed_in(next(one["id"] for one in accounts() if one["role"] == "staff"))

    def applicant(self, language: str = "ko", professors: int = 2) -> Person:
        """A student of a language with so many different professors who may apply now."""
        for account in accounts():
            wanted = account["role"] == "student" and account["language"] == language
            if not wanted or account["id"] in self.taken:
                continue
            person = self.signed_in(account["id"])
            kind = self.waiver(person)
            people = {one["who"] for one in kind["approvers"]}
            if kind["open"] and None not in people and len(people) == professors:
                self.taken.add(account["id"])
                return person
        raise LookupError(f"no {language} student with {professors} professors is left")

    def waiver(self, person: Person) -> dict[str, Any]:
        """The waiver as a student sees it."""
        kinds: Sequence[dict[str, Any]] = person.ask("GET", "/api/v1/kinds")
        return next(kind for kind in kinds if kind["name"] == "tuition_waiver")

    def answers(self, person: Person, reasons: str) -> dict[str, Any]:
        """The waiver's answers, prefilled from the register."""
        return {**self.waiver(person)["prefill"], **ANSWERS, "reasons": reasons}

    def send(self, person: Person, reasons: str = demo.REASONS["en"]) -> Sent:
        """Send a waiver."""
        seen = self.mailbox.seen()
        body = {
            "kind": "tuition_waiver",
            "answers": self.answers(person, reasons),
            "submit": True,
        }
        return self.accepted(person, person.ask("POST", "/api/v1/applications", json=body), seen)

    def accepted(self, person: Person, answer: dict[str, Any], seen: set[str]) -> Sent:
        """What somebody had a 2xx for."""
        self.answered.append(answer["id"])
        return Sent(person, answer["id"], answer["number"], seen)

    def link(self, sent: Sent, message: str = "approval_request") -> str:
        """The API path behind the newest request to sign that was not read before."""
        mail = self.mailbox.wait(
            sent.seen,
            lambda m: m["message"] == message and sent.number in m["subject"] + m["text"],
        )
        sent.seen.add(mail["id"])
        found = re.search(r"/a/([A-Za-z0-9_.-]+)", mail["text"])
        assert found, mail["text"]
        return f"/api/v1/approvals/{found[1]}"

    def mail(self, sent: Sent, message: str, to: str = "") -> dict[str, Any]:
        """A mail about an application, read once."""
        mail = self.mailbox.wait(
            sent.seen,
            lambda m: (
                m["message"] == message
                and to in m["to"]
                and sent.number in m["subject"] + m["text"]
            ),
        )
        sent.seen.add(mail["id"])
        return mail

    def decide(self, path: str, decision: str = "approve", **more: Any) -> httpx.Response:
        """What a professor decides by link, of what the link shows now."""
        professor = Person(self.url)
        shown = professor.request("GET", path).json()
        body = {"decision": decision, "shown": shown.get("shown", ""), **more}
        if decision == "approve":
            body.setdefault("signature", {"typed": shown.get("step", {}).get("who", "Somebody")})
        return professor.request("POST", path, json=body)

    def sign_both(self, sent: Sent) -> None:
        """Both professors sign."""
        for _ in range(2):
            assert self.decide(self.link(sent)).status_code == 200

    def at_desk(self, sent: Sent, decision: str, **more: Any) -> httpx.Response:
        """What the office decides."""
        path = f"/api/v1/desk/applications/{sent.id}/decision"
        return self.officer().request("POST", path, json={"decision": decision, **more})

    def case(self, sent: Sent) -> dict[str, Any]:
        """The application as its student sees it."""
        return dict(sent.student.ask("GET", f"/api/v1/applications/{sent.id}"))

    def issued(self, sent: Sent) -> dict[str, Any]:
        """The document, when it is there."""
        return demo.document_of(sent.student, sent.id)

    def pdf(self, sent: Sent, number: str) -> bytes:
        """The PDF, as the student downloads it."""
        return demo.download(sent.student, number)
