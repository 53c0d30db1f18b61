"""What the pages of templates show, made of what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.certs.library import Library
from services.certs.templates import versions
from services.certs.templates.fields import Kind, item_of, shape_of
from services.certs.templates.findings import BLOCK, Finding
from services.certs.templates.sentences import SCRIPTS, sentence, where
from services.certs.templates.shelf import PREVIEW
from services.certs.templates.tables import COMPILING, READY, REFUSED, WAITING
from services.certs.templates.versions import BUILT_IN, WORKER, Entry, Event
from shared import words
from shared.errors import NotFound

Shown = dict[str, Any]


def papers(session: Session, library: Library, own: Sequence[tuple[str, str]]) -> list[Shown]:
    """Each paper of an office: which version is in use, and how its newest upload fares."""
    newest = versions.newest(session, [kind for kind, _language in own])
    rows = []
    for kind, language in own:
        entry = newest.get((kind, language))
        now = versions.active(session, kind, language)
        rows.append(
            {
                "title": library.title(kind, words.language()),
                "kind": kind,
                "language": language_name(language),
                "href": f"/desk/templates/{kind}/{language}",
                "active": now,
                "newest": entry and entry.number != now and {
                    "number": entry.number, "badge": badge(entry, now)},
            }
        )  # fmt: skip
    return rows


def paper(session: Session, library: Library, kind: Kind) -> Shown:
    """One paper with all its versions."""
    now = versions.active(session, kind.name, kind.language)
    uploads = versions.entries(session, kind.name, kind.language)
    by = uploaders(session, kind)
    return {
        "title": library.title(kind.name, words.language()),
        "paper_language": language_name(kind.language),
        "kind": kind.name,
        "active": now,
        "rows": [row(entry, now, by.get(entry.number, "")) for entry in uploads] + [built_in(now)],
        "fields": fields(kind),
        "history": [told(event) for event in versions.history(session, kind.name, kind.language)],
    }


def version(session: Session, library: Library, kind: Kind, number: int) -> Shown:
    """One upload: its state, its findings, its previews. Raises NotFound("no_template")."""
    if number == BUILT_IN:
        raise NotFound("no_template", "the built-in version has no page of its own")
    entry = versions.find(session, kind.name, kind.language, number)
    now = versions.active(session, kind.name, kind.language)
    found = entry.found
    return {
        "title": library.title(kind.name, words.language()),
        "paper_language": language_name(kind.language),
        "active": now,
        **row(entry, now, uploaders(session, kind).get(number, "")),
        "moving": entry.state in (WAITING, COMPILING),
        "blocking": [shown(one) for one in found if one.severity == BLOCK],
        "notes": [shown(one) for one in found if one.severity != BLOCK],
        "previews": [
            {"name": name, "words": SCRIPTS[name]}
            for name in SCRIPTS
            if f"{PREVIEW}{name}" in entry.files
        ],
        "kept": entry.file_id is not None,
    }


def row(entry: Entry, now: int, by: str) -> Shown:
    return {
        "number": entry.number,
        "name": entry.name,
        "by": by or entry.uploaded_by,
        "at": entry.uploaded_at,
        "state": entry.state,
        "badge": badge(entry, now),
        "findings": len(entry.findings),
        "may_activate": entry.state == READY and entry.number != now,
        "is_roll_back": entry.number < now,
        "in_use": entry.number == now,
        "sha256": entry.sha256,
    }


def built_in(now: int) -> Shown:
    """Version 1, which comes with the product."""
    return {
        "number": BUILT_IN,
        "name": "",
        "badge": in_use() if now == BUILT_IN else ready(),
        "findings": 0,
        "may_activate": now != BUILT_IN,
        "is_roll_back": True,
        "in_use": now == BUILT_IN,
    }


def badge(entry: Entry, now: int) -> Shown:
    """How a version fares, in a shape, an icon and a word."""
    if entry.number == now:
        return in_use()
    badges = {
        WAITING: {"tone": "moving", "icon": "clock", "words": _("Waiting")},
        COMPILING: {"tone": "moving", "icon": "clock", "words": _("Being compiled")},
        READY: ready(),
        REFUSED: {"tone": "bad", "icon": "cross", "words": _("Refused")},
    }
    return badges[entry.state]


def in_use() -> Shown:
    return {"tone": "good", "icon": "check", "words": _("In use")}


def ready() -> Shown:
    return {"tone": "end", "icon": "check", "words": _("Ready")}


def shown(finding: Finding) -> Shown:
    return {
        "code": finding.code,
        "sentence": sentence(finding),
        "where": where(finding.place),
        "text": finding.place.text,
    }


def told(event: Event) -> Shown:
    """A step of the history in words."""
    number = event.number
    said = {
        "uploaded": _("Version %(number)s was uploaded", number=number),
        "ready": _("Version %(number)s is ready", number=number),
        "refused": _("Version %(number)s was refused", number=number),
        "activated": _("Version %(number)s was put in use", number=number),
        "rolled_back": _("Rolled back to version %(number)s", number=number),
    }
    return {"words": said.get(event.event, event.event), "who": called(event), "at": event.at}


def called(event: Event) -> str:
    """Who acted: their name, or the id of whoever has none; nothing where no person did."""
    return str(event.entry.get("name") or event.person if event.person != WORKER.person else "")


def uploaders(session: Session, kind: Kind) -> dict[int, str]:
    """Who uploaded each version."""
    events = versions.history(session, kind.name, kind.language)
    return {one.number: called(one) for one in events if one.event == "uploaded"}


def fields(kind: Kind) -> list[Shown]:
    """What may stand in a template of the kind: tag, what it is called, sample."""
    rows: list[Shown] = []
    for name, value in kind.sample.items():
        rows += field_rows(kind, name, value)
    return rows


def field_rows(kind: Kind, name: str, value: Any) -> list[Shown]:
    label = kind.label(name, words.language())
    match shape_of(value):
        case "flag":
            tag, sample = f"{{% if {name} %}} … {{% endif %}}", _("yes or no")
        case "list":
            inner = item_of(value)
            named = ", ".join(f"item.{one}" for one in inner) if inner else "item"
            tag = f"{{%tr for item in {name} %}} … {{%tr endfor %}}"
            sample = _("a list of: %(names)s", names=named)
        case "group":
            rows = [field_rows(kind, f"{name}.{one}", inner) for one, inner in value.items()]
            return [row for some in rows for row in some]
        case _:
            tag, sample = f"{{{{ {name} }}}}", str(value)
    return [{"tag": tag, "label": "" if label == name else label, "sample": sample}]


def language_name(language: str) -> str:
    return str({"ko": _("Korean"), "en": _("English")}.get(language, language))
