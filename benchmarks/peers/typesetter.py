"""Typst through its Python binding, with one compiler for all documents."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import zxingcpp

from benchmarks.peers.meter import own_seconds
from benchmarks.peers.offices import SITE
from benchmarks.peers.papers import Kind
from benchmarks.peers.whole import Whole

HERE = Path(__file__).parent
FONTS = Path(__file__).parents[2] / "templates" / "fonts"


class Typst:
    """Typst as it is quickest: fonts read once, source and pictures cached by its compiler."""

    name = "Typst, PDF/A-2a, unsigned"

    def __init__(self, _folder: Path) -> None:
        sys.path.append(str(SITE))
        import typst  # the peer's own folder, known from now on

        self._compiler: Any = typst.Compiler(
            root=str(HERE / "typst"), font_paths=[str(FONTS)], ignore_system_fonts=True
        )

    def make(self, kind: Kind, values: Mapping[str, Any]) -> bytes:
        code = zxingcpp.create_barcode(
            f"https://verify.dojang.example/verify/{values['document_number']}",
            zxingcpp.BarcodeFormat.QRCode,
        )
        return bytes(
            self._compiler.compile(
                input=str(HERE / "typst" / f"{kind.name}.typ"),
                format="pdf",
                sys_inputs={"data": json.dumps(values), "qr": code.to_svg()},
                pdf_standards="a-2a",
            )
        )

    def seconds(self) -> float:
        return own_seconds()

    def close(self) -> None:
        """It lives in this process."""


class WholeTypst(Typst):
    """The same, signed and stored."""

    name = "Typst + pyHanko, signed and stored"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._whole = Whole(folder)

    def make(self, kind: Kind, values: Mapping[str, Any]) -> bytes:
        return self._whole(super().make(kind, values))
