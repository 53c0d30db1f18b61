"""The facts of a paper in 120 bytes: which, how, and what gives way."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import cbor2
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from services.certs import number
from services.certs.library import BuiltIn
from services.certs.proof.codes import FIELDS, KINDS
from services.certs.proof.facts import BYTES_MOST, Paper, canonical, chosen, pack
from services.forms.catalog import KINDS as CATALOG
from tests.certs.proof.reader import hash_of

NUMBER = "93XV-372B-P0SN-1ABY-K"
PAPER = Paper(NUMBER, "certificate_degree", "ko", date(2026, 11, 22))
TEXTS = st.text(max_size=90)
VALUES = st.one_of(TEXTS, st.lists(st.fixed_dictionaries({"title": TEXTS}), max_size=4))


@given(st.lists(st.dictionaries(st.text("abcXYZ_", max_size=4), st.text(max_size=9), max_size=3)))
def test_rows_are_hashed_over_their_canonical_json(rows: list[dict[str, str]]) -> None:
    """RFC 8785; a surrogate, which no text of ours has, is in neither."""
    assert canonical(rows) == rfc8785.dumps(rows)


def unpacked(packed: bytes) -> dict[Any, Any]:
    found: dict[Any, Any] = cbor2.loads(packed)
    return found


def test_a_certificate_says_its_number_kind_language_day_and_facts() -> None:
    packed = pack(PAPER, [("name_ko", "한도윤"), ("degree_title", "공학박사")])

    assert unpacked(packed) == {
        1: number.bits(NUMBER),
        2: KINDS["certificate_degree"],
        3: "ko",
        4: (date(2026, 11, 22) - date(1970, 1, 1)).days,
        FIELDS["name_ko"]: "한도윤",
        FIELDS["degree_title"]: "공학박사",
    }


def test_the_number_is_ten_bytes_that_spell_it() -> None:
    assert number.write(int.from_bytes(number.bits(NUMBER), "big")) == NUMBER


def test_a_paper_of_an_order_without_facts_says_what_every_paper_says() -> None:
    assert set(unpacked(pack(PAPER, []))) == {1, 2, 3, 4}


def test_what_has_no_code_goes_by_its_name() -> None:
    found = unpacked(pack(Paper(NUMBER, "parking_permit", "en", PAPER.issued), [("space", "B2")]))

    assert (found[2], found["space"]) == ("parking_permit", "B2")


def test_rows_are_how_many_and_a_hash_over_all_of_them() -> None:
    rows = [
        {"code": "QIS-501", "grade": "A+"},
        {"code": "QIS-502", "grade": "B0"},
        {"code": "", "grade": "", "title": "― 이하여백 ―"},  # closes the list
    ]

    found = unpacked(pack(PAPER, [("courses", rows)]))

    assert found[FIELDS["courses"]] == [2, hashlib.sha256(rfc8785.dumps(rows)).digest()[:8]]
    rows[1]["grade"] = "A0"
    assert unpacked(pack(PAPER, [("courses", rows)])) != found


def test_what_is_too_long_gives_way_to_its_hash_the_last_first() -> None:
    name, title, born = "N" * 42, "T" * 38, "November 22, 1998"
    facts = [("name_en", name), ("degree_title", title), ("birth_date", born)]

    packed = pack(PAPER, facts)

    found = unpacked(packed)
    assert len(packed) <= BYTES_MOST
    assert found[FIELDS["name_en"]] == name
    assert found[FIELDS["degree_title"]] == title
    assert found[FIELDS["birth_date"]] == hash_of(born)


def test_where_even_hashes_do_not_fit_the_last_facts_share_one() -> None:
    facts = [(f"field_{at}", "x" * 30) for at in range(20)]

    packed = pack(PAPER, facts)

    found = unpacked(packed)
    told = [name for name in found if isinstance(name, str)]
    rest = [list(fact) for fact in facts[len(told) :]]
    assert len(packed) <= BYTES_MOST
    assert sorted(told) == sorted(f"field_{at}" for at in range(len(told)))
    assert found[5] == hashlib.sha256(rfc8785.dumps(rest)).digest()[:8]


@given(st.lists(st.tuples(st.sampled_from([*FIELDS, "other"]), VALUES), max_size=30, unique_by=str))
def test_nothing_is_ever_too_long_and_the_bytes_are_deterministic(
    facts: list[tuple[str, Any]],
) -> None:
    packed = pack(PAPER, facts)

    assert len(packed) <= BYTES_MOST
    # RFC 8949, 4.2.1: shortest forms, definite lengths, keys in the order of their bytes.
    read = unpacked(packed)
    keys = [cbor2.dumps(key) for key in read]
    assert keys == sorted(keys)
    head = bytes([0xA0 | len(read)]) if len(read) < 24 else b"\xb8" + bytes([len(read)])
    assert packed == head + b"".join(cbor2.dumps(part) for pair in read.items() for part in pair)


def test_values_are_found_at_dotted_names_and_empty_ones_are_passed_over() -> None:
    values = {"name": "한도윤", "totals": {"gpa": "4.21"}, "reference": "", "courses": []}

    found = chosen(values, ["name", "totals.gpa", "reference", "courses", "nothing", "name.first"])

    assert found == [("name", "한도윤"), ("totals.gpa", "4.21")]


def test_every_template_and_every_proven_field_has_a_code_of_its_own() -> None:
    assert {version.kind for version in BuiltIn().versions()} <= set(KINDS)
    assert {kind.name for kind in CATALOG if kind.certificate} <= set(KINDS)
    for codes, least in ((KINDS, 1), (FIELDS, 6)):
        assert len(set(codes.values())) == len(codes)
        assert min(codes.values()) == least


def test_codes_are_printed_on_paper_and_never_change() -> None:
    pinned = {"tuition_waiver": 1, "certificate_degree": 3, "certificate_tuition_payment": 10}
    assert {name: KINDS[name] for name in pinned} == pinned
    pinned = {"name": 6, "name_ko": 7, "degree_title": 9, "birth_date": 23, "student_number": 30}
    assert {name: FIELDS[name] for name in pinned} == pinned
    assert list(FIELDS.values()) == list(range(6, 6 + len(FIELDS)))
    assert list(KINDS.values()) == list(range(1, 1 + len(KINDS)))
