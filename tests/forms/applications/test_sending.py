"""Drafts are kept as typed; sending is judged, frozen, and happens once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from services.forms.applications import life
from services.forms.applications.shown import shown
from shared.audit import digest
from shared.errors import Conflict, DojangError, Forbidden, NotFound, Refused
from tests.forms.applications.test_journey import newest_link, see, send, sign
from tests.forms.campus import ANSWERS, DESK, HAN, KHOA, Campus, open_campus
from tests.parts.databases import DATABASES, database_url


def start(campus: Campus, answers: dict[str, Any], login_id: str = HAN) -> str:
    person = campus.person(login_id)
    with campus.write() as session:
        return life.start(session, campus.parts, person, "tuition_waiver", answers).id


def submit(campus: Campus, application_id: str, login_id: str = HAN, **more: Any) -> Any:
    person = campus.person(login_id)
    with campus.write() as session:
        return life.submit(session, campus.parts, person, application_id, **more)


def test_a_draft_keeps_what_was_typed_even_if_it_could_not_be_sent(campus: Campus) -> None:
    draft = start(campus, {"year": "20x2", "reasons": "ㄱ" * 900})
    case = see(campus, draft)
    assert case.answers == {"year": "20x2", "reasons": "ㄱ" * 900}
    assert {finding.field for finding in case.findings} >= {"year", "reasons", "extent"}
    assert case.number == "W-2022-00001"


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"salary": 1}, "salary"),
        ({"reasons": {"a": 1}}, "reasons"),
        ({"year": True}, "year"),
        ({"reasons": "a\x00b"}, "reasons"),
        ({"reasons": "a\u202eb"}, "reasons"),
        ({"reasons": "x" * 20_000}, "reasons"),
    ],
)
def test_what_can_never_be_an_answer_is_refused_and_the_field_named(
    campus: Campus, answers: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        start(campus, answers)
    assert refused.value.facts["findings"][0]["field"] == field


def test_a_blocking_finding_refuses_the_sending_and_keeps_the_draft(campus: Campus) -> None:
    draft = start(campus, {**ANSWERS, "extent": "half"})
    with pytest.raises(Refused) as refused:
        submit(campus, draft)
    assert refused.value.facts["application_id"] == draft
    assert refused.value.facts["findings"][0]["field"] == "extent"
    assert see(campus, draft).state == "draft"


def test_sending_twice_gives_the_same_receipt_and_one_mail(campus: Campus) -> None:
    draft = start(campus, ANSWERS)
    first, second = submit(campus, draft), submit(campus, draft)
    assert first == second
    assert first.number == "W-2022-00001"
    assert first.sent[-1][1] == ANSWERS["reasons"]
    assert len(campus.mails("receipt")) == 1


def test_a_second_open_one_of_kind_and_semester_is_refused_and_the_first_named(
    campus: Campus,
) -> None:
    first = send(campus)
    with pytest.raises(Conflict) as refused:
        send(campus)
    assert refused.value.code == "open_application"
    assert refused.value.facts["application_id"] == first


def test_after_a_withdrawal_one_may_apply_anew(campus: Campus) -> None:
    first = send(campus)
    person = campus.person(HAN)
    with campus.write() as session:
        life.withdraw(session, campus.parts, person, first, "다른 지원을 받습니다")
    assert see(campus, send(campus)).state == "in_approval"


@pytest.mark.parametrize("kind", DATABASES)
def test_ten_sendings_at_once_make_one(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    campus = open_campus(tmp_path, database_url(kind, request, tmp_path))
    drafts = [start(campus, ANSWERS) for _ in range(10)]

    def try_it(draft: str) -> str:
        try:
            submit(campus, draft)
        except DojangError as error:
            return error.code
        return "sent"

    with ThreadPoolExecutor(10) as pool:
        outcomes = sorted(pool.map(try_it, drafts))
    assert outcomes == ["open_application"] * 9 + ["sent"]
    campus.parts.database.close()


def test_what_is_signed_is_the_hash_of_answers_files_versions_and_sentences(
    campus: Campus,
) -> None:
    case = see(campus, send(campus))
    assert case.shown == digest(
        {
            "answers": case.sent,
            "attachments": [],
            "kind_version": case.kind.version,
            "template_version": "1",
            "sentences": list(case.sentences),
        }
    )
    assert "감면" in case.sentences[0]  # in the applicant's language, whoever reads
    assert shown(
        answers={}, attachments=[], kind_version=1, template_version="1", sentences=[]
    ) != shown(answers={}, attachments=[], kind_version=2, template_version="1", sentences=[])


def test_a_returned_application_is_edited_and_sent_again_with_its_history(campus: Campus) -> None:
    application = send(campus)
    token = newest_link(campus)
    sign(campus, token, decision="return", reason="증빙을 붙여 주세요")
    case = see(campus, application)
    assert (case.state, case.reason, case.returned_by) == (
        "returned",
        "증빙을 붙여 주세요",
        "advisor",
    )
    person = campus.person(HAN)
    with campus.write() as session:
        life.save(session, campus.parts, person, application, {**ANSWERS, "extent": "full"})
    submit(campus, application)
    again = see(campus, application)
    assert again.state == "in_approval"
    assert [entry.what for entry in again.history].count("sent") == 2
    assert again.steps[0].state == "asked"
    sign(campus, newest_link(campus))
    assert see(campus, application).step == 2


def test_another_student_and_the_office_cannot_touch_a_draft(campus: Campus) -> None:
    draft = start(campus, ANSWERS)
    for login_id in (KHOA, DESK):
        with pytest.raises(NotFound):
            see(campus, draft, login_id)
        with pytest.raises(NotFound):
            submit(campus, draft, login_id)
    with pytest.raises(Forbidden):
        start(campus, ANSWERS, DESK)


def test_a_draft_can_be_thrown_away_but_nothing_that_was_sent(campus: Campus) -> None:
    draft, person = start(campus, ANSWERS), campus.person(HAN)
    with campus.write() as session:
        life.discard(session, campus.parts, person, draft)
    with pytest.raises(NotFound):
        see(campus, draft)
    sent = send(campus)
    with pytest.raises(Conflict), campus.write() as session:
        life.discard(session, campus.parts, person, sent)


def test_numbers_count_by_prefix_and_year_of_seoul(campus: Campus) -> None:
    numbers = [see(campus, start(campus, {})).number for _ in range(3)]
    assert numbers == ["W-2022-00001", "W-2022-00002", "W-2022-00003"]


def test_offers_tell_who_would_sign_and_that_one_is_on_its_way(campus: Campus) -> None:
    person = campus.person(HAN)
    with campus.write() as session:
        offer = next(iter(life.offers(session, campus.parts, person)))
    assert offer.open
    assert [role for role, _who in offer.approvers] == ["advisor", "campus_professor"]
    assert offer.open_application is None
    sent = send(campus)
    with campus.write() as session:
        offer = next(iter(life.offers(session, campus.parts, person)))
    assert offer.open_application == (sent, "W-2022-00001")
