"""Forged copies: none is called authentic, and what was changed is named where it can be."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Name
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, NameObject
from sqlalchemy import delete

from services.certs.app import create_app
from services.certs.ledger import DocumentFacts
from services.certs.press import Order, Place, Press
from services.certs.verify.answers import FileAnswer, file_json
from services.certs.verify.check import verify_file
from services.certs.verify.compare import Difference
from services.certs.verify.plain import plain
from services.certs.verify.reading import read_own
from shared.errors import Permanent
from shared.messages import DocumentRevocationRequested
from tests.certs.forging.edits import Forgery
from tests.certs.forging.forge import COUNT, edit_of, forgery
from tests.certs.forging.papers import Issued, Stack
from tests.certs.parts import Office, facts


@pytest.fixture
def check(office: Office) -> Callable[[bytes], FileAnswer]:
    """What is said of a file."""
    return lambda data: verify_file(office.parts, data)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One issued paper of every kind and language that the library has."""
    folder = tmp_path_factory.mktemp("forgers")
    office = Office(folder, f"sqlite:///{folder / 'certs.sqlite'}")
    yield Stack(office)
    office.close()


FORGERIES = pytest.mark.parametrize(
    "number", range(COUNT), ids=[f"forgery_{n:03d}_{edit_of(n).__name__}" for n in range(COUNT)]
)
BY_CHILD = 9  # each ninth is sent as strangers send them, and read by the limited child


@FORGERIES
def test_no_forgery_is_authentic_and_what_was_changed_is_named(stack: Stack, number: int) -> None:
    """Alone: `pytest tests/certs/test_forgeries.py -k forgery_017`."""
    desk, forged = forgery(number, stack)
    assert forged.data != desk.paper.pdf

    said = sent(stack, forged.data) if number % BY_CHILD == 0 else seen(stack, forged.data)

    assert said["verdict"] in forged.verdicts, said
    assert said.get("reason") in forged.reasons or not forged.reasons, said
    assert set(forged.added) <= set(said.get("added", ())), said
    if forged.verdicts == ("altered",) and forged.reasons:
        assert said["number"] in (desk.paper.number, stack.other(desk.paper).number)
    assert_named(forged, said)
    assert_nothing_hidden_is_told(desk.paper, forged, said)


def assert_named(forged: Forgery, said: dict[str, Any]) -> None:
    """Each expected difference is there, with both values."""
    told: dict[str, list[dict[str, Any]]] = {
        one["field"]: [] for one in said.get("differences", ())
    }
    for one in said.get("differences", ()):
        told[one["field"]].append(one)
    for wanted in forged.expected:
        assert wanted.field in told, said
        found = told[wanted.field]
        if wanted.issued is not None:
            assert plain(wanted.issued) in [plain(one["issued"]) for one in found], said
        if wanted.file is not None:
            files = [plain(one["file"] or "") for one in found]
            assert plain(wanted.file) in files, said


def assert_nothing_hidden_is_told(paper: Issued, forged: Forgery, said: dict[str, Any]) -> None:
    """Whoever merely knows the number hears no value that the number does not show.

    (What the file itself says, its sender knows.)
    """
    if said.get("reason") == "extended" or said["verdict"] == "unknown":
        return
    may = [*paper.shown.values(), *(one["value"] for one in said.get("facts", ()))]
    told = [plain(one["issued"]) for one in said.get("differences", ())]
    for field, value in paper.standing.items():
        if field not in paper.shown and not any(plain(value) in plain(one) for one in may):
            assert not any(plain(value) == one for one in told), (field, said)


def seen(stack: Stack, data: bytes) -> dict[str, Any]:
    """What the check says, the file read in this process."""
    parts = stack.office.parts
    return file_json(verify_file(parts, data, see=read_own), parts.library, "en")


