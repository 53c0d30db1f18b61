"""A real systemd runs the units of `systemd/`, sandbox and all; the demo is walked through them.

    .venv/bin/python -m tests.systemd.drill      (root on Debian, Python of the system as in .venv)

It is the machine's own program as process 1 of namespaces of its own: it sees `/srv/dojang`,
`/etc/dojang` and `/var/lib/dojang` as docs/operating.md has them, a user `dojang`, our units and no
others. Nothing of the machine's own systemd is touched. RabbitMQ and PostgreSQL run beside it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import waitress

from services.routes import SERVICES
from tests.parts.etc import Etc
from tests.parts.ports import free_port, wait_until
from tests.parts.postgres import PostgresServer
from tests.parts.product import Gateway, Processes
from tests.parts.rabbitmq import RabbitServer

ROOT = Path(__file__).parents[2]
USER_ID = 10001
UNITS = [f"dojang-{what}@{one}.service" for one in SERVICES for what in ("web", "worker")]
CGROUP = Path("/sys/fs/cgroup/systemd/dojang-drill")  # version 1, or
CGROUP_2 = Path("/sys/fs/cgroup/dojang-drill")
PLACES = (Path("/srv/dojang"), Path("/etc/dojang"), Path("/var/lib/dojang"))  # mounted upon
TARGETS = ("sysinit", "basic", "network-online", "shutdown")
ENTER = """\
set -e
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mount --bind {here}/srv /srv/dojang
mount --bind {here}/etc /etc/dojang
mount --bind {here}/var /var/lib/dojang
mount --bind {here}/passwd /etc/passwd
mount --bind {here}/group /etc/group
umount -l /sys/fs/cgroup
mount -t tmpfs tmpfs /sys/fs/cgroup
if [ {version} = 1 ]; then
  mkdir /sys/fs/cgroup/systemd
  mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
else
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_UNIT_PATH={here}/units \\
  /lib/systemd/systemd --system --unit=drill.target --log-target=console --show-status=no
