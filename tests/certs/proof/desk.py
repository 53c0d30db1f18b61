"""certs at a real port with its static files, a log of what it was asked, and papers to check."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import zxingcpp
from PIL import Image
from werkzeug.serving import WSGIRequestHandler, make_server

from services.certs.app import create_app
from services.certs.library import Version
from services.certs.press import Order
from shared import frame
from tests.certs.parts import Office
from tests.parts.ports import free_port

NOON = datetime(2026, 9, 2, 1, 20, 31, tzinfo=UTC)
NUMBER = "93XV-372B-P0SN-1ABY-K"
DEGREE = {
    "name_ko": "한도윤",
    "name_en": "HAN Doyun",
    "birth_date": "1998년 4월 17일",
    "degree_title": "공학박사",
    "degree_date": "2026년 8월 20일",
}
PROVES = ("name_ko", "degree_title", "degree_date", "birth_date")


class Silent(WSGIRequestHandler):
    """Nothing is written to the test's output."""

    def log(self, *_words: Any) -> None:
        return None


class Served:
    """The address, and everything of each request that reached the server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.heard: list[str] = []

    def listening(self, app: Any) -> Any:
        """The application, listened to at its door."""

        def heard(environ: dict[str, Any], start: Any) -> Any:
            said = {k: v for k, v in environ.items() if isinstance(v, str)}
            self.heard.append(repr(sorted(said.items())))
            environ["HTTP_HOST"] = urlsplit(self.url).netloc  # under whatever name it was asked
            return app(environ, start)

        return heard


@contextmanager
def serving(office: Office) -> Iterator[Served]:
    """certs at a port until the block ends."""
    port = free_port()
    served = Served(f"http://127.0.0.1:{port}")
    app = create_app(office.parts)
    frame.serve(app)
    server = make_server(
        "127.0.0.1", port, served.listening(app), threaded=True, request_handler=Silent
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def digits(
    office: Office,
    values: dict[str, Any] | None = None,
    proves: tuple[str, ...] = PROVES,
    number: str = NUMBER,
    language: str = "ko",
) -> str:
    """The signed facts of a degree."""
    template = Version("certificate_degree", language, "1")
    order = Order(template, {**DEGREE, **(values or {})}, {}, proves)
    return office.parts.prover.digits(order, number, NOON)


def printed(pdf: bytes, folder: Path, dpi: int, page: int = 1) -> Image.Image:
    """A page as a printer would put it on paper, in grey."""
    (folder / "paper.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dpi), "-gray", "-png", "-singlefile", "-f", str(page)]
    subprocess.run([*command, folder / "paper.pdf", folder / "paper"], check=True)
    with Image.open(folder / "paper.png") as seen:
        seen.load()
        return seen


def code_on(page: Image.Image) -> str:
    """What the one QR code of a page says."""
    (found,) = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)
    return str(found.text)
