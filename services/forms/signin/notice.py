"""The privacy notice: until it is accepted, everything else is closed."""

from services.forms.signin.sessions import accept_notice

__all__ = ["accept_notice"]
