"""Whatever key signs and whatever stands behind the signature: archival, accessible, sound."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import page as page_validation
import pytest

from tests.certs.layout.desk import flaws_of_tags
from tests.certs.parts import NOON, Office

# This judge reads ISO 19005-2, 6.4.3 ("over the entire file") so that nothing may follow a
# signature; what B-LT adds must follow it (ISO 32000-2, 12.8.4.3), and others (veraPDF) look at the
# end of the signed revision. That revision by itself is found without a fault: it is the B-T file.
BEHIND_IT = {"PDFA2A-SIGNATURE-BYTERANGE-001"}


@pytest.mark.parametrize("algorithm", ["p256", "rsa3072"])
@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT"])
def test_a_paper_of_each_level_is_archival_and_accessible_and_needs_no_repair(
    at_level: Callable[..., Office], tmp_path: Path, level: str, algorithm: str
) -> None:
    """ISO 19005-2 level A, ISO 14289-1, ISO 32000."""
    office = at_level(level)
    office.parts.signing.folder.rotate(NOON, algorithm)
    document, pdf = office.issue()
    assert document.signature is not None
    assert document.signature["level"] == level
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)

    for profile in ("2a", "ua1"):
        found = page_validation.validate_pdf(str(path), profile=profile)
        rules = {failure.rule_id for failure in found.failures}
        assert rules == (BEHIND_IT if (profile, level) == ("2a", "B-LT") else set())
    assert flaws_of_tags(pdf) == []
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
