"""Asking for a letter and writing it, for the tests of letters."""

from __future__ import annotations

from typing import Any

from tests.forms.campus import HAN, Api, Campus

OFFICE = "sua.moon"  # Student Affairs
LETTER = {
    "body": "I have known Han Seo-yun for three years.\n\nI recommend her without reservation.",
    "position": "Professor",
    "department": "Department of Physics",
    "contact": "marta.kowalska@dojang.example",
}


def professor_id(api: Api, name: str = "Kowalska") -> str:
    """The id that a student names a professor by."""
    found = api.get(f"/professors?q={name}").json
    assert len(found) == 1
    assert set(found[0]) == {"id", "name", "name_ko", "name_en"}, "students get no address"
    return str(found[0]["id"])


def answers(api: Api, **more: Any) -> dict[str, Any]:
    """What a student answers."""
    return {
        "professor": professor_id(api),
        "language": "en",
        "purpose": "A doctoral program from 2027",
        "recipient": "Admissions Committee",
        "institution": "Rhine University of Technology",
        "delivery": "handed",
        **more,
    }


def ask(api: Api, **more: Any) -> dict[str, Any]:
    """A request that is sent."""
    body = {"kind": "recommendation_letter", "answers": answers(api, **more), "submit": True}
    made = api.post("/applications", body)
    assert made.status_code == 201, made.json
    return dict(made.json)


def asked(campus: Campus, **more: Any) -> tuple[Api, dict[str, Any], str]:
    """Han Seo-yun asks: she at the API, the application, the professor's link."""
    student = campus.client(HAN)
    made = ask(student, **more)
    mail = campus.mails("letter_request")[0]
    return student, made, campus.token(mail)


def sign(campus: Campus, token: str, letter: dict[str, str] | None = None) -> Any:
    """The professor keeps the letter and signs it."""
    link = f"/approvals/{token}"
    professor = campus.client()
    kept = professor.send("PUT", f"{link}/letter", letter or LETTER)
    assert kept.status_code == 200, kept.json
    return decide(campus, token, kept.json["shown"])


def decide(campus: Campus, token: str, shown: str, decision: str = "approve", **more: Any) -> Any:
    """A professor's decision about exactly what was shown."""
    body = {"decision": decision, "shown": shown, **more}
    if decision == "approve":
        body.setdefault("signature", {"typed": "Marta Kowalska"})
    return campus.client().post(f"/approvals/{token}", body)
