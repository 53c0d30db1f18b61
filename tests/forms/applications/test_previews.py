"""The preview is the very paper: asked once for the same facts, waited for, never signed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from services.forms.applications import life, preview
from services.forms.applications.shown import shown
from shared.errors import NotFound, Refused
from shared.messages import RenderFailed, RenderFinished, RenderRequested
from tests.forms.applications.test_journey import newest_link, see, send
from tests.forms.campus import ANSWERS, HAN, KHOA, Campus


def draft(campus: Campus, answers: dict[str, object] = ANSWERS) -> str:
    person = campus.person(HAN)
    with campus.write() as session:
        return life.start(session, campus.parts, person, "tuition_waiver", answers).id


def ask(campus: Campus, application: str, login_id: str = HAN) -> preview.Preview:
    person = campus.person(login_id)
    with campus.write() as session:
        return preview.ask_preview(session, campus.parts, person, application)


def asked(campus: Campus) -> list[RenderRequested]:
    return [one for one in campus.said() if isinstance(one, RenderRequested)]


def finish(campus: Campus, request: RenderRequested, version: str = "1") -> None:
    stored = campus.parts.files.put(b"%PDF-1.7 preview")
    campus.hears(
        RenderFinished(
            render_id=request.render_id,
            file_id=stored.file_id,
            sha256=stored.sha256,
            template_version=version,
        )
    )


def test_the_same_answers_are_rendered_once_other_ones_anew(campus: Campus) -> None:
    application = draft(campus)
    first = ask(campus, application)
    finish(campus, asked(campus)[0])
    again = ask(campus, application)
    assert (again.render_id, again.state) == (first.render_id, "finished")
    person = campus.person(HAN)
    with campus.write() as session:
        life.save(session, campus.parts, person, application, {**ANSWERS, "extent": "full"})
    assert ask(campus, application).render_id != first.render_id


def test_a_draft_s_paper_is_unsigned_and_undecided(campus: Campus) -> None:
    ask(campus, draft(campus))
    [request] = asked(campus)
    values = request.facts["values"]
    assert values["applicant"]["typed"] == ""
    assert values["decision"] == ""
    assert request.template == "tuition_waiver"


def test_whoever_waits_is_woken_by_the_answer(campus: Campus) -> None:
    made = ask(campus, draft(campus))
    [request] = asked(campus)
    answer = threading.Timer(0.2, finish, (campus, request))
    answer.start()
    found = preview.wait(campus.parts, made.render_id, 20)
    answer.join()
    assert found.state == "finished"
    assert preview.address(campus.parts, found).startswith("/files/")


def test_a_preview_that_cannot_be_made_says_why_and_is_asked_again(campus: Campus) -> None:
    application = draft(campus)
    ask(campus, application)
    [request] = asked(campus)
    campus.hears(
        RenderFailed(render_id=request.render_id, code="missing_glyph", detail={"field": "name"})
    )
    with campus.write() as session:
        assert preview.look_preview(session, request.render_id).code == "missing_glyph"
    assert ask(campus, application).state == "asked"
    assert len(asked(campus)) == 1


def test_a_preview_that_got_lost_is_asked_again_after_a_minute(campus: Campus) -> None:
    application = draft(campus)
    first = ask(campus, application)
    assert ask(campus, application).render_id == first.render_id
    campus.clock.advance(timedelta(minutes=2))
    assert ask(campus, application).render_id != first.render_id


def test_answers_that_cannot_be_sent_have_no_paper_and_the_field_is_named(campus: Campus) -> None:
    with pytest.raises(Refused) as refused:
        ask(campus, draft(campus, {"year": 2022}))
    assert {one["field"] for one in refused.value.facts["findings"]} >= {"extent", "reasons"}


def test_a_foreign_paper_is_not_to_be_had(campus: Campus) -> None:
    with pytest.raises(NotFound):
        ask(campus, draft(campus), KHOA)


def test_the_approver_sees_the_paper_that_the_student_sent(campus: Campus) -> None:
    send(campus)
    token = newest_link(campus)
    with campus.write() as session:
        preview.ask_approver_preview(session, campus.parts, token)
    [request] = asked(campus)
    assert request.facts["values"]["applicant"]["typed"] == "한서윤"


def test_the_newest_template_version_that_certs_told_of_is_what_is_signed(campus: Campus) -> None:
    ask(campus, draft(campus))
    finish(campus, asked(campus)[0], version="7")
    case = see(campus, send(campus))
    assert case.shown == shown(
        answers=case.sent or {},
        attachments=[],
        kind_version=case.kind.version,
        template_version="7",
        sentences=case.sentences,
    )
