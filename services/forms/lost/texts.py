"""What people read when no app can be taken off an account."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from services.forms.catalog.kind import Text

TEXTS: Mapping[str, Text] = {"no_app": _l("No authenticator app is in use there.")}
