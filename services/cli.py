"""The `dojang` command: start, set up, look after and try Dojang."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shared import logs, security_log
from shared.errors import DojangError, TryLater
from shared.settings import Settings

if TYPE_CHECKING:  # the command starts quickly: what it needs is imported where it is used
    from shared.broker.dead_letters import DeadLetters

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_PORT = 8000
# DOJANG_LOG is for these: libraries that tell more write mails, SQL and headers into a log.
OUR_LOGGERS = ("dojang", "services", "shared")


def with_data(command: F) -> F:
    """Give a command `--data DIR`."""
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder in which Dojang keeps its things (default: DOJANG_DATA or ./data).",
    )(command)


def with_address(command: F) -> F:
    """Give a command `--host` and `--port`."""
    command = click.option(
        "--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True
    )(command)
    return click.option("--host", default="127.0.0.1", show_default=True)(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dojang")
def main() -> None:
    """Dojang: e-forms, approvals and official documents for a graduate university."""
    level = os.environ.get("DOJANG_LOG", "").upper()  # a wrong one is refused by the settings
    logs.set_up(os.environ.get("DOJANG_LOG_FORMAT", ""))
    for name in OUR_LOGGERS:
        logging.getLogger(name).setLevel(logging.getLevelNamesMapping().get(level, logging.WARNING))
    logging.getLogger(security_log.NAME).setLevel(logging.INFO)


@main.command()
@with_address
@with_data
def up(host: str, port: int, data: Path | None) -> None:
    """Serve the whole product in one process (the embedded default)."""
    from services import launcher

    with _said_plainly():
        launcher.up(_settings(data, host, port), os.environ, host, port, click.echo)


@main.command()
@click.argument("service", type=click.Choice(["forms", "certs", "notify"]))
@with_address
def web(service: str, host: str, port: int) -> None:
    """Serve one department's pages and API."""
    from services import launcher

    with _said_plainly():
        launcher.web(_settings(None), os.environ, service, host, port, click.echo)


@main.command()
@click.argument("service", type=click.Choice(["forms", "certs", "notify"]))
def worker(service: str) -> None:
    """Do one department's work: messages, deliveries, timers. Any number may run."""
    from services import launcher

    with _said_plainly():
        launcher.worker(_settings(None), os.environ, service, click.echo)


@main.command()
@with_address
@click.option("--smtp-port", type=click.IntRange(0, 65535), default=8025, show_default=True)
def mailbox(host: str, port: int, smtp_port: int) -> None:
    """Catch a trial's mail by SMTP and show it at /mailbox."""
    from services import launcher

    with _said_plainly():
        launcher.mailbox(_settings(None), os.environ, host, smtp_port, port, click.echo)


@main.command()
@with_data
def migrate(data: Path | None) -> None:
    """Bring all three databases to the newest schema (and fill a trial with the demo)."""
    from services import launcher

    with _said_plainly():
        launcher.prepare(_settings(data), os.environ)
        click.echo("The databases are up to date.")


@main.command()
@click.option("--rotate", type=click.Choice(["qr", "pdf"]), help="Sign with a new key from now on.")
@click.option("--leaked", is_flag=True, help="Say of the key until now that it is not trusted.")
@click.option("--algorithm", type=click.Choice(["p256", "rsa2048", "rsa3072"]), default="p256")
@click.option("--new-authority", is_flag=True, help="pdf: under a new authority of our own.")
@click.option("--renew-list", is_flag=True, help="Sign our authority's revocation list anew.")
@click.option("--show", is_flag=True, help="Say which key signs documents, and until when.")
@click.option(
    "--authority-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="pdf: the key of our authority, where it is kept elsewhere.",
)
@with_data
def keys(rotate: str | None, leaked: bool, show: bool, data: Path | None, **more: Any) -> None:
    """Make the keys that are missing (in production nothing else makes them)."""
    from services import launcher

    if (leaked or more["new_authority"]) and not rotate:
        raise click.UsageError("--leaked and --new-authority go with --rotate.")
    with _said_plainly():
        if rotate == "qr":
            made = launcher.rotate_qr_key(_settings(data), os.environ, leaked=leaked)
            click.echo(f"{rotate} signs with key {made}; those before stay at /verify/keys")
        elif rotate == "pdf" or more["renew_list"] or show:
            wishes = {"rotate": rotate == "pdf", "leaked": leaked, **more}
            click.echo("\n".join(launcher.look_after_signing_key(_settings(data), **wishes)))
        else:
            for path in launcher.make_keys(_settings(data)):
                click.echo(f"made {path}")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, the verdict last.")
