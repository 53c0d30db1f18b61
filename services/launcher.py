"""What a process of Dojang does, from its first step to its last."""

from __future__ import annotations

import fcntl
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.orm import Session

from services import backup, crowd, departments, people
from services import demo as journey
from services.certs import app as certs_app
from services.certs.checking import check as checking
from services.certs.checking.chain import read_anchor
from services.certs.checking.check import Asked, Named
from services.certs.checking.finding import Finding, Tally
from services.certs.parts import FONTS
from services.certs.proof import keys as qr_keys
from services.certs.signing.plan import folder_of
from services.certs.templates import commands
from services.certs.verify import answers, check
from services.departments import Department
from services.doctor import examine as examination
from services.doctor.finding import Finding as Examined
from services.doctor.machine import this_machine
from services.forms.applications import replaying
from services.forms.applications.replaying import Replayed
from services.forms.operations import notes
from services.forms.people import demo as demo_university
from services.forms.people import importing, register
from services.forms.people.values import Account
from services.forms.signin import authenticator, invitation, sessions
from services.gateway import Gateway
from services.ground import Ground
from services.notify import app as notify_app
from services.notify import bounces
from services.notify.mailbox.listener import Listener
from services.routes import SERVICES
from services.running import Threads, end_on_signals, serve
from shared import keys, security_log, words
from shared.broker import Broker
from shared.broker.dead_letters import DeadLetters
from shared.clock import clock_from
from shared.database import Database
from shared.errors import NotFound, Permanent
from shared.files import naming, open_store
from shared.metrics import Metrics
from shared.settings import Settings

Say = Callable[[str], None]
Environ = Mapping[str, str]

START_SECONDS = 60


def up(settings: Settings, environ: Environ, host: str, port: int, say: Say) -> None:
    """Serve the whole product in this process until Ctrl-C or SIGTERM."""
    end_on_signals()
    with (
        _alone(settings.data_folder),
        Ground.open(settings, environ) as ground,
        ground.broker() as broker,
    ):
        _prepare(ground)
        built = departments.build_all(ground, broker)
        work = [departments.relay(name, ground, broker) for name in built]
        for department in built.values():
            work += department.work(broker)
        metrics = Metrics()
        apps = {name: metrics.watch(name, one.app()) for name, one in built.items()}
        for department in built.values():
            _measure(metrics, department, ground, broker)
        gateway = Gateway(apps, lambda: broker.ready() and ground.ready())
        with Threads(work), metrics.served(settings.metrics):
            _serve(gateway, settings, host, port, lambda: _welcome(settings, say))


def web(settings: Settings, environ: Environ, name: str, host: str, port: int, say: Say) -> None:
    """Serve one department's application, and publish what it decides to say."""
    end_on_signals()
    with (
        Ground.open(settings, environ) as ground,
        ground.broker(name) as broker,
        ground.operations(broker) as looking,
    ):
        metrics = Metrics()
        app = metrics.watch(name, departments.build_one(name, ground, looking).app())
        with (
            Threads([departments.relay(name, ground, broker)]),
            metrics.served(settings.metrics),
        ):
            _serve(app, settings, host, port, lambda: say(f"{name} listens on {host}:{port}"))


def worker(settings: Settings, environ: Environ, name: str, say: Say) -> None:
    """Do one department's work until told to stop; any number of these may run."""
    end_on_signals()
    with Ground.open(settings, environ) as ground, ground.broker(name) as broker:
        department = departments.build_one(name, ground)
        work = [departments.relay(name, ground, broker), *department.work(broker)]
        metrics = Metrics()
        _measure(metrics, department, ground, broker)
        with Threads(work) as threads, metrics.served(settings.metrics):
            say(f"{name} works")
            threads.wait()


