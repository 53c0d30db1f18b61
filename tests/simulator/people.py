"""The people of a schedule, who see nothing but answers and mails, and try again when cut off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import Client, TestResponse

from services.forms.people.demo import accounts
from tests.simulator.chance import Crash
from tests.simulator.world import HOST, KINDS, Installation, World

STUDENTS = [one["id"] for one in accounts() if one["role"] == "student"]
OFFICER = next(one["id"] for one in accounts() if one["office"] == "educational_affairs")
HEAD = "student_team"


@dataclass
class Attempt:
    """A request that may have made an application; without an answer nobody knows."""

    login_id: str
    kind: str
    key: str
    body: dict[str, Any]
    answer: dict[str, Any] | None = None
    refused: bool = False


@dataclass
class People:
    """Students, professors behind their links, and an officer."""

    world: World
    prefills: dict[str, dict[str, Any]]
    attempts: list[Attempt] = field(default_factory=list)
    decided: set[str] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, who: str = "", key: str = "", **more: Any
    ) -> TestResponse | None:
        """A request; None when the connection was cut, for its server died."""
        world = self.world
        headers = {"Accept-Language": "en"}
        if who:
            headers["Authorization"] = f"Bearer {self._token(who)}"
        if key:
            headers["Idempotency-Key"] = key
        world.chance.note(f"{method} {path}")
        try:
            answer = Client(world.house.gateway).open(
                path, method=method, headers=headers, base_url=HOST, **more
            )
        except Crash as crash:
            world.chance.note(f"  {crash}")
            with world.chance.calm():
                world.start(crash.department)
            return None
        world.chance.note(f"  {answer.status_code}")
        if answer.status_code == 500:
            world.wrong.append(f"{method} {path} was answered 500")
        if answer.status_code == 401 and who:
            self.tokens.pop(who)  # the session is over: next time they sign in again
        return answer

    def apply(self) -> None:
        """A student asks for something."""
        chance = self.world.chance
        login_id = chance.one_of(list(self.prefills))
        kind = chance.one_of(KINDS if chance.happens(0.7) else KINDS[1:])
        number = len(self.attempts)
        answers = dict(self.prefills[login_id][kind])
        if kind == "tuition_waiver":
            answers |= {"extent": "two_thirds", "ground": "hardship", "reasons": f"no. {number}"}
        body = {"kind": kind, "answers": answers, "submit": True}
        self.attempts.append(Attempt(login_id, kind, f"attempt-{number}", body))
        self._send(self.attempts[-1])

    def insist(self) -> bool:
        """Somebody who got no answer, or pressed twice, sends the same request again."""
        waiting = [one for one in self.attempts if not one.refused]
        if waiting:
            self._send(self.world.chance.one_of(waiting))
        return bool(waiting)

    def insist_all(self) -> None:
        """Everybody who is still in doubt asks once more."""
        for one in self.attempts:
            if one.answer is None and not one.refused:
                self._send(one)

    def _send(self, attempt: Attempt) -> None:
        answer = self.ask(
            "POST", "/api/v1/applications", attempt.login_id, attempt.key, json=attempt.body
        )
        if answer is None or answer.status_code in (401, 503):
            return
        if answer.status_code == 201:
            said = {name: answer.json[name] for name in ("id", "number")}
            if attempt.answer not in (None, said):
                self.world.wrong.append(f"{attempt.key} was answered twice, differently")
            attempt.answer = said
        elif attempt.answer is None:
            attempt.refused = True
        else:
            self.world.wrong.append(f"{attempt.key} had been made, now {answer.status_code}")

    def sign(self) -> bool:
        """A professor opens a link of a mail and decides, sometimes twice."""
        chance, links = self.world.chance, self.world.box.links()
        fresh = [one for one in links if one not in self.decided]
        choice = links if links and chance.happens(0.1) else fresh
        if not choice:
            return False
        token = chance.one_of(choice)
        path = f"/api/v1/approvals/{token}"
        page = self.ask("GET", path)
        if page is None or page.status_code == 503:
            return True
        if page.status_code != 200:
            self.decided.add(token)
            return True
        decision = chance.one_of(("approve",) * 9 + ("return", "decline", "not_mine"))
        body: dict[str, Any] = {"decision": decision, "shown": page.json["shown"]}
        body |= {"signature": {"typed": "Yoon"}} if decision == "approve" else {"reason": "Why."}
        answer = self.ask("POST", path, key=f"decide-{decision}", json=body)
        if answer is not None and answer.status_code != 503:
            self.decided.add(token)
        return True

    def decide(self) -> bool:
        """The officer takes something from the office's queue."""
        chance = self.world.chance
        queue = self.ask("GET", "/api/v1/desk/applications", OFFICER)
        if queue is None or queue.status_code != 200:
            return True
        waiting = [one for one in queue.json["applications"] if one["state"] in DESK]
        if not waiting:
            return False
        one = chance.one_of(waiting)
        return DESK[one["state"]](self, one)

    def grant(self, one: dict[str, Any]) -> bool:
        """Decide what lies at the desk."""
        decision = self.world.chance.one_of(("approve",) * 6 + ("return", "decline"))
        body = {"decision": decision, "reason": "Because.", "reference": "EA-2026-1"}
        self.ask("POST", f"/api/v1/desk/applications/{one['id']}/decision", OFFICER, json=body)
        return True

    def give_to_somebody(self, one: dict[str, Any]) -> bool:
        """Find a professor for a step that nobody has."""
        case = self.ask("GET", f"/api/v1/applications/{one['id']}", OFFICER)
        found = self.ask("GET", "/api/v1/desk/professors?q=dojang", OFFICER)
        if case is None or found is None or 503 in (case.status_code, found.status_code):
            return True
        empty = [step for step in case.json["steps"] if step["state"] == "unassigned"]
        if not empty:
            return False
        professor = self.world.chance.one_of(found.json)["id"]
        path = f"/api/v1/desk/applications/{one['id']}/steps/{empty[0]['n']}/professor"
        self.ask("POST", path, OFFICER, json={"professor_id": professor})
        return True

    def try_again(self, one: dict[str, Any]) -> bool:
        """Ask for a paper again that could not be made."""
        self.ask("POST", f"/api/v1/desk/applications/{one['id']}/retry", OFFICER, json={})
        return True

    def change_mind(self) -> bool:
        """A student takes something back, or sends it again after a return."""
        mine = [one for one in self.attempts if one.answer is not None]
        if not mine:
            return False
        one = self.world.chance.one_of(mine)
        path = f"/api/v1/applications/{one.answer['id']}"  # type: ignore[index]
        if self.world.chance.happens(0.3):
            self.ask("POST", f"{path}/withdraw", one.login_id, json={"reason": "No more."})
        else:
            self.ask("POST", f"{path}/submit", one.login_id, json={})
        return True

    def revoke(self) -> bool:
        """The officer ends a document."""
        mine = [one for one in self.attempts if one.answer is not None]
        if not mine:
            return False
        one = self.world.chance.one_of(mine)
        case = self.ask("GET", f"/api/v1/applications/{one.answer['id']}", one.login_id)  # type: ignore[index]
        if case is None or case.status_code != 200 or not case.json["documents"]:
            return False
        path = f"/api/v1/documents/{case.json['documents'][0]['number']}/revoke"
        self.ask("POST", path, OFFICER, json={"code": "error", "reason": "Wrong."})
        return True

    def ask_for_code(self) -> bool:
        """Somebody who signs in has a code sent, by e-mail or by SMS."""
        parts, chance = self.world.house.forms, self.world.chance
        number = chance.draw.getrandbits(64)
        addresses = {"email": "han@students.dojang.example", "sms": "+82 10-0000-3107"}
        parts.verifications.start(
            f"{number:032x}", purpose="sign_in", person="somebody", language="en",
            addresses=addresses,
        )  # fmt: skip
        parts.verifications.send(f"{number:032x}", chance.one_of(("email", "sms")))
        return True

    def _token(self, login_id: str) -> str:
        if login_id not in self.tokens:
            with self.world.chance.calm():
                self.tokens[login_id] = self.world.house.token(login_id)
        return self.tokens[login_id]


DESK: dict[str, Callable[[People, dict[str, Any]], bool]] = {
    "at_desk": People.grant,
    "in_approval": People.give_to_somebody,
    "issue_failed": People.try_again,
}


def prefills(house: Installation) -> dict[str, dict[str, Any]]:
    """What the forms begin with, of students who may ask for all `KINDS` now."""
    found = {}
    for login_id in STUDENTS:
        headers = {"Authorization": f"Bearer {house.token(login_id)}"}
        answer = Client(house.gateway).get("/api/v1/kinds", headers=headers, base_url=HOST)
        kinds = {one["name"]: one for one in answer.json if one["open"]}
        who = {one["who"] for name in KINDS if name in kinds for one in kinds[name]["approvers"]}
        if set(KINDS) <= set(kinds) and None not in who:
            found[login_id] = {name: kinds[name]["prefill"] for name in KINDS}
        if len(found) == 4:
            break
    return found
