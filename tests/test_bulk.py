"""A list of the demo's students becomes a ZIP of papers that anybody can check.

On the embedded default and in earnest (RabbitMQ, PostgreSQL, a process a part), over the
published API; then once more with everything that works on it killed on the way.
"""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.demo import Person
from services.forms.people.demo import accounts
from tests.parts.product import Embedded, InEarnest, Product
from tests.people import Cast
from tests.test_journeys import words_of

KIND = "certificate_enrollment"
STUDENTS = [one["id"] for one in accounts() if one["role"] == "student"]
OFFICER = next(one["id"] for one in accounts() if one["office"] == "student_affairs")
OTHER = next(one["id"] for one in accounts() if one["office"] == "educational_affairs")
COMMON = {"kind": KIND, "language": "ko", "copies": "1", "purpose": "제출용"}
WAIT_SECONDS = 900


@pytest.fixture(scope="module", params=["embedded", "earnest"])
def product(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("product")
    made: Product
    if request.param == "earnest":
        rabbitmq = request.getfixturevalue("rabbitmq")
        made = InEarnest(folder, rabbitmq, request.getfixturevalue("postgres"))
    else:
        made = Embedded(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def cast(product: Product) -> Cast:
    return Cast(product.url)


def send(office: Person, numbers: list[str], **form: str) -> dict[str, Any]:
    text = "학번,언어\r\n" + "".join(f"{n},\r\n{n},영문\r\n" for n in numbers)
    files = {"file": ("명단.csv", text.encode("cp949"))}
    found: dict[str, Any] = office.ask(
        "POST", "/api/v1/desk/bulk", files=files, data={**COMMON, **form}
    )
    return found


def wait(office: Person, bulk_id: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The list, when it is so far."""
    end = time.monotonic() + WAIT_SECONDS
    found: dict[str, Any] = {}
    while time.monotonic() < end:
        found = office.ask("GET", f"/api/v1/desk/bulk/{bulk_id}")
        if done(found):
            return found
        time.sleep(0.2)
    raise AssertionError(f"it stays at {found}")


def checked(office: Person, bulk_id: str) -> dict[str, Any]:
    return wait(office, bulk_id, lambda found: found["state"] == "checked")


def packed(office: Person, bulk_id: str) -> dict[str, Any]:
    found = wait(office, bulk_id, lambda found: (found["archive"] or {}).get("state") != "asked"
                 and found["archive"] is not None)  # fmt: skip
    assert found["archive"]["state"] == "offered", found
    return found


def zip_of(office: Person, bulk_id: str) -> zipfile.ZipFile:
    answer = office.request("GET", f"/api/v1/desk/bulk/{bulk_id}/archive")
    assert answer.status_code == 303
    file = office.request("GET", answer.headers["Location"])
    assert file.status_code == 200
    assert file.headers["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(file.content))


def index_of(opened: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(opened.read("index.csv").decode("utf-8-sig"))))


def test_a_list_becomes_a_zip_of_papers_that_anybody_can_check(cast: Cast) -> None:
    office, student = cast.signed_in(OFFICER), cast.signed_in(STUDENTS[0])
    seen = cast.mailbox.seen()
    bulk = send(office, [*STUDENTS[:24], "1999-0001"])
    path = f"/api/v1/desk/bulk/{bulk['id']}"
    found = checked(office, bulk["id"])
    may = found["counts"]["waiting"]
    assert may > 10
    assert may + found["counts"]["refused"] == found["total"] == 50
    refused = office.ask("GET", f"{path}/rows?state=refused")["rows"]
    assert all(row["findings"][0]["message"] for row in refused)
    for _ in range(10):
        office.ask("POST", f"{path}/start")
    own = student.ask("GET", "/api/v1/kinds")
    answers = next(one for one in own if one["name"] == KIND)["prefill"]
    body = {"kind": KIND, "answers": answers, "submit": True}
    mine = student.ask("POST", "/api/v1/applications", json=body)
    found = packed(office, bulk["id"])
    assert found["counts"]["issued"] == found["archive"]["documents"] == may
    opened = zip_of(office, bulk["id"])
    assert opened.testzip() is None
    index = index_of(opened)
    assert len(index) == 50
    listed = [one for one in index if one["file"]]
    assert len(listed) == len({one["document_number"] for one in listed}) == may
    for one in (listed[0], listed[-1]):
        pdf = opened.read(one["file"])
        verified = Person(cast.url).ask("POST", "/api/v1/verify", files={"file": ("a.pdf", pdf)})
        assert verified["verdict"] == "authentic"
        assert one["student_number"] in words_of(pdf)
    case = student.ask("GET", f"/api/v1/applications/{mine['id']}")
    assert case["state"] == "issued", "whoever asks for one paper does not wait for a list"
    theirs = student.ask("GET", "/api/v1/applications")
    assert sum(one["kind"] == KIND for one in theirs) == 3, "two of the list, one of their own"
    told = [mail for mail in cast.mailbox.all() if mail["id"] not in seen]
    assert [mail["message"] for mail in told].count("issued") == 1
    stranger = cast.signed_in(OTHER)
    assert stranger.request("GET", f"{path}/archive").status_code == 404


def kill_and_start_again(product: Product) -> None:
    """kill -9 of everything that works on lists."""
    parts = ("up",) if isinstance(product, Embedded) else ("forms-worker", "certs-worker")
    for part in parts:
        product.kill(part)
    for part in parts:
        product.start_again(part)


def test_whatever_is_killed_nobody_gets_two_papers_and_the_zip_is_whole(
    cast: Cast, product: Product
) -> None:
    office = cast.signed_in(OFFICER)
    bulk = send(office, STUDENTS[24:60])
    path = f"/api/v1/desk/bulk/{bulk['id']}"
    kill_and_start_again(product)
    may = checked(office, bulk["id"])["counts"]["waiting"]
    office.ask("POST", f"{path}/start")
    wait(office, bulk["id"], lambda found: found["counts"]["issued"] >= 1)
    kill_and_start_again(product)
    wait(office, bulk["id"], lambda found: found["archive"] is not None)
    kill_and_start_again(product)
    found = packed(office, bulk["id"])
    assert found["counts"]["issued"] == found["archive"]["documents"] == may
    opened = zip_of(office, bulk["id"])
    assert opened.testzip() is None
    listed = [one for one in index_of(opened) if one["file"]]
    assert len({one["document_number"] for one in listed}) == may
    for student in {one["student_number"] for one in listed}:
        mine = [one for one in listed if one["student_number"] == student]
        assert len(mine) <= 2, "one in each language"


def test_a_revoked_paper_is_left_out_of_the_next_zip(cast: Cast) -> None:
    office = cast.signed_in(OFFICER)
    bulk = send(office, STUDENTS[:1])
    checked(office, bulk["id"])
    path = f"/api/v1/desk/bulk/{bulk['id']}"
    office.ask("POST", f"{path}/start")
    packed(office, bulk["id"])
    number = index_of(zip_of(office, bulk["id"]))[0]["document_number"]
    office.ask(
        "POST", f"/api/v1/documents/{number}/revoke", json={"code": "error", "reason": "Wrong."}
    )
    end = time.monotonic() + WAIT_SECONDS
    while Person(cast.url).ask("GET", f"/api/v1/verify/{number}")["status"] != "revoked":
        assert time.monotonic() < end
        time.sleep(0.2)
    again = office.ask("POST", f"{path}/pack")
    assert again["state"] == "issuing"
    wait(office, bulk["id"], lambda found: found["archive"]["left_out"] == 1)
    opened = zip_of(office, bulk["id"])
    assert not any(one["document_number"] == number and one["file"] for one in index_of(opened))
    assert len(opened.namelist()) == 2
