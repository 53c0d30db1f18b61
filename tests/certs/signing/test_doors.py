"""The door of a time-stamp authority, and what goes on while it keeps us waiting."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from services.certs.signing.plan import folder_of, plan_of
from shared.clock import StandingClock
from shared.errors import TryLater
from shared.settings import Settings
from tests.certs.parts import Office, request
from tests.certs.signing.server import Authorities


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A key and a certificate of this machine, in one PEM file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "pair.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def door(pair: Path, authorities: Authorities) -> Iterator[str]:
    """The authority behind TLS that asks who is there; who is not known is not let in."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            body = authorities.answer("/tsa", question)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 – its name there
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair)
    context.load_verify_locations(pair)
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused guest
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/tsa"
    server.shutdown()
    server.server_close()
    thread.join()


def test_our_certificate_opens_the_door_of_an_authority_and_without_it_we_wait(
    door: str, pair: Path, authorities: Authorities, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pair))  # whom this machine trusts
    clock = StandingClock(authorities.now)

    def stamp(**more: str) -> bytes:
        settings = Settings(data=str(tmp_path), tsa=door, **more)
        stamps = plan_of(settings, clock, folder_of(settings)).stamps
        assert stamps is not None
        return stamps.stamp(b"signature")

    with pytest.raises(TryLater):
        stamp()
    assert stamp(tsa_certificate=str(pair))


def test_the_database_is_free_while_the_authority_takes_its_time(
    at_level: Callable[..., Office], authorities: Authorities
) -> None:
    """A stamp is asked for outside of every transaction: others write meanwhile."""
    office = at_level("B-T")
    authorities.way = "late"
    office.put(request())
    worker = threading.Thread(target=office.consumer.drain)
    worker.start()
    try:
        while not authorities.asked:
            worker.join(0.02)
        with office.database.write():
            assert office.documents() == []
            assert worker.is_alive()
    finally:
        authorities.hold.set()
        worker.join()
    assert len(office.documents()) == 1
