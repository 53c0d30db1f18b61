"""One bind to an SMPP centre: a thread reads, whoever submits waits for the answer to theirs."""

from __future__ import annotations

import logging
import select
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from socket import SHUT_RDWR
from typing import Any

from smpplib import client as smpp_client
from smpplib import consts, exceptions, smpp

from services.notify.channels.interface import UNCERTAIN
from services.notify.channels.provider import Account
from shared.errors import TryLater

ENQUIRE_SECONDS = 30.0
NOT_ADMITTED = (
    consts.SMPP_ESME_RBINDFAIL,
    consts.SMPP_ESME_RINVPASWD,
    consts.SMPP_ESME_RINVSYSID,
    consts.SMPP_ESME_RALYBND,
)
log = logging.getLogger("dojang.notify")


class SmppLine:
    """A bind, made by its constructor; raises TryLater(server_unreachable | login_failed)."""

    def __init__(
        self,
        account: Account,
        tls: ssl.SSLContext | None,
        wait_s: float,
        receive: Callable[[Any], None],
    ) -> None:
        self._receive = receive
        self._answers: dict[int, SimpleQueue[Any]] = {}
        self._writing = threading.Lock()
        self._client = smpp_client.Client(
            account.host, account.port, wait_s, ssl_context=tls, allow_unknown_opt_params=True
        )
        self._bind(account)
        self._socket = self._client._socket  # smpplib has no wait without reading half a PDU
        self.is_alive = True
        threading.Thread(target=self._read, name="smpp", daemon=True).start()

    def submit(self, wait_s: float, **fields: Any) -> Any:
        """The answer to one `submit_sm`. Raises TryLater(uncertain | server_unreachable)."""
        answers: SimpleQueue[Any] = SimpleQueue()
        with self._writing:
            if not self.is_alive:
                raise TryLater("server_unreachable", "the bind has ended")
            pdu = smpp.make_pdu("submit_sm", client=self._client, **fields)
            self._answers[pdu.sequence] = answers
            try:
                self._client.send_pdu(pdu)
            except (exceptions.ConnectionError, OSError) as error:
                self.close()
                raise TryLater(UNCERTAIN, "the connection broke") from error
        try:
            answer = answers.get(timeout=wait_s)
        except Empty:
            answer = None
        finally:
            self._answers.pop(pdu.sequence, None)
        if answer is None:
            self.close()  # a centre that does not answer is bound anew
            raise TryLater(UNCERTAIN, "the centre did not answer")
        return answer

    def close(self) -> None:
        """End it; whoever waits is told that no answer comes. The reading thread closes it."""
        self.is_alive = False
        with suppress(OSError):
            self._socket.shutdown(SHUT_RDWR)
        for answers in list(self._answers.values()):
            answers.put(None)

    def _bind(self, account: Account) -> None:
        try:
            self._client.connect()
            self._client.bind_transceiver(system_id=account.user, password=account.secret)
        except exceptions.PDUError as error:
            self._client.disconnect()
            status = error.args[1] if len(error.args) > 1 else 0
            refused = "login_failed" if status in NOT_ADMITTED else "server_unreachable"
            raise TryLater(refused, f"bind {status:#x}") from error
        except (exceptions.ConnectionError, OSError) as error:
            self._client.disconnect()
            raise TryLater("server_unreachable", type(error).__name__) from error

    def _read(self) -> None:
        try:
            while self.is_alive:
                self._read_one()
        except (exceptions.ConnectionError, exceptions.PDUError, OSError, ValueError):
            pass  # what the connection said until then counts; the next message binds anew
        finally:
            self.close()
            self._client.disconnect()

    def _read_one(self) -> None:
        ready, _, _ = select.select([self._socket], [], [], ENQUIRE_SECONDS)
        if not ready:
            return self._say("enquire_link")
        pdu = self._client.read_pdu()
        if pdu.command in ("submit_sm_resp", "generic_nack"):
            if answers := self._answers.get(pdu.sequence):
                answers.put(pdu)
        elif pdu.command == "deliver_sm":
            self._take_in(pdu)
        elif pdu.command in ("enquire_link", "unbind"):
            self._say(f"{pdu.command}_resp", pdu.sequence)
            self.is_alive = pdu.command != "unbind"
        return None

    def _take_in(self, pdu: Any) -> None:
        """A receipt that we cannot note now is asked for again: the centre sends it once more."""
        status = consts.SMPP_ESME_ROK
        try:
            self._receive(pdu)
        except TryLater:
            status = consts.SMPP_ESME_RX_T_APPN
        except Exception as error:
            log.error("a receipt could not be read: %s", type(error).__name__)  # noqa: TRY400
        self._say("deliver_sm_resp", pdu.sequence, status=status)

    def _say(self, command: str, sequence: int | None = None, **fields: Any) -> None:
        with self._writing:
            pdu = smpp.make_pdu(command, client=self._client, **fields)
            if sequence is not None:
                pdu.sequence = sequence
            self._client.send_pdu(pdu)
