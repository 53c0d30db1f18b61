"""The QR code as it is printed: read back from pages of every kind and language."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import rfc8785

from services.certs.layout.pictures import qr
from services.certs.layout.write import Writer
from services.certs.library import TEMPLATES, BuiltIn, Library, Version
from services.certs.parts import FONTS
from services.certs.press import Order
from services.certs.proof.codes import FIELDS, ISSUED, KIND, KINDS, LANGUAGE
from services.certs.proof.facts import chosen
from services.forms.catalog import BY_NAME
from shared.errors import Permanent
from shared.qr import QUIET_MODULES
from shared.settings import BASE_URL_CHARACTERS_MOST, Settings
from tests.certs.parts import Office
from tests.certs.proof.desk import NOON, NUMBER, code_on, printed
from tests.certs.proof.reader import facts_in, hash_of, is_signed, message_of

SHELF = BuiltIn()
PAPERS = [version for version in SHELF.versions() if version.kind in BY_NAME]
LONGEST_BASE_URL = "https://" + "a" * (BASE_URL_CHARACTERS_MOST - 8)
# The longest that the papers are made for (40 letters of a name, a long program, a long date).
LONGEST = {
    "ko": {"name": "가" * 14, "name_ko": "가" * 14, "birth_date": "1998년 12월 30일"},
    "en": {
        "name": "Wolfeschlegelsteinhausen Maximilian-Alex",
        "name_en": "WOLFESCHLEGELSTEIN Maximilian",
        "birth_date": "September 30, 1998",
    },
}


def values_of(version: Version) -> dict[str, Any]:
    """What stands on the sample of a template."""
    sample = json.loads((TEMPLATES / version.kind / "sample.json").read_text("utf-8"))
    found: dict[str, Any] = sample[version.language]
    for role in ("applicant", "advisor", "campus_professor", "recommender"):
        if role in found:
            found[role] |= {"drawn": False, "typed": found[role]["name"]}
    return found


def proves_of(version: Version) -> tuple[str, ...]:
    """What its kind says is to be proven."""
    case = cast(Any, SimpleNamespace(language=version.language))
    return tuple(BY_NAME[version.kind].proves(case))


def order_of(version: Version, **values: str) -> Order:
    own = values_of(version)
    known = {name: value for name, value in values.items() if name in own}
    return Order(version, {**own, **known}, {}, proves_of(version))


def named(version: Version) -> str:
    return f"{version.kind}-{version.language}"


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(FONTS)


@pytest.mark.parametrize("version", PAPERS, ids=named)
def test_a_print_of_every_kind_tells_its_facts_signed(
    office: Office, version: Version, tmp_path: Path
) -> None:
    order = order_of(version)
    pdf = office.parts.press.document(order, NUMBER, NOON)

    seen = {code_on(printed(pdf, tmp_path, dpi)) for dpi in (300, 150, 120)}

    (address,) = seen
    path, digits = address.split("#")
    assert path == f"http://127.0.0.1:8000/verify/{NUMBER}"
    assert is_signed(digits, office.parts.prover.published())
    facts = facts_in(digits)
    assert (facts[KIND], facts[LANGUAGE]) == (KINDS[version.kind], version.language)
    assert facts[ISSUED] == 20_698, "2026-09-02"
    told = {name: facts[code] for name, code in FIELDS.items() if code in facts}
    printed_values = dict(chosen(order.values, order.proves))
    assert set(told) == set(printed_values) == set(order.proves)
    for name, value in printed_values.items():
        if isinstance(value, list):
            assert told[name][1] == hashlib.sha256(rfc8785.dumps(value)).digest()[:8]
        else:
            assert told[name] in (value, hash_of(value)), name
    assert told[order.proves[0]] == printed_values[order.proves[0]], "the name in full"


@pytest.mark.parametrize("version", PAPERS, ids=named)
def test_the_longest_facts_under_the_longest_address_keep_their_size(
    office: Office, version: Version
) -> None:
    order = order_of(version, **LONGEST[version.language])

    digits = office.parts.prover.digits(order, NUMBER, NOON)

    assert len(message_of(digits)) <= 120 + 78
    modules, _ = qr(f"{LONGEST_BASE_URL}/verify/{NUMBER}#{digits}")
    left, _foot, right, _top = Library((SHELF,)).layout(version).pictures["qr"].box
    side_mm = (right - left) / 72 * 25.4
    assert side_mm >= 34.9
    assert side_mm / (modules + 2 * QUIET_MODULES) >= 0.4


def test_the_fullest_code_is_read_from_prints(writer: Writer, tmp_path: Path) -> None:
    """120 bytes of facts under an address of 150 characters: 77 modules of 0.41 mm."""
    version = Version("certificate_degree", "ko", "1")
    text = f"{LONGEST_BASE_URL}/verify/{NUMBER}#1{'7' * 478}"

    pdf = writer.write(
        SHELF.layout(version), values_of(version), {}, number=NUMBER, at=NOON, qr_text=text
    )

    for dpi in (300, 150, 120):
        assert code_on(printed(pdf, tmp_path, dpi)) == text


def test_an_order_of_before_still_becomes_a_paper(office: Office, tmp_path: Path) -> None:
    version = Version("certificate_degree", "ko", "1")
    pdf = office.parts.press.document(replace(order_of(version), proves=()), NUMBER, NOON)

    digits = code_on(printed(pdf, tmp_path, 150)).split("#")[1]

    assert set(facts_in(digits)) == {1, 2, 3, 4}
    assert is_signed(digits, office.parts.prover.published())


def test_the_same_order_gives_the_same_bytes(office: Office) -> None:
    order = order_of(Version("certificate_degree", "en", "1"))

    first, again = (office.parts.press.document(order, NUMBER, NOON) for _ in range(2))

    assert first == again


def test_what_is_to_be_proven_comes_with_the_order(office: Office, tmp_path: Path) -> None:
    _, pdf = office.issue()

    facts = facts_in(code_on(printed(pdf, tmp_path, 150)).split("#")[1])

    assert facts[FIELDS["name"]] == "한도윤"


def test_an_address_too_long_for_the_codes_is_refused_at_the_start() -> None:
    with pytest.raises(Permanent) as refused:
        Settings.read({"DOJANG_BASE_URL": LONGEST_BASE_URL + "a"})

    assert "QR" in refused.value.sentence