@with_data
def doctor(as_json: bool, data: Path | None) -> None:
    """Look at everything that Dojang stands on (exit status 1 if anything is wrong).

    Changes nothing; runs beside a running server.
    """
    from services import launcher

    environ = dict(os.environ) | ({"DOJANG_DATA": str(data)} if data else {})
    count = {"well": 0, "note": 0, "wrong": 0}
    for finding in launcher.examine(environ):
        count[finding.severity] += 1
        click.echo(json.dumps(finding.as_json(), ensure_ascii=False) if as_json else finding.said())
    summary = "{well} well, {note} to know, {wrong} wrong.".format(**count)
    click.echo(json.dumps(count) if as_json else summary)
    if count["wrong"]:
        raise SystemExit(1)


@main.command(name="import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what is wrong, and where.")
@click.option("--language", type=click.Choice(["en", "ko"]), default="en", show_default=True)
@with_data
def import_(folder: Path, dry_run: bool, language: str, data: Path | None) -> None:
    """Import the register from CSV files (docs/import.md)."""
    from services import launcher

    with _said_plainly():
        lines, good = launcher.import_register(
            _settings(data), os.environ, folder, dry_run, language
        )
    for line in lines:
        click.echo(line)
    if not good:
        raise SystemExit(1)


@main.command()
@click.option("--to", default="", help="The address that it came to, if the mail server knows it.")
@with_data
def bounce(to: str, data: Path | None) -> None:
    """Take in a mail to DOJANG_MAIL_BOUNCES from standard input (exit status 75: bring it again).

    Reports of mail servers (RFC 3464) are noted, everything else is passed over.
    """
    from services import launcher

    raw = sys.stdin.buffer.read()
    with _said_plainly():
        try:
            click.echo(launcher.bounce(_settings(data), os.environ, raw, to))
        except TryLater as error:
            click.echo(f"Error: {error.sentence}", err=True)
            raise SystemExit(os.EX_TEMPFAIL) from error


@main.command()
@with_data
def replay(data: Path | None) -> None:
    """Judge every application again by the data it was judged by (exit status 1 if one differs).

    Changes nothing; runs beside a running server.
    """
    from services import launcher

    differ = []
    with _said_plainly():
        count = launcher.replay(
            _settings(data), os.environ, lambda one: None if one.same else differ.append(one)
        )
    for one in differ:
        click.echo(f"{one.number} round {one.round} ({one.kind}): then {one.then}, now {one.now}")
    click.echo(f"{count} judged again, {len(differ)} differ")
    if differ:
        raise SystemExit(1)


@main.command()
@click.argument("person_id")
@with_data
def invite(person_id: str, data: Path | None) -> None:
    """Mail somebody of the register a link for their first password."""
    from services import launcher

    with _said_plainly():
        launcher.invite(_settings(data), os.environ, person_id)
        click.echo("The invitation is on its way.")


@main.command(name="forget-app")
@click.argument("login_id")
@with_data
def forget_app(login_id: str, data: Path | None) -> None:
    """Take away the authenticator app of somebody who lost it and the recovery codes.

    Make sure in person who asks: it takes one of two steps off their account.
    """
    from services import launcher

    with _said_plainly():
        was = launcher.forget_app(_settings(data), os.environ, login_id)
        click.echo("Codes are sent to them again." if was else "There was no app.")


@main.command()
@click.argument("login_id")
@with_data
def mark(login_id: str, data: Path | None) -> None:
    """Tell what somebody is called in the security log (lines of `dojang.security`)."""
    from services import launcher

    with _said_plainly():
        click.echo(launcher.mark(_settings(data), os.environ, login_id))


@main.command(name="sign-out")
@click.argument("login_id")
@with_data
def sign_out(login_id: str, data: Path | None) -> None:
    """End every session of somebody, of pages and of programs; their password stays."""
    from services import launcher

    with _said_plainly():
        launcher.sign_out(_settings(data), os.environ, login_id)
        click.echo("They are signed out everywhere.")


