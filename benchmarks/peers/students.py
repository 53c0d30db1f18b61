"""Students at the API, for locust: `benchmarks/load.py` starts it and reads what it writes.

LOAD_PEOPLE is a JSON file of [{token, answers}], a person a user; LOAD_OUT gets [[name, ms,
status], …], status 0 where no answer came; LOAD_PAPER is what is uploaded; LOAD_THINK_S how long
somebody thinks between two deeds, half to one and a half times.
"""

import json
import os
import time
from pathlib import Path

from locust import HttpUser, between, events, task

PEOPLE = json.loads(Path(os.environ["LOAD_PEOPLE"]).read_text("utf-8"))
PAPER = Path(os.environ["LOAD_PAPER"]).read_bytes()
THINK_S = float(os.environ["LOAD_THINK_S"])
LOOK_S = 0.2
PATIENCE_S = 60.0
CERTIFICATE = {
    "kind": "certificate_enrollment", "submit": True,
    "answers": {"language": "ko", "copies": 1, "purpose": "x"},
}  # fmt: skip
SEEN = []


class Student(HttpUser):
    """Fills, uploads and sends a waiver, or has a certificate issued; takes the waiver back
    before the next, for two of one semester are never open."""

    wait_time = between(THINK_S / 2, THINK_S * 1.5)

    def on_start(self):
        self.person = PEOPLE.pop()
        self.sent = None
        self.wait()

    @task(2)
    def waiver(self):
        if self.sent:
            self.ask("withdraw", "POST", f"{self.sent}/withdraw", json={"reason": "x"})
            self.wait()
        self.ask("form", "GET", "/api/v1/kinds")
        self.wait()
        answers = self.person["answers"]
        body = {"kind": "tuition_waiver", "answers": answers, "submit": False}
        made = self.ask("begin", "POST", "/api/v1/applications", json=body)
        if made.status_code != 201:
            return
        path = f"/api/v1/applications/{made.json()['id']}"
        self.wait()
        self.ask("save", "PUT", path, json={"answers": answers})
        file = {"file": ("paper.pdf", PAPER, "application/pdf")}
        self.ask("upload", "POST", f"{path}/attachments", files=file)
        self.wait()
        if self.ask("submit", "POST", f"{path}/submit", json={}).ok:
            self.sent = path

    @task(1)
    def certificate(self):
        began = time.perf_counter()
        made = self.ask("certificate", "POST", "/api/v1/applications", json=CERTIFICATE)
        if made.status_code != 201:
            return
        path = f"/api/v1/applications/{made.json()['id']}"
        while time.perf_counter() - began < PATIENCE_S:
            case = self.ask("look", "GET", path)
            if case.ok and case.json()["state"] == "issued":
                took_ms = (time.perf_counter() - began) * 1000
                SEEN.append(("certificate ready", took_ms, 200))
                number = case.json()["documents"][0]["number"]
                self.ask("download", "GET", f"/api/v1/documents/{number}/file")
                return
            time.sleep(LOOK_S)
        SEEN.append(("certificate ready", PATIENCE_S * 1000, 0))

    def ask(self, name, method, path, **more):
        headers = {"Authorization": f"Bearer {self.person['token']}"}
        return self.client.request(method, path, name=name, headers=headers, **more)


@events.request.add_listener
def note(name, response_time, response, **_more):
    """One answer."""
    SEEN.append((name, response_time, response.status_code if response is not None else 0))


@events.quitting.add_listener
def write(**_more):
    """At the end."""
    Path(os.environ["LOAD_OUT"]).write_text(json.dumps(SEEN), "utf-8")
