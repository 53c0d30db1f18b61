"""Many papers at once, and whether each is there once: `dojang demo --many 200`.

The first students walk the waiver through; then all who may take certificates of enrolment out,
several at a time. Whatever dies meanwhile is waited for. At the end every application is read
again: each has its one paper, no paper is there that nobody asked for, and the mailbox has one mail
of each.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from typing import Any

from services import demo
from services.demo import DemoFailed, Mailbox, NotOpen, Person, Walked

Account = Mapping[str, Any]
WAIVERS_MOST = 12
AT_ONCE = 6
PATIENCE_SECONDS = 120.0
KIND = "certificate_enrollment"
NUMBER = r"\b[A-Z]-\d{4}-\d{5,}\b"  # of an application


def papers(
    base_url: str, accounts: Sequence[Account], language: str, many: int, say: Callable[[str], None]
) -> list[Walked]:
    """So many papers, each called authentic; certificates are counted. Raises DemoFailed."""
    crowd = Crowd(base_url, accounts, language, say)
    waivers = crowd.waivers(min(many, WAIVERS_MOST))
    if len(waivers) == many:
        return waivers
    certificates = crowd.certificates(many - len(waivers))
    made = [*waivers, *certificates]
    crowd.count(certificates, made)
    crowd.count_mails(made)
    return made


class Crowd:
    """The students of the demo at an installation."""

    def __init__(
        self,
        base_url: str,
        accounts: Sequence[Account],
        language: str,
        say: Callable[[str], None],
    ) -> None:
        self._base_url, self._accounts, self._language = base_url, accounts, language
        self._say = say
        self._mailbox = Mailbox(base_url, PATIENCE_SECONDS)
        self._takers: list[Person] = []

    def waivers(self, many: int) -> list[Walked]:
        """One waiver each of the students who may apply, one after the other."""
        made: list[Walked] = []
        for student in demo.students(self._accounts, self._language, many):
            if len(made) == many:
                break
            try:
                made.append(self._walk(student))
            except NotOpen:
                continue
            self._say(f"             {made[-1].number} is {made[-1].verdict}")
        return made

    def certificates(self, many: int) -> list[Walked]:
        """Certificates of enrolment, several at a time."""
        if many <= 0:
            return []
        self._takers = [person for one in self._students() if (person := self._taker(one))]
        if not self._takers:
            raise DemoFailed("no student of the demo is enrolled now")
        self._say(f"{len(self._takers)} students take out {many} certificates")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self._take, islice(cycle(self._takers), many)))

    def count(self, certificates: Sequence[Walked], all_made: Sequence[Walked]) -> None:
        """Read everything again. Raises DemoFailed where something is missing or there twice."""
        wanted = {one.application_id: [one.number] for one in certificates}
        found = {case["id"]: case for person in self._takers for case in _certificates(person)}
        wrong = [
            f"{one.application} is lost" for one in certificates if one.application_id not in found
        ]
        wrong += [
            f"{case['number']} is {case['state']} with {len(case['documents'])} papers"
            for which, case in found.items()
            if [one["number"] for one in case["documents"]] != wanted.get(which)
        ]
        numbers = [one.number for one in all_made]
        if wrong or len({*numbers}) < len(numbers):
            raise DemoFailed("; ".join(wrong[:5]) or "two papers have one number")
        self._say(f"{len(numbers)} right papers: none lost, none twice")

    def count_mails(self, all_made: Sequence[Walked]) -> None:
        """Wait until each paper was announced. Raises DemoFailed where that was done twice."""
        wanted, end = {one.application for one in all_made}, time.monotonic() + PATIENCE_SECONDS
        while (mails := self._announced()).keys() < wanted and time.monotonic() < end:
            time.sleep(demo.AGAIN_SECONDS)
        lost = sorted(wanted - mails.keys())
        told = Counter((number, mail["to"]) for number in mails for mail in mails[number])
        twice = sorted(number for (number, _), times in told.items() if times > 1)
        if lost or twice:
            raise DemoFailed(f"mails lost: {lost[:5]}, twice: {twice[:5]}")
        copies = sum(one["copies"] - 1 for number in wanted for one in mails[number])
        self._say(f"each was announced once to each ({copies} second copies that say so)")

    def _announced(self) -> dict[str, list[dict[str, Any]]]:
        """The mails that say a paper is there, by the number of its application."""
        found: dict[str, list[dict[str, Any]]] = {}
        for mail in self._mailbox.all():
            if mail["message"] == "issued" and mail["channel"] == "email":
                number = re.search(NUMBER, mail["subject"] + mail["text"])
                found.setdefault(number[0] if number else "", []).append(mail)
        return found

    def _walk(self, student: Account) -> Walked:
        return demo.walk(
            self._base_url, self._accounts, self._language, self._say, student, PATIENCE_SECONDS
        )

    def _students(self) -> list[Account]:
        return [one for one in self._accounts if one["role"] == "student"][: 2 * WAIVERS_MOST]

    def _taker(self, account: Account) -> Person | None:
        """A student signed in, if they may have a certificate."""
        person = Person(self._base_url, PATIENCE_SECONDS)
        person.sign_in(account, self._mailbox)
        offers = {one["name"]: one for one in person.ask("GET", "/api/v1/kinds")}
        return person if offers[KIND]["open"] else None

    def _take(self, person: Person) -> Walked:
        answers = {"language": self._language, "copies": 1, "purpose": "demo"}
        body = {"kind": KIND, "answers": answers, "submit": True}
        made = person.ask("POST", "/api/v1/applications", json=body)
        number = demo.document_of(person, made["id"])["number"]
        pdf = demo.download(person, number)
        verdict = demo.verdict_of(Person(self._base_url, PATIENCE_SECONDS), pdf)
        return Walked(made["id"], made["number"], number, pdf, verdict)


def _certificates(person: Person) -> list[dict[str, Any]]:
    """What somebody asked for, of the kind that the crowd takes out."""
    return [one for one in person.ask("GET", "/api/v1/applications") if one["kind"] == KIND]
