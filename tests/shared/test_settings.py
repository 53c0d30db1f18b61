"""What an operator sees of a wrong setting."""

import pytest

from shared.errors import Permanent
from shared.settings import Settings


def test_nothing_set_is_the_embedded_default() -> None:
    settings = Settings.read({"PATH": "/bin"})
    assert settings.environment == "embedded"
    assert settings.has_mailbox
    assert settings.database_url("forms").startswith("sqlite:///")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DOJANG_ENVIRONMENT", "prod", "embedded, trial, production"),
        ("DOJANG_BASE_URL", "dojang.example", "http, https"),
        ("DOJANG_FORMS_DATABASE", "mysql://x/y", "sqlite, postgresql"),
        ("DOJANG_BROKER", "redis://x", "amqp, amqps"),
        ("DOJANG_BROKER", "amqp://mq1 redis://mq2", "amqp, amqps"),
        ("DOJANG_MAIL", "sendmail", "mailbox, smtp, smtps"),
        ("DOJANG_WEB_THREADS", "many", "whole number"),
        ("DOJANG_BAES_URL", "http://x", "no such setting"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_and_what_to_write(
    variable: str, value: str, said: str
) -> None:
    with pytest.raises(Permanent) as caught:
        Settings.read({variable: value})
    assert variable in str(caught.value)
    assert said in str(caught.value)


def test_a_password_in_a_wrong_url_is_not_repeated() -> None:
    with pytest.raises(Permanent) as caught:
        Settings.read({"DOJANG_BROKER": "redis://user:hunter2-secret@host"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"DOJANG_CLOCK": "+3d"}, "DOJANG_CLOCK"),
        ({"DOJANG_BASE_URL": "http://dojang.example"}, "https://"),
        ({"DOJANG_MAIL": "mailbox:"}, "mail server"),
        ({"DOJANG_MAILBOX": "on"}, "mail server"),
        ({"DOJANG_BROKER": "amqp://forms:trial-only@rabbitmq/"}, "trial's password"),
        (
            {
                "DOJANG_BROKER": "amqp://forms:long-enough@rabbitmq/",
                "DOJANG_OPERATIONS_BROKER": "amqp://operations:trial-only@rabbitmq/",
            },
            "DOJANG_OPERATIONS_BROKER.*trial's password",
        ),
        ({"DOJANG_CERTS_DATABASE": "postgresql://certs:trial-only@x/y"}, "trial's password"),
    ],
)
def test_production_refuses_what_only_a_trial_may_have(changed: dict[str, str], said: str) -> None:
    good = {
        "DOJANG_ENVIRONMENT": "production",
        "DOJANG_BASE_URL": "https://dojang.example",
        "DOJANG_MAIL": "smtp://mail.example",
    }
    assert not Settings.read(good).has_mailbox
    with pytest.raises(Permanent, match=said):
        Settings.read({**good, **changed})