def mailbox(
    settings: Settings, environ: Environ, host: str, smtp_port: int, port: int, say: Say
) -> None:
    """Catch a trial's mail: by SMTP on one port, shown on the other (codes in memory only)."""
    if not settings.has_mailbox:
        raise Permanent("no_mailbox", "There is no mailbox in production (DOJANG_MAILBOX).")
    end_on_signals()
    with Ground.open(settings, environ) as ground:
        parts = departments.open_notify(ground)
        if parts.mailbox is None:
            raise Permanent("no_mailbox", "The mailbox is switched off (DOJANG_MAILBOX).")
        with Threads([("mail catcher", Listener(parts.mailbox, host, smtp_port))]):
            app = notify_app.create_app(parts)
            _serve(app, settings, host, port, lambda: say(f"mail is caught on {host}:{smtp_port}"))


def bounce(settings: Settings, environ: Environ, raw: bytes, to: str) -> str:
    """Take in a mail that came to the return address; says what it was, without whose."""
    with Ground.open(settings, environ) as ground:
        found = bounces.take_in(raw, departments.open_notify(ground), to)
    return f"{found.event} {found.code}".strip() if found else "passed over"


def make_keys(settings: Settings) -> list[Path]:
    """Make the keys that are missing, in production too; gives what was made."""
    folder, now = settings.folder("keys"), clock_from(settings.clock).now()
    made = keys.make_missing(folder) + qr_keys.make_missing(folder, now)
    signing = folder_of(settings)
    return [*made, signing.path] if signing.make(now) else made


def rotate_qr_key(settings: Settings, environ: Environ, *, leaked: bool) -> str:
    """Sign the facts in QR codes with a new key from now on, in every process; gives its id."""
    if environ.get(qr_keys.VARIABLE):
        raise Permanent(
            "key_given",
            f"The QR keys come in {qr_keys.VARIABLE}: put the new one above them there "
            "(docs/operating.md, Keys).",
        )
    now = clock_from(settings.clock).now()
    return qr_keys.rotate(settings.folder("keys"), now, leaked=leaked)


def look_after_signing_key(
    settings: Settings,
    *,
    rotate: bool,
    leaked: bool,
    algorithm: str,
    new_authority: bool,
    renew_list: bool,
    authority_key: Path | None,
) -> list[str]:
    """Rotate the key that signs documents or renew its revocation list; says what is there now.

    A running worker signs with the new key from its next document on.
    """
    folder, now = folder_of(settings), clock_from(settings.clock).now()
    if rotate:
        folder.rotate(
            now,
            algorithm,
            authority_key=authority_key,
            new_authority=new_authority,
            leaked=leaked,
        )
    elif renew_list:
        folder.renew_list(now, authority_key)
    return folder.told()


def examine(environ: Environ) -> Iterator[Examined]:
    """What the doctor finds, as it is found; nothing is made and nothing changed."""
    return examination.examine(environ, this_machine(FONTS))


def prepare(settings: Settings, environ: Environ) -> None:
    """Make keys where they may be made, bring the databases up to date, fill a trial."""
    with Ground.open(settings, environ) as ground:
        _prepare(ground)


def import_register(
    settings: Settings, environ: Environ, folder: Path, dry_run: bool, language: str
) -> tuple[list[str], bool]:
    """Import the register's CSV files; what is to be said, and whether all was well."""
    with Ground.open(settings, environ) as ground:
        ground.migrate()
        parts = departments.open_forms(ground)
        report = importing.import_folder(parts.database, folder, dry_run=dry_run)
        with parts.speaking(language):
            problems = [str(problem) for problem in report.problems]
    counts = [
        f"{name}: {count.new} new, {count.changed} changed, {count.same} as they were"
        for name, count in report.counts.items()
    ]
    return problems or counts, not problems


def invite(settings: Settings, environ: Environ, login_id: str) -> None:
    """Have somebody of the register mailed a link for their first password."""
    with Ground.open(settings, environ) as ground:
        parts = departments.open_forms(ground)
        with parts.database.write() as session:
            invitation.invite(session, parts, login_id)


def back_up(settings: Settings, into: Path) -> str:
    """Write a backup; what was written, as a sentence."""
    now = datetime.now(UTC)
    made = backup.back_up(settings, into, now)
    notes.write(settings, "backup", notes.Note(now, 0))
    files = "a bucket, which its store backs up" if made["files"] is None else f"{made['files']}"
    return f"Backed up into {into}: {', '.join(made['dumps'])}; files: {files}. Keys are apart."


