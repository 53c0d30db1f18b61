"""Fields: page, API and validation come from one schema; a refusal names field and remedy."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from services.forms.catalog import KINDS
from services.forms.catalog.fields import from_form, json_schema, marks
from services.forms.catalog.tuition_waiver import TuitionWaiver
from tests.forms.cast import in_language

GOOD: dict[str, Any] = {
    "year": 2022,
    "semester": "fall",
    "extent": "full",
    "ground": "promotion_of_learning",
    "reasons": "It rained.",
}


def refusals(**changes: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused, in_language("en"):
        TuitionWaiver().load({**GOOD, **changes})
    with in_language("en"):
        return {k: [str(m) for m in v] for k, v in refused.value.normalized_messages().items()}


def test_good_answers_come_back_as_they_are() -> None:
    assert TuitionWaiver().load(GOOD) == GOOD


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("year", "2022", "Write a whole number here."),
        ("year", True, "Write a whole number here."),
        ("year", 2022.0, "Write a whole number here."),
        ("year", 10**30, "Write a number from 2000 to 2100."),
        ("year", None, "Please answer this."),
        ("semester", "autumn", "This is not one of the choices."),
        ("extent", "half", "This is not one of the choices."),
        ("extent", ["full"], "This is not one of the choices."),
        ("extent", {"full": 1}, "This is not one of the choices."),
        ("ground", "", "Please answer this."),
        ("reasons", "", "Please answer this."),
        ("reasons", "  \n ", "Please answer this."),
        ("reasons", 5, "Write text here."),
        ("reasons", "a\x00b", "There are control characters in it. Type it anew."),
        ("reasons", "a\tb", "There are control characters in it. Type it anew."),
        ("reasons", "a\u202eb", "There are control characters in it. Type it anew."),
        ("reasons", "a\ud800b", "There are control characters in it. Type it anew."),
        ("reasons", "가" * 281, "281 characters; 280 fit. Take out 1."),
        ("reasons", "w" * 565, "565 characters; 560 fit. Take out 6."),
    ],
)
def test_a_wrong_answer_is_named_and_told_what_to_do(field: str, value: Any, sentence: str) -> None:
    assert refusals(**{field: value}) == {field: [sentence]}


def test_an_unknown_field_is_refused() -> None:
    assert refusals(granted="full") == {"granted": ["There is no such field."]}


@given(st.text(max_size=700))
def test_any_text_is_taken_composed_or_refused_with_a_sentence(text: str) -> None:
    wrong = TuitionWaiver().validate({**GOOD, "reasons": text})
    assert list(wrong) in ([], ["reasons"])
    if not wrong:
        loaded = TuitionWaiver().load({**GOOD, "reasons": text})["reasons"]
        lines = text.replace("\r\n", "\n")
        assert loaded == unicodedata.normalize("NFC", lines).strip()
        assert marks(loaded) <= 560


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_whatever_is_sent_for_a_choice_is_no_crash(value: Any) -> None:
    wrong = TuitionWaiver().validate({**GOOD, "extent": value, "year": value})
    assert set(wrong) <= {"extent", "year"}


def test_hangul_in_pieces_from_a_mac_is_composed() -> None:
    pieces = unicodedata.normalize("NFD", "침수")
    assert TuitionWaiver().load({**GOOD, "reasons": pieces})["reasons"] == "침수"


def test_a_page_posts_text_and_gets_numbers() -> None:
    form = {"year": " 2022 ", "semester": "fall", "extent": "", "reasons": "a", "more": "x"}
    answers = from_form(TuitionWaiver, form)
    assert answers == {"year": 2022, "semester": "fall", "reasons": "a"}
    assert from_form(TuitionWaiver, {"year": "soon"}) == {"year": "soon"}


def test_the_json_schema_says_the_same() -> None:
    with in_language("ko"):
        schema = json_schema(TuitionWaiver)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["year", "semester", "extent", "ground", "reasons"]
    extent = schema["properties"]["extent"]
    assert extent["enum"] == ["full", "two_thirds", "one_third"]
    assert extent["title"] == "감면 범위"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_field_of_every_kind_has_a_label_in_both_languages(kind: Any) -> None:
    for name, field in kind.schema().fields.items():
        with in_language("en"):
            english = str(field.metadata["label"])
        with in_language("ko"):
            assert str(field.metadata["label"]) != english, name
