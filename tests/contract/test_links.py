"""Contract "Links and files" and "HTTP", approvals: the link is the credential, once."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pypdf
import rfc8785

from tests.contract.asking import TOKEN, Stranger, assert_problem, code_in
from tests.people import Cast

WRONG_SIGNATURES: tuple[Any, ...] = (
    *({}, [], "X", {"other": 1}, {"typed": "X", "drawn": "Y"}),
    *({"typed": one} for one in ("", "x" * 43, None, 5, "a\nb", "a\x00")),
    *({"drawn": one} for one in ("no picture", "")),
)


def pdf() -> bytes:
    """A PDF as small as they come."""
    made, out = pypdf.PdfWriter(), io.BytesIO()
    made.add_blank_page(200, 200)
    made.write(out)
    return out.getvalue()


def test_looking_at_a_link_tells_what_is_asked_and_changes_nothing(
    stranger: Stranger, cast: Cast
) -> None:
    sent = cast.send(cast.applicant("en"))
    before = cast.case(sent)
    token = stranger.token_of(sent)
    for path in (f"/api/v1/approvals/{token}", f"/a/{token}"):
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = stranger.ask(method, path)
            assert answer.status_code in (200, 204), (method, path, answer.status_code)
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    mail = next(m for m in cast.mailbox.all()[::-1] if token in m["text"])
    assert mail["text"].startswith("Dear")  # an English professor, whose program names no language
    shown = stranger.get(f"/api/v1/approvals/{token}").json()
    assert shown["application"]["title"] == "Tuition waiver"
    assert '<html lang="en"' in stranger.get(f"/a/{token}").text
    korean = stranger.get(f"/api/v1/approvals/{token}", Accept_Language="ko").json()
    assert korean["application"]["title"] == "등록금 감면"
    assert {"application", "shown", "step", "by_when", "documents"} <= shown.keys()
    assert cast.case(sent) == before
    assert cast.decide(f"/api/v1/approvals/{token}").status_code == 200


def test_what_is_shown_is_the_same_in_every_language_and_a_stranger_can_compute_it(
    stranger: Stranger, cast: Cast
) -> None:
    student = cast.applicant("ko")
    body = {**stranger.waiver(student), "submit": False}
    draft = student.ask("POST", "/api/v1/applications", json=body)
    path = f"/api/v1/applications/{draft['id']}"
    for name in ("가족관계증명서.pdf", "b.pdf"):
        student.ask("POST", f"{path}/attachments", files={"file": (name, pdf() + name.encode())})
    seen = cast.mailbox.seen()
    student.ask("POST", f"{path}/submit", json={})
    mail = cast.mailbox.wait(seen, lambda m: m["message"] == "approval_request")
    found = TOKEN.search(mail["text"])
    assert found
    link = f"/api/v1/approvals/{found[1]}"
    answers = [stranger.get(link, Accept_Language=one).json() for one in ("ko", "en", "fr")]
    assert len({one["shown"] for one in answers}) == 1
    shown = answers[1]
    application = shown["application"]
    signed = {
        "answers": application["answers"],
        "attachments": [one["sha256"] for one in shown["documents"] if "sha256" in one],
        "kind_version": application["kind_version"],
        "template_version": application["template_version"],
        "sentences": application["sentences"],
    }
    assert len(signed["attachments"]) == 2
    assert hashlib.sha256(rfc8785.dumps(signed)).hexdigest() == shown["shown"]
    case = student.ask("GET", path)
    assert {**signed, "shown": shown["shown"]} == {
        **{name: case[name] for name in signed if name != "attachments"},
        "attachments": [one["sha256"] for one in case["attachments"]],
        "shown": case["shown"],
    }
    for document in shown["documents"]:
        answer = stranger.get(document["address"])
        if answer.status_code == 303:
            answer = stranger.get(answer.headers["Location"])
        assert answer.status_code == 200
        if "sha256" in document:
            assert hashlib.sha256(answer.content).hexdigest() == document["sha256"]
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store"
        if document["name"].startswith("가족"):
            encoded = "filename*=UTF-8''%EA%B0%80%EC%A1%B1"
            assert encoded in answer.headers["Content-Disposition"]
    student.ask("POST", f"{path}/withdraw", json={})
    assert_problem(stranger.get(link), 410)


def test_altered_tokens_are_404_everywhere(stranger: Stranger, cast: Cast) -> None:
    sent = cast.send(cast.applicant("en"))
    token = stranger.token_of(sent)
    body, mac = token.split(".")
    other = "A" if mac[0] != "A" else "B"
    altered = [body, f"{body}.", f".{mac}", f"{body}.{other}{mac[1:]}", f"{body}.{mac[:-4]}",
               f"{body[:-2]}.{mac}", f"{mac}.{body}", f"{token}A", f"{token}=", f"{token}.{mac}",
               "x", "%00", "가", "a" * 5000]  # fmt: skip
    for one in altered:
        assert_problem(stranger.get(f"/api/v1/approvals/{one}"), 404)
        assert stranger.get(f"/a/{one}").status_code == 404
        posted = stranger.ask("POST", f"/api/v1/approvals/{one}",
                              json={"decision": "approve", "shown": "x",
                                    "signature": {"typed": "X"}})  # fmt: skip
        assert_problem(posted, 404)
    assert cast.case(sent)["steps"][0]["decision"] is None
    assert cast.decide(f"/api/v1/approvals/{token}", "decline", reason="No.").status_code == 200


def test_a_decision_is_checked_whole_before_it_counts(stranger: Stranger, cast: Cast) -> None:
    sent = cast.send(cast.applicant("ko"))
    link = f"/api/v1/approvals/{stranger.token_of(sent)}"
    shown = stranger.get(link).json()["shown"]
    assert shown == shown.lower()
    assert len(shown) == 64
    signed = {"typed": "Prof. Ōe <& 'X' \" >"}

    def decide(**body: object) -> int:
        answer = stranger.ask("POST", link, json=body)
        if answer.status_code >= 400:
            assert_problem(answer, answer.status_code)
        return answer.status_code

    assert decide(decision="approve", shown=shown) == 422, "no signature"
    for wrong in WRONG_SIGNATURES:
        assert decide(decision="approve", shown=shown, signature=wrong) == 422, wrong
    assert decide(decision="approve", signature=signed) == 422, "what was shown is not said"
    assert decide(decision="maybe", shown=shown, signature=signed) == 422
    for decision in ("return", "decline"):
        assert decide(decision=decision, shown=shown) == 422
        assert decide(decision=decision, shown=shown, reason="  ") == 422
        assert decide(decision=decision, shown=shown, reason="x" * 5001) == 422
    other = stranger.ask("POST", link, json={
        "decision": "approve", "shown": "0" * 64, "signature": signed})  # fmt: skip
    changed = assert_problem(other, 409)
    assert "extent" in changed["changed"]
    case = cast.case(sent)
    assert (case["state"], case["steps"][0]["decision"]) == ("in_approval", None)
    assert decide(decision="approve", shown=shown, signature=signed) == 200
    assert signed["typed"] in cast.mail(sent, "approval_signed")["text"], "kept as typed"
    second = f"/api/v1/approvals/{stranger.token_of(sent)}"
    long = {"decision": "approve", "shown": shown, "signature": {"typed": "가" * 42}}
    answer = stranger.ask("POST", second, json=long)
    assert answer.status_code == 200, answer.text
    sent.student.ask("POST", f"/api/v1/applications/{sent.id}/withdraw", json={})


def test_an_old_hash_is_told_what_changed(stranger: Stranger, cast: Cast) -> None:
    sent = cast.send(cast.applicant("ko"), "first reason")
    old = f"/api/v1/approvals/{stranger.token_of(sent)}"
    first = stranger.get(old).json()["shown"]
    assert cast.decide(old, "return", reason="More, please.").status_code == 200
    assert_problem(stranger.get(old), 410)
    path = f"/api/v1/applications/{sent.id}"
    answers = {**cast.case(sent)["answers"], "reasons": "second reason"}
    sent.student.ask("PUT", path, json={"answers": answers})
    sent.student.ask("POST", f"{path}/submit", json={})
    new = f"/api/v1/approvals/{stranger.token_of(sent)}"
    answer = cast.decide(new, shown=first)
    assert assert_problem(answer, 409)["changed"] == ["reasons"]
    assert cast.decide(new).status_code == 200
    sent.student.ask("POST", f"{path}/withdraw", json={})


def test_used_and_replaced_links_are_410_with_a_type_each(stranger: Stranger, cast: Cast) -> None:
    sent = cast.send(cast.applicant("en"))
    replaced = f"/api/v1/approvals/{stranger.token_of(sent)}"
    step = f"/api/v1/desk/applications/{sent.id}/steps/1"
    cast.officer().ask("POST", f"{step}/link", json={})
    used = f"/api/v1/approvals/{stranger.token_of(sent)}"
    assert cast.decide(used, "not_mine").status_code == 200
    types = {name: code_in(stranger.get(link)) for name, link in
             (("used", used), ("replaced", replaced))}  # fmt: skip
    assert types == {"used": "link_used", "replaced": "link_replaced"}
    for link in (used, replaced):
        assert_problem(cast.decide(link), 410)
        page = stranger.get(link.replace("/api/v1/approvals", "/a"))
        assert page.status_code == 410
        assert page.headers["Cache-Control"] == "no-store"
    case = cast.case(sent)
    assert (case["state"], case["steps"][0]["state"]) == ("in_approval", "unassigned")
    assert case["steps"][0]["decision"] == "not_mine"