def restore(settings: Settings, from_: Path, replace: bool) -> str:
    """Bring a backup back; what was done, as a sentence."""
    with _alone(settings.data_folder):
        made = backup.restore(settings, from_, replace=replace)
    return (
        f"Restored as of {made['at']}; the next numbers of applications leave out "
        f"{backup.NUMBERS_LEFT_OUT}. Now: dojang migrate, dojang doctor, dojang documents check."
    )


def copy_person(settings: Settings, environ: Environ, who: str, out: Path) -> None:
    """Write everything that is kept of a student into a ZIP."""
    with Ground.open(settings, environ) as ground:
        people.write_copy(ground, who, out)


def erase_person(settings: Settings, environ: Environ, who: str) -> str:
    """Forget a student; what was forgotten, as a sentence."""
    with Ground.open(settings, environ) as ground:
        done = people.forget(ground, who)
    return (
        f"Forgotten: {done.applications} applications, {done.documents} documents, "
        f"{len(done.files)} files. Take the person out of what the register is imported from, too."
    )


def forget_app(settings: Settings, environ: Environ, login_id: str) -> bool:
    """Take away somebody's authenticator app; gives whether there was one."""
    with Ground.open(settings, environ) as ground:
        parts = departments.open_forms(ground)
        with parts.database.write() as session:
            return authenticator.remove(session, parts, _account(session, login_id))


def sign_out(settings: Settings, environ: Environ, login_id: str) -> None:
    """End every session of somebody."""
    with Ground.open(settings, environ) as ground:
        parts = departments.open_forms(ground)
        with parts.database.write() as session:
            sessions.end_all(session, _account(session, login_id).login_id)


def mark(settings: Settings, environ: Environ, login_id: str) -> str:
    """What an account is called in the security log, whether there is one or not."""
    with Ground.open(settings, environ) as ground:
        return security_log.mark(ground.keyring, login_id)


def _account(session: Session, login_id: str) -> Account:
    """Whose ID somebody typed at the command line. Raises NotFound("no_such_person")."""
    account = register.find_account(session, login_id)
    if account is None:
        raise NotFound("no_such_person", f"Nobody signs in with the ID {login_id!r}.")
    return account


def verify(settings: Settings, environ: Environ, file: Path) -> dict[str, Any]:
    """What the check page would say of a file."""
    with Ground.open(settings, environ) as ground:
        parts = departments.open_certs(ground)
        found = check.verify_file(parts, file.read_bytes())
        return dict(answers.file_json(found, parts.library, "en"))


def templates(
    settings: Settings, environ: Environ, language: str, act: str, *about: Any
) -> tuple[list[str], bool]:
    """What a command about templates has to say, and whether all was well.

    `act` is one of `services.certs.templates.commands`; all but `lint` are given the parts.
    """
    with Ground.open(settings, environ) as ground:
        ground.migrate()
        parts = departments.open_certs(ground)
        given = about if act == "lint" else (parts, *about)
        with words.in_language(language, certs_app.create_app(parts)):
            return commands.ACTS[act](*given)


def replay(settings: Settings, environ: Environ, tell: Callable[[Replayed], None]) -> int:
    """Judge every application again by what it was judged by; how many there were."""
    with Ground.open(settings, environ) as ground:
        parts = departments.open_forms(ground)
        with parts.database.read() as session:
            judged = [*replaying.replay(session, parts)]
    for one in judged:
        tell(one)
    return len(judged)


@contextmanager
def dead_letters(settings: Settings, environ: Environ) -> Iterator[DeadLetters]:
    """What no department could handle, to be seen, tried again or thrown away by an operator.

    Raises Permanent("queue_in_use") where a server has the embedded queue to itself.
    """
    with (
        Ground.open(settings, environ) as ground,
        ground.broker() as broker,
        ground.operations(broker) as looking,
    ):
        yield DeadLetters(looking)


