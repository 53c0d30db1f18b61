"""Writing a letter by link: a draft of one's own, signed to the letter, within four pages."""

from __future__ import annotations

import base64
import io
from datetime import datetime, timedelta

import pytest
from PIL import Image, ImageDraw

from services.forms.applications import deadlines
from services.forms.applications.letter_tables import LetterDraftRow
from shared.audit import digest
from shared.clock import SEOUL
from tests.forms.campus import HAN, Campus
from tests.forms.letters.letters import (
    LETTER,
    OFFICE,
    answers,
    ask,
    asked,
    decide,
    professor_id,
    sign,
)
from tests.forms.letters.test_taking_files import blank_pdf, word_file


def drawn() -> str:
    """A signature drawn with a pen, in base64."""
    picture = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(10, 80), (120, 20), (290, 70)], fill="black", width=6)
    data = io.BytesIO()
    picture.save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()


def test_the_professor_sees_who_asks_for_what_and_no_grades(campus: Campus) -> None:
    _student, _made, token = asked(campus, note="Our work on qubits")
    found = campus.client().get(f"/approvals/{token}").json
    assert found["application"]["student"]["name"] == "Han Seo-yun"
    assert found["application"]["answers"]["note"] == "Our work on qubits"
    assert found["letter"]["contact"] == "marta.kowalska@dojang.example"
    assert "grades" not in str(found)


def test_the_hash_that_is_signed_is_over_the_letter_too(campus: Campus) -> None:
    _student, made, token = asked(campus)
    link = f"/approvals/{token}"
    professor = campus.client()
    kept = professor.send("PUT", f"{link}/letter", LETTER).json
    application = kept["application"]
    signed = {
        "answers": application["answers"],
        "attachments": [],
        "kind_version": application["kind_version"],
        "template_version": application["template_version"],
        "sentences": application["sentences"],
        "letter": LETTER,
    }
    assert kept["shown"] == digest(signed)
    done = decide(campus, token, kept["shown"])
    assert (done.status_code, done.json["shown"]) == (200, kept["shown"])
    case = campus.client(OFFICE).get(f"/applications/{made['id']}").json
    entry = next(one for one in case["history"] if one["what"] == "signed")
    assert entry["shown"] == kept["shown"]


def test_a_letter_that_changed_since_it_was_shown_is_not_signed(campus: Campus) -> None:
    _student, _made, token = asked(campus)
    professor = campus.client()
    link = f"/approvals/{token}"
    before = professor.send("PUT", f"{link}/letter", LETTER).json["shown"]
    after = professor.send("PUT", f"{link}/letter", {**LETTER, "body": "Other."}).json["shown"]
    refused = decide(campus, token, before)
    assert refused.status_code == 409
    assert refused.json["changed"] == ["letter"]
    assert refused.json["shown"] == after


def test_a_program_may_send_the_letter_with_the_signature(campus: Campus) -> None:
    _student, _made, token = asked(campus)
    wrong = decide(campus, token, "0" * 64, letter=LETTER)
    assert wrong.status_code == 409
    done = decide(campus, token, wrong.json["shown"], letter=LETTER)
    assert (done.status_code, done.json["state"]) == (200, "at_desk")


def test_a_drawn_signature_is_as_good_as_a_typed_one(campus: Campus) -> None:
    _student, _made, token = asked(campus)
    shown = campus.client().send("PUT", f"/approvals/{token}/letter", LETTER).json["shown"]
    done = decide(campus, token, shown, signature={"drawn": drawn()})
    assert (done.status_code, done.json["state"]) == (200, "at_desk")


@pytest.mark.parametrize("missing", ["body", "position"])
def test_an_unfinished_letter_is_kept_but_not_signed(campus: Campus, missing: str) -> None:
    _student, _made, token = asked(campus)
    kept = campus.client().send("PUT", f"/approvals/{token}/letter", {**LETTER, missing: ""})
    assert kept.status_code == 200
    refused = decide(campus, token, kept.json["shown"])
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json["findings"]] == [missing]


def test_a_letter_of_five_pages_is_told_how_many_lines_it_is_too_long(campus: Campus) -> None:
    _student, _made, token = asked(campus)
    body = "\n".join(f"Line {n}." for n in range(1, 146))
    kept = campus.client().send("PUT", f"/approvals/{token}/letter", {**LETTER, "body": body})
    found = kept.json["letter"]["findings"][0]
    assert found["figures"] == {"lines_over": 12, "pages": 4}  # 145 and 7 of the close, of 140
    assert found["message"] == "The letter is 12 lines too long for 4 pages."
    assert kept.json["letter"]["body"] == body, "what was typed is kept"
    assert decide(campus, token, kept.json["shown"]).status_code == 422
    fits = "\n".join(f"Line {n}." for n in range(1, 134))
    kept = campus.client().send("PUT", f"/approvals/{token}/letter", {**LETTER, "body": fits})
    assert (kept.json["letter"]["pages"], kept.json["letter"]["findings"]) == (4, [])


