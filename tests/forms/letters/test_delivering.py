"""The office seals a signed letter and delivers it in two business days (REC-02)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.forms.applications import deadlines
from shared.clock import SEOUL
from shared.messages import DocumentFailed, DocumentRequested, DocumentRevoked
from tests.forms.campus import DESK, HAN, NUMBER, Campus
from tests.forms.letters.letters import LETTER, OFFICE, asked, decide, sign

THURSDAY = datetime(2022, 9, 8, 10, 0, tzinfo=SEOUL)  # Chuseok is from Friday to Monday


def signed(campus: Campus, **more: Any) -> tuple[Any, str]:
    """The student at the API and the application, with the professor's signature."""
    student, made, token = asked(campus, **more)
    campus.said()
    assert sign(campus, token).status_code == 200
    return student, made["id"]


def sealed(campus: Campus, application_id: str) -> DocumentRequested:
    """The office approves, certs issues."""
    campus.said()
    path = f"/desk/applications/{application_id}/decision"
    answer = campus.client(OFFICE).post(path, {"decision": "approve"})
    assert answer.status_code == 200, answer.json
    request = next(one for one in campus.said() if isinstance(one, DocumentRequested))
    campus.issue(request)
    return request


def deliver(campus: Campus, application_id: str, **body: Any) -> Any:
    return campus.client(OFFICE).post(f"/desk/applications/{application_id}/delivery", body)


def test_what_certs_is_asked_for_is_the_letter_as_it_was_signed(campus: Campus) -> None:
    _student, application_id = signed(campus)
    request = sealed(campus, application_id)
    values = request.facts["values"]
    words = " ".join(values["body"].split())
    assert words.startswith("I have known Han Seo-yun for three years.")
    assert words.endswith(
        "Sincerely yours, Marta Kowalska Professor Department of Physics "
        "marta.kowalska@dojang.example"
    )
    assert values["recommender"]["typed"] == "Marta Kowalska"
    assert values["institution"] == "Rhine University of Technology"
    shows = {one["field"]: one["value"] for one in request.facts["shows"]}
    assert shows == {
        "name": "H** S**-y**",
        "recommender.name": "M**** K*******",
        "letter_date": "September 6, 2022",
    }


def test_two_business_days_run_from_the_signature_over_chuseok(campus: Campus) -> None:
    campus.clock.advance(THURSDAY - campus.clock.now())
    _student, application_id = signed(campus)
    office = campus.client(OFFICE)
    path = f"/applications/{application_id}"
    assert office.get(path).json["by_when"] == "2022-09-14T18:00:00+09:00"
    sealed(campus, application_id)
    case = office.get(path).json
    assert (case["state"], case["by_when"]) == ("issued", "2022-09-14T18:00:00+09:00")
    assert "deliver" in case["may"]


def test_what_is_to_be_delivered_lies_on_the_desk_with_its_day(campus: Campus) -> None:
    _student, application_id = signed(campus)
    sealed(campus, application_id)
    office = campus.client(OFFICE)
    for view in ("ours", "deliver", "due"):
        rows = office.get(f"/desk/applications?view={view}").json["applications"]
        assert [row["id"] for row in rows] == [application_id]
        assert rows[0]["flags"] == ["deliver"]
    assert office.get("/desk/applications?view=ended").json["total"] == 0
    campus.clock.advance(timedelta(days=3))
    office = campus.client(OFFICE)  # the session is over by then
    rows = office.get("/desk/applications?view=stuck").json["applications"]
    assert rows[0]["flags"] == ["deliver", "overdue"]
    assert campus.client(DESK).get("/desk/applications?view=deliver").json["total"] == 0
    assert deliver(campus, application_id, how="handed").status_code == 200
    assert office.get("/desk/applications?view=deliver").json["total"] == 0
    assert office.get("/desk/applications?view=ended").json["total"] == 1


def test_an_undelivered_letter_is_told_to_the_office_once(campus: Campus) -> None:
    _student, application_id = signed(campus)
    sealed(campus, application_id)
    due = datetime(2022, 9, 8, 18, 0, tzinfo=SEOUL)
    assert deadlines.tick(campus.parts, campus.clock.now()) == due
    campus.clock.advance(due - campus.clock.now())
    for _ in range(2):
        deadlines.tick(campus.parts, campus.clock.now())
    assert len(campus.mails("overdue")) == 2  # one to each of the office


def test_a_letter_is_the_students_when_it_was_handed_over(campus: Campus) -> None:
    student, application_id = signed(campus)
    sealed(campus, application_id)
    address = f"/documents/{NUMBER}"
    for path in (address, f"{address}/file"):
        assert student.get(path).status_code == 404
        assert campus.client(OFFICE).get(path).status_code in (200, 303)
    assert student.get("/applications").json[0]["documents"] == []
    campus.said()
    done = deliver(campus, application_id, how="handed", reference="at the counter")
    assert done.json["delivery"] == {
        "how": "handed", "day": "2022-09-06", "reference": "at the counter",
    }  # fmt: skip
    assert student.get(f"{address}/file").status_code == 303
    mails = campus.mails("letter_delivered")
    assert {mail.params["reader"] for mail in mails} == {"student", "professor"}
    entry = student.get(f"/applications/{application_id}").json["history"][-1]
    assert (entry["what"], entry["details"]["how"]) == ("delivered", "handed")


