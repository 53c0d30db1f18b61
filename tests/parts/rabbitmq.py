"""A real RabbitMQ for tests: Debian's server as our own process, with its own everything.

Node name, ports, port mapper, data folder and cookie belong to one object, so
that several can run at once and a test may kill it, start it again and find
what it had written. Nothing of the machine's own RabbitMQ is touched. Three of
them make a cluster by the file that operators are given.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pika
from pika.exceptions import AMQPError

from tests.parts.ports import free_port, wait_until

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # Debian's wrapper in PATH changes user
CONTROL = SERVER.with_name("rabbitmqctl")
CONTROL_SECONDS = 240
CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
log.file.level = warning
vm_memory_high_watermark.relative = 0.9
disk_free_limit.absolute = 10MB
"""
LOADING = "load_definitions = {definitions}\n"
CLUSTER = Path(__file__).parents[2] / "rabbitmq" / "cluster.conf"
COOKIE = "DOJANGSCOOKIE"
VHOSTS = 60  # made when the node is new: rabbitmqctl would take a second for each
CLUSTER_VHOSTS = 2  # each is made on all three nodes


def why_not() -> str | None:
    """Why no RabbitMQ can be started here, or None if it can."""
    missing = [name for name in ("erl", "epmd") if shutil.which(name) is None]
    if not SERVER.exists():
        missing.append(str(SERVER))
    return f"RabbitMQ is not installed ({', '.join(missing)} missing)" if missing else None


