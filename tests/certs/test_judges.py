"""Papers of every kind and language before judges: archival, accessible, whole, signed.

The kinds are those that the library lists: a new one is judged as soon as it is there.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import page as page_validation
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from services.certs.library import BuiltIn, Version
from tests.certs.forging.papers import Stack
from tests.certs.layout.desk import flaws_of_tags
from tests.certs.parts import NOON, Office
from tests.parts import pdfcpu
from tests.parts.fixtures import need

TEMPLATES = BuiltIn().versions()
EACH = pytest.mark.parametrize(
    "template", TEMPLATES, ids=[f"{one.kind}-{one.language}" for one in TEMPLATES]
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One issued paper of every kind and language."""
    folder = tmp_path_factory.mktemp("judges")
    office = Office(folder, f"sqlite:///{folder / 'certs.sqlite'}")
    yield Stack(office)
    office.close()


@EACH
def test_an_issued_paper_is_archival_and_accessible(
    stack: Stack, template: Version, tmp_path: Path
) -> None:
    """ISO 19005-2 level A and ISO 14289-1 by page-validation, and what that does not look at."""
    pdf = stack.paper(template).pdf
    (tmp_path / "paper.pdf").write_bytes(pdf)

    for profile in ("2a", "ua1"):
        found = page_validation.validate_pdf(str(tmp_path / "paper.pdf"), profile=profile)
        assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures]
    assert flaws_of_tags(pdf) == []


@EACH
def test_qpdf_finds_nothing_to_repair(stack: Stack, template: Version, tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(stack.paper(template).pdf)

    done = subprocess.run(
        ["qpdf", "--check", tmp_path / "paper.pdf"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr


@EACH
def test_the_signature_is_ours_valid_and_over_the_whole_file(
    stack: Stack, template: Version, tmp_path: Path
) -> None:
    """By pyHanko, which trusts this installation's authority alone, and by poppler's pdfsig."""
    pdf = stack.paper(template).pdf
    (tmp_path / "paper.pdf").write_bytes(pdf)
    [signature] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures

    status = validate_pdf_signature(signature, trusting(stack.office))

    assert status.bottom_line, status.pretty_print_details()
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    said = subprocess.run(
        ["pdfsig", "-nocert", tmp_path / "paper.pdf"], capture_output=True, text=True, check=True
    ).stdout
    for words in ("Signature is Valid", "Total document signed", "ETSI.CAdES.detached"):
        assert words in said


def test_pdfcpu_finds_every_paper_valid_and_a_broken_one_not(stack: Stack, tmp_path: Path) -> None:
    need(pdfcpu.why_not())
    papers = {f"{one.kind}.{one.language}": stack.paper(one).pdf for one in TEMPLATES}
    broken = next(iter(papers.values()))[:50_000]

    assert pdfcpu.validate(tmp_path, papers) == {}
    assert list(pdfcpu.validate(tmp_path, {"broken": broken})) == ["broken"]


def trusting(office: Office) -> Any:
    """A validation context that trusts the installation's authority and nobody else."""
    authority = office.parts.signing.signer().authority.public_bytes(Encoding.PEM)
    trusted = list(load_certs_from_pemder_data(authority))
    return ValidationContext(trust_roots=trusted, moment=NOON, allow_fetching=False)
