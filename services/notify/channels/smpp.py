"""SMS by SMPP 3.4 to the centre of a carrier: bound as transceiver, with delivery receipts.

One bind serves all threads of a process; it is made when first needed and
again after it broke. A command that was answered is accepted or not; one that
was not answered may have been.
"""

from __future__ import annotations

import hashlib
import re
import ssl
import threading
import weakref
from dataclasses import dataclass, replace
from typing import Any

from smpplib import consts, gsm

from services.notify.channels.interface import UNCERTAIN, UNHURRIED, Accepted, Outgoing, Patience
from services.notify.channels.provider import SECONDS_MOST, Account, Hear, Receipt, read_account
from services.notify.channels.smpp_line import SmppLine
from services.notify.lengths import parts_of
from services.notify.recipient import international_number
from shared.errors import DojangError, Permanent, TryLater

BUSY_REST_S = 5
LATER = {
    consts.SMPP_ESME_RTHROTTLED: "busy",
    consts.SMPP_ESME_RMSGQFUL: "busy",
    consts.SMPP_ESME_RINVSRCADR: "sender_refused",
    consts.SMPP_ESME_RINVBNDSTS: "server_unreachable",
    consts.SMPP_ESME_RSYSERR: "server_unreachable",
    consts.SMPP_ESME_RSUBMITFAIL: "server_unreachable",
    consts.SMPP_ESME_RX_T_APPN: "server_unreachable",
}
NEVER = {consts.SMPP_ESME_RINVDSTADR: "no_such_address"}
STATES = {  # of a receipt (SMPP 3.4, appendix B); those that say nothing yet are passed over
    "DELIVRD": ("delivered", ""),
    "UNDELIV": ("bounced", "not_reached"),
    "EXPIRED": ("bounced", "not_reached"),
    "REJECTD": ("bounced", "refused"),
    "DELETED": ("bounced", "refused"),
}
_RECEIPT = re.compile(r"id:(\S+).*?stat:(\w{7})", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class _Alphabet:
    data_coding: int
    encode: Any


ALPHABETS = {
    "GSM-7": _Alphabet(consts.SMPP_ENCODING_DEFAULT, gsm.gsm_encode),
    "UCS-2": _Alphabet(consts.SMPP_ENCODING_ISO10646, lambda text: text.encode("utf-16-be")),
}


def smpp_channel(address: str, hear: Hear) -> SmppChannel:
    """The channel of `smpp://system-id:password@host:2775?from=number`; `tls=off` says so."""
    account = read_account(address)
    tls = ssl.create_default_context() if account.encrypted else None
    return SmppChannel(account, tls, hear)


class SmppChannel:
    """Hands SMS to one centre. Used by many threads."""

    def __init__(self, account: Account, tls: ssl.SSLContext | None, hear: Hear) -> None:
        self.name = account.name
        self._account, self._tls, self._hear = (
            replace(account, port=account.port or 2775),
            tls,
            hear,
        )
        self._line: SmppLine | None = None
        self._lock = threading.Lock()

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        """Hand over; see `Channel.send`. The provider's id is that of the first part."""
        parts = parts_of(outgoing.text)
        line = self._bound(patience)
        wait_s = min(patience.acceptance_s, patience.total_s, SECONDS_MOST)
        ids: list[str] = []
        for number, text in enumerate(parts.texts, 1):
            head = _head(outgoing.message_id, len(parts.texts), number)
            alphabet = ALPHABETS[parts.alphabet]
            try:
                answer = line.submit(
                    wait_s,
                    source_addr=self._account.sender,
                    destination_addr=international_number(outgoing.to).removeprefix("+"),
                    dest_addr_ton=consts.SMPP_TON_INTL,
                    dest_addr_npi=consts.SMPP_NPI_ISDN,
                    esm_class=consts.SMPP_GSMFEAT_UDHI if head else consts.SMPP_MSGTYPE_DEFAULT,
                    data_coding=alphabet.data_coding,
                    short_message=head + alphabet.encode(text),
                    registered_delivery=True,
                )
                _judge(answer.status)
            except DojangError as error:
                if ids:  # a part of it is on its way already
                    raise TryLater(UNCERTAIN, f"part {number}: {error.code}") from error
                raise
            ids.append(_text(answer.message_id))
        return Accepted(ids[0])

    def _bound(self, patience: Patience) -> SmppLine:
        with self._lock:
            if self._line is None or not self._line.is_alive:
                wait_s = min(patience.answer_s, patience.total_s, SECONDS_MOST)
                self._line = SmppLine(self._account, self._tls, wait_s, self._receive())
                weakref.finalize(self, self._line.close)
            return self._line

    def _receive(self) -> Any:
        """What reads a `deliver_sm`; it must not keep the channel alive."""
        by, hear = self.name, self._hear

        def receive(pdu: Any) -> None:
            found = _RECEIPT.search(_text(pdu.short_message))
            known = STATES.get(found[2].upper()) if found else None
            if found is not None and known is not None:
                hear(Receipt(by, _text(pdu.receipted_message_id) or found[1], *known))

        return receive


def _judge(status: int) -> None:
    if status == consts.SMPP_ESME_ROK:
        return
    if status in NEVER:
        raise Permanent(NEVER[status], f"status {status:#x}")
    later = LATER.get(status)
    if later == "busy":
        raise TryLater("busy", f"status {status:#x}", retry_after=BUSY_REST_S)
    if later:
        raise TryLater(later, f"status {status:#x}")
    raise Permanent("refused", f"status {status:#x}")


def _head(message_id: str, parts: int, number: int) -> bytes:
    """What puts the parts together again (TS 23.040 9.2.3.24.1); nothing for a single one."""
    if parts == 1:
        return b""
    reference = hashlib.sha256(message_id.encode()).digest()[0]
    return bytes((5, 0, 3, reference, parts, number))


def _text(given: Any) -> str:
    return given.decode("latin-1") if isinstance(given, bytes) else str(given or "")
