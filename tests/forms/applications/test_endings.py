"""Revoking and replacing documents: two people where it is sensitive, one effect however asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from services.forms.applications import desk, documents, life, revoking, trail
from services.forms.applications.values import CaseView, DocumentView
from services.forms.catalog import KINDS
from services.forms.people.tables import StudentRow
from shared.errors import Conflict, DojangError, Forbidden, NotFound, Refused
from shared.messages import (
    DocumentFailed,
    DocumentRequested,
    DocumentRevocationRequested,
    DocumentRevoked,
    DocumentSuperseded,
)
from tests.forms.campus import DESK, HAN, NUMBER, Campus, open_campus
from tests.parts.databases import DATABASES, database_url

GRADUATE, ENROLLED = "2021-2015", HAN
FIRST, SECOND, ELSEWHERE = "sua.moon", "grace.lim", DESK
NEWER = "4WZN-8C0P-TE6J-YA1G-6"
DEGREE, ENROLLMENT = "certificate_degree", "certificate_enrollment"
WHY = "성명의 철자가 학적부와 다름"


def requested(campus: Campus) -> DocumentRequested:
    """The newest request for a paper."""
    return [one for one in campus.said() if isinstance(one, DocumentRequested)][-1]


def issued(campus: Campus, kind: str = DEGREE, student: str = GRADUATE) -> str:
    """A certificate that is there, NUMBER; its application."""
    person = campus.person(student)
    answers = {"language": "ko", "copies": 1, "purpose": "제출용"}
    with campus.write() as session:
        case = life.start(session, campus.parts, person, kind, answers)
        life.submit(session, campus.parts, person, case.id)
    campus.issue(requested(campus))
    campus.said()
    return case.id


class Deeds:
    """What people of offices do to the document NUMBER."""

    def __init__(self, campus: Campus) -> None:
        self.campus = campus
        self._people = {who: campus.person(who) for who in (FIRST, SECOND, ELSEWHERE)}

    def revoke(self, who: str = FIRST, code: str = "error", reason: str = WHY) -> DocumentView:
        with self.campus.write() as session:
            person = self._people[who]
            return revoking.revoke(session, self.campus.parts, person, NUMBER, code, reason)

    def replace(self, who: str = FIRST, code: str = "error", reason: str = WHY) -> DocumentView:
        with self.campus.write() as session:
            person = self._people[who]
            return revoking.replace(session, self.campus.parts, person, NUMBER, code, reason)

    def decide(self, who: str, decision: str, reason: str | None = None) -> DocumentView:
        with self.campus.write() as session:
            person = self._people[who]
            return revoking.decide(session, self.campus.parts, person, NUMBER, decision, reason)

    def case(self, application: str, who: str = FIRST) -> CaseView:
        with self.campus.write() as session:
            return life.view(session, self.campus.parts, self._people[who], application)

    def story(self, application: str) -> list[tuple[str, str]]:
        """What the trail has after the issue: what, and by whom."""
        with self.campus.write() as session:
            entries = trail.history(session, application)
            assert trail.first_broken(session, application) is None
        whats = [one.what for one in entries]
        return [(one.what, one.who) for one in entries[whats.index("issued") + 1 :]]


@pytest.fixture
def deeds(campus: Campus) -> Deeds:
    return Deeds(campus)


def refusal(deed: Callable[[], Any]) -> tuple[type[DojangError], str]:
    """How a deed was refused."""
    with pytest.raises(DojangError) as caught:
        deed()
    return type(caught.value), caught.value.code


def test_degree_conferral_and_transcript_are_the_sensitive_kinds() -> None:
    sensitive = {kind.name for kind in KINDS if kind.sensitive}
    wanted = {"certificate_degree", "certificate_conferral", "certificate_transcript"}
    assert sensitive == wanted


def test_one_asks_another_confirms_and_only_then_certs_and_the_student_hear_of_it(
    campus: Campus, deeds: Deeds
) -> None:
    application = issued(campus)
    asked = deeds.revoke()
    assert asked.ending is not None
    assert (asked.state, asked.ending.state, asked.code) == ("issued", "awaiting_second", None)
    assert campus.said() == []

    confirmed = deeds.decide(SECOND, "confirm")
    assert (confirmed.code, confirmed.reason) == ("error", WHY)
    people = [campus.person(who).id for who in (FIRST, SECOND)]
    assert campus.said() == [
        DocumentRevocationRequested(number=NUMBER, code="error", by=" ".join(people))
    ]
    campus.hears(DocumentRevoked(number=NUMBER, code="error", at=campus.clock.now()))
    told = campus.mails("revoked")
    assert [one.params["reader"] for one in told] == ["student"]
    assert WHY not in str(told)
    assert deeds.story(application) == [
        ("revoke_asked", people[0]),
        ("revoke_confirmed", people[1]),
        ("revoked", "certs"),
    ]


def test_certs_is_told_whose_deed_led_to_a_paper(campus: Campus) -> None:
    student = campus.person(ENROLLED)
    answers = {"language": "ko", "copies": 1, "purpose": "제출용"}
    with campus.write() as session:
        case = life.start(session, campus.parts, student, ENROLLMENT, answers)
        life.submit(session, campus.parts, student, case.id)
    assert requested(campus).by == student.id


def test_whoever_asked_cannot_confirm_but_may_take_it_back(campus: Campus, deeds: Deeds) -> None:
    application = issued(campus)
    deeds.revoke()
    assert refusal(lambda: deeds.decide(FIRST, "confirm")) == (Forbidden, "second_person")
    deeds.decide(FIRST, "refuse", "잘못 눌렀음")
    assert campus.said() == []
    assert deeds.case(application).documents[0].state == "issued"
    assert [what for what, _ in deeds.story(application)] == ["revoke_asked", "revoke_refused"]


def test_another_office_and_students_have_no_say(campus: Campus, deeds: Deeds) -> None:
    issued(campus)
    deeds.revoke()
    student = campus.person(GRADUATE)
    assert refusal(lambda: deeds.decide(ELSEWHERE, "confirm")) == (NotFound, "no_document")
    assert refusal(lambda: deeds.revoke(ELSEWHERE)) == (NotFound, "no_document")
    for deed in (
        lambda s: revoking.decide(s, campus.parts, student, NUMBER, "confirm"),
        lambda s: revoking.replace(s, campus.parts, student, NUMBER, "error", WHY),
        lambda s: revoking.revoke(s, campus.parts, student, NUMBER, "error", WHY),
    ):
        with campus.write() as session:
            assert refusal(lambda: deed(session)) == (Forbidden, "staff_only")  # noqa: B023 – at once
    assert campus.said() == []


def test_a_refusal_needs_its_reason_and_leaves_the_document_as_it_is(
    campus: Campus, deeds: Deeds
) -> None:
    application = issued(campus)
    deeds.revoke()
    assert refusal(lambda: deeds.decide(SECOND, "refuse")) == (Refused, "reason_needed")
    assert refusal(lambda: deeds.decide(SECOND, "perhaps")) == (Refused, "bad_decision")
    deeds.decide(SECOND, "refuse", "철자는 맞습니다")
    assert refusal(lambda: deeds.decide(SECOND, "confirm")) == (Conflict, "not_awaiting")
    assert refusal(lambda: deeds.decide(SECOND, "refuse", "x")) == (Conflict, "not_awaiting")
    assert campus.said() == []
    (document,) = deeds.case(application).documents
    assert document.ending is not None
    assert (document.state, document.ending.refusal) == ("issued", "철자는 맞습니다")
    again = deeds.revoke(SECOND)
    assert again.ending is not None
    assert again.ending.asked_by.id == campus.person(SECOND).id
    deeds.decide(FIRST, "confirm")
    assert len(campus.said()) == 1


def test_what_was_asked_again_waits_once_for_the_one_who_did_not_ask_first(
    campus: Campus, deeds: Deeds
) -> None:
    issued(campus)
    for who in (FIRST, FIRST, SECOND):
        view = deeds.revoke(who, reason=f"{WHY} {who}")
        assert view.ending is not None
        assert view.ending.asked_by.id == campus.person(FIRST).id
    assert refusal(lambda: deeds.decide(FIRST, "confirm"))[1] == "second_person"
    deeds.decide(SECOND, "confirm")
    assert len(campus.said()) == 1
    assert refusal(lambda: deeds.decide(SECOND, "confirm"))[1] == "not_awaiting"


def test_students_see_nothing_of_what_only_waits_or_was_refused(
    campus: Campus, deeds: Deeds
) -> None:
    application = issued(campus)
    deeds.revoke()
    deeds.decide(SECOND, "refuse", "아님")
    deeds.revoke()
    student = campus.client(GRADUATE)
    case = student.get(f"/applications/{application}").json
    assert "revoke" not in str(case)
    assert case["documents"][0]["state"] == "issued"
    assert "ending" not in case["documents"][0]
    assert WHY not in str(case)
    page = student.get(f"/documents/{NUMBER}").json
    assert (page["state"], "ending" in page) == ("issued", False)


def test_a_kind_that_is_not_sensitive_is_revoked_by_one(campus: Campus, deeds: Deeds) -> None:
    issued(campus, ENROLLMENT, ENROLLED)
    view = deeds.revoke()
    assert (view.ending, view.code) == (None, "error")
    (said,) = campus.said()
    assert said == DocumentRevocationRequested(
        number=NUMBER, code="error", by=campus.person(FIRST).id
    )
    assert refusal(lambda: deeds.decide(SECOND, "confirm")) == (Conflict, "not_awaiting")


def test_the_desk_sees_what_waits_for_a_second_person(campus: Campus, deeds: Deeds) -> None:
    application = issued(campus)
    office, elsewhere = campus.person(SECOND), campus.person(ELSEWHERE)

    def waiting() -> list[tuple[str, tuple[str, ...]]]:
        with campus.write() as session:
            found = desk.queue(session, campus.parts, office, view="second")
        assert found.counts["second"] == len(found.rows)
        return [(row.id, row.flags) for row in found.rows]

    assert waiting() == []
    deeds.revoke()
    ((found, flags),) = waiting()
    assert (found, "second" in flags) == (application, True)
    with campus.write() as session:
        ours = desk.queue(session, campus.parts, office, view="ours")
        others = desk.queue(session, campus.parts, elsewhere, view="second")
    assert application in [row.id for row in ours.rows]
    assert list(others.rows) == []
    deeds.decide(SECOND, "confirm")
    assert waiting() == []


def corrected(campus: Campus, student: str, **values: str) -> None:
    """The register is corrected."""
    with campus.write() as session:
        session.execute(
            update(StudentRow).where(StudentRow.student_number == student).values(**values)
        )


def test_a_corrected_paper_has_the_registers_present_facts_and_supersedes_the_old_one(
    campus: Campus, deeds: Deeds
) -> None:
    application = issued(campus, ENROLLMENT, ENROLLED)
    corrected(campus, ENROLLED, name_ko="한서윤아")
    view = deeds.replace()
    assert view.ending is not None
    assert (view.state, view.ending.state) == ("issued", "printing")
    request = requested(campus)
    assert request.facts["values"]["name_ko"] == "한서윤아"
    assert request.by == campus.person(FIRST).id
    assert request.template_version is None, "the one in use now"
    campus.issue(request, NEWER)
    assert campus.said() == [
        DocumentRevocationRequested(
            number=NUMBER, code="error", replaced_by=NEWER, by=campus.person(FIRST).id
        )
    ]
    states = [(one.number, one.state) for one in deeds.case(application).documents]
    assert states == [(NUMBER, "issued"), (NEWER, "issued")], (
        "the old one counts until certs ends it"
    )

    campus.hears(DocumentSuperseded(number=NUMBER, code="error", at=campus.clock.now()))
    old, new = deeds.case(application).documents
    assert (old.state, new.state) == ("superseded", "issued")
    assert old.ending is not None
    assert (old.ending.state, old.ending.replaced_by) == ("done", NEWER)
    (told,) = campus.mails("superseded")
    assert (told.params["document_number"], told.params["newer_number"]) == (NUMBER, NEWER)
    assert WHY not in str(told)
    assert [what for what, _ in deeds.story(application)] == [
        "replace_asked", "issued_again", "superseded",
    ]  # fmt: skip


def test_a_certificate_that_would_not_be_true_today_is_not_issued_again(
    campus: Campus, deeds: Deeds
) -> None:
    issued(campus, ENROLLMENT, ENROLLED)
    corrected(campus, ENROLLED, standing="on_leave")
    with pytest.raises(Refused) as caught:
        deeds.replace()
    assert caught.value.code == "findings"
    assert [one.rule for one in caught.value.facts["findings"]] == ["CRT-01"]
    assert campus.said() == []


def test_a_sensitive_paper_is_replaced_only_when_a_second_person_confirms(
    campus: Campus, deeds: Deeds
) -> None:
    issued(campus)
    deeds.replace()
    assert campus.said() == []
    assert refusal(lambda: deeds.decide(FIRST, "confirm"))[1] == "second_person"
    deeds.decide(SECOND, "confirm")
    campus.issue(requested(campus), NEWER)
    (said,) = campus.said()
    assert isinstance(said, DocumentRevocationRequested)
    assert said.by == " ".join(campus.person(who).id for who in (FIRST, SECOND))


def test_a_corrected_paper_that_cannot_be_made_leaves_the_old_one_and_says_why(
    campus: Campus, deeds: Deeds
) -> None:
    application = issued(campus, ENROLLMENT, ENROLLED)
    deeds.replace()
    request = requested(campus)
    failed = DocumentFailed(
        issue_id=request.issue_id, application_id=application, code="missing_glyph", detail={}
    )
    campus.hears(failed)
    case = deeds.case(application)
    (document,) = case.documents
    assert (case.state, document.state) == ("issued", "issued")
    assert document.ending is not None
    assert document.ending.failure == {"code": "missing_glyph", "detail": {}}
    assert campus.said() == [], "the student hears nothing of it"
    deeds.replace()
    campus.issue(requested(campus), NEWER)
    assert len(deeds.case(application).documents) == 2


def test_a_certificate_that_failed_is_retried_with_the_corrected_register(
    campus: Campus, deeds: Deeds
) -> None:
    person = campus.person(ENROLLED)
    answers = {"language": "ko", "copies": 1, "purpose": "제출용"}
    with campus.write() as session:
        case = life.start(session, campus.parts, person, ENROLLMENT, answers)
        life.submit(session, campus.parts, person, case.id)
    request = requested(campus)
    campus.hears(
        DocumentFailed(
            issue_id=request.issue_id, application_id=case.id, code="missing_glyph", detail={}
        )
    )
    corrected(campus, ENROLLED, name_ko="한서윤아")
    office = campus.person(FIRST)
    with campus.write() as session:
        desk.retry(session, campus.parts, office, case.id)
    again = requested(campus)
    assert again.facts["values"]["name_ko"] == "한서윤아"
    assert again.by == office.id
    campus.issue(again)
    assert deeds.case(case.id).state == "issued"


def test_a_late_or_second_answer_of_certs_changes_nothing(campus: Campus, deeds: Deeds) -> None:
    application = issued(campus, ENROLLMENT, ENROLLED)
    deeds.replace()
    request = requested(campus)
    campus.issue(request, NEWER)
    campus.said()
    late = DocumentFailed(
        issue_id=request.issue_id, application_id=application, code="x", detail={}
    )
    campus.hears(late)
    campus.issue(request, "K7QM-2R8D-9XFC-H4TA-9")
    assert campus.said() == []
    assert len(deeds.case(application).documents) == 2


def test_revoking_and_replacing_stand_in_each_others_way(campus: Campus, deeds: Deeds) -> None:
    issued(campus, ENROLLMENT, ENROLLED)
    deeds.replace()
    assert refusal(deeds.revoke) == (Conflict, "being_replaced")
    campus.issue(requested(campus), NEWER)
    assert refusal(deeds.revoke) == (Conflict, "being_replaced")
    campus.hears(DocumentSuperseded(number=NUMBER, code="error", at=campus.clock.now()))
    assert refusal(deeds.revoke) == (Conflict, "not_valid")
    assert refusal(deeds.replace) == (Conflict, "not_valid")


def test_what_is_being_revoked_is_not_replaced(campus: Campus, deeds: Deeds) -> None:
    issued(campus)
    deeds.revoke()
    assert refusal(deeds.replace) == (Conflict, "being_revoked")
    deeds.decide(SECOND, "confirm")
    assert refusal(deeds.replace) == (Conflict, "being_revoked")


def test_over_the_api_it_is_202_until_a_second_person_confirms(campus: Campus) -> None:
    issued(campus)
    first, second = campus.client(FIRST), campus.client(SECOND)
    asked = {"code": "error", "reason": WHY}
    answer = first.post(f"/documents/{NUMBER}/revoke", asked, key="once")
    assert (answer.status_code, answer.json["state"]) == (202, "awaiting_second")
    assert first.get(f"/documents/{NUMBER}").json["state"] == "awaiting_second"
    repeated = first.post(f"/documents/{NUMBER}/revoke", asked, key="once")
    assert (repeated.status_code, repeated.json) == (202, answer.json)
    own = first.post(f"/documents/{NUMBER}/decision", {"decision": "confirm"})
    assert own.status_code == 403
    assert own.json["type"].endswith("second_person")
    confirm = {"decision": "confirm"}
    for _ in range(2):
        confirmed = second.post(f"/documents/{NUMBER}/decision", confirm, key="yes")
        assert (confirmed.status_code, confirmed.json["state"]) == (200, "issued")
    assert second.post(f"/documents/{NUMBER}/decision", confirm).status_code == 409
    late = second.post(f"/documents/{NUMBER}/decision", {"decision": "refuse"}, key="yes")
    assert late.status_code == 422
    assert len(campus.said()) == 1
    campus.hears(DocumentRevoked(number=NUMBER, code="error", at=campus.clock.now()))
    assert first.get(f"/documents/{NUMBER}").json["state"] == "revoked"


def test_over_the_api_other_kinds_are_revoked_as_they_were(campus: Campus) -> None:
    issued(campus, ENROLLMENT, ENROLLED)
    answer = campus.client(FIRST).post(
        f"/documents/{NUMBER}/revoke", {"code": "error", "reason": WHY}
    )
    assert (answer.status_code, answer.json["state"]) == (200, "issued")
    assert (answer.json["code"], answer.json["reason"]) == ("error", WHY)


def test_over_the_api_a_paper_is_issued_again(campus: Campus) -> None:
    issued(campus, ENROLLMENT, ENROLLED)
    office = campus.client(FIRST)
    asked = {"code": "error", "reason": WHY}
    for _ in range(2):
        answer = office.post(f"/documents/{NUMBER}/replace", asked, key="again")
        assert (answer.status_code, answer.json["ending"]["state"]) == (202, "printing")
    assert len([one for one in campus.said() if isinstance(one, DocumentRequested)]) == 1


@pytest.fixture(params=DATABASES)
def either_campus(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Campus]:
    made = open_campus(tmp_path, database_url(request.param, request, tmp_path))
    yield made
    made.parts.database.close()


def test_confirmed_and_refused_at_once_has_one_outcome(either_campus: Campus) -> None:
    campus = either_campus
    application = issued(campus)
    deeds = Deeds(campus)
    deeds.revoke()
    outcomes: list[str] = []
    at_once = threading.Barrier(6)

    def decide(decision: str) -> None:
        at_once.wait(60)
        try:
            deeds.decide(SECOND, decision, "왜냐하면")
            outcomes.append(decision)
        except Conflict as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=decide, args=(d,)) for d in ("confirm", "refuse") * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(outcomes) == 6
    assert outcomes.count("not_awaiting") == 5
    won = next(one for one in outcomes if one != "not_awaiting")
    assert len(campus.said()) == (1 if won == "confirm" else 0)
    assert [what for what, _ in deeds.story(application)] == [
        "revoke_asked", "revoke_confirmed" if won == "confirm" else "revoke_refused",
    ]  # fmt: skip


def test_asked_for_by_many_at_once_it_waits_once(either_campus: Campus) -> None:
    campus = either_campus
    application = issued(campus)
    deeds = Deeds(campus)
    at_once = threading.Barrier(6)
    done: list[str] = []

    def ask(n: int) -> None:
        at_once.wait(60)
        deed = deeds.revoke if n % 2 else deeds.replace
        try:
            deed(FIRST if n < 3 else SECOND)
            done.append("asked")
        except Conflict as error:
            done.append(error.code)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(done) == 6
    assert done.count("asked") == 3, "those of the first's way"
    assert len(deeds.story(application)) == 1
    person = campus.person(FIRST)
    with campus.write() as session:
        view = documents.document(session, campus.parts, person, NUMBER)
    assert view.ending is not None
    assert view.ending.state == "awaiting_second"
