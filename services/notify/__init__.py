"""The department that delivers: e-mail, SMS, verification codes."""