def test_letters_that_no_font_has_are_named(campus: Campus) -> None:
    _student, _made, token = asked(campus)
    kept = campus.client().send(
        "PUT", f"/approvals/{token}/letter", {**LETTER, "body": "Brilliant 🎓", "contact": "☎ 1"}
    )
    found = {one["field"]: one["figures"] for one in kept.json["letter"]["findings"]}
    assert found["body"] == {"missing": ["U+1F393"]}


def test_a_draft_stays_until_it_is_signed_and_is_nobody_elses(campus: Campus) -> None:
    student, made, token = asked(campus)
    campus.client().send("PUT", f"/approvals/{token}/letter", {"body": "Begun."})
    assert campus.client().get(f"/approvals/{token}").json["letter"]["body"] == "Begun."
    for reader in (student, campus.client(OFFICE)):
        path = f"/applications/{made['id']}"
        assert "Begun." not in reader.get(path).get_data(as_text=True)
        assert reader.get(f"{path}/preview").status_code == 404


def test_a_returned_request_finds_its_writers_draft_again(campus: Campus) -> None:
    student, made, token = asked(campus)
    shown = campus.client().send("PUT", f"/approvals/{token}/letter", LETTER).json["shown"]
    campus.said()
    back = decide(campus, token, shown, "return", reason="Which program is it?")
    assert back.json["state"] == "returned"
    path = f"/applications/{made['id']}"
    sent = student.get(path).json["answers"]
    student.send("PUT", path, {"answers": {**sent, "purpose": "Quantum engineering"}})
    assert student.post(f"{path}/submit", {}).status_code == 200
    again = campus.token(campus.mails("letter_request")[0])
    found = campus.client().get(f"/approvals/{again}").json
    assert found["letter"]["body"] == LETTER["body"]
    assert found["application"]["answers"]["purpose"] == "Quantum engineering"
    assert campus.client().get(f"/approvals/{token}").status_code == 410


def test_whoever_gets_the_step_next_begins_with_an_empty_page(campus: Campus) -> None:
    student, made, token = asked(campus)
    shown = campus.client().send("PUT", f"/approvals/{token}/letter", LETTER).json["shown"]
    assert decide(campus, token, shown, "not_mine").status_code == 200
    office = campus.client(OFFICE)
    campus.said()
    path = f"/desk/applications/{made['id']}/steps/1/professor"
    office.post(path, {"professor_id": professor_id(student, "Weber")})
    second = campus.token(campus.mails("letter_request")[0])
    found = campus.client().get(f"/approvals/{second}").json
    assert (found["step"]["who"], found["letter"]["body"]) == ("Daniel Weber", "")
    assert found["letter"]["contact"] == "daniel.weber@dojang.example"


def test_a_corrected_address_gets_the_letters_own_request(campus: Campus) -> None:
    _student, made, token = asked(campus)
    path = f"/desk/applications/{made['id']}/steps/1/address"
    campus.client(OFFICE).post(path, {"email": "right@dojang.example"})
    mail = campus.mails("letter_request")[0]
    assert mail.address == {"email": "right@dojang.example"}
    assert campus.client().get(f"/approvals/{token}").status_code == 410


def test_a_file_takes_the_place_of_what_was_typed_which_can_be_put_back(campus: Campus) -> None:
    _student, _made, token = asked(campus)
    link, professor = f"/approvals/{token}", campus.client()
    professor.send("PUT", f"{link}/letter", LETTER)
    taken = professor.upload(f"{link}/letter/file", "a.docx", word_file("From the file."))
    assert taken.json["letter"]["body"] == "From the file."
    assert taken.json["letter"]["position"] == "Professor"
    assert taken.json["letter"]["may_put_back"]
    back = professor.post(f"{link}/letter/before")
    assert back.json["letter"]["body"] == LETTER["body"]
    again = professor.post(f"{link}/letter/before")
    assert again.json["letter"]["body"] == "From the file."


def test_a_refused_file_changes_nothing(campus: Campus) -> None:
    _student, _made, token = asked(campus)
    link, professor = f"/approvals/{token}", campus.client()
    professor.send("PUT", f"{link}/letter", LETTER)
    refused = professor.upload(f"{link}/letter/file", "scan.pdf", blank_pdf())
    assert refused.status_code == 422
    assert refused.json["type"].endswith("letter_scan")
    assert professor.get(link).json["letter"]["body"] == LETTER["body"]


def test_a_letter_in_a_step_that_writes_none_is_refused(campus: Campus) -> None:
    student = campus.client(HAN)
    kind = next(one for one in student.get("/kinds").json if one["name"] == "tuition_waiver")
    body = {**kind["prefill"], "extent": "full", "ground": "hardship", "reasons": "Flood"}
    student.post("/applications", {"kind": "tuition_waiver", "answers": body, "submit": True})
    token = campus.token(campus.mails("approval_request")[0])
    shown = campus.client().get(f"/approvals/{token}").json
    assert "letter" not in shown
    refused = decide(campus, token, shown["shown"], letter=LETTER)
    assert (refused.status_code, refused.json["type"].split("/")[-1]) == (422, "no_letter")
    kept = campus.client().send("PUT", f"/approvals/{token}/letter", LETTER)
    assert kept.status_code == 404


