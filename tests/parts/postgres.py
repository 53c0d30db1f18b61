"""A real PostgreSQL for tests: Debian's server as our own process on its own data folder.

Another one may follow it as its standby.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.parts.ports import free_port, wait_until

DEBIAN = Path("/usr/lib/postgresql")
USER = "postgres"  # the server refuses to run as root


def why_not() -> str | None:
    """Why no PostgreSQL can be started here, or None if it can."""
    return None if _programs() else "PostgreSQL is not installed (no initdb found)"


class PostgresServer:
    """One server; `url()` gives an empty database of its own to each test that asks.

    Of another server (`copied_from`) it is the standby, of the name that it bears there.
    """

    def __init__(
        self, folder: Path, copied_from: PostgresServer | None = None, name: str = "standby"
    ) -> None:
        self._folder = folder
        self.port = free_port()
        self._databases = itertools.count()
        self._server: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._as = _server_user()
        if self._as:
            shutil.chown(folder, USER, USER)
        data = str(folder / "data")
        if copied_from is not None:
            at = f"host=127.0.0.1 port={copied_from.port} user={USER} application_name={name}"
            self._run("pg_basebackup", "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
                      "-D", data, "--dbname", at)  # fmt: skip
        else:
            self._run("initdb", "--no-sync", "--auth=trust", f"--username={USER}", "-D", data,
                      "--encoding=UTF8", "--locale=C.UTF-8")  # fmt: skip

    def url(self) -> str:
        """The address of a new, empty database."""
        name = f"t{next(self._databases)}"
        self.ask(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self._address(name)

    def ask(self, statement: str | sql.Composed) -> list[tuple[Any, ...]]:
        """Run a statement as the operator does in psql; its rows, if it has any."""
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        """Start the server, or start it again on the same data; back when it answers."""
        with open(self._folder / "output.log", "ab") as log:
            self._server = subprocess.Popen(
                self._command(), cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True, **self._as,
            )  # fmt: skip
        wait_until(self._answers, seconds=30, what="PostgreSQL", alive=self._server)

    def kill(self) -> None:
        """End the server as a power cut would (SIGKILL to it and its children)."""
        self._end(signal.SIGKILL, whole_group=True)

    def stop(self) -> None:
        """End the server in order, not waiting for clients (SIGINT, "fast shutdown")."""
        self._end(signal.SIGINT, whole_group=False)

    close = stop

    def _end(self, how: signal.Signals, *, whole_group: bool) -> None:
        if self._server is None:
            return
        (os.killpg if whole_group else os.kill)(self._server.pid, how)
        self._server.wait(30)
        self._server = None

    def _command(self) -> list[str]:
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 200,
            "fsync": "off",  # a killed process keeps what the kernel has; a power cut is not tested
        }
        pairs = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(_program("postgres")), "-D", str(self._folder / "data"), *pairs]

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _address(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(_program(program)), *arguments], check=True, capture_output=True,
            cwd=self._folder, **self._as,
        )  # fmt: skip


def _programs() -> list[Path]:
    found = shutil.which("initdb")
    newest_first = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: path.parts, reverse=True)
    return [*newest_first, *([Path(found)] if found else [])]


def _program(name: str) -> Path:
    return _programs()[0].with_name(name)


def _server_user() -> dict[str, Any]:
    """Whom to run the server as: ourselves, unless we are root."""
    if os.geteuid() != 0:
        return {}
    pwd.getpwnam(USER)
    return {"user": USER, "group": USER, "extra_groups": []}
