"""The ways that go through LibreOffice: docxtpl with a fresh one, with a warm one, and Carbone."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xmlrpc.client import ServerProxy

from docxtpl import DocxTemplate

from benchmarks.peers.meter import own_seconds, tree_seconds
from benchmarks.peers.papers import KINDS, Kind, docx
from benchmarks.peers.whole import Whole
from benchmarks.peers.word import for_carbone, for_docxtpl
from services.certs.layout import soffice

HERE = Path(__file__).parent
SITE = next((HERE / "install" / "venv" / "lib").glob("*/site-packages"), HERE)
LIBREOFFICE = "/usr/lib/libreoffice/program"  # Carbone looks for soffice.bin, and Python with uno
PDF_OPTIONS = [
    "SelectPdfVersion=2", "UseTaggedPDF=true", "PDFUACompliance=true", "ExportBookmarks=false",
    "ReduceImageResolution=false", "UseLosslessCompression=true",
]  # fmt: skip


class Fresh:
    """docxtpl, then a `soffice --convert-to pdf` for each document; its profile is kept, which
    spares it the first start."""

    name = "docxtpl + soffice + pyHanko, signed and stored"

    def __init__(self, folder: Path) -> None:
        self._folder, self._whole = folder, Whole(folder)
        self._templates = {kind: for_docxtpl(docx(kind)) for kind in KINDS}

    def make(self, kind: Kind, values: Mapping[str, Any]) -> bytes:
        (self._folder / "paper.docx").write_bytes(filled(self._templates[kind], values))
        profile = (self._folder / "profile").as_uri()
        subprocess.run(
            ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to",
             soffice.PDF_FILTER, "--outdir", self._folder, self._folder / "paper.docx"],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
        return self._whole((self._folder / "paper.pdf").read_bytes())

    def seconds(self) -> float:
        return own_seconds()

    def close(self) -> None:
        """Nothing runs between documents."""


class Warm:
    """docxtpl, then unoserver: one LibreOffice that stays, asked over XML-RPC."""

    name = "docxtpl + unoserver + pyHanko, signed and stored"

    def __init__(self, folder: Path) -> None:
        self._whole = Whole(folder)
        self._templates = {kind: for_docxtpl(docx(kind)) for kind in KINDS}
        port, office_port = free_port(), free_port()
        self._server = subprocess.Popen(
            ["/usr/bin/python3", "-m", "unoserver.server", "--port", str(port), "--uno-port",
             str(office_port), "--user-installation", folder / "warm"],
            env={**os.environ, "PYTHONPATH": str(SITE)}, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._proxy: Any = ServerProxy(f"http://127.0.0.1:{port}", allow_none=True)
        wait_for(lambda: self._proxy.info())

    def make(self, kind: Kind, values: Mapping[str, Any]) -> bytes:
        packed = filled(self._templates[kind], values)
        pdf: Any = self._proxy.convert(
            None, packed, None, "pdf", "writer_pdf_Export", PDF_OPTIONS, False, None
        )
        return self._whole(bytes(pdf.data))

    def seconds(self) -> float:
        return own_seconds() + tree_seconds(self._server.pid)

    def close(self) -> None:
        """unoserver hangs on SIGTERM: its own process group is killed."""
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()


class Carbone:
    """Carbone in Node with its pool of one LibreOffice."""

    name = "Carbone + pyHanko, signed and stored (it makes neither tags nor PDF/A)"

    def __init__(self, folder: Path) -> None:
        self._folder, self._whole = folder, Whole(folder)
        for kind in KINDS:
            (folder / f"{kind.name}.docx").write_bytes(for_carbone(docx(kind)))
        self._node = subprocess.Popen(
            ["node", HERE / "carbone.js"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, start_new_session=True,
            env={**os.environ, "PATH": f"{LIBREOFFICE}:/usr/bin:{os.environ['PATH']}"},
        )  # fmt: skip

    def make(self, kind: Kind, values: Mapping[str, Any]) -> bytes:
        out = self._folder / "carbone.pdf"
        asked = {"template": str(self._folder / f"{kind.name}.docx"), "data": values,
                 "out": str(out)}  # fmt: skip
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps(asked) + "\n")
        self._node.stdin.flush()
        said = json.loads(self._node.stdout.readline())
        if said["error"]:
            raise RuntimeError(said["error"])
        return self._whole(out.read_bytes())

    def seconds(self) -> float:
        return own_seconds() + tree_seconds(self._node.pid)

    def close(self) -> None:
        os.killpg(self._node.pid, signal.SIGKILL)
        self._node.wait()


def filled(template: bytes, values: Mapping[str, Any]) -> bytes:
    """The template rendered by docxtpl, as its documentation does."""
    out = io.BytesIO()
    paper = DocxTemplate(io.BytesIO(template))
    paper.render(dict(values), autoescape=True)
    paper.save(out)
    return out.getvalue()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(ready: Any, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            ready()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)
        else:
            return