def test_unprintable_words_are_not_kept(campus: Campus) -> None:
    _student, _made, token = asked(campus)
    kept = campus.client().send("PUT", f"/approvals/{token}/letter", {"contact": "two\nlines"})
    assert kept.status_code == 422
    assert kept.json["field"] == "contact"


def test_a_wish_shortens_the_writers_days(campus: Campus) -> None:
    """Tuesday 6 September; wished by Tuesday the 20th: delivered from the 16th, over Chuseok."""
    _student, _made, token = asked(campus, wished_by="2022-09-20")
    by_when = campus.client().get(f"/approvals/{token}").json["by_when"]
    assert by_when == "2022-09-16T18:00:00+09:00"


def test_the_reminder_comes_two_days_before_in_the_letters_words(campus: Campus) -> None:
    asked(campus, wished_by="2022-09-20")
    campus.clock.advance(timedelta(days=7, hours=23))
    deadlines.tick(campus.parts, campus.clock.now())
    assert campus.mails("letter_reminder") == []
    campus.clock.advance(timedelta(hours=6))
    deadlines.tick(campus.parts, campus.clock.now())
    mail = campus.mails("letter_reminder")[0]
    assert (mail.lane, len(mail.links)) == ("bulk", 1)


def test_a_professor_past_the_date_is_told_to_the_office_and_nothing_lapses(
    campus: Campus,
) -> None:
    _student, made, _token = asked(campus, wished_by="2022-09-20")
    campus.clock.advance(datetime(2022, 9, 16, 18, 1, tzinfo=SEOUL) - campus.clock.now())
    deadlines.tick(campus.parts, campus.clock.now())
    assert len(campus.mails("overdue")) == 2  # of Student Affairs
    case = campus.client(OFFICE).get(f"/applications/{made['id']}").json
    assert case["state"] == "in_approval"


def test_withdrawing_tells_the_professor_and_forgets_the_draft(campus: Campus) -> None:
    student, made, token = asked(campus)
    campus.client().send("PUT", f"/approvals/{token}/letter", LETTER)
    student.post(f"/applications/{made['id']}/withdraw", {})
    told = {mail.params["reader"] for mail in campus.mails("withdrawn")}
    assert told == {"student", "professor"}
    assert campus.client().get(f"/approvals/{token}").status_code == 410
    deadlines.tidy(campus.parts, campus.clock.now())
    with campus.parts.database.read() as session:
        assert session.query(LetterDraftRow).count() == 0


def test_a_decline_tells_the_student_and_the_office_why(campus: Campus) -> None:
    student, made, token = asked(campus)
    shown = campus.client().get(f"/approvals/{token}").json["shown"]
    campus.said()
    decide(campus, token, shown, "decline", reason="I have never taught her.")
    mails = campus.mails("declined")
    assert {mail.params["reader"] for mail in mails} == {"student", "professor", "staff"}
    assert student.get(f"/applications/{made['id']}").json["reason"] == "I have never taught her."


def test_the_very_same_request_waits_but_another_does_not(campus: Campus) -> None:
    student, made, _token = asked(campus)
    body = {"kind": "recommendation_letter", "answers": answers(student), "submit": True}
    refused = student.post("/applications", body)
    assert (refused.status_code, refused.json["application_id"]) == (409, made["id"])
    assert ask(student, institution="Another university")["state"] == "in_approval"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"professor": "nobody"}, "professor"),
        ({"delivery": "mailed"}, "mail_address"),
        ({"wished_by": "2022-09-05"}, "wished_by"),
        ({"wished_by": "soon"}, "wished_by"),
        ({"wished_by": "2022-13-01"}, "wished_by"),
        ({"recipient": "W" * 80}, "recipient"),
        ({"recipient": "🎓"}, "recipient"),
        ({"language": "fr"}, "language"),
    ],
)
def test_what_cannot_be_asked_names_the_field(
    campus: Campus, more: dict[str, str], field: str
) -> None:
    student = campus.client(HAN)
    body = {"kind": "recommendation_letter", "answers": answers(student, **more), "submit": True}
    refused = student.post("/applications", body)
    assert refused.status_code == 422, refused.json
    blocking = [one for one in refused.json["findings"] if one["severity"] == "block"]
    assert [one["field"] for one in blocking] == [field]
    assert refused.json["application_id"], "the draft is kept"


def test_a_letter_that_was_signed_is_told_to_the_student_with_the_day(campus: Campus) -> None:
    _student, _made, token = asked(campus)
    campus.said()
    assert sign(campus, token).status_code == 200
    mail = campus.mails("letter_written")[0]
    assert mail.params["by_when"] == "2022-09-08T18:00:00+09:00"  # Thursday
    assert mail.params["who"] == "마르타 코발스카"
