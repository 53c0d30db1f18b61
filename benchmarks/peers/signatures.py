"""What a signature alone costs: our one pass and pyHanko, by key; and what reading it again does.

python benchmarks/peers/signatures.py [--times 200]
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner

from services.certs.layout.write import Writer
from services.certs.sign import Signer
from services.certs.signing.credentials import KEY_FILE, LEAF_FILE
from services.certs.signing.folder import SigningFolder
from services.certs.signing.level import Trust, reached
from services.certs.signing.live import Plan, Signing
from shared.clock import StandingClock
from tests.certs.layout.desk import ADDRESS, FONTS, NOON, layout, sample

ALGORITHMS = ("p256", "rsa2048", "rsa3072")


def rows(times: int) -> list[str]:
    """Median processor milliseconds of each step, as rows of a table."""
    with tempfile.TemporaryDirectory() as folder:
        return [row for name in ALGORITHMS for row in _rows_of(name, Path(folder) / name, times)]


def _rows_of(algorithm: str, path: Path, times: int) -> list[str]:
    folder = SigningFolder(path, "Dojang University of Science")
    folder.make(NOON, algorithm)
    signing, writer = Signing(folder, StandingClock(NOON), Plan()), Writer(FONTS)
    signer = signing.signer()

    def write(by: Signer | None) -> bytes:
        values, number = sample("ko"), "93XV-372B-P0SN-1ABY-K"
        return writer.write(
            layout("ko"), values, {}, number=number, at=NOON, qr_text=ADDRESS, signer=by
        )

    bare, pdf = write(None), write(signer)
    trust = Trust(signer.authority)
    digests = iter(range(10**9))
    return [
        _row(f"{algorithm}: CMS in one pass", times, lambda: signer.cms(_digest(next(digests)))),
        _row(f"{algorithm}: read again, quick way", times, lambda: signing.judged(pdf)),
        _row(f"{algorithm}: read again, thorough way", times, lambda: reached(pdf, trust, NOON)),
        _row(f"{algorithm}: pyHanko, key loaded", max(times // 10, 3), _pyhanko(path, bare)),
    ]


def _digest(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _pyhanko(path: Path, pdf: bytes) -> Callable[[], Any]:
    """The slow way over the same paper, unsigned: an incremental update with PAdES B-B."""
    signer = SimpleSigner.load(str(path / KEY_FILE), str(path / LEAF_FILE))
    assert signer is not None
    assert list(load_certs_from_pemder_data((path / LEAF_FILE).read_bytes()))
    wishes = PdfSignatureMetadata(field_name="Again", subfilter=SigSeedSubFilter.PADES)

    def sign() -> Any:
        return PdfSigner(wishes, signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))

    return sign


def _row(name: str, times: int, work: Callable[[], Any]) -> str:
    work()
    found = []
    for _ in range(times):
        begun = time.process_time()
        work()
        found.append((time.process_time() - begun) * 1000)
    return f"| {name} | {times} | {statistics.median(found):.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    print("| step | times | median CPU ms |\n|---|---|---|")
    print("\n".join(rows(parser.parse_args().times)))


if __name__ == "__main__":
    main()
