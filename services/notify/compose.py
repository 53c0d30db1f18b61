"""Compose a message: check its fields, make its link, fill its templates, write the mail.

Templates are strict (a missing field is an error), sandboxed, and escape in
HTML. The first line of a text template is the subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import SandboxedEnvironment

from services.notify.catalog import EMAIL, Told, find_message
from services.notify.channels.interface import Outgoing
from services.notify.links import Addresses
from services.notify.mail import Letter, message_id, write_mail
from services.notify.phrases import Phrases, read_phrases
from services.notify.recipient import email_address, phone_number
from services.notify.return_path import return_path
from shared.errors import Permanent
from shared.keys import Keyring
from shared.settings import Settings


@dataclass(frozen=True)
class Asked:
    """What is to be told to whom; `id` makes the Message-ID."""

    id: str
    message: str
    language: str
    channel: str
    address: str = field(repr=False)
    params: Mapping[str, Any] = field(repr=False)
    thread: str = ""
    links: list[dict[str, Any]] = field(default_factory=list, repr=False)


class Composer:
    """Makes outgoing messages from the templates in `folder`."""

    def __init__(self, folder: Path, settings: Settings, keyring: Keyring) -> None:
        self._settings, self._keyring = settings, keyring
        self._addresses = Addresses(settings.base_url, keyring)
        self._phrases = read_phrases(folder)
        self._host = parseaddr(settings.mail_from)[1].rpartition("@")[2]
        self._templates = SandboxedEnvironment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=lambda name: bool(name and name.endswith(".html")),
            trim_blocks=True,
            lstrip_blocks=True,
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that messages can be told in."""
        return tuple(self._phrases)

    def compose(self, asked: Asked, at: datetime) -> Outgoing:
        """The message, ready to hand over.

        Raises Permanent: no_such_message, no_such_language, bad_params,
        bad_link, bad_address, bad_header, bad_template.
        """
        told = find_message(asked.message, asked.channel)
        context = self._context(told, asked)
        if asked.channel == EMAIL:
            return self._mail(asked, context, at)
        number = phone_number(asked.address)
        text = self._render(asked, "sms.txt", context).strip("\n")
        identifier = message_id(asked.id, self._host)
        return Outgoing(identifier, asked.message, asked.channel, number, "", text, "", b"", at)

    def _mail(self, asked: Asked, context: dict[str, Any], at: datetime) -> Outgoing:
        address = email_address(asked.address)
        first, _, text = self._render(asked, "email.txt", context).partition("\n")
        subject = " ".join(first.split())  # where a header is folded, two spaces would become one
        html = self._render(asked, "email.html", {**context, "subject": subject})
        letter = Letter(
            message_id=message_id(asked.id, self._host), thread=asked.thread,
            message=asked.message, sender=self._settings.mail_from,
            name=context.get("name", ""), address=address, subject=subject,
            text=text.strip("\n") + "\n", html=html, language=asked.language, at=at,
        )  # fmt: skip
        raw = write_mail(letter, self._host)
        return Outgoing(
            letter.message_id, asked.message, EMAIL, address, subject, letter.text, html, raw, at,
            return_path(self._settings.mail_bounces, asked.id, self._keyring),
        )  # fmt: skip

    def _context(self, told: Told, asked: Asked) -> dict[str, Any]:
        phrases = self._phrases.get(asked.language)
        if phrases is None:
            raise Permanent("no_such_language", f"no messages in {asked.language!r}")
        fields = told.read(dict(asked.params))
        return {
            **_frame_words(phrases, fields, self._settings),
            **fields,
            "link": self._addresses.link(told.link, asked.links),
            "page": self._page(fields),
            "base_url": self._addresses.base_url,
            "host": self._addresses.host,
        }

    def _page(self, fields: Mapping[str, Any]) -> str:
        if "application_id" not in fields:
            return ""
        return self._addresses.page(fields["reader"], fields["application_id"])

    def _render(self, asked: Asked, form: str, context: dict[str, Any]) -> str:
        name = f"{asked.language}/{asked.message}.{form}"
        try:
            return self._templates.get_template(name).render(context)
        except TemplateNotFound as error:
            raise Permanent("no_such_message", f"there is no {name}") from error
        except TemplateError as error:
            raise Permanent("bad_template", f"{name}: {type(error).__name__}") from error


def _frame_words(phrases: Phrases, fields: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """What the frame and every template may say, in the reader's language."""
    reader, name = fields.get("reader", "person"), fields.get("name", "")
    number = fields.get("application_number", "")
    return {
        "language": phrases.language,
        "words": phrases.words,
        "university": getattr(settings, f"university_{phrases.language}", settings.university_en),
        "contact": settings.contact_content,
        "greeting": phrases.greeting(reader, name) if name else "",
        "why_you": phrases.why(reader, number) if number else "",
        "day": phrases.day,
        "moment": phrases.moment,
        "long_day": phrases.long_day,
        "long_moment": phrases.long_moment,
    }
