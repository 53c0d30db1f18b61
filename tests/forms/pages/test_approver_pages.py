"""What a professor sees behind the link."""

from __future__ import annotations

from sqlalchemy import text

from tests.forms.campus import HAN, Campus
from tests.forms.pages.browser import WAIVER, draft, link, pdf, send, signed_in, visitor


def _rows(campus: Campus) -> list[tuple[object, ...]]:
    """Everything that a decision would change."""
    with campus.parts.database.read() as session:
        found = []
        for table in ("application", "approval_step", "application_trail", "outbox"):
            found += [tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))]
        return found


def test_opening_the_link_changes_nothing_whoever_opens_it(campus: Campus) -> None:
    send(signed_in(campus, HAN))
    address = link(campus)
    before = _rows(campus)
    client = campus.app.test_client()
    for method in ("GET", "HEAD", "OPTIONS"):
        assert client.open(address, method=method).status_code == 200
    assert client.get(f"{address}?decision=approve&typed=x").status_code == 200
    assert _rows(campus) == before


def test_the_page_asks_for_no_cookie_and_sends_its_address_nowhere(campus: Campus) -> None:
    send(signed_in(campus, HAN))
    answer = campus.app.test_client().get(link(campus))
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_decision_without_the_pages_token_is_refused(campus: Campus) -> None:
    send(signed_in(campus, HAN))
    professor, address = visitor(campus), link(campus)
    shown = professor.open(address).hidden("shown")
    answer = professor.raw_post(address, {}, decision="approve", typed="윤태호", shown=shown)
    assert answer.status_code == 403
    assert professor.open(address).status == 200


def test_signing_says_who_is_next(campus: Campus) -> None:
    send(signed_in(campus, HAN))
    professor, address = visitor(campus), link(campus)
    shown = professor.open(address).hidden("shown")
    page = professor.post(address, decision="approve", typed="윤태호", shown=shown)
    assert page.heading == "서명했습니다. 더 하실 일은 없습니다"
    assert "서민정 캠퍼스 대표교수" in page.words
    assert professor.open(address).status == 410
    assert professor.page.heading == "이미 서명하셨습니다"


def test_a_second_click_signs_once(campus: Campus) -> None:
    send(signed_in(campus, HAN))
    professor, address = visitor(campus), link(campus)
    asked = professor.open(address)
    data = {"decision": "approve", "typed": "윤태호", "shown": asked.hidden("shown")}
    professor.post(address, **data)
    professor.page = asked
    page = professor.post(address, **data)
    assert (page.status, page.heading) == (410, "이미 서명하셨습니다")
    assert campus.mails("approval_signed") != []


def test_returning_needs_a_reason_and_keeps_what_was_typed(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    path = send(student)
    professor, address = visitor(campus), link(campus)
    shown = professor.open(address).hidden("shown")
    page = professor.post(address, decision="return", reason=" ", shown=shown)
    assert page.status == 422
    assert page.tree.xpath('//details[@open]//textarea[@id="reason-return"]')
    professor.post(address, decision="return", reason="근거를 적어 주세요.", shown=shown)
    assert "근거를 적어 주세요." in student.open(path).words
    assert "근거를 적어 주세요." in student.open(f"{path}/edit").words


def test_after_a_change_the_old_link_explains_itself_and_mails_the_new_one(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    path = send(student)
    professor, old = visitor(campus), link(campus)
    shown = professor.open(old).hidden("shown")
    professor.post(old, decision="return", reason="근거를 적어 주세요.", shown=shown)
    student.open(f"{path}/preview")
    student.post(f"{path}/submit", typed="한서윤")
    page = professor.open(old)
    assert (page.status, page.heading) == (410, "이 링크는 새 링크로 바뀌었습니다")
    page = professor.post(f"{old}/again")
    assert "보냈습니다" in page.words


def test_not_my_student_goes_to_the_office(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    path = send(student)
    professor, address = visitor(campus), link(campus)
    shown = professor.open(address).hidden("shown")
    page = professor.post(address, decision="not_mine", reason="", shown=shown)
    assert page.heading.startswith("알려 주셔서 고맙습니다")
    assert "정하고 있습니다" in student.open(path).heading


def test_what_was_not_shown_cannot_be_signed(campus: Campus) -> None:
    send(signed_in(campus, HAN))
    professor, address = visitor(campus), link(campus)
    professor.open(address)
    page = professor.post(address, decision="approve", typed="윤태호", shown="0" * 64)
    assert page.status == 409
    assert "바뀌었습니다" in page.words
    assert len(page.hidden("shown")) == 64


def test_attachments_open_under_the_link(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    path = draft(student)
    student.open(f"{path}/edit")
    student.post(f"{path}/edit", do="save", files=pdf(), **WAIVER)
    student.open(f"{path}/preview")
    student.post(f"{path}/submit", typed="한서윤")
    professor = visitor(campus)
    page = professor.open(link(campus))
    (href,) = page.tree.xpath('//ul[@class="files"]//a/@href')
    assert professor.open(href).headers["Content-Type"] == "application/pdf"


def test_an_altered_link_opens_nothing(campus: Campus) -> None:
    send(signed_in(campus, HAN))
    address = link(campus)
    other = address[:-1] + ("A" if address[-1] != "A" else "B")
    assert visitor(campus).open(other).status == 404
