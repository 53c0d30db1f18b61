"""notify's web application: the call inside, the desk of post, and the mailbox of a trial."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from services.notify.desk.samples import sample_pages
from services.notify.desk.stuck import stuck_pages
from services.notify.desk.views import desk_pages
from services.notify.internal import verifications
from services.notify.mailbox.views import mailbox_pages
from services.notify.parts import Parts
from shared import frame, web
from shared.broker.dead_letters import DeadLetters

INTERNAL_HOSTS = ("notify", "127.0.0.1")
TEXTS = {
    "no_such_mail": _l("That message is no longer in the mailbox."),
    "no_such_notification": _l("There is no such message, or it is of another office."),
    "words_gone": _l("Its words are forgotten. Send it anew from the application."),
    "no_dead_letter": _l("It is not stuck any more."),
}


def create_app(parts: Parts, dead_letters: DeadLetters | None = None) -> Flask:
    """notify over HTTP; without a mailbox (production) its pages are not there at all."""
    app = web.build(
        __name__,
        settings=parts.settings,
        ready=parts.database.ready,
        texts=TEXTS,
        internal_hosts=INTERNAL_HOSTS,
    )
    frame.install(app)
    app.register_blueprint(verifications(parts))
    app.register_blueprint(desk_pages(parts))
    app.register_blueprint(sample_pages(parts))
    app.register_blueprint(stuck_pages(parts, dead_letters))
    if parts.mailbox is not None:
        app.register_blueprint(mailbox_pages(parts.mailbox))
    return app
