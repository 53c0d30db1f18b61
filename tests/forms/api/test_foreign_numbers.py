"""A signed-in student who tries numbers of others learns nothing, not even by the clock."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from tests.forms.applications.test_endings import DEGREE, GRADUATE, issued
from tests.forms.campus import HAN, NUMBER, Campus

NEVER_ISSUED = "0000-0000-0000-0007-7"


@pytest.mark.parametrize("way", ["", "/file", "/file?format=docx"])
def test_a_number_of_somebody_else_is_as_unknown_as_one_of_nobody(campus: Campus, way: str) -> None:
    issued(campus, DEGREE, GRADUATE)
    stranger = campus.client(HAN)
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(campus.parts.database.engine, "before_cursor_execute", note)
    answers: list[tuple[Any, ...]] = []
    for number in (NUMBER, NEVER_ISSUED):
        asked.clear()
        answer = stranger.get(f"/documents/{number}{way}")
        body = {name: value for name, value in answer.json.items() if name != "instance"}
        answers.append((answer.status_code, body, list(asked)))
    assert answers[0][:2] == answers[1][:2]
    assert answers[0][0] == 404
    assert answers[0][2] == answers[1][2], "the same questions to the database"


@pytest.mark.parametrize("what", ["revoke", "replace", "decision"])
def test_nor_does_trying_to_end_it_tell(campus: Campus, what: str) -> None:
    issued(campus, DEGREE, GRADUATE)
    stranger = campus.client(HAN)
    body = {"decision": "confirm"} if what == "decision" else {"code": "error", "reason": "x"}
    answers = [
        stranger.post(f"/documents/{number}/{what}", body) for number in (NUMBER, NEVER_ISSUED)
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].json["type"] == answers[1].json["type"]
