"""What people read when the list of those who cannot be readmitted refuses."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from services.forms.catalog.kind import Text

TEXTS: Mapping[str, Text] = {"not_barred": _l("They are not on the list.")}
