"""Each request from its form over its signers and its office to the verified paper, over HTTP.

One table: a kind's line says who of the demo university asks, what they answer beside what the
register fills in, how many sign, which office decides, and what stands on the paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest

from services.demo import Person
from shared.clock import SEOUL
from tests.forms.applications.test_files import pdf
from tests.parts.product import Embedded, InEarnest
from tests.people import Cast, Sent
from tests.test_journeys import words_of

ACCOUNT = "110-234-567890"


@dataclass(frozen=True)
class Journey:
    """How somebody of the demo gets a request granted."""

    kind: str
    who: str
    desk: str
    signers: int
    says: tuple[str, ...]
    answers: Mapping[str, Any] = field(default_factory=dict)
    professor: str = ""  # whom the answers name
    document: bool = False  # whether one has to be attached
    # Kinds that the student may ask for afterwards, and those no longer: the register has changed.
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()


# When the examination and the longer term can be asked for (IQE-01, TRM-04).
NOW = datetime(2026, 11, 28, 10, tzinfo=SEOUL)
REASON = {"reason": "연구를 다시 시작하려고 신청합니다."}
JOURNEYS = (
    Journey(
        "leave_of_absence",
        "2025-2328",
        "jihun.baek",
        1,
        ("휴학원", "일반휴학"),
        {**REASON, "kind": "general"},
    ),
    Journey("return_from_leave", "2024-1068", "jihun.baek", 1, ("복학원", "일반휴학"), REASON),
    Journey(
        "withdrawal",
        "2025-2370",
        "jihun.baek",
        1,
        ("자퇴원",),
        REASON,
        opens=("certificate_termination",),
        closes=("withdrawal", "certificate_enrollment"),
    ),
    Journey(
        "admission_cancellation",
        "2027-1003",
        "jihun.baek",
        0,
        ("입학등록 취소원",),
        REASON,
        closes=("admission_cancellation",),
    ),
    Journey(
        "refund",
        "2025-1405",
        "eunji.oh",
        0,
        ("등록금 반환 신청서", "2,500,000원", "***-***-**7890"),
        {"bank": "도장은행", "account": ACCOUNT},
    ),
    Journey(
        "readmission",
        "2025-1384",
        "jihun.baek",
        3,
        ("재입학원", "전공책임교수", "교무처장", "학점"),
        REASON,
        opens=("admission_cancellation",),
        closes=("readmission", "certificate_termination"),
    ),
    Journey("installments", "2025-2412", "eunji.oh", 0, ("분할 납부 신청서", "4회 분할 납부")),
    Journey(
        "tuition_waiver",
        "2024-1042",
        "eunji.oh",
        2,
        ("등록금 감면 신청서", "임도윤"),
        {"extent": "full", "ground": "hardship", "reasons": "집중호우로 수확이 어렵습니다."},
    ),
)
EXTENSION = Journey(
    "due_date_extension",
    "2026-1188",
    "sera.lim",
    2,
    ("납부기한 연기 신청서", "문가온"),
    {**REASON, "pay_on": "2026-12-18"},
)

STUDY = (
    Journey(
        "advisor_change",
        "2025-1321",
        "jihun.baek",
        2,
        ("지도교수 변경 신청서", "마르타 코발스카", "안지원"),
        REASON,
        professor="Ji-won",
    ),
    Journey(
        "joint_advisor",
        "2024-2307",
        "jihun.baek",
        2,
        ("공동지도교수 신청서", "민재하", "전임교원"),
        REASON,
        professor="Jae-ha",
    ),
    Journey(
        "major_change",
        "2025-2538",
        "jihun.baek",
        2,
        ("전공 변경 신청서", "에너지환경공학", "가람 캠퍼스", "남세영"),
        {**REASON, "campus": "garam", "major": "energy"},
        professor="Se-young",
        document=True,
    ),
    Journey(
        "integrative_qualifying_exam",
        "2025-3503",
        "jihun.baek",
        1,
        ("통합과정 자격시험 응시원서", "2026학년도 2학기", "2개 학기"),
    ),
    Journey(
        "early_graduation",
        "2025-3107",
        "sua.moon",
        1,
        ("조기졸업 신청서", "3개 학기", "18학점"),
        REASON,
    ),
    Journey(
        "post_coursework_enrollment",
        "2024-2433",
        "jihun.baek",
        0,
        ("수료 후 등록 신청서", "2026학년도 2학기", "2026년 8월 20일"),
    ),
    Journey(
        "maximum_term_extension",
        "2023-1447",
        "hyunwoo.jo",
        3,  # of the five of the committee; the votes of more than half decide
        ("최대수업연한 연장 신청서", "찬성 3, 반대 0", "2027학년도 1학기"),
        REASON,
    ),
)


@pytest.fixture(scope="module", params=["embedded", "in earnest"])
def product(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Embedded | InEarnest]:
    """A running Dojang, whose students each ask for one thing."""
    folder = tmp_path_factory.mktemp("requests")
    made: Embedded | InEarnest
    clock = f"{(NOW - datetime.now(SEOUL)).total_seconds():+.0f}s"
    if request.param == "embedded":
        made = Embedded(folder, DOJANG_CLOCK=clock)
    else:
        servers = (request.getfixturevalue(one) for one in ("rabbitmq", "postgres"))
        made = InEarnest(folder, *servers, DOJANG_CLOCK=clock)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def cast(product: Embedded | InEarnest) -> Cast:
    """The people of the journeys at the running product."""
    return Cast(product.url)


def kinds_of(person: Person) -> dict[str, dict[str, Any]]:
    return {kind["name"]: kind for kind in person.ask("GET", "/api/v1/kinds")}


def send(cast: Cast, journey: Journey) -> Sent:
    student = cast.signed_in(journey.who)
    kind = kinds_of(student)[journey.kind]
    assert kind["open"], kind["findings"]
    answers = {**kind["prefill"], **journey.answers}
    if journey.professor:
        found = student.ask("GET", "/api/v1/professors", params={"q": journey.professor})
        answers["professor"] = found[0]["id"]
    seen = cast.mailbox.seen()
    made = student.ask(
        "POST", "/api/v1/applications", json={"kind": journey.kind, "answers": answers}
    )
    path = f"/api/v1/applications/{made['id']}"
    if journey.document:
        file = ("성적증명서.pdf", pdf(), "application/pdf")
        student.ask("POST", f"{path}/attachments", files={"file": file})
    sent = student.ask("POST", f"{path}/submit", json={})
    return Sent(student, made["id"], sent["number"], seen)


@pytest.mark.parametrize("journey", JOURNEYS + STUDY, ids=lambda journey: journey.kind)
def test_a_request_is_granted_and_its_paper_verified(
    product: Embedded | InEarnest, cast: Cast, journey: Journey
) -> None:
    sent = send(cast, journey)
    for _ in range(journey.signers):
        assert cast.decide(cast.link(sent)).status_code == 200
    granted(product, cast, journey, sent)


def granted(product: Embedded | InEarnest, cast: Cast, journey: Journey, sent: Sent) -> None:
    """The office grants it, and the paper says what it should."""
    decision = {"decision": "approve", "reference": "2026-0007"}
    path = f"/api/v1/desk/applications/{sent.id}/decision"
    cast.signed_in(journey.desk).ask("POST", path, json=decision)
    number = cast.issued(sent)["number"]
    text = words_of(cast.pdf(sent, number))
    for words in (*journey.says, sent.number, number, "2026-0007"):
        assert words.replace(" ", "") in text.replace(" ", ""), words
    shown = Person(product.url).ask("GET", f"/api/v1/verify/{number}")
    assert shown["status"] == "issued"
    now = kinds_of(sent.student)
    assert {name: now[name]["open"] for name in (*journey.opens, *journey.closes)} == {
        **dict.fromkeys(journey.opens, True),
        **dict.fromkeys(journey.closes, False),
    }


def test_a_period_entered_at_the_desk_opens_a_request_by_link_and_on_paper(
    product: Embedded | InEarnest, cast: Cast
) -> None:
    """EXT-01, EXT-04: the semester's data, the extension, and the same on a signed paper form."""
    money, dean = cast.signed_in("eunji.oh"), cast.signed_in(EXTENSION.desk)
    path = "/api/v1/desk/semesters/2026-fall"
    data = money.ask("GET", path)
    others = [one for one in data["cells"]["windows"].split("; ") if EXTENSION.kind not in one]
    period = f"{EXTENSION.kind} 2026-11-20T00:00..2026-12-24T18:00"
    cells = {**data["cells"], "windows": "; ".join([*others, period])}
    changed = money.ask("PUT", path, json={"cells": cells, "version": data["version"]})
    assert changed["version"] == data["version"] + 1
    sent = send(cast, EXTENSION)
    for _ in range(EXTENSION.signers):
        assert cast.decide(cast.link(sent)).status_code == 200
    granted(product, cast, EXTENSION, sent)

    student = cast.signed_in("2025-1019")
    typed = {**kinds_of(student)[EXTENSION.kind]["prefill"], **EXTENSION.answers}
    typed |= {"kind": EXTENSION.kind, "student_number": "2025-1019"}
    typed |= {"arrived": "2026-11-20T09:00"}
    seen = cast.mailbox.seen()
    scan = {"file": ("신청서.pdf", pdf(), "application/pdf")}
    entered = dean.ask("POST", "/api/v1/desk/paper", data=typed, files=scan)
    assert (entered["state"], entered["on_paper"]) == ("at_desk", True)
    paper = Sent(student, entered["id"], entered["number"], seen)
    granted(product, cast, replace(EXTENSION, says=EXTENSION.says[:1]), paper)


