"""The settings of an installation: `DOJANG_*` environment variables, read once.

A wrong value is refused with a sentence that names the variable and says what
to write. `docs/operating.md` lists them all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shared.errors import Permanent
from shared.files.address import read_bucket

BASE_URL_CHARACTERS_MOST = 150  # with it a QR code has 0.41 mm a module
TRIAL_PASSWORD = "trial-only"  # noqa: S105  # what docker-compose.yml has where nothing is set


def _setting(default: str, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """Every field `name` is read from `DOJANG_NAME`; all are text, checked by `read`."""

    environment: str = _setting("embedded", "embedded | trial | production")
    data: str = _setting("data", "folder of the databases, queue, files and keys")
    base_url: str = _setting("http://127.0.0.1:8000", "address under which people reach Dojang")
    clock: str = _setting("", "offset (+3d) or instant that moves the clock; not in production")

    forms_database: str = _setting("", "URL of forms' database; empty is SQLite in the data folder")
    certs_database: str = _setting("", "URL of certs' database")
    notify_database: str = _setting("", "URL of notify's database")
    broker: str = _setting(
        "",
        "amqp(s):// URL of RabbitMQ, of a cluster those of all nodes with a space between; "
        "empty is the embedded queue",
    )
    operations_broker: str = _setting(
        "",
        "amqp(s):// URL of the user who looks at stuck messages of all departments; "
        "empty is DOJANG_BROKER",
    )
    files: str = _setting(
        "",
        "file store: a folder, or s3://bucket/prefix?endpoint=https://…; "
        "empty is a folder in the data folder",
    )
    scanner: str = _setting(
        "",
        "clamd://host:3310 or clamd:///run/clamav/clamd.ctl: a virus scanner that is asked before "
        "a file is kept; empty is none",
    )
    keys: str = _setting("", "folder of the keys; empty is in the data folder")
    notify_url: str = _setting("", "address of notify inside, for verification codes")
    inside_ca: str = _setting(
        "", "PEM file, in the folder of keys: roots that notify's certificate inside leads to"
    )

    mail: str = _setting(
        "mailbox:",
        "mailbox: | smtp://user:password@host:port | smtps://…; several with a space between, "
        "the next one where the one before cannot take it",
    )
    mail_from: str = _setting("Dojang <no-reply@dojang.example>", "sender of all mail")
    mail_bounces: str = _setting(
        "", "address whose mail (and that of address+…) goes to `dojang bounce`; empty is none"
    )
    sms: str = _setting(
        "mailbox:",
        "mailbox: | smpp:// | solapi:// | twilio:// user:password@host?from=number | apprise+…; "
        "several with a space between, as above",
    )
    test_recipients: str = _setting(
        "", "addresses, @domains and numbers whose messages never leave the building"
    )
    mailbox: str = _setting("", "on | off: the mailbox page; on by default, never in production")

    oidc_issuer: str = _setting("", "address of the campus identity provider (OpenID Connect)")
    oidc_client: str = _setting("", "our client id there")
    oidc_secret: str = _setting("", "our client secret there")
    oidc_claim: str = _setting("preferred_username", "the claim there that names the login ID")

    university_ko: str = _setting("도장과학기술대학원대학교", "name of the university, Korean")
    university_en: str = _setting("Dojang University of Science", "name of the university, English")
    contact_system: str = _setting("help@dojang.example", "contact for faults of the system")
    contact_content: str = _setting("registrar@dojang.example", "contact for errors in documents")
    signatory_en: str = _setting(
        "YOON Seojin, Ph.D.", "name of the President, who signs certificates in English"
    )
    contact_line_ko: str = _setting(
        "학생과 · (00000) 도시 길 00 · +82-00-000-0000 · registrar@dojang.example",
        "contact line printed on papers, Korean",
    )
    contact_line_en: str = _setting(
        "Student Affairs Team · 00 Street, City 00000, Republic of Korea · +82-00-000-0000 · "
        "registrar@dojang.example",
        "contact line printed on papers, English",
    )

    signature: str = _setting(
        "", "B-B | B-T | B-LT: what every signature must reach; empty is B-B, with a TSA B-T"
    )
    tsa: str = _setting("", "http(s)://user:password@… of a time-stamp authority (RFC 3161)")
    tsa_roots: str = _setting("", "PEM file, in the folder of keys: roots its certificate leads to")
    tsa_certificate: str = _setting(
        "", "PEM file, in the folder of keys: our certificate and key for it"
    )
    tsa_seconds: str = _setting("5", "how long it may take to answer")

    bulk_days: str = _setting("7", "days that the ZIP of a bulk issue is kept")

    keep_access_days: str = _setting("730", "days that is kept who saw whose data; 0: for ever")
    keep_drafts_days: str = _setting("365", "days that a draft nobody touches is kept; 0: for ever")
    keep_previews_days: str = _setting(
        "30", "days that the picture of a paper not yet issued is kept"
    )
    keep_lists_days: str = _setting(
        "365", "days that the list of a bulk issue that is done is kept"
    )
    keep_unissued_days: str = _setting(
        "0", "days that an ended application without a document is kept; 0: for ever"
    )
    keep_mail_days: str = _setting("180", "days that the address of a sent mail is kept")
    keep_codes_days: str = _setting("30", "days that is kept that a code was sent, to where")

    trusted_proxies: str = _setting("0", "number of proxies in front that set X-Forwarded-*")
    web_threads: str = _setting("8", "threads of one web process")
    metrics: str = _setting(
        "", "host:port inside where this process serves figures to Prometheus; empty is nowhere"
    )
    log: str = _setting("warning", "debug | info | warning | error: what is written to stderr")
    log_format: str = _setting("text", "text | json: how lines on stderr look")

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """The settings in `environ`. Raises Permanent("bad_setting") with a sentence."""
        known = {f"DOJANG_{item.name.upper()}": item.name for item in fields(cls)}
        unknown = sorted(k for k in environ if k.startswith("DOJANG_") and k not in known)
        unknown = [k for k in unknown if not k.startswith(("DOJANG_KEY_", "DOJANG_TEST_"))]
        if unknown:
            raise _bad(unknown[0], environ[unknown[0]], "there is no such setting")
        settings = cls(**{name: environ[key] for key, name in known.items() if environ.get(key)})
        settings._check()
        return settings

    @property
    def production(self) -> bool:
        """Whether people rely on this installation."""
        return self.environment == "production"

    @property
    def data_folder(self) -> Path:
        """The data folder, absolute."""
        return Path(self.data).absolute()

    @property
    def has_mailbox(self) -> bool:
        """Whether the mailbox page is served (embedded and trial only)."""
        return not self.production and self.mailbox != "off"

    def database_url(self, service: str) -> str:
        """The database URL of a service (`forms` | `certs` | `notify`)."""
        given: str = getattr(self, f"{service}_database")
        return given or f"sqlite:///{self.data_folder / f'{service}.sqlite'}"

    def folder(self, name: str) -> Path:
        """The folder of `files` or `keys`."""
        given: str = getattr(self, name)
        return Path(given).absolute() if given else self.data_folder / name

    def kept_since(self, name: str, now: datetime) -> datetime | None:
        """What is older than this is no longer kept, by `keep_<name>_days`; None: all is."""
        days = int(getattr(self, f"keep_{name}_days"))
        return now - timedelta(days=days) if days else None

    def _check(self) -> None:
        _one_of("DOJANG_ENVIRONMENT", self.environment, ("embedded", "trial", "production"))
        _one_of("DOJANG_MAILBOX", self.mailbox, ("", "on", "off"))
        _one_of("DOJANG_LOG", self.log, ("debug", "info", "warning", "error"))
        _one_of("DOJANG_LOG_FORMAT", self.log_format, ("text", "json"))
        _url("DOJANG_BASE_URL", self.base_url, ("http", "https"))
        if len(self.base_url) > BASE_URL_CHARACTERS_MOST:
            raise _bad("DOJANG_BASE_URL", self.base_url, "too long for the QR codes of papers")
        for service in ("forms", "certs", "notify"):
            name = f"{service}_database"
            _url(f"DOJANG_{name.upper()}", getattr(self, name), ("", "sqlite", "postgresql"))
        for name in ("broker", "operations_broker"):
            _one_of_each(f"DOJANG_{name.upper()}", getattr(self, name), ("", "amqp", "amqps"))
        if self.operations_broker and not self.broker:
            raise _bad("DOJANG_OPERATIONS_BROKER", self.operations_broker, "it needs DOJANG_BROKER")
        _store("DOJANG_FILES", self.files)
        _url("DOJANG_NOTIFY_URL", self.notify_url, ("", "http", "https"))
        if self.inside_ca and not self.notify_url.startswith("https:"):
            raise _bad("DOJANG_INSIDE_CA", self.inside_ca, "it needs an https:// DOJANG_NOTIFY_URL")
        _url("DOJANG_SCANNER", self.scanner, ("", "clamd"))
        self._check_post()
        self._check_signature()
        if self.metrics and not re.fullmatch(r"[A-Za-z0-9.\[\]:-]*:\d{1,5}", self.metrics):
            raise _bad("DOJANG_METRICS", self.metrics, "write host:port, such as 127.0.0.1:9464")
        self._check_provider()
        days = [one.name for one in fields(self) if one.name.endswith("_days")]
        for name in (*days, "trusted_proxies", "web_threads", "tsa_seconds"):
            if not getattr(self, name).isdigit():
                raise _bad(f"DOJANG_{name.upper()}", getattr(self, name), "write a whole number")
        if self.production:
            self._check_production()

    def _check_post(self) -> None:
        _one_of_each("DOJANG_MAIL", self.mail, ("mailbox", "smtp", "smtps"))
        _one_of_each("DOJANG_SMS", self.sms, ("mailbox", "smpp", "solapi", "twilio", "apprise"))
        if self.mail_bounces and not re.fullmatch(r"[^@+\s]{1,14}@[^@\s]+", self.mail_bounces):
            raise _bad("DOJANG_MAIL_BOUNCES", self.mail_bounces, "write an address, bounces@…")

    def _check_signature(self) -> None:
        _one_of("DOJANG_SIGNATURE", self.signature, ("", "B-B", "B-T", "B-LT"))
        _url("DOJANG_TSA", self.tsa, ("", "http", "https"))
        if self.signature in ("B-T", "B-LT") and not self.tsa:
            raise _bad("DOJANG_SIGNATURE", self.signature, "it needs DOJANG_TSA")
        if self.signature == "B-LT" and not self.tsa_roots:
            raise _bad("DOJANG_SIGNATURE", self.signature, "it needs DOJANG_TSA_ROOTS")

    def _check_provider(self) -> None:
        _url("DOJANG_OIDC_ISSUER", self.oidc_issuer, ("", "http", "https"))
        if self.oidc_issuer and not (self.oidc_client and self.oidc_secret):
            why = "it needs DOJANG_OIDC_CLIENT and DOJANG_OIDC_SECRET"
            raise _bad("DOJANG_OIDC_ISSUER", self.oidc_issuer, why)
        if self.production and self.oidc_issuer.startswith("http:"):
            raise _bad("DOJANG_OIDC_ISSUER", self.oidc_issuer, "production needs https://")

    def _check_production(self) -> None:
        databases = ("forms_database", "certs_database", "notify_database")
        for name in (*databases, "broker", "operations_broker", "mail"):
            if TRIAL_PASSWORD in getattr(self, name):
                raise _bad(
                    f"DOJANG_{name.upper()}", getattr(self, name), "that is a trial's password"
                )
        if self.clock:
            raise _bad("DOJANG_CLOCK", self.clock, "the clock cannot be moved in production")
        if not self.base_url.startswith("https://"):
            raise _bad("DOJANG_BASE_URL", self.base_url, "production needs an https:// address")
        if self.mailbox == "on" or self.mail.startswith("mailbox:"):
            raise _bad("DOJANG_MAIL", self.mail, "production needs a mail server (smtp://…)")


def _bad(variable: str, value: str, why: str) -> Permanent:
    shown = value if "://" not in value else value.split("://", 1)[0] + "://…"
    return Permanent("bad_setting", f"{variable} is {shown!r}: {why}.")


def _one_of(variable: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise _bad(variable, value, f"write one of {', '.join(filter(None, allowed))}")


def _url(variable: str, value: str, schemes: tuple[str, ...]) -> None:
    if urlsplit(value).scheme.partition("+")[0] not in schemes:
        raise _bad(variable, value, f"write a URL of {', '.join(filter(None, schemes))}")


def _one_of_each(variable: str, value: str, schemes: tuple[str, ...]) -> None:
    """One URL, or several that one can be asked after the other: the first scheme, the mailbox or
    none, stands alone."""
    for one in value.split() or [""]:
        _url(variable, one, schemes if len(value.split()) < 2 else schemes[1:])


def _store(variable: str, value: str) -> None:
    try:
        read_bucket(value)
    except Permanent as error:
        raise _bad(variable, value, error.sentence) from error
