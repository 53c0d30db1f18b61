"""Every route for everybody: what each role gets is written here, and a new route must be, too.

The table is read against the applications' own url_maps, so that a route
without a declared expectation fails. A page refuses nobody with its reason:
strangers are sent to the sign-in, others are told that there is nothing, or
that the page is not theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from services.forms.people.tables import AccountRow
from tests.security.house import DESK, OTHER_OFFICES, Caller, House

ROLES = ("nobody", "owner", "student", "link", "office", "other office", "no notice", "operator")
Expected = Mapping[str, int]


def those(everybody: int, **some: int) -> Expected:
    """One status for everybody, and others for some (`other_office` is the other office)."""
    return {role: some.get(role.replace(" ", "_"), everybody) for role in ROLES}


# What the API answers to whom. A write goes out with an empty body and a page's cookie is worth
# nothing for it, so 400 and 422 mean: let in, and told what is missing.
OPEN = those(200)
SIGN_IN = those(422)
STUDENT = those(401, owner=200, student=200, office=200, other_office=200, no_notice=403)
OWN = those(401, owner=200, student=404, office=200, other_office=404, no_notice=403)
OWN_WRITE = those(401, owner=200, student=404, office=404, other_office=404, no_notice=403)
DESK_READ = those(401, owner=403, student=403, office=200, other_office=200, no_notice=403)
DESK_WRITE = those(401, owner=403, student=403, office=422, other_office=422, no_notice=403)
# What the pages answer: 303 is the sign-in (or the notice), unless said otherwise.
PAGE = those(303, owner=200, student=403, office=403, other_office=403)
FOREIGN_FORM = those(403)
POSTED = those(303, owner=403, student=403, office=403, other_office=403)
MINE = those(200, nobody=303, link=303, no_notice=303)
MINE_POSTED = those(403, nobody=303, link=303, no_notice=303)
MINE_WRITE = those(422, nobody=401, link=401, no_notice=403)
AGAIN = those(401, no_notice=403)  # without the password once more
NO_LIST = {**DESK_READ, "office": 404, "other office": 404}
NO_LIST_PAGE = those(303, owner=403, student=403, office=404, other_office=404)
LIST = PAGE | {"owner": 403, "office": 200, "other office": 404}

TABLE: Mapping[str, Expected] = {
    # forms: for everybody
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /static/<path:name>": OPEN,
    "GET /api/openapi.json": OPEN,
    "GET /privacy": OPEN,
    "GET /contacts": OPEN,
    # forms: who saw a student's data
    "GET /access": PAGE | {"student": 200},
    "GET /api/v1/access": {**STUDENT, "office": 403, "other office": 403},
    "GET /applications/<application_id>/evidence": those(
        303, owner=303, student=404, office=303, other_office=404),
    "GET /api/v1/applications/<application_id>/evidence": {**OWN, "owner": 303, "office": 303},
    # forms: signing in
    "POST /api/v1/session": SIGN_IN,
    "POST /api/v1/session/<challenge>/send": SIGN_IN,
    "POST /api/v1/session/<challenge>/verify": SIGN_IN,
    "GET /api/v1/session": {**STUDENT, "no notice": 200},
    "DELETE /api/v1/session": {**those(401), "owner": 204, "student": 204, "office": 204,
                               "other office": 204, "no notice": 204},
    "POST /api/v1/session/notice": {**STUDENT, "no notice": 200},
    "GET /sign-in": those(303, nobody=200, link=200),
    "POST /sign-in": FOREIGN_FORM,
    "GET /sign-in/channel": those(303),
    "POST /sign-in/channel": FOREIGN_FORM,
    "GET /sign-in/code": those(303),
    "POST /sign-in/code": FOREIGN_FORM,
    "GET /account": MINE,
    "POST /account": MINE_POSTED,
    "GET /api/v1/account": STUDENT,
    "PUT /api/v1/account": MINE_WRITE,
    "GET /account/copy": PAGE | {"student": 200},
    "GET /api/v1/account/copy": {**STUDENT, "office": 403, "other office": 403},
    "GET /account/sessions": MINE,
    "POST /account/sessions/end": MINE_POSTED,
    "GET /api/v1/account/sessions": STUDENT,
    "POST /api/v1/account/sessions/end": AGAIN,
    "GET /account/password": MINE,
    "POST /account/password": MINE_POSTED,
    "POST /api/v1/account/password": MINE_WRITE,
    "GET /account/authenticator": MINE,
    "POST /account/authenticator": MINE_POSTED,
    "GET /account/authenticator/confirm": those(303),
    "POST /account/authenticator/confirm": MINE_POSTED,
    "POST /account/authenticator/codes": MINE_POSTED,
    "POST /account/authenticator/remove": MINE_POSTED,
    "GET /api/v1/account/authenticator": STUDENT,
    "POST /api/v1/account/authenticator": MINE_WRITE,
    "POST /api/v1/account/authenticator/confirm": MINE_WRITE,
    "POST /api/v1/account/authenticator/codes": MINE_WRITE,
    "POST /api/v1/account/authenticator/remove": MINE_WRITE,
    "GET /notice": those(200, nobody=303, link=303),
    "POST /notice": FOREIGN_FORM,
    "GET /password": OPEN,
    "POST /password": FOREIGN_FORM,
    "GET /password/<token>": those(404),
    "GET /invitation/<token>": those(404),
    "POST /password/<token>": FOREIGN_FORM,
    "POST /invitation/<token>": FOREIGN_FORM,
    "POST /sign-out": FOREIGN_FORM,
    # forms: a student's own
    "GET /api/v1/kinds": {**STUDENT, "office": 403, "other office": 403},
    "GET /api/v1/professors": {**STUDENT, "office": 403, "other office": 403},
    "GET /api/v1/applications": STUDENT,
    "POST /api/v1/applications": {**those(401), "owner": 422, "student": 422, "office": 422,
                                  "other office": 422, "no notice": 403},
    "GET /api/v1/applications/<application_id>": OWN,
    "PUT /api/v1/applications/<application_id>": {**OWN_WRITE, "owner": 422, "student": 422,
                                                  "office": 422, "other office": 422},
    "DELETE /api/v1/applications/<application_id>": {**OWN_WRITE, "owner": 409},
    "POST /api/v1/applications/<application_id>/submit": {**OWN_WRITE, "owner": 409},
    "POST /api/v1/applications/<application_id>/withdraw": {**OWN_WRITE, "owner": 409},
    "POST /api/v1/applications/<application_id>/attachments": {
        **those(401), "owner": 415, "student": 415, "office": 415, "other office": 415,
        "no notice": 403},
    "GET /api/v1/applications/<application_id>/attachments/<attachment_id>": OWN,
    "DELETE /api/v1/applications/<application_id>/attachments/<attachment_id>": {
        **OWN_WRITE, "owner": 409},
    "GET /api/v1/applications/<application_id>/preview": {**OWN, "owner": 303, "office": 303},
    "GET /tuition": PAGE | {"student": 200},
    "GET /tuition/invoice": PAGE | {"student": 200},
    "GET /api/v1/tuition": {**STUDENT, "office": 403, "other office": 403},
    "GET /": those(303, owner=200, student=200),
    "GET /applications/<application_id>": those(
        303, owner=200, student=404, office=303, other_office=303),
    "GET /applications/<application_id>/paper.pdf": those(
        303, owner=303, student=404, office=303, other_office=404),
    "GET /applications/<application_id>/attachments/<attachment_id>": those(
        303, owner=200, student=404, office=200, other_office=404),
    "POST /applications/<application_id>/withdraw": POSTED,
    "GET /apply/<kind>": PAGE | {"student": 200},
    "POST /apply/<kind>": POSTED,
    "GET /applications/<application_id>/edit": {**PAGE, "owner": 303, "student": 404},
    "POST /applications/<application_id>/edit": POSTED,
    "POST /applications/<application_id>/discard": POSTED,
    "GET /applications/<application_id>/preview": {**PAGE, "owner": 303, "student": 404},
    "POST /applications/<application_id>/submit": POSTED,
    # forms: by link, for whoever holds it; this one was used
    "GET /api/v1/approvals/<token>": those(404, link=410),
    "POST /api/v1/approvals/<token>": SIGN_IN,
    "GET /api/v1/approvals/<token>/paper": those(404, link=410),
    "GET /api/v1/approvals/<token>/attachments/<attachment_id>": those(404, link=410),
    "POST /api/v1/approvals/<token>/send": SIGN_IN,
    "POST /api/v1/approvals/<token>/verify": SIGN_IN,
    "POST /a/<token>/code": FOREIGN_FORM,
    "GET /api/v1/approvals/<token>/delegates": those(404, link=410),
    "POST /api/v1/approvals/<token>/delegation": SIGN_IN,
    "DELETE /api/v1/approvals/<token>/delegation": those(404),
    "PUT /api/v1/approvals/<token>/letter": those(404, link=410),
    "POST /api/v1/approvals/<token>/letter/file": those(404, link=410),
    "POST /api/v1/approvals/<token>/letter/before": those(404, link=410),
    "GET /a/<token>": those(404, link=410),
    "POST /a/<token>": FOREIGN_FORM,
    "POST /a/<token>/again": FOREIGN_FORM,
    "POST /a/<token>/all": FOREIGN_FORM,
    "GET /a/<token>/delegate": those(404, link=410),
    "POST /a/<token>/delegate": FOREIGN_FORM,
    "POST /a/<token>/take-back": FOREIGN_FORM,
    "GET /queue/<token>": those(404),
    "GET /queue/<token>/settings": those(404),
    "POST /queue/<token>/settings": FOREIGN_FORM,
    "GET /api/v1/queue/<token>/settings": those(404),
    "PUT /api/v1/queue/<token>/settings": SIGN_IN,
    "POST /queue/<token>": FOREIGN_FORM,
    "POST /queue/<token>/again": FOREIGN_FORM,
    "POST /queue/<token>/delegations/<delegation_id>/end": FOREIGN_FORM,
    "DELETE /api/v1/queue/<token>/delegations/<delegation_id>": those(404),
    "GET /api/v1/queue/<token>": those(404),
    "POST /api/v1/queue/<token>": SIGN_IN,
    "GET /a/<token>/paper.pdf": those(404, link=410),
    "GET /a/<token>/attachments/<attachment_id>": those(404, link=410),
    "GET /a/<token>/letter": those(404, link=410),
    "POST /a/<token>/letter": FOREIGN_FORM,
    # forms: the desk
    "GET /api/v1/desk/applications": DESK_READ,
    "POST /api/v1/desk/applications/<application_id>/decision": {
        **DESK_WRITE, "owner": 422, "student": 422},
    "POST /api/v1/desk/applications/<application_id>/delivery": {
        **DESK_WRITE, "owner": 422, "student": 422},
    "POST /api/v1/desk/applications/<application_id>/steps/<int:n>/professor": {
        **DESK_WRITE, "owner": 422, "student": 422},
    "POST /api/v1/desk/applications/<application_id>/steps/<int:n>/address": {
        **DESK_WRITE, "owner": 422, "student": 422},
    "POST /api/v1/desk/applications/<application_id>/steps/<int:n>/link": {
        **DESK_READ, "office": 409, "other office": 404},
    "DELETE /api/v1/desk/applications/<application_id>/steps/<int:n>/delegation": {
        **DESK_READ, "office": 404, "other office": 404},
    "POST /api/v1/desk/applications/<application_id>/retry": {
        **DESK_READ, "office": 409, "other office": 404},
    "GET /api/v1/desk/professors": DESK_READ,
    "GET /desk": those(303, owner=403, student=403, office=200, other_office=200),
    "GET /desk/applications/<application_id>": those(
        303, owner=403, student=403, office=200, other_office=404),
    "POST /desk/applications/<application_id>/decision": POSTED,
    "POST /desk/applications/<application_id>/delivery": POSTED,
    "POST /desk/applications/<application_id>/retry": POSTED,
    "POST /desk/applications/<application_id>/professor": POSTED,
    "POST /desk/applications/<application_id>/address": POSTED,
    "POST /desk/applications/<application_id>/resend": POSTED,
    "POST /desk/applications/<application_id>/give-back": POSTED,
    "GET /desk/pass": those(303, owner=403, student=403),
    # forms: bulk issues; there is no such list, and this kind is not issued so
    "GET /api/v1/desk/bulk": DESK_READ,
    "POST /api/v1/desk/bulk": DESK_WRITE,
    "GET /api/v1/desk/bulk/<bulk_id>": NO_LIST,
    "GET /api/v1/desk/bulk/<bulk_id>/rows": NO_LIST,
    "GET /api/v1/desk/bulk/<bulk_id>/archive": NO_LIST,
    "POST /api/v1/desk/bulk/<bulk_id>/start": NO_LIST,
    "POST /api/v1/desk/bulk/<bulk_id>/cancel": NO_LIST,
    "POST /api/v1/desk/bulk/<bulk_id>/retry": NO_LIST,
    "POST /api/v1/desk/bulk/<bulk_id>/pack": NO_LIST,
    "GET /desk/bulk": those(303, owner=403, student=403, office=200, other_office=200),
    "GET /desk/bulk/new/<kind>": those(303, owner=403, student=403, office=422, other_office=422),
    "POST /desk/bulk/new/<kind>": POSTED,
    "GET /desk/bulk/<bulk_id>": NO_LIST_PAGE,
    "GET /desk/bulk/<bulk_id>/rows.csv": NO_LIST_PAGE,
    "GET /desk/bulk/<bulk_id>/zip": NO_LIST_PAGE,
    "POST /desk/bulk/<bulk_id>/start": POSTED,
    "POST /desk/bulk/<bulk_id>/cancel": POSTED,
    "POST /desk/bulk/<bulk_id>/retry": POSTED,
    "POST /desk/bulk/<bulk_id>/pack": POSTED,
    # forms: payments from the bank, Educational Affairs' alone; there is no such file
    "GET /api/v1/desk/payments": {**DESK_READ, "other office": 403},
    "POST /api/v1/desk/payments": {**DESK_READ, "office": 415, "other office": 403},
    "GET /api/v1/desk/payments/<file_id>": {**NO_LIST, "other office": 403},
    "POST /api/v1/desk/payments/<file_id>/enter": {**NO_LIST, "other office": 403},
    "DELETE /api/v1/desk/payments/<file_id>": {**NO_LIST, "other office": 403},
    "GET /desk/payments": PAGE | {"owner": 403, "office": 200},
    "POST /desk/payments": POSTED,
    "GET /desk/payments/<file_id>": PAGE | {"owner": 403, "office": 404},
    "GET /desk/payments/<file_id>/rows.csv": PAGE | {"owner": 403, "office": 404},
    "POST /desk/payments/<file_id>/enter": POSTED,
    "POST /desk/payments/<file_id>/discard": POSTED,
    # forms: semester data, Educational Affairs' alone
    "GET /api/v1/desk/semesters": {**DESK_READ, "other office": 403},
    "GET /api/v1/desk/semesters/<semester>": {**DESK_READ, "other office": 403},
    "POST /api/v1/desk/semesters/<semester>/preview": {
        **DESK_WRITE, "owner": 422, "student": 422},
    "PUT /api/v1/desk/semesters/<semester>": {**DESK_WRITE, "owner": 422, "student": 422},
    "GET /desk/semesters": PAGE | {"owner": 403, "office": 200},
    "GET /desk/semesters/<semester>": PAGE | {"owner": 403, "office": 200},
    "POST /desk/semesters/<semester>": POSTED,
    # forms: paper forms, of the office that decides the kind
    "GET /forms/<kind>/blank.pdf": those(303),
    "GET /api/v1/kinds/<kind>/blank": those(303, nobody=401, link=401, no_notice=403),
    "GET /desk/paper/<kind>": PAGE | {"owner": 403, "office": 200, "other office": 404},
    "POST /desk/paper/<kind>": POSTED,
    "POST /api/v1/desk/paper": {**DESK_READ, "office": 415, "other office": 415},
    # forms: who cannot be readmitted, the Student Team's alone
    "GET /api/v1/desk/bars": {**DESK_READ, "office": 403, "other office": 403},
    "POST /api/v1/desk/bars": {**DESK_WRITE, "owner": 422, "student": 422},
    "DELETE /api/v1/desk/bars/<student_number>": {**DESK_READ, "office": 403, "other office": 403},
    "GET /desk/bars": PAGE | {"owner": 403, "office": 403, "other office": 403},
    "POST /desk/bars": POSTED,
    "POST /desk/bars/<student_number>/lift": POSTED,
    # forms: a lost authenticator app, Student Affairs' alone
    "POST /api/v1/desk/lost-apps": {**DESK_WRITE, "owner": 422, "student": 422},
    "GET /desk/lost-apps": PAGE | {"owner": 403, "office": 403, "other office": 200},
    "POST /desk/lost-apps": POSTED,
    # forms: lists of an office; this one is Educational Affairs'
    "GET /api/v1/desk/lists": DESK_READ,
    "POST /api/v1/desk/pass": DESK_READ,
    "GET /api/v1/desk/lists/<list_name>": {**DESK_READ, "other office": 404},
    "GET /desk/lists": PAGE | {"owner": 403, "office": 200, "other office": 200},
    "GET /desk/lists/<list_name>": LIST,
    "GET /desk/lists/<list_name>/rows.csv": LIST,
    "GET /desk/lists/<list_name>/rows.xlsx": LIST,
    # forms: the operator's own
    "GET /desk/operations": PAGE | {"owner": 403},
    "POST /desk/operations/dead-letters/<department>/<message_id>/again": POSTED,
    "GET /api/v1/desk/operations": {**DESK_READ, "office": 403, "other office": 403},
    "POST /api/v1/desk/operations/dead-letters/<department>/<message_id>/replay": {
        **DESK_READ, "office": 403, "other office": 403},
    # forms: issued documents
    "GET /api/v1/documents/<number>": OWN,
    "GET /api/v1/documents/<number>/file": {**OWN, "owner": 303, "office": 303},
    "POST /api/v1/documents/<number>/revoke": {**DESK_WRITE, "owner": 422, "student": 422},
    "POST /api/v1/documents/<number>/replace": {**DESK_WRITE, "owner": 422, "student": 422},
    "POST /api/v1/documents/<number>/decision": {**DESK_WRITE, "owner": 422, "student": 422},
    "GET /documents/<number>/file": those(303, student=404, other_office=404),
    "POST /desk/documents/<number>/revoke": those(303, owner=403, student=403, office=404,
                                                  other_office=404),
    "POST /desk/documents/<number>/replace": those(303, owner=403, student=403, office=404,
                                                   other_office=404),
    "POST /desk/documents/<number>/decision": POSTED,
    # certs
    "GET /verify": OPEN,
    "GET /verify/<typed>": OPEN,
    "GET /verify/ca.pem": OPEN,
    "GET /verify/ca/<who>.crl": those(404),  # no authority has this name
    "GET /verify/keys": OPEN,
    "GET /verify/heads": OPEN,
    "GET /verify/heads/consistency": those(404),  # no heads of no sizes
    "GET /verify/offline": OPEN,
    "GET /verify/offline/file": OPEN,
    "GET /verify/offline/worker.js": OPEN,
    "GET /verify/offline/app.webmanifest": OPEN,
    "GET /verify/offline/icon-192.png": OPEN,
    "GET /verify/offline/icon-512.png": OPEN,
    "POST /verify": SIGN_IN,
    "GET /api/v1/verify/<typed>": OPEN,
    "POST /api/v1/verify": SIGN_IN,
    "GET /files/<capability>": those(404),
    "GET /desk/ledger": those(303),  # without the pass that forms gives to staff alone
    "GET /desk/templates": those(303),  # with a pass: tests/certs/templates/test_desk.py
    "GET /desk/templates/<kind>/<language>": those(303),
    "POST /desk/templates/<kind>/<language>": those(303),
    "GET /desk/templates/<kind>/<language>/<int:n>": those(303),
    "GET /desk/templates/<kind>/<language>/<int:n>/file": those(303),
    "GET /desk/templates/<kind>/<language>/<int:n>/preview/<name>.pdf": those(303),
    "POST /desk/templates/<kind>/<language>/<int:n>/activate": those(303),
    "GET /api/v1/desk/templates": those(401),  # forms' sessions are worth nothing there
    "GET /api/v1/desk/templates/<kind>/<language>": those(401),
    "POST /api/v1/desk/templates/<kind>/<language>": those(401),
    "GET /api/v1/desk/templates/<kind>/<language>/<int:n>": those(401),
    "GET /api/v1/desk/templates/<kind>/<language>/<int:n>/file": those(401),
    "GET /api/v1/desk/templates/<kind>/<language>/<int:n>/preview/<name>.pdf": those(401),
    "POST /api/v1/desk/templates/<kind>/<language>/<int:n>/activate": those(401),
    # notify: the desk of post, without the pass that forms gives to staff alone
    "GET /desk/post": those(303),  # with a pass: tests/notify/test_desk.py
    "GET /desk/post/<notification_id>": those(303),
    "POST /desk/post/<notification_id>/again": those(303),
    "GET /desk/post/samples": those(303),
    "GET /desk/post/samples/<message>/<language>": those(303),
    "GET /desk/post/samples/<message>/<language>/html": those(303),
    "GET /desk/post/stuck": those(303),
    "POST /desk/post/stuck/<message_id>/again": those(303),
    # notify: a trial's mailbox, on the machine itself alone
    "GET /mailbox": OPEN,
    "GET /mailbox/<mail_id>": OPEN,
    "GET /mailbox/<mail_id>/html": OPEN,
    "GET /mailbox.json": OPEN,
    # notify: the call inside leads nowhere from outside
    "POST /internal/verifications": those(404),
    "POST /internal/verifications/<verification_id>/send": those(404),
    "POST /internal/verifications/<verification_id>/check": those(404),
}  # fmt: skip


OPERATORS: Mapping[str, int] = {
    "GET /forms/<kind>/blank.pdf": 403,  # for students and staff
    "GET /desk/operations": 200,
    "GET /api/v1/desk/operations": 200,
    "POST /desk/operations/dead-letters/<department>/<message_id>/again": 403,  # a foreign form
    "POST /api/v1/desk/operations/dead-letters/<department>/<message_id>/replay": 404,
}


def of_operator(route: str) -> int:
    """Least rights: what is refused to a stranger of either kind is refused to the operator."""
    if route in OPERATORS:
        return OPERATORS[route]
    nobody, student, staff = (TABLE[route][one] for one in ("nobody", "student", "other office"))
    refused = (403, 404) if nobody == 303 else (403,)  # a page says whose it is, not what is there
    if student in refused or staff in refused:
        return 403
    return max(student, staff)


@dataclass(frozen=True)
class Scene:
    """A decided case with its document and file, and who plays which role."""

    house: House
    values: Mapping[str, str]
    used_link: str
    people: Mapping[str, str]


@pytest.fixture(scope="module")
def scene(house: House) -> Iterator[Scene]:
    """A waiver with a file, signed, granted and issued; somebody has not accepted the notice."""
    applicants = (
        one for one in house.applicants() if not house.program(one).get("/api/v1/applications").json
    )  # without drafts of other tests
    owner, other, newcomer = next(applicants), next(applicants), next(applicants)
    known = house.mail_ids()
    made = house.apply(owner, file=True)
    for _ in range(2):
        token = house.link(known, made["number"])
        assert house.sign(token).status_code == 200
    path = f"/api/v1/desk/applications/{made['id']}/decision"
    assert house.program(DESK).post(path, json={"decision": "approve"}).status_code == 200
    case = house.program(owner).get(f"/api/v1/applications/{made['id']}").json
    values = {
        "application_id": made["id"],
        "number": house.document(owner, made["id"]),
        "attachment_id": case["attachments"][0]["id"],
        "name": "dojang.css",
        "kind": "tuition_waiver",
        "language": "en",
        "n": "1",
        "typed": "K7QM-2R8D-9XFC-H4TA-3",
        "mail_id": next(one["id"] for one in house.mails() if one["channel"] == "email"),
        "token": "bm90aGluZw.bm90aGluZw",
        "challenge": "nothing",
        "bulk_id": "nothing",
        "file_id": "nothing",
        "delegation_id": "nothing",
        "semester": "2022-fall",
        "list_name": "unpaid",
        "student_number": "2025-3107",
        "capability": "bm90aGluZw.bm90aGluZw",
        "who": "nobody",
        "verification_id": "nothing",
        "notification_id": "nothing",
        "message_id": "nothing",
        "department": "forms",
        "message": "receipt",
    }
    people = {
        "owner": owner,
        "student": other,
        "office": DESK,
        "other office": OTHER_OFFICES[0],
        "no notice": newcomer,
        "operator": "operator",
    }
    yield Scene(house, values, token, people)
    with house.forms.database.write() as session:  # other tests may use this person
        session.get_one(AccountRow, newcomer).notice_accepted_at = house.ground.clock.now()


def routes(house: House) -> Iterator[str]:
    """Every route of the three applications, as the table names them."""
    for app in house.apps.values():
        for rule in app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                yield f"{method} {rule.rule}"


def as_role(scene: Scene, role: str) -> Caller:
    """Somebody of a role with a session of their own: at the pages, and a bearer token."""
    caller = scene.house.caller()
    if role in scene.people:
        if role == "no notice":  # again before each: to accept it is one of the routes
            with scene.house.forms.database.write() as session:
                session.get_one(AccountRow, scene.people[role]).notice_accepted_at = None
        scene.house.come_in(caller, scene.people[role])
    return caller


def answer_to(scene: Scene, role: str, route: str) -> int:
    """What somebody of a role gets: the API with a token, pages with a cookie."""
    method, path = route.split(" ", 1)
    values = {**scene.values, **({"token": scene.used_link} if role == "link" else {})}
    for name, value in values.items():
        path = re.sub(rf"<(?:\w+:)?{name}>", value, path)
    assert "<" not in path, f"{path}: say in `scene` what stands there"
    more: dict[str, Any] = {}
    if path.startswith("/api/") and method in ("POST", "PUT") and "verify" not in path[:14]:
        more = {"json": {}}
    if path.endswith("/attachments") and method == "POST":
        more = {}
    with as_role(scene, role).ask(method, path, **more) as answer:
        return answer.status_code


def test_every_route_is_declared_and_nothing_else_is(house: House) -> None:
    found = set(routes(house))
    assert found - set(TABLE) == set(), "say in TABLE who may do this"
    assert set(TABLE) - found == set(), "these are gone: take them out of TABLE"


@pytest.mark.parametrize("route", TABLE)
def test_everybody_gets_what_the_table_says(scene: Scene, route: str) -> None:
    found = {role: answer_to(scene, role, route) for role in ROLES}
    assert found == {**TABLE[route], "operator": of_operator(route)}
