"""Whether a page is sound: what a validator and somebody with a screen reader would miss."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

from tests.forms.pages.browser import Page

VOID = {"meta", "link", "input", "br", "img", "hr"}
NAMED_BY_LABEL = {"input", "select", "textarea"}
WITHOUT_LABEL = {"hidden", "submit"}
REFERENCES = ("for", "aria-describedby", "aria-labelledby")


class Structure(HTMLParser):
    """Every element closed where it was opened, every attribute once."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _value in attrs)
        self.faults += [f"<{tag}> has {name} twice" for name, n in names.items() if n > 1]
        self.faults += [f"<{tag}> has {n}" for n in names if n == "style" or n.startswith("on")]
        inline = tag == "script" and not (dict(attrs).get("src") or "").startswith("/static/")
        if inline or tag == "style":
            self.faults.append(f"<{tag}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An SVG shape closes itself."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")


def faults(page: Page) -> list[str]:
    """What is wrong with a page; nothing if it is sound."""
    structure = Structure()
    structure.feed(page.text)
    tree = page.tree
    found = [*structure.faults, *_ids(tree), *_names(tree), *_forms(tree)]
    if len(tree.findall(".//h1")) != 1:
        found.append(f"{len(tree.findall('.//h1'))} h1")
    title = tree.findtext(".//title") or ""
    if title.strip(" –") == "" or title.startswith((" ", "–")):
        found.append(f"title {title!r}")
    return found + _levels(tree)


def _ids(tree: Any) -> list[str]:
    ids = Counter(one.get("id") for one in tree.iter() if one.get("id"))
    found = [f"id {one} {n} times" for one, n in ids.items() if n > 1]
    for one in tree.iter():
        for name in REFERENCES:
            found += [
                f"{name}={wanted} leads nowhere"
                for wanted in (one.get(name) or "").split()
                if wanted not in ids
            ]
        target = one.get("href") or ""
        if re.fullmatch(r"#.+", target) and target[1:] not in ids:
            found.append(f"{target} leads nowhere")
    return found


def _names(tree: Any) -> list[str]:
    """Every control has a label, every button and link words."""
    labels = {one.get("for") for one in tree.iter("label")}
    found = []
    for one in tree.iter(*NAMED_BY_LABEL):
        inside = any(up.tag == "label" for up in one.iterancestors())
        named = inside or one.get("id") in labels or one.get("aria-label")
        if one.get("type") not in WITHOUT_LABEL and not named:
            found.append(f"{one.tag} {one.get('name')} has no label")
    for one in tree.iter("button", "a", "h1", "h2", "h3", "summary", "legend"):
        if not "".join(one.itertext()).strip():
            found.append(f"an empty {one.tag}")
    return found


def _forms(tree: Any) -> list[str]:
    """Every form that changes something carries a token."""
    posts = [form for form in tree.iter("form") if form.get("method", "get") == "post"]
    without = [form for form in posts if not form.xpath('.//input[@name="form_token"]/@value')]
    return [f"the form to {form.get('action')} has no token" for form in without]


def _levels(tree: Any) -> list[str]:
    """No heading skips a level."""
    levels = [int(one.tag[1]) for one in tree.iter("h1", "h2", "h3", "h4")]
    return [f"h{b} after h{a}" for a, b in pairwise(levels) if b > a + 1]
