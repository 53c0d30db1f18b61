"""What requests made at random meet: a product where something of everything is there.

`values` are what stands in addresses, `right` the bodies that are let in; without them nearly
every draw would end at the first check. `roles` are the people at the door.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from docx import Document

from shared.inside import bearer
from tests.security.house import DESK, STAFF, House, pdf, upload

OFFICES = [office for office, who in STAFF.items() if who != "operator"]
Shows = Callable[[], dict[str, str]]
ENROLLMENT = {"language": "en", "copies": 1, "purpose": "Visa"}
LIST = b"student_number\n2025-3107\n2024-1042\n"
TRANSFER = b"T-1,700-2025-003107,2500000,2026-09-05 10:00:00\n"
BANK_FILE = b"transaction,account_number,amount_krw,paid_at\n" + TRANSFER


@dataclass(repr=False)  # Hypothesis would print it
class Scene:
    """The product, what is there, and what everybody shows at its door."""

    house: House
    values: Mapping[str, list[Any]]
    right: Mapping[str, dict[str, Any]]  # by operation
    roles: Mapping[str, Shows]
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: int = 0

    def headers(self, role: str) -> dict[str, str]:
        """What a role shows; something new once `forget` was called."""
        if role not in self.kept:
            self.kept[role] = self.roles[role]()
        return self.kept[role]

    def forget(self, role: str) -> None:
        """Its session was ended, or its pass expired."""
        self.kept.pop(role, None)

    def network(self) -> str:
        """An address that has not asked before, so that no limit hides what lies behind."""
        self.asked += 1
        return f"10.{self.asked >> 16 & 255}.{self.asked >> 8 & 255}.{self.asked & 255}"


def set_up(house: House) -> Scene:
    """A waiver that was issued, one that waits for a professor, a letter, a draft, lists."""
    applicants = house.applicants()
    owner, other, third = (next(applicants) for _ in range(3))
    known = house.mail_ids()
    issued = house.apply(owner, file=True)
    for _ in range(2):
        used = house.link(known, issued["number"])
        assert house.sign(used).status_code == 200
    path = f"/api/v1/desk/applications/{issued['id']}/decision"
    assert house.program(DESK).post(path, json={"decision": "approve"}).status_code == 200
    waiting = house.apply(other, file=True)
    link = house.link(known, waiting["number"])
    draft = _made(house, third, "/api/v1/applications", json=house.waiver(third, "Rain.", False))
    cases = [
        house.program(who).get(f"/api/v1/applications/{one['id']}").json
        for who, one in ((owner, issued), (other, waiting))
    ]
    queue = _queue(house, link)
    values = {
        "application_id": [issued["id"], waiting["id"], draft["id"]],
        "attachment_id": [one["attachments"][0]["id"] for one in cases],
        "token": [link, used, queue],
        "number": [house.document(owner, issued["id"])],
        "kind": ["tuition_waiver", "certificate_enrollment", "recommendation_letter"],
        "language": ["ko", "en"],
        "n": [1, 2],
        "semester": ["2022-fall", "2026-fall"],
        "challenge": [
            _made(house, third, "/api/v1/session", 200, json=house.credentials(third))["challenge"]
        ],
        "list_name": ["unpaid", "lapsing"],
        "department": ["forms", "certs", "notify"],
        "bulk_id": [_bulk(house)],
        "file_id": [_payments(house)],
        "student_number": ["2025-3107"],
    }
    shown = house.caller().get(f"/api/v1/approvals/{link}").json["shown"]
    return Scene(house, values, _right(house, third, link, shown), _roles(house, owner, other))


def _made(house: House, who: str, path: str, status: int = 201, **more: Any) -> dict[str, Any]:
    answer = house.program(who).post(path, **more)
    assert answer.status_code == status, answer.text
    return dict(answer.json)


def _queue(house: House, link: str) -> str:
    """The token of the mail with everything that waits for the professor of a link."""
    known = house.mail_ids()
    house.caller().send(f"/a/{link}/all", at=f"/a/{link}")
    text = house.mail(known, "queue_link")["text"]
    return str(text.split("/queue/")[1].split()[0])


def _bulk(house: House) -> str:
    form = upload("list.csv", LIST)
    form["data"] |= {"kind": "certificate_enrollment", **ENROLLMENT}
    return str(_made(house, STAFF["student_affairs"], "/api/v1/desk/bulk", **form)["id"])


def _payments(house: House) -> str:
    office, form = STAFF["educational_affairs"], upload("bank.csv", BANK_FILE)
    return str(_made(house, office, "/api/v1/desk/payments", **form)["id"])


def _right(house: House, student: str, link: str, shown: str) -> dict[str, dict[str, Any]]:
    """A body that is let in, of the operations whose schema alone leads to none."""
    password = {"password": house.credentials(student)["password"]}
    waiver, name = house.waiver(student, "Rain."), {"typed": "Yoon Tae-ho"}
    reason, person = {"reason": "The dates differ."}, {"student_number": "2025-3107"}
    certificate = {"kind": "certificate_enrollment", "answers": ENROLLMENT, "submit": True}
    file, desk, step = {"file": pdf()}, "/api/v1/desk", "/applications/{application_id}/steps/{n}"
    return {
        "POST /api/v1/session": house.credentials(student),
        "POST /api/v1/session/{challenge}/send": {"channel": "email"},
        "POST /api/v1/session/{challenge}/verify": {"code": "123456"},
        "PUT /api/v1/account": {"language": "en", "channel": "email"},
        "POST /api/v1/account/authenticator": password,
        "POST /api/v1/account/sessions/end": password,
        "POST /api/v1/account/password": {
            "current": password["password"], "password": "A fence, a hill, a fence"},
        "POST /api/v1/applications": certificate,
        "PUT /api/v1/applications/{application_id}": {"answers": waiver["answers"]},
        "POST /api/v1/applications/{application_id}/submit": {},
        "POST /api/v1/applications/{application_id}/attachments": file,
        "POST /api/v1/approvals/{token}": {
            "decision": "approve", "shown": shown, "signature": name},
        "POST /api/v1/approvals/{token}/delegation": {"delegate": "p-1"},
        "PUT /api/v1/approvals/{token}/letter": {"body": "She is good."},
        "POST /api/v1/approvals/{token}/letter/file": file,
        "POST /api/v1/queue/{token}": {"requests": [{"token": link, "shown": shown}], **name},
        "PUT /api/v1/queue/{token}/settings": {
            "language": "en", "digest": "many", "quiet_since": 22, "quiet_until": 7},
        f"POST {desk}/applications/{{application_id}}/decision": {"decision": "return", **reason},
        f"POST {desk}/applications/{{application_id}}/delivery": {"how": "mailed"},
        f"POST {desk}{step}/professor": {"professor_id": "p-1"},
        f"POST {desk}{step}/address": {"email": "someone@dojang.example"},
        f"POST {desk}/bulk": {
            "file": LIST, "kind": "certificate_enrollment", **ENROLLMENT, "copies": "1"},
        f"POST {desk}/payments": {"file": BANK_FILE},
        f"POST {desk}/paper": {"file": pdf(), "kind": "tuition_waiver", **person},
        f"POST {desk}/semesters/{{semester}}/preview": {"cells": {"tuition_krw": "2600000"}},
        f"PUT {desk}/semesters/{{semester}}": {"cells": {"tuition_krw": "2600000"}},
        f"POST {desk}/bars": {**person, **reason},
        f"POST {desk}/lost-apps": {**person, **reason},
        "POST /api/v1/documents/{number}/revoke": {"code": "error", **reason},
        "POST /api/v1/documents/{number}/replace": {"code": "error", **reason},
        "POST /api/v1/documents/{number}/decision": {"decision": "confirm"},
        "POST /api/v1/verify": file,
        f"POST {desk}/templates/{{kind}}/{{language}}": {"file": _docx()},
        f"POST {desk}/templates/{{kind}}/{{language}}/{{n}}/activate": {"seen": 1},
    }  # fmt: skip


def _docx() -> bytes:
    made, document = io.BytesIO(), Document()
    document.add_paragraph("{{ number }}")
    document.save(made)
    return made.getvalue()


def _roles(house: House, owner: str, other: str) -> Mapping[str, Shows]:
    """Everybody, and how they get what they show; an approver's link is part of the address."""
    people = {"owner": owner, "student": other, **STAFF}
    passes = {f"pass of {office}": _pass(house, STAFF[office]) for office in OFFICES}
    return {
        "nobody": dict,
        "department": lambda: {"Authorization": bearer(house.ground.keyring)},
        **{role: _bearer(house, who) for role, who in people.items()},
        **passes,
    }


def _bearer(house: House, login_id: str) -> Shows:
    return lambda: {"Authorization": house.program(login_id).headers["Authorization"]}


def _pass(house: House, login_id: str) -> Shows:
    """Of the template desk."""

    def get() -> dict[str, str]:
        given = _made(house, login_id, "/api/v1/desk/pass", 200, json={})
        return {"Authorization": f"Bearer {given['pass']}"}

    return get