@main.command()
@click.option("--url", help="A running instance; without it one is started for the walk.")
@click.option("--language", type=click.Choice(["ko", "en"]), default="ko", show_default=True)
@click.option(
    "--many",
    type=click.IntRange(1, 10_000),
    default=1,
    help="How many papers: up to 12 waivers, then certificates, all counted at the end.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("dojang-demo.pdf"),
    show_default=True,
    help="Where the PDF is left.",
)
def demo(url: str | None, language: str, many: int, out: Path) -> None:
    """Walk the whole journey by itself, each step with its time."""
    from services import launcher

    with _said_plainly():
        launcher.demo(os.environ, url, language, many, out, click.echo)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_data
def verify(file: Path, data: Path | None) -> None:
    """Say whether a PDF is one that this installation issued (exit status 1 if not)."""
    from services import launcher

    with _said_plainly():
        found = launcher.verify(_settings(data), os.environ, file)
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    if found["verdict"] != "authentic":
        raise SystemExit(1)


@main.command(name="backup")
@click.argument("into", type=click.Path(file_okay=False, path_type=Path))
@with_data
def back_up(into: Path, data: Path | None) -> None:
    """Write databases, queue and files of one moment into a new folder (not the keys)."""
    from services import launcher

    with _said_plainly():
        click.echo(launcher.back_up(_settings(data), into))


@main.command()
@click.argument("backup", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Lay aside the databases that are there.")
@with_data
def restore(backup: Path, replace: bool, data: Path | None) -> None:
    """Bring a backup back into an installation that is stopped."""
    from services import launcher

    with _said_plainly():
        click.echo(launcher.restore(_settings(data), backup, replace))


@main.group()
def person() -> None:
    """A student's data: a copy of them, or their erasure (docs/privacy.md)."""


@person.command(name="copy")
@click.argument("student")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The ZIP: data.json, files, documents.",
)
@with_data
def copy_person(student: str, out: Path, data: Path | None) -> None:
    """Write everything that is kept of a student (by number) into a ZIP."""
    from services import launcher

    with _said_plainly():
        launcher.copy_person(_settings(data), os.environ, student, out)
        click.echo(f"Everything that is kept lies in {out}.")


@person.command(name="erase")
@click.argument("student")
@click.confirmation_option(prompt="What is erased cannot be brought back. Erase?")
@with_data
def erase_person(student: str, data: Path | None) -> None:
    """Forget a student (by number); numbers, counts and chains verify as before."""
    from services import launcher

    with _said_plainly():
        click.echo(launcher.erase_person(_settings(data), os.environ, student))


@main.group(name="dead-letters")
def dead_letters() -> None:
    """Messages that no department could handle. On the embedded default, stop the server first."""


@dead_letters.command(name="list")
@with_data
def list_dead_letters(data: Path | None) -> None:
    """A line a message: department, id, type, case, attempts, reason; oldest failure first."""
    from services.routes import SERVICES

    with _said_plainly(), _dead_letters(data) as letters:
        for service in SERVICES:
            for one in letters.list(service):
                failed = one.failures
                words = (
                    service,
                    one.id,
                    one.type,
                    one.correlation_id,
                    failed.attempts,
                    failed.reason,
                )
                click.echo("  ".join(str(word) for word in words))


@dead_letters.command(name="again")
@click.argument("service")
@click.argument("message_id")
@with_data
def try_again(service: str, message_id: str, data: Path | None) -> None:
    """Put a message back into its queue, its failures forgotten."""
    with _said_plainly(), _dead_letters(data) as letters:
        letters.replay(service, message_id)


@dead_letters.command()
@click.argument("service")
@click.argument("message_id")
@with_data
def show(service: str, message_id: str, data: Path | None) -> None:
    """Print a message. It may hold personal data: keep it to yourself."""
    with _said_plainly(), _dead_letters(data) as letters:
        click.echo(letters.content(service, message_id))


@dead_letters.command()
@click.argument("service")
@click.argument("message_id")
@click.confirmation_option(prompt="What is thrown away never happens. Throw it away?")
@with_data
def discard(service: str, message_id: str, data: Path | None) -> None:
    """Throw a message away for good."""
    with _said_plainly(), _dead_letters(data) as letters:
        letters.discard(service, message_id)


