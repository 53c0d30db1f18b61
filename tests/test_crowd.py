"""Many papers of the demo, and that the count at its end says what is missing or there twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from services import crowd, demo
from services.crowd import Crowd
from services.demo import DemoFailed, Person, Walked
from services.forms.people.demo import accounts
from tests.parts.product import Embedded

PAPERS = [Walked(f"id{n}", f"C-2026-0000{n}", f"NUMBER-{n}", b"%PDF-", "authentic") for n in (1, 2)]


def case(n: int, *numbers: str) -> dict[str, Any]:
    documents = [{"number": one} for one in numbers]
    return {"id": f"id{n}", "kind": crowd.KIND, "number": f"C-2026-0000{n}", "state": "issued",
            "documents": documents}  # fmt: skip


def mail(n: int, to: str = "a@x.example", copies: int = 1) -> dict[str, Any]:
    return {"message": "issued", "channel": "email", "to": to, "copies": copies,
            "subject": "Your certificate", "text": f"(C-2026-0000{n})"}  # fmt: skip


class Told(Person):
    """Somebody whose applications, or whose mailbox, are what the test says."""

    def __init__(self, answer: list[dict[str, Any]]) -> None:
        super().__init__("http://nowhere.invalid")
        self._answer = answer

    def _once(self, *_asked: Any, **_more: Any) -> httpx.Response:
        return httpx.Response(200, json=self._answer)


def counting(cases: list[dict[str, Any]], mails: list[dict[str, Any]]) -> tuple[Crowd, list[str]]:
    said: list[str] = []
    found = Crowd("http://nowhere.invalid", [], "ko", said.append)
    found._takers = [Told(cases)]
    found._mailbox._reader = Told(mails)
    return found, said


def test_as_many_papers_as_asked_for_are_right() -> None:
    found, said = counting([case(1, "NUMBER-1"), case(2, "NUMBER-2")], [mail(1), mail(2, copies=2)])
    found.count(PAPERS, PAPERS)
    found.count_mails(PAPERS)
    assert said == [
        "2 right papers: none lost, none twice",
        "each was announced once to each (1 second copies that say so)",
    ]


@pytest.mark.parametrize(
    ("cases", "complaint"),
    [
        ([case(1, "NUMBER-1")], "C-2026-00002 is lost"),
        ([case(1, "NUMBER-1"), case(2)], "C-2026-00002 is issued with 0 papers"),
        ([case(1, "NUMBER-1"), case(2, "NUMBER-2", "NUMBER-9")], "with 2 papers"),
        ([case(1, "NUMBER-1"), case(2, "NUMBER-1")], "C-2026-00002 is issued with 1 papers"),
        ([case(1, "NUMBER-1"), case(2, "NUMBER-2"), case(3, "NUMBER-3")], "C-2026-00003 is issued"),
    ],
)
def test_what_is_missing_or_there_twice_is_named(
    cases: list[dict[str, Any]], complaint: str
) -> None:
    found, _ = counting(cases, [])
    with pytest.raises(DemoFailed, match=complaint):
        found.count(PAPERS, PAPERS)


def test_two_papers_with_one_number_are_told() -> None:
    found, _ = counting([], [])
    with pytest.raises(DemoFailed, match="two papers have one number"):
        found.count([], [PAPERS[0], PAPERS[0]])


@pytest.mark.parametrize(
    ("mails", "complaint"),
    [
        ([mail(1)], r"mails lost: \['C-2026-00002'\]"),
        ([mail(1), mail(2), mail(2)], r"twice: \['C-2026-00002'\]"),
    ],
)
def test_mails_that_are_lost_or_come_twice_are_told(
    mails: list[dict[str, Any]], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "PATIENCE_SECONDS", 0.0)
    found, _ = counting([], mails)
    with pytest.raises(DemoFailed, match=complaint):
        found.count_mails(PAPERS)


def test_a_mail_to_another_person_is_none_too_many() -> None:
    found, said = counting([], [mail(1), mail(1, to="b@x.example"), mail(2)])
    found.count_mails(PAPERS)
    assert said


class Shaky(Person):
    """A server that is away twice before it answers."""

    def __init__(self, patience_s: float) -> None:
        super().__init__("http://nowhere.invalid", patience_s)
        self.keys: list[str | None] = []

    def _once(
        self, method: str, path: str, headers: Mapping[str, str], **_more: Any
    ) -> httpx.Response:
        self.keys.append(headers.get("Idempotency-Key"))
        if len(self.keys) == 1:
            raise httpx.ConnectError("refused")
        return httpx.Response(502 if len(self.keys) == 2 else 201, json={})


def test_with_patience_what_is_away_is_asked_again_under_one_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(demo, "AGAIN_SECONDS", 0.0)
    patient = Shaky(patience_s=30.0)
    assert patient.request("POST", "/api/v1/applications", json={}).status_code == 201
    assert len(patient.keys) == 3
    assert patient.keys[0]
    assert len({*patient.keys}) == 1
    with pytest.raises(httpx.ConnectError):
        Shaky(patience_s=0.0).request("POST", "/api/v1/applications", json={})


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    running = Embedded(tmp_path_factory.mktemp("product"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


def test_waivers_come_first_and_then_certificates_until_there_are_enough(
    product: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "WAIVERS_MOST", 1)
    said: list[str] = []
    made = crowd.papers(product.url, accounts(), "en", 5, said.append)
    assert [one.application[0] for one in made] == ["W", "C", "C", "C", "C"]
    assert {one.verdict for one in made} == {"authentic"}
    assert said[-2:] == [
        "5 right papers: none lost, none twice",
        "each was announced once to each (0 second copies that say so)",
    ]
