"""What people read when a list is not theirs."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from services.forms.catalog.kind import Text

TEXTS: Mapping[str, Text] = {
    "no_such_list": _l("There is no such list, or it is not your office’s."),
}
