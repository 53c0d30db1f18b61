"""Every refusal has its words, in Korean too, and can say them with the figures it carries."""

from __future__ import annotations

import ast
from pathlib import Path

from babel.messages.pofile import read_po

from services.forms.api.texts import TEXTS
from services.forms.applications.roles import OFFICES, ROLES
from services.forms.applications.troubles import TROUBLES
from tests.forms.cast import ROOT, in_language

FORMS = ROOT / "services" / "forms"
ERRORS = (
    "NotFound", "Unauthorized", "Forbidden", "Conflict", "Gone", "Refused", "TooMany",
    "Malformed", "TryLater",
)  # fmt: skip
# Said by the modules that catch them, or by a page in its own words.
SAID_ELSEWHERE = {
    "no_such_person", "no_verification", "other_role", "bad_token",
    "bad_logout_token", "provider_away", "provider_denied", "provider_mismatch", "provider_unclear",
}  # fmt: skip


def raised(folder: Path) -> set[str]:
    """The codes of all errors that a package raises."""
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                named = node.func.id in ERRORS and node.args
                if named and isinstance(node.args[0], ast.Constant):
                    found.add(str(node.args[0].value))
    return found


def test_every_code_that_is_raised_has_a_text() -> None:
    codes = set()
    for package in ("applications", "signin", "api"):
        codes |= raised(FORMS / package)
    assert len(codes) > 40
    assert codes - set(TEXTS) - SAID_ELSEWHERE == set()


def test_every_text_is_said_in_korean() -> None:
    with in_language("en"):
        english = [str(one) for one in (*TEXTS.values(), *TROUBLES.values())]
    with in_language("ko"):
        korean = [str(one) for one in (*TEXTS.values(), *TROUBLES.values())]
        others = [str(one) for one in (*ROLES.values(), *OFFICES.values())]
    same = [one for one, other in zip(english, korean, strict=True) if one == other]
    assert same == []
    assert all(any("가" <= char <= "힣" for char in one) for one in others)


def test_the_catalog_is_one_that_gettext_reads() -> None:
    path = FORMS / "translations/ko/LC_MESSAGES/messages.po"
    with open(path, "rb") as file:
        assert len(read_po(file, locale="ko")) > 100