def sent(stack: Stack, data: bytes) -> dict[str, Any]:
    """What the API says to whoever sends the file."""
    client = create_app(stack.office.parts).test_client()
    answer = client.post("/api/v1/verify", data={"file": (BytesIO(data), "forged.pdf")})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def saved(pdf: bytes, change: Callable[[pikepdf.Pdf], None] = lambda _pdf: None) -> bytes:
    """The file opened, changed and saved by another program."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        change(opened)
        opened.save(out)
    return out.getvalue()


def painted_over(x: float, y: float, words: str) -> Callable[[pikepdf.Pdf], None]:
    """A white patch and other words upon it, as an editor of PDFs does."""

    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        page.Resources.Font["/Forged"] = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
        page.contents_add(
            f"q 1 g {x - 1} {y - 3} 90 13 re f 0 g BT /Forged 10 Tf {x} {y} Td "
            f"({words}) Tj ET Q".encode()
        )

    return change


def place_of(office: Office, field: str) -> tuple[float, float]:
    """Where a field stands on the Korean waiver."""
    version = office.parts.library.find("tuition_waiver", "ko")
    place = next(p for p in office.parts.press.places(version) if p.wording == f"{{{field}}}")
    return place.left, place.top


def test_the_extent_painted_over_is_altered_and_named_with_both_values(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    document, pdf = office.issue()
    forged = saved(pdf, painted_over(*place_of(office, "extent_granted"), "FULL WAIVER"))

    said = check(forged)

    assert (said.verdict, said.reason) == ("altered", "edited")
    assert said.told is not None
    assert said.told.number == document.number
    [difference] = said.differences
    assert (difference.field, difference.issued) == ("extent_granted", "3분의 1 감면")
    assert "FULL WAIVER" in (difference.file or "")


def test_a_value_set_anew_in_place_of_the_old_is_named(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    """The forger has the same program, and puts another paper's page under the first's number."""
    document, _ = office.issue(extent_granted="3분의 1 감면")
    values = {**_values(), "extent_granted": "전액 면제"}
    forged = _printed(office, document.number, values)

    said = check(forged)

    assert (said.verdict, said.reason) == ("altered", "edited")
    assert [(d.field, d.issued, d.file) for d in in_words(said)] == [
        ("extent_granted", "3분의 1 감면", "전액 면제")
    ]


def test_what_the_number_does_not_show_is_not_told_to_whoever_merely_knows_the_number(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    """Else anybody could try values until a paper with them is called the same."""
    document, _ = office.issue()
    other = {**_values(), "student_number": "202499999"}
    right = check(_printed(office, document.number, _values(), timedelta(seconds=1)))
    wrong = check(_printed(office, document.number, other, timedelta(seconds=1)))

    assert (right.verdict, right.reason) == (wrong.verdict, wrong.reason)
    assert (right.differences, right.told) == (wrong.differences, wrong.told)


def test_hidden_letters_of_a_name_cannot_be_tried_out(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    document, _ = office.issue(name="한도윤")
    guessed = check(_printed(office, document.number, {**_values(), "name": "한가윤"}))
    other = check(_printed(office, document.number, {**_values(), "name": "김철수"}))

    assert in_words(guessed) == []
    assert [(d.field, d.issued) for d in in_words(other)] == [("name", "한○윤")]


def test_a_copy_saved_by_another_program_is_altered(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    _, pdf = office.issue()

    said = check(saved(pdf))

    assert (said.verdict, said.reason, said.differences) == ("altered", "saved_again", ())


def test_words_added_behind_the_issued_file_are_named_whatever_field_they_hit(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    """An incremental update leaves our signature intact: then everything may be told."""
    _, pdf = office.issue()
    x, y = place_of(office, "student_number")
    forged = _extended(pdf, _words_at(pdf, x, y))

    assert forged.startswith(pdf)
    said = check(forged)

    assert (said.verdict, said.reason) == ("altered", "extended")
    assert said.told is not None
    assert ("name", "한도윤") in [(fact.field, fact.value) for fact in said.told.facts]
    assert "student_number" in [difference.field for difference in said.differences]


def test_a_byte_behind_the_end_is_altered(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    _, pdf = office.issue()

    assert check(pdf + b" ").verdict == "altered"
    assert check(pdf + pdf).verdict == "altered"


def test_a_copy_with_another_page_is_altered(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    _, pdf = office.issue()
    said = check(saved(pdf, lambda opened: opened.pages.append(opened.pages[0])))

    assert (said.verdict, said.reason) == ("altered", "pages")


def test_a_page_of_another_document_in_its_place_is_altered(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    _, pdf = office.issue()
    other, other_pdf = office.issue(extent_granted="전액 면제")

    def swap(opened: pikepdf.Pdf) -> None:
        with pikepdf.open(BytesIO(other_pdf)) as second:
            del second.pages[0].Annots
            opened.pages[0] = second.pages[0]

    said = check(saved(pdf, swap))

    assert said.verdict == "altered"
    assert said.told is not None
    assert said.told.number == other.number


def test_a_copy_printed_to_pdf_is_altered(
    office: Office, check: Callable[[bytes], FileAnswer], tmp_path: Path
) -> None:
    document, pdf = office.issue()
    (tmp_path / "issued.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftocairo", "-pdf", tmp_path / "issued.pdf", tmp_path / "printed.pdf"], check=True
    )

    said = check((tmp_path / "printed.pdf").read_bytes())

    assert said.verdict == "altered"
    assert said.told is not None
    assert said.told.number == document.number
    assert said.differences == ()


def with_the_code_of(other: bytes, pdf: bytes) -> bytes:
    """The paper with the QR code of another paper of the kind in place of its own."""
    with pikepdf.open(BytesIO(pdf)) as forged, pikepdf.open(BytesIO(other)) as genuine:
        forged.pages[0].Resources.XObject.qr = forged.copy_foreign(
            genuine.pages[0].Resources.XObject.qr
        )
        out = BytesIO()
        forged.save(out)
        return out.getvalue()


def scanned(pdf: Path) -> bytes:
    """A scan: the page as one picture, the words that a reader of letters found behind it."""
    picture = pdf.with_suffix(".jpg")
    subprocess.run(
        ["pdftoppm", "-r", "150", "-jpeg", "-singlefile", pdf, picture.with_suffix("")], check=True
    )
    with pikepdf.open(pdf) as page:
        scan = page.make_stream(
            picture.read_bytes(), Type=Name.XObject, Subtype=Name.Image, Width=1240, Height=1754,
            ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode,
        )  # fmt: skip
        page.pages[0].Resources.XObject["/Scan"] = scan
        page.pages[0].contents_add(b"q 595 0 0 842 0 0 cm /Scan Do Q")
        out = BytesIO()
        page.save(out)
        return out.getvalue()


@pytest.mark.parametrize("way", ["saved", "printed", "scanned"])
def test_a_code_that_says_another_number_than_stands_beside_it_is_named(
    office: Office, check: Callable[[bytes], FileAnswer], tmp_path: Path, way: str
) -> None:
    document, pdf = office.issue()
    other, genuine = office.issue()
    forged, printed = tmp_path / "forged.pdf", tmp_path / "printed.pdf"
    forged.write_bytes(with_the_code_of(genuine, pdf))
    subprocess.run(["pdftocairo", "-pdf", forged, printed], check=True)

    said = check(
        {
            "saved": forged.read_bytes,
            "printed": printed.read_bytes,
            "scanned": lambda: scanned(forged),
        }[way]()
    )

    assert said.verdict == "altered"
    assert said.told is not None
    assert said.told.number == document.number
    assert Difference("qr", document.number, other.number) in said.differences


def test_a_copy_with_the_signature_taken_out_is_altered(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    _, pdf = office.issue()
    writer = PdfWriter(clone_from=BytesIO(pdf))
    del writer.root_object["/AcroForm"]
    out = BytesIO()
    writer.write(out)

    assert check(out.getvalue()).verdict == "altered"


def test_no_changed_byte_anywhere_is_called_authentic(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    _, pdf = office.issue()
    chance = random.Random(7)

    for _ in range(5):
        place = chance.randrange(len(pdf))
        changed = pdf[:place] + bytes([pdf[place] ^ (1 << chance.randrange(8))]) + pdf[place + 1 :]
        assert check(changed).verdict in ("altered", "unknown")


def test_an_altered_copy_of_an_ended_document_says_both_with_the_day(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    document, pdf = office.issue()
    office.hear(DocumentRevocationRequested(number=document.number, code="error"))

    said = check(saved(pdf, painted_over(*place_of(office, "extent_granted"), "FULL WAIVER")))

    assert said.verdict == "altered"
    assert said.told is not None
    assert (said.told.status, said.told.code, said.told.at) == (
        "revoked", "error", office.clock.now(),
    )  # fmt: skip
    assert [one.field for one in said.differences] == ["extent_granted"]


def test_a_patch_over_what_the_number_does_not_show_is_not_told_of(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    """Nor whether what stands under it was right."""
    _, pdf = office.issue()

    said = check(saved(pdf, painted_over(*place_of(office, "student_number"), "202499999")))

    assert (said.verdict, said.reason, said.differences) == ("altered", "saved_again", ())


def test_a_document_whose_facts_were_forgotten_is_compared_by_what_its_number_shows(
    office: Office, check: Callable[[bytes], FileAnswer]
) -> None:
    document, pdf = office.issue()
    with office.database.write() as session:
        session.execute(delete(DocumentFacts).where(DocumentFacts.number == document.number))

    said = check(saved(pdf, painted_over(*place_of(office, "extent_granted"), "FULL WAIVER")))

    assert [(d.field, d.issued, d.file) for d in said.differences] == [
        ("extent_granted", "3분의 1 감면", "FULL WAIVER")
    ]
    assert said.told is not None
    assert ("name", "한○윤") in [(fact.field, fact.value) for fact in said.told.facts]


class Unlaid:
    """A press that knows no places: its papers were laid out by LibreOffice, each for itself."""

    def __init__(self, press: Press) -> None:
        self._press = press

    def places(self, *_arguments: Any) -> list[Place]:
        raise Permanent("no_layout", "no compiled shape serves these values")

    pictures = places

    def __getattr__(self, name: str) -> Any:
        return getattr(self._press, name)


def test_of_a_paper_without_a_layout_nothing_but_the_shown_facts_is_told(office: Office) -> None:
    document, pdf = office.issue()
    parts = replace(office.parts, press=Unlaid(office.parts.press))
    values = {**facts(name="김철수")["values"], "student_number": "202499999"}
    values["applicant"] |= {"name": "김철수", "typed": "김철수"}

    said = verify_file(parts, _printed(office, document.number, values))
    same = verify_file(parts, saved(pdf))

    assert [(d.field, d.issued, d.file) for d in said.differences] == [("name", "한○윤", None)]
    assert (same.verdict, same.reason, same.differences) == ("altered", "saved_again", ())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ko", ["고쳐진 파일입니다", "다른 곳 2군데", "감면 범위", "3분의 1 감면", "FULL WAIVER",
                "메모나 도장", "인쇄된 문구"]),
        ("en", ["This file has been altered", "2 differences", "Extent granted", "3분의 1 감면",
                "FULL WAIVER", "notes or stamps", "Printed text"]),
    ],
)  # fmt: skip
def test_the_page_shows_both_values_and_what_was_laid_on_the_paper(
    office: Office, language: str, words: list[str]
) -> None:
    _, pdf = office.issue()
    place = place_of(office, "extent_granted")

    def change(opened: pikepdf.Pdf) -> None:
        painted_over(*place, "FULL WAIVER")(opened)
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[60, 10, 200, 24],
            Contents="approved in full", F=4,
        )  # fmt: skip
        page = opened.pages[0].obj
        page.Annots = pikepdf.Array([*page.Annots, opened.make_indirect(note)])

    answer = create_app(office.parts).test_client().post(
        "/verify",
        data={"file": (BytesIO(saved(pdf, change)), "a.pdf")},
        headers={"Accept-Language": language},
    )  # fmt: skip

    assert answer.status_code == 200
    assert [text for text in words if text not in answer.text] == []


def in_words(said: FileAnswer) -> list[Difference]:
    """What differs apart from the QR, whose signed facts nobody else can write."""
    return [one for one in said.differences if one.field != "qr"]


def _values() -> dict[str, object]:
    values: dict[str, object] = facts()["values"]
    return values


def _printed(
    office: Office, number: str, values: dict[str, object], later: timedelta = timedelta()
) -> bytes:
    """A paper of the same look under a number, signed by whoever."""
    version = office.parts.library.find("tuition_waiver", "ko")
    at = office.clock.now() + later
    return office.parts.press.document(Order(version, values, {}), number, at)


def _words_at(pdf: bytes, x: float, y: float) -> str:
    """Operators that write a few digits at a place with a font of the page itself."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        font = next(iter(opened.pages[0].Resources.Font.keys()))
    return f"BT {font} 10 Tf {x} {y} Td <0001000200030004> Tj ET"


def _extended(pdf: bytes, operators: str) -> bytes:
    """The file with an incremental update that adds operators to its page."""
    writer = PdfWriter(BytesIO(pdf), incremental=True)
    added = DecodedStreamObject()
    added.set_data(operators.encode())
    page = writer.pages[0]
    contents = page["/Contents"]
    old = contents if isinstance(contents, ArrayObject) else [page.raw_get("/Contents")]
    page[NameObject("/Contents")] = ArrayObject([*old, writer._add_object(added)])
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
