"""What is long is set smaller before it is refused: 42 letters of a signature, a full box."""

from pathlib import Path

import pytest

from shared.fit import Papers

TEMPLATES = Path(__file__).parents[3] / "templates"


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("letter", ["가", "W", "漢", "Ж", "ệ"])
@pytest.mark.parametrize("role", ["applicant", "advisor", "campus_professor"])
def test_42_letters_fit(language: str, letter: str, role: str) -> None:
    fit = Papers(TEMPLATES).lines("tuition_waiver", language, f"{role}.typed", letter * 42)
    assert fit.ok
    assert not fit.missing


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_is_longer_is_still_refused(language: str) -> None:
    fit = Papers(TEMPLATES).lines("tuition_waiver", language, "advisor.typed", "가" * 60)
    assert not fit.ok


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "text", ["가" * 280, "x" * 560, "o" * 560, "word and " * 62, "가나다라 마바사 " * 31]
)
def test_280_korean_or_560_latin_letters_of_reasons_fit(language: str, text: str) -> None:
    assert Papers(TEMPLATES).lines("tuition_waiver", language, "reasons", text).ok