def check_documents(
    settings: Settings, environ: Environ, anchor: str, say: Callable[[Finding], None]
) -> Tally:
    """Check the ledger and every file beside whatever runs; says each finding as it is found.

    Raises Permanent("no_ledger" | "bad_anchor"). It changes nothing that it looks at; when it was
    and how much was wrong is noted for the operator's page.
    """
    noted = read_anchor(anchor) if anchor else None
    databases = {name: Database(settings.database_url(name)) for name in SERVICES}
    with ExitStack() as opened:
        for database in databases.values():
            opened.callback(database.close)
        if not naming.knows_its_tables(databases["certs"]):
            raise Permanent("no_ledger", "There is no ledger here: look at --data and DOJANG_….")
        files = open_store(settings.files, settings.folder("files"), environ)
        asked = Asked(datetime.now(UTC), _naming(databases, opened), noted)
        tally = Tally()
        for finding in checking.check_documents(databases["certs"], files, asked, tally):
            say(finding)
        notes.write(settings, "check", notes.Note(asked.now, tally.wrong))
    return tally


def _naming(databases: Mapping[str, Database], opened: ExitStack) -> Named | None:
    """Which files are named by any department; None unless all their databases are known."""
    if not all(naming.knows_its_tables(one) for one in databases.values()):
        return None
    folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="dojang-check-"))
    named = naming.Named(Path(folder) / "named.sqlite", databases.values())
    opened.callback(named.close)
    return named


def demo(environ: Environ, url: str | None, language: str, many: int, out: Path, say: Say) -> None:
    """Walk the journey against `url`, or against an instance that is started for it."""
    if url is None:
        with _started_for_a_walk(environ, say) as started:
            return demo(environ, started, language, many, out, say)
    began = time.perf_counter()
    try:
        walked = crowd.papers(url, demo_university.accounts(), language, many, say)
    except (journey.DemoFailed, httpx.HTTPError) as error:
        raise Permanent("demo_failed", f"The demo stopped: {error}") from error
    path = journey.save(walked[-1], out)
    say(f"The paper lies in {path} ({time.perf_counter() - began:.1f} s in all).")
    return None


@contextmanager
def _started_for_a_walk(environ: Environ, say: Say) -> Iterator[str]:
    """An instance of its own, in a folder that is thrown away; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="dojang-demo-") as folder:
        command = [sys.executable, "-m", "services.cli", "up", "--port", str(port)]
        began = time.perf_counter()
        with subprocess.Popen(  # noqa: S603 – our own program, no words of anybody else
            [*command, "--data", folder], env=dict(environ), stdout=subprocess.DEVNULL
        ) as process:
            try:
                _wait_until_ready(url, process)
                say(f"{(time.perf_counter() - began) * 1000:8.0f} ms  an instance is started")
                yield url
            finally:
                process.terminate()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise Permanent("demo_failed", "The instance for the demo did not start.")


def _serve(app: Any, settings: Settings, host: str, port: int, when_ready: Any) -> None:
    serve(app, host=host, port=port, threads=int(settings.web_threads), when_ready=when_ready)


def _prepare(ground: Ground) -> None:
    departments.open_certs(ground)  # makes the signing key before several processes want it
    ground.migrate()
    if not ground.settings.production:
        with ground.databases["forms"].write() as session:
            demo_university.seed(session, ground.clock)


def _measure(metrics: Metrics, department: Department, ground: Ground, broker: Broker) -> None:
    """Whoever does a department's work tells its figures; web processes count requests alone."""
    for part, measure in departments.measures(department, ground, broker).items():
        metrics.ask(part, measure)


def _welcome(settings: Settings, say: Say) -> None:
    say(f"Dojang is ready at {settings.base_url}")
    say("")
    say("Who can sign in (codes arrive in the mailbox: " + settings.base_url + "/mailbox):")
    for account in journey.cast(demo_university.accounts()):
        office = account["office"] or account["role"]
        say(f"  {account['id']:<14} {account['password']:<20} {account['name']} ({office})")
    say("  `dojang demo-accounts` lists them all. Ctrl-C stops.")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the data folder. Raises Permanent("data_in_use") if another server has it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Permanent(
                "data_in_use",
                f"Another Dojang serves from {folder}: stop it, or give --data another folder.",
            ) from error
        yield