class RabbitServer:
    """One node; `url()` gives a virtual host of its own to each test that asks.

    With a file of definitions it has what that says and no `url()`; `probe` is then `user:password`
    of somebody there. Nodes that are to find one another have one port mapper (`epmd_port`).
    """

    def __init__(
        self,
        folder: Path,
        definitions: Path | None = None,
        probe: str = "guest:guest",
        epmd_port: int | None = None,
    ) -> None:
        self.folder, self._definitions = folder, definitions
        vhost = f"t{VHOSTS - 1}" if definitions is None else "%2F"
        self._probe = probe, vhost
        self.port, self._dist_port = free_port(), free_port()
        self._epmd_port = epmd_port or free_port()
        self.name = f"dojang{self.port}@localhost"
        self._vhosts = itertools.count()
        self._node: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None
        self._write_configuration()

    def url(self) -> str:
        """The address of an empty virtual host that nobody else was given."""
        number = next(self._vhosts)
        if number >= VHOSTS:
            raise RuntimeError(f"more than {VHOSTS} virtual hosts asked for: raise VHOSTS")
        return f"amqp://guest:guest@127.0.0.1:{self.port}/t{number}"

    def start(self) -> None:
        """Start the node, or start it again on the same data; back when it takes connections."""
        self.begin()
        self.wait()

    def begin(self) -> None:
        """As `start`, without waiting."""
        environment = self._environment()
        if self._epmd is None:
            self._epmd = self._spawn([shutil.which("epmd") or "epmd"], environment)
        self._node = self._spawn([str(SERVER)], environment)

    def wait(self) -> None:
        """Until the node takes connections."""
        try:
            wait_until(self._answers, seconds=240, what="RabbitMQ", alive=self._node)
        except RuntimeError as ended:
            said = (self.folder / "output.log").read_text(errors="replace")[-3000:]
            raise RuntimeError(f"{ended}; it said:\n{said}") from None

    def ensure_running(self) -> None:
        """Start the node if a test left it dead."""
        if not self.runs:
            self.start()

    @property
    def runs(self) -> bool:
        """Whether the node's process is there."""
        return self._node is not None and self._node.poll() is None

    def join(self, nodes: Sequence[str]) -> None:
        """Be configured as one of these, as docs/operating.md has it; before the first start.

        Users and virtual hosts are given to the cluster afterwards, once."""
        self._probe = "guest:guest", "%2F"
        text = CLUSTER.read_text()
        for number, name in enumerate(nodes, 1):
            text = text.replace(f"rabbit@mq{number}", name)
        (self.folder / "rabbitmq.conf").write_text(CONFIGURATION.format(port=self.port) + text)
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text(COOKIE)
        cookie.chmod(0o400)

    def empty(self) -> None:
        """Take everything away that it had written, as a new machine of the same name."""
        shutil.rmtree(self.folder / "data")

    def command(self, program: str, *arguments: str) -> str:
        """What `rabbitmqctl` or another of its programs prints about this node."""
        done = subprocess.run(
            [str(SERVER.with_name(program)), "--node", self.name, "--quiet", *arguments],
            env=self._environment(), cwd=self.folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} {arguments[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def kill(self) -> None:
        """End the node as a power cut would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the node in order."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """It keeps its connections and answers nothing (SIGSTOP), as on a machine that swaps."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It answers again."""
        self._signal(signal.SIGCONT)

    def control(self, *arguments: str) -> str:
        """What an operator does with `rabbitmqctl`; what it printed."""
        done = subprocess.run(
            [str(CONTROL), "--quiet", *arguments], env=self._environment(), cwd=self.folder,
            capture_output=True, text=True, timeout=CONTROL_SECONDS, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"rabbitmqctl {arguments[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def close(self) -> None:
        """End everything that this object started."""
        self.kill()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait()
            self._epmd = None

    def _end(self, how: signal.Signals) -> None:
        if self._node is None:
            return
        with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
            os.killpg(self._node.pid, how)
        self._node.wait(30)
        self._node = None

    def _signal(self, what: signal.Signals) -> None:
        assert self._node is not None
        os.killpg(self._node.pid, what)

    def _spawn(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with open(self.folder / "output.log", "ab") as log:
            return subprocess.Popen(
                command, env=environment, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def _answers(self) -> bool:
        who, vhost = self._probe
        parameters = pika.URLParameters(f"amqp://{who}@127.0.0.1:{self.port}/{vhost}")
        parameters.socket_timeout = 2
        try:
            pika.BlockingConnection(parameters).close()
        except (AMQPError, OSError):
            time.sleep(0.1)
            return False
        return True

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            # Idle schedulers look for work in a loop otherwise, and several nodes share two cores.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
            "detached": "1",  # the script becomes the node, so that a signal reaches it
        }

    def _write_configuration(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        definitions = self._definitions or self.folder / "definitions.json"
        if self._definitions is None:
            definitions.write_text(json.dumps(_definitions(VHOSTS)))
        (self.folder / "rabbitmq.conf").write_text(
            CONFIGURATION.format(port=self.port) + LOADING.format(definitions=definitions)
        )
        (self.folder / "enabled_plugins").write_text("[].\n")


@dataclass(frozen=True)
class Queue:
    """What a cluster says of a queue: who has a copy, who of them is there, who leads."""

    name: str
    type: str
    leader: str
    members: list[str]
    online: list[str]


class RabbitCluster:
    """Three nodes on this machine, one cluster."""

    def __init__(self, folder: Path) -> None:
        epmd_port = free_port()
        self.nodes = [
            RabbitServer(folder / f"node{number}", epmd_port=epmd_port) for number in (1, 2, 3)
        ]
        for node in self.nodes:
            node.join([one.name for one in self.nodes])
        self._definitions = folder / "definitions.json"
        self._definitions.write_text(json.dumps(_definitions(CLUSTER_VHOSTS)))
        self._is_new = True

    def url(self, number: int = 0) -> str:
        """The addresses of a virtual host at all nodes, as DOJANG_BROKER has them."""
        at = [f"amqp://guest:guest@127.0.0.1:{node.port}/t{number}" for node in self.nodes]
        return " ".join(at)

    def start(self) -> None:
        """Start whichever nodes do not run; back when all take connections."""
        new = [node for node in self.nodes if not node.runs]
        for node in new:
            node.begin()
        for node in new:
            node.wait()
        if self._is_new:
            self.nodes[0].command("rabbitmqctl", "import_definitions", str(self._definitions))
            self._is_new = False

    def one_that_runs(self) -> RabbitServer:
        """A node to ask."""
        return next(node for node in self.nodes if node.runs)

    def queues(self, vhost: str = "t0") -> list[Queue]:
        """Every queue of a virtual host."""
        told = self.one_that_runs().command(
            "rabbitmqctl", "list_queues", "--vhost", vhost, "--formatter", "json",
            "name", "type", "leader", "members", "online",
        )  # fmt: skip
        return [Queue(**one) for one in json.loads(told)]

    def is_whole(self) -> bool:
        """Whether there are queues, and every one is there on all three nodes."""
        queues = self.queues()
        return bool(queues) and all(len(one.online) == len(self.nodes) for one in queues)

    def close(self) -> None:
        """End all."""
        for node in self.nodes:
            node.close()


def _definitions(count: int) -> dict[str, list[dict[str, object]]]:
    vhosts = [f"t{number}" for number in range(count)]
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    return {
        "users": [{"name": "guest", "password": "guest", "tags": ["administrator"]}],
        "vhosts": [{"name": name} for name in vhosts],
        "permissions": [{"user": "guest", "vhost": name, **everything} for name in vhosts],
    }
