"""What the documents say is what is there."""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.cli import main
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]


def test_the_table_of_settings_is_that_of_the_code() -> None:
    spec = importlib.util.spec_from_file_location("table", ROOT / "tools" / "settings_table.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")
    assert page == tool.with_table(page), "run: .venv/bin/python tools/settings_table.py"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_leads_to_one(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text)
    missing = [link for link in links if not ((ROOT / page).parent / link).exists()]
    assert not missing


def test_every_variable_that_compose_passes_is_a_setting() -> None:
    known = {f"DOJANG_{item.name.upper()}" for item in fields(Settings)}
    for name in ("docker-compose.yml", "docker-compose.production.yml", "Dockerfile"):
        text = (ROOT / name).read_text("utf-8")
        passed = set(re.findall(r"^ +(DOJANG_\w+)[:=]", text, re.M))
        assert passed
        assert {it for it in passed if not it.startswith("DOJANG_KEY_")} <= known, name


def test_the_description_of_the_messages_is_that_of_the_code() -> None:
    printed = CliRunner().invoke(main, ["messages"])
    assert printed.exit_code == 0
    written = (ROOT / "docs" / "messages.json").read_text("utf-8")
    assert json.loads(written) == json.loads(printed.stdout), "dojang messages > docs/messages.json"
