"""The samples that the desk previews are what the tests tell, too."""

from __future__ import annotations

from services.notify.samples import CASE, LINKS, MORE, sample

__all__ = ["CASE", "LINKS", "MORE", "sample"]