"""


class Systemd:
    """Process 1 of its own namespaces."""

    def __init__(self, here: Path) -> None:
        self._here = here
        self._made = [path for path in PLACES if not path.exists()]
        for path in self._made:
            path.mkdir()
        self._group = CGROUP if CGROUP.parent.exists() else CGROUP_2
        self._group.mkdir()
        script = here / "enter.sh"
        version = 1 if self._group is CGROUP else 2
        script.write_text(ENTER.format(here=here, version=version))
        inner = f"echo $$ >{self._group}/cgroup.procs && exec unshare {{}} bash {script}"
        spaces = "--pid --mount --uts --ipc --cgroup --fork --kill-child"
        with (here / "systemd.log").open("wb") as log:
            self._process = subprocess.Popen(
                ["bash", "-c", inner.format(spaces)], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def ask(self, *arguments: str) -> str:
        """What `systemctl` says inside."""
        return self.inside("systemctl", "--no-pager", *arguments)

    def inside(self, *command: str) -> str:
        """What a command prints that is run inside."""
        children = f"/proc/{self._process.pid}/task/{self._process.pid}/children"
        first = Path(children).read_text().split()[0]
        enter = ["nsenter", "--target", first, "--mount", "--pid"]
        return subprocess.run(
            [*enter, *command], capture_output=True, text=True, check=True
        ).stdout.strip()

    def of(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.ask("show", "--value", "--property", name, unit)

    def status(self, unit: str) -> dict[str, str]:
        """What the kernel says of a unit's process."""
        lines = self.inside("cat", f"/proc/{self.of(unit, 'MainPID')}/status").splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def said(self) -> str:
        """What it wrote."""
        return (self._here / "systemd.log").read_text(errors="replace")

    def close(self) -> None:
        """End it, and with it all that it started."""
        self._process.kill()
        self._process.wait()
        for path in self._made:
            path.rmdir()
        wait_until(self._leave, seconds=10, what="the end of the control group", pause=0.2)

    def _leave(self) -> bool:
        for folder, _, _ in os.walk(self._group, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                return False
        return True


def lay_out(here: Path) -> None:
    """What the operator installs: project, units, user."""
    home = here / "srv"
    for name in ("services", "shared", "templates"):
        shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    library = ROOT / ".venv" / "lib"
    shutil.copytree(library, home / ".venv" / "lib", symlinks=True)
    next((home / ".venv" / "lib").glob("*/site-packages/dojang.pth")).write_text("/srv/dojang\n")
    programs = home / ".venv" / "bin"
    programs.mkdir()
    shutil.copy(ROOT / ".venv" / "bin" / "dojang", programs)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (programs / "python").symlink_to(f"/usr/bin/{version}")  # ours may lie under /root
    (home / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    shutil.copytree(ROOT / "systemd", here / "units")
    for name in TARGETS:
        (here / "units" / f"{name}.target").write_text("[Unit]\nDefaultDependencies=no\n")
    (here / "units" / "drill.target").write_text(f"[Unit]\nWants={' '.join(UNITS)}\n")
    user = f"dojang:x:{USER_ID}:{USER_ID}::/nonexistent:/usr/sbin/nologin\n"
    (here / "passwd").write_text(Path("/etc/passwd").read_text() + user)
    (here / "group").write_text(Path("/etc/group").read_text() + f"dojang:x:{USER_ID}:\n")
    (here / "var").mkdir()


@contextmanager
def gateway(etc: Etc, port: int, mailbox: int) -> Iterator[None]:
    """The way in, by the table that nginx has too."""
    server = waitress.create_server(
        Gateway({**etc.ports, "mailbox": mailbox}), host="127.0.0.1", port=port, threads=16
    )
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield
    finally:
        server.trigger.pull_trigger(server.close)


def is_ready(url: str) -> bool:
    """Whether a department can do its work."""
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def drill(here: Path, stack: ExitStack) -> None:
    """Install, start, walk, kill, stop."""
    rabbitmq, postgres = RabbitServer(here / "rabbitmq"), PostgresServer(here / "postgres")
    stack.callback(rabbitmq.close)
    rabbitmq.start()
    stack.callback(postgres.close)
    postgres.start()
    door, smtp, mailbox = free_port(), free_port(), free_port()
    url = f"http://127.0.0.1:{door}"
    shared = {"DOJANG_BASE_URL": url, "DOJANG_MAIL": f"smtp://127.0.0.1:{smtp}"}
    lay_out(here)
    etc = Etc(here / "etc", rabbitmq, postgres, "/var/lib/dojang", shared)
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **etc.operator}
    operator = Processes(here / "log", environment | {"DOJANG_DATA": str(here / "var")})
    stack.callback(operator.end_all)
    operator.run("migrate")
    operator.start("mailbox", "mailbox", "--port", str(mailbox), "--smtp-port", str(smtp))
    for path in (here / "var", *(here / "var").rglob("*"), *etc.folder.iterdir()):
        os.chown(path, USER_ID, USER_ID)
        path.chmod(0o700 if path.is_dir() else 0o600)
    systemd = Systemd(here)
    stack.callback(systemd.close)
    for one in SERVICES:
        wait_until(lambda one=one: is_ready(etc.url(one)), seconds=60, what=one)
    for unit in UNITS:
        status = systemd.status(unit)
        assert status["Uid"].split()[0] == str(USER_ID)
        assert (int(status["CapBnd"], 16), status["NoNewPrivs"], status["Seccomp"]) == (0, "1", "2")
    with gateway(etc, door, mailbox):
        say("six units are up; the demo:")
        say(operator.run("demo", "--url", url, "--many", "14", "--out", str(here / "paper.pdf")))
        before = systemd.of("dojang-worker@certs", "MainPID")
        systemd.ask("kill", "--signal=KILL", "dojang-worker@certs")
        wait_until(lambda: systemd.of("dojang-worker@certs", "MainPID") not in (before, "0"),
                   seconds=30, what="certs' worker")  # fmt: skip
        say("a worker that was killed is started again; the demo once more:")
        say(operator.run("demo", "--url", url, "--out", str(here / "paper.pdf")))
    systemd.ask("stop", *UNITS)
    ended = {
        unit: (systemd.of(unit, "Result"), systemd.of(unit, "ExecMainStatus")) for unit in UNITS
    }
    say(f"stopped: {ended}")
    assert set(ended.values()) == {("success", "0")}
    say(systemd.said() or "systemd had nothing to say.")


def say(text: str) -> None:
    """For whoever looks on."""
    sys.stdout.write(f"{text.rstrip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="dojang-systemd-") as folder, ExitStack() as cleared:
        Path(folder).chmod(0o755)
        drill(Path(folder), cleared)
        say("all good")