def test_a_mailed_letter_is_never_the_students(campus: Campus) -> None:
    student, application_id = signed(
        campus, delivery="mailed", mail_address="Templergraben 1, 52062 Aachen"
    )
    sealed(campus, application_id)
    assert deliver(campus, application_id, how="mailed").status_code == 200
    assert student.get(f"/documents/{NUMBER}/file").status_code == 404
    case = student.get(f"/applications/{application_id}").json
    assert (case["documents"], case["delivery"]["how"]) == ([], "mailed")


def test_nobody_hears_of_the_seal_before_the_letter_is_delivered(campus: Campus) -> None:
    _student, application_id = signed(campus)
    sealed(campus, application_id)
    assert campus.mails() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"how": "handed", "day": "2022-09-05"}, "bad_day"),  # before it was issued
        ({"how": "handed", "day": "2022-09-07"}, "bad_day"),  # to come
        ({"how": "handed", "day": "yesterday"}, "bad_day"),
        ({"how": "handed", "reference": "x" * 41}, "reference_bad"),
        ({"how": "thrown"}, "bad_fields"),
    ],
)
def test_a_delivery_says_how_and_on_which_day(
    campus: Campus, body: dict[str, str], code: str
) -> None:
    _student, application_id = signed(campus)
    sealed(campus, application_id)
    refused = deliver(campus, application_id, **body)
    assert (refused.status_code, refused.json["type"].split("/")[-1]) == (422, code)


def test_a_letter_is_delivered_once_and_not_before_it_is_sealed(campus: Campus) -> None:
    _student, application_id = signed(campus)
    assert deliver(campus, application_id, how="handed").status_code == 409
    sealed(campus, application_id)
    assert deliver(campus, application_id, how="handed").status_code == 200
    assert deliver(campus, application_id, how="mailed").status_code == 409


def test_other_offices_deliver_nothing(campus: Campus) -> None:
    _student, application_id = signed(campus)
    sealed(campus, application_id)
    path = f"/desk/applications/{application_id}/delivery"
    assert campus.client(DESK).post(path, {"how": "handed"}).status_code == 404
    assert campus.client(HAN).post(path, {"how": "handed"}).status_code == 403


def test_a_letter_that_the_office_returns_is_signed_anew(campus: Campus) -> None:
    student, application_id = signed(campus)
    office = campus.client(OFFICE)
    path = f"/desk/applications/{application_id}/decision"
    office.post(path, {"decision": "return", "reason": "Name the program, please."})
    mine = f"/applications/{application_id}"
    given = student.get(mine).json["answers"]
    student.send("PUT", mine, {"answers": {**given, "purpose": "Quantum engineering"}})
    campus.said()
    student.post(f"{mine}/submit", {})
    token = campus.token(campus.mails("letter_request")[0])
    found = campus.client().get(f"/approvals/{token}").json
    assert found["letter"]["body"] == LETTER["body"]
    assert decide(campus, token, found["shown"]).json["state"] == "at_desk"
    assert sealed(campus, application_id).facts["values"]["recommender"]["drawn"] is False


def test_a_letter_that_cannot_be_made_keeps_its_day_and_is_made_again(campus: Campus) -> None:
    _student, application_id = signed(campus)
    office = campus.client(OFFICE)
    campus.said()
    office.post(f"/desk/applications/{application_id}/decision", {"decision": "approve"})
    first = next(one for one in campus.said() if isinstance(one, DocumentRequested))
    campus.hears(
        DocumentFailed(
            issue_id=first.issue_id, application_id=application_id, code="no_template", detail={}
        )
    )
    assert office.get(f"/applications/{application_id}").json["state"] == "issue_failed"
    office.post(f"/desk/applications/{application_id}/retry")
    again = next(one for one in campus.said() if isinstance(one, DocumentRequested))
    campus.issue(again)
    case = office.get(f"/applications/{application_id}").json
    assert (case["state"], case["by_when"]) == ("issued", "2022-09-08T18:00:00+09:00")


def test_a_revoked_letter_is_not_to_be_delivered(campus: Campus) -> None:
    _student, application_id = signed(campus)
    sealed(campus, application_id)
    campus.hears(DocumentRevoked(number=NUMBER, code="error", at=campus.clock.now()))
    office = campus.client(OFFICE)
    assert office.get("/desk/applications?view=deliver").json["total"] == 0
    assert deliver(campus, application_id, how="handed").status_code == 409