def _dead_letters(data: Path | None) -> AbstractContextManager[DeadLetters]:
    from services import launcher

    return launcher.dead_letters(_settings(data), os.environ)


@main.group()
def documents() -> None:
    """Look after the documents that were issued."""


@documents.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, the figures last.")
@click.option(
    "--anchor",
    default="",
    metavar="POSITION:HASH",
    help="The end of the chain as an earlier check printed it and you noted it down.",
)
@with_data
def check(as_json: bool, anchor: str, data: Path | None) -> None:
    """Check the ledger, every document and its file (exit status 1 if anything is wrong).

    Changes nothing; runs beside a running server.
    """
    from services import launcher
    from services.certs.checking.report import Report

    report = Report(click.echo, as_json=as_json)
    with _said_plainly():
        tally = launcher.check_documents(_settings(data), os.environ, anchor, report.finding)
    report.end(tally)
    if tally.wrong:
        raise SystemExit(1)


@main.group()
def templates() -> None:
    """Templates of papers: list, look through, upload, compile, put in use (docs/templates.md)."""


def with_paper(command: F) -> F:
    """Give a command the kind and the language of a paper, and `--say`."""
    says = click.option("--say", type=click.Choice(["en", "ko"]), default="en", show_default=True)
    language = click.argument("language", type=click.Choice(["ko", "en"]))
    return says(click.argument("kind")(language(command)))


TEMPLATE_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@templates.command(name="list")
@with_data
def list_templates(data: Path | None) -> None:
    """List every paper, the version in use, and its uploads."""
    _templates(data, "en", "list_all")


@templates.command()
@with_paper
@TEMPLATE_FILE
@with_data
def lint(kind: str, language: str, file: Path, say: str, data: Path | None) -> None:
    """Say what is wrong with a file before it is uploaded (exit status 1 if it blocks)."""
    _templates(data, say, "lint", kind, language, file)


@templates.command()
@with_paper
@TEMPLATE_FILE
@with_data
def upload(kind: str, language: str, file: Path, say: str, data: Path | None) -> None:
    """Upload a file as the next version; the running worker compiles it."""
    _templates(data, say, "upload", kind, language, file)


@templates.command(name="compile")
@with_data
def compile_templates(data: Path | None) -> None:
    """Compile what waits, here and now, where no worker runs."""
    _templates(data, "en", "compile_waiting")


@templates.command()
@with_paper
@click.argument("number", type=click.IntRange(1))
@with_data
def activate(kind: str, language: str, number: int, say: str, data: Path | None) -> None:
    """Put a version in use; an earlier one is a roll-back, 1 comes with Dojang."""
    _templates(data, say, "activate", kind, language, number)


def _templates(data: Path | None, say: str, act: str, *about: Any) -> None:
    from services import launcher

    with _said_plainly():
        lines, good = launcher.templates(_settings(data), os.environ, say, act, *about)
    for line in lines:
        click.echo(line)
    if not good:
        raise SystemExit(1)


@main.command()
def openapi() -> None:
    """Print the API as OpenAPI 3.1."""
    from services import openapi as described

    click.echo(json.dumps(described.merged(), ensure_ascii=False, indent=1))


@main.command()
def messages() -> None:
    """Print the messages between departments as AsyncAPI 3."""
    from services import asyncapi

    click.echo(json.dumps(asyncapi.describe(_version()), ensure_ascii=False, indent=1))


@main.command(name="demo-accounts")
def demo_accounts() -> None:
    """Print who can sign in to a demo, as JSON; needs no running instance."""
    from services.forms.people.demo import accounts

    click.echo(json.dumps(accounts(), ensure_ascii=False, indent=1))


def _settings(data: Path | None, host: str = "", port: int = 0) -> Settings:
    """The settings of the environment, with what the command line says on top."""
    environ = dict(os.environ)
    if data is not None:
        environ["DOJANG_DATA"] = str(data)
    if port and "DOJANG_BASE_URL" not in environ:
        shown = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104 – only compared
        environ["DOJANG_BASE_URL"] = f"http://{shown}:{port}"
    return Settings.read(environ)


def _version() -> str:
    from importlib.metadata import version

    return version("dojang")


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turn our own errors into a sentence and exit status 1, never a trace."""
    try:
        yield
    except DojangError as error:
        raise click.ClickException(error.sentence) from error


if __name__ == "__main__":
    main()
