"""The authorities' HTTP server: honest by default, or lying as a test asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import tsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.certs.signing.pki import SIGNS, Pki
from tests.parts.ports import free_port

Answer = Callable[["Authorities", bytes], bytes]


class Authorities:
    """The authorities of a `Pki` over HTTP; `way` is how the time-stamp authority answers."""

    def __init__(self, now: datetime) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.pki = Pki(now, self.address)
        self.now = now
        self.way = "honest"
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.hold = threading.Event()  # what a slow answer waits for
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def tsa(self) -> str:
        return self.address + "/tsa"

    def go_away(self) -> None:
        """From now on nobody listens."""
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, question: bytes) -> bytes:
        self.asked.append(path)
        if path == "/tsa":
            return WAYS[self.way](self, question)
        if path == "/ocsp":
            return self.pki.responded(question)
        return self.pki.revocation_list(self.pki.root if path == "/root.crl" else self.pki.between)


def honest(who: Authorities, question: bytes) -> bytes:
    return who.pki.stamped(question, who.now)


def another_nonce(who: Authorities, question: bytes) -> bytes:
    asked = tsp.TimeStampReq.load(question)
    asked["nonce"] = 42
    return who.pki.stamped(asked.dump(force=True), who.now)


def another_imprint(who: Authorities, question: bytes) -> bytes:
    asked = tsp.TimeStampReq.load(question)
    asked["message_imprint"]["hashed_message"] = b"\x00" * 32
    return who.pki.stamped(asked.dump(force=True), who.now)


def an_old_time(who: Authorities, question: bytes) -> bytes:
    return who.pki.stamped(question, who.now - timedelta(minutes=10))


def a_coming_time(who: Authorities, question: bytes) -> bytes:
    return who.pki.stamped(question, who.now + timedelta(minutes=10))


def rejection(who: Authorities, question: bytes) -> bytes:
    answer: bytes = tsp.TimeStampResp({"status": {"status": "rejection"}}).dump()
    return answer


def a_signature_of_nobody(who: Authorities, question: bytes) -> bytes:
    made = bytearray(honest(who, question))
    made[-1] ^= 1
    return bytes(made)


def a_key_for_anything(who: Authorities, question: bytes) -> bytes:
    """A certificate that may stamp time, and more (RFC 3161, 2.3: it may not)."""
    usages = [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING]
    by = who.pki.make("Anything", who.pki.between, SIGNS, extended=usages)
    return who.pki.stamped(question, who.now, by)


def a_certificate_that_ended(who: Authorities, question: bytes) -> bytes:
    by = who.pki.make(
        "Ended",
        who.pki.between,
        SIGNS,
        extended=[ExtendedKeyUsageOID.TIME_STAMPING],
        ends=timedelta(days=-1),
    )
    return who.pki.stamped(question, who.now, by)


def another_root(who: Authorities, question: bytes) -> bytes:
    return Pki(who.now, who.address).stamped(question, who.now)


def long(who: Authorities, question: bytes) -> bytes:
    """With certificates that nobody needs: longer than the room that is kept at first."""
    more = [who.pki.make(f"Spare {n}", who.pki.between, SIGNS) for n in range(24)]
    return who.pki.stamped(question, who.now, more=more)


def late(who: Authorities, question: bytes) -> bytes:
    who.hold.wait(20)
    return honest(who, question)


WAYS: dict[str, Answer] = {
    "honest": honest,
    "another nonce": another_nonce,
    "another imprint": another_imprint,
    "an old time": an_old_time,
    "a coming time": a_coming_time,
    "rejection": rejection,
    "a signature of nobody": a_signature_of_nobody,
    "a key for anything": a_key_for_anything,
    "a certificate that ended": a_certificate_that_ended,
    "another root": another_root,
    "garbage": lambda who, question: b"<html>hello</html>",
    "nothing": lambda who, question: b"",
    "too much": lambda who, question: b"\x30" * 200_000,
    "late": late,
    "long": long,
    "drop by drop": honest,
    "an error": honest,
}
LIES = tuple(way for way in WAYS if way not in ("honest", "late", "long", "drop by drop"))


def _handler(who: Authorities) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._say(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        def do_GET(self) -> None:
            self._say(b"")

        def _say(self, question: bytes) -> None:
            who.headers.append(dict(self.headers))
            body = who.answer(self.path, question)
            self.send_response(500 if self.path == "/tsa" and who.way == "an error" else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self._drop(body) if who.way == "drop by drop" else self.wfile.write(body)
            except OSError:
                return  # who asked has gone

        def _drop(self, body: bytes) -> None:
            for start in range(0, len(body), 16):
                if who.hold.is_set():
                    return
                self.wfile.write(body[start : start + 16])
                self.wfile.flush()
                time.sleep(0.05)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 – its name there
            return

    return Handler
