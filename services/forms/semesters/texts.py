"""What people read when a semester's data are refused."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from services.forms.catalog.kind import Text

TEXTS: Mapping[str, Text] = {
    "bad_semester": _l("Some of the data cannot be read."),
    "semester_changed": _l("Somebody else changed this semester meanwhile. Look at it again."),
    "no_semester": _l("There is no such semester; write it as 2022-fall."),
}