def test_a_transfer_of_the_bank_is_paid_once(cast: Cast) -> None:
    """TUI-09, TUI-11: the exact amount of a due within its period; sent in again it is known."""
    office = cast.signed_in("eunji.oh")
    unpaid = office.ask("GET", "/api/v1/desk/lists/unpaid")["rows"]
    number, krw, until = next((row[0], row[4], row[5]) for row in unpaid if "," not in row[3])
    year, _, n = number.partition("-")
    lines = "transaction,account_number,amount_krw,paid_at\n"
    lines += f"T-1,700-{year}-{n:0>6},{krw},{until} 10:00\nT-2,700-{year}-{n:0>6},1,{until} 10:00\n"
    path = "/api/v1/desk/payments"
    for states in (["taken", "refused"], ["known", "refused"]):
        file = {"file": ("bank.csv", lines.encode(), "text/csv")}
        made = office.ask("POST", path, files=file)
        assert [one["state"] for one in made["lines"]] == states
        if states[0] == "taken":
            office.ask("POST", f"{path}/{made['id']}/enter")
    after = office.ask("GET", "/api/v1/desk/lists/unpaid")["rows"]
    assert number not in [row[0] for row in after]


def test_an_account_number_is_in_no_log_and_in_no_mail(
    product: Embedded | InEarnest, cast: Cast
) -> None:
    """After all of the above, whoever reads the logs or the mails knows nobody's account."""
    logs = "".join(
        path.read_text(errors="replace") for path in product.processes.folder.glob("*.log")
    )
    mails = str(cast.mailbox.all())
    assert "RF-" in mails
    for number in (ACCOUNT, ACCOUNT.replace("-", "")):
        assert number not in logs
        assert number not in mails
