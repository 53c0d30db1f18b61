"""The same job on Celery: render a mail and hand it over, acknowledged late, in two queues.

`celery -A mails worker -Q codes,bulk …`, with BROKER_URL, SMTP_PORT and TEMPLATES in the
environment. One connection a mail, as the documentation of Celery and Django shows it.
"""

import os
import smtplib
from email.message import EmailMessage

from celery import Celery
from jinja2 import Environment, FileSystemLoader, StrictUndefined

app = Celery("mails", broker=os.environ["BROKER_URL"])
app.conf.update(
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    broker_transport_options={"confirm_publish": True},
    broker_connection_retry_on_startup=True,
)
templates = Environment(
    loader=FileSystemLoader(os.environ["TEMPLATES"]), undefined=StrictUndefined, autoescape=True
)


@app.task(bind=True, autoretry_for=(OSError,), retry_backoff=True, max_retries=10)
def send_mail(self, message_id, to, subject, params):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "no-reply@dojang.example", to, subject
    mail["Message-ID"] = message_id
    mail.set_content(templates.get_template("mail.txt").render(params))
    mail.add_alternative(templates.get_template("mail.html").render(params), subtype="html")
    with smtplib.SMTP("127.0.0.1", int(os.environ["SMTP_PORT"])) as server:
        server.send_message(mail)
