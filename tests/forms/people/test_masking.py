"""Names as a stranger may see them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.people.masking import masked


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("한서윤", "한*윤"),
        ("진솔", "진*"),
        ("남궁유리", "남**리"),
        ("鄭海仁", "鄭*仁"),
        ("Han Seo-yun", "H** S**-y**"),
        ("Lê Minh Khoa", "L* M*** K***"),
        ("O", "*"),
        ("", ""),
    ],
)
def test_a_masked_name_keeps_beginnings(name: str, shown: str) -> None:
    assert masked(name) == shown


@given(st.text(min_size=2, alphabet=st.characters(categories=["Lu", "Ll", "Lo"])))
def test_no_name_is_ever_shown_in_full_and_every_mask_is_one_letter(name: str) -> None:
    shown = masked(name)
    assert "*" in shown
    assert len(shown) == len(unicodedata.normalize("NFC", name))
