"""What a child of `limited.py` does first: take away what reading a file does not need.

`python -I limited_child.py PROGRAM [ARGUMENT …]` runs PROGRAM, which then cannot write a file, nor
use more memory or time than this, and tells nobody what is odd about the file.
"""

from __future__ import annotations

import logging
import resource
import runpy
import sys
import warnings

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 6


def limit() -> None:
    """Set the limits; there is no way back."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    limit()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
