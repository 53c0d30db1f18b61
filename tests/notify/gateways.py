"""Stand-ins of HTTP gateways: each answers as its provider documents, and fails as told.

A step a message, then "good" for ever: "good" · an HTTP status ("503") · "429 30"
(limited, with Retry-After) · a code of the provider's inside its answer ("code 3032")
· "stall" (kept, no answer in time) · "drop" (kept, the connection ends).
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

STALL_S = 3.0


class Gateway:
    """What a provider kept: `to` and `text` of each message; what became of it, by its id."""

    scheme = ""

    def __init__(self, *script: str) -> None:
        self.script = list(script)
        self.kept: list[dict[str, Any]] = []
        self.states: dict[str, str] = {}
        self.refusals: list[str] = []
        self.port = 0

    def address(self) -> str:
        """Its URL for `DOJANG_SMS`."""
        return f"{self.scheme}://key:secret@127.0.0.1:{self.port}?from=0212345678&tls=off"

    def keep(self, to: str, text: str, **more: Any) -> str:
        """Take a message; gives its id."""
        provider_id = f"{self.scheme}-{len(self.kept) + 1}"
        self.kept.append({"id": provider_id, "to": to, "text": text, **more})
        return provider_id

    def wrong_credentials(self, headers: Any) -> str:
        """What is wrong with who asks; "" for nothing."""
        raise NotImplementedError

    def post(self, path: str, body: bytes, code: str) -> tuple[int, dict[str, Any]]:
        """Take a message, or refuse it with the provider's `code`."""
        raise NotImplementedError

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        """What became of a message."""
        raise NotImplementedError


class Solapi(Gateway):
    """https://developers.solapi.com: HMAC over date and salt, fifteen minutes, each once."""

    scheme = "solapi"

    def __init__(self, *script: str) -> None:
        super().__init__(*script)
        self._signatures: set[str] = set()

    def wrong_credentials(self, headers: Any) -> str:
        found = re.fullmatch(
            r"HMAC-SHA256 apiKey=(\S+), date=(\S+), salt=([A-Za-z0-9]{12,64}), signature=(\S+)",
            headers.get("Authorization", ""),
        )
        if found is None or found[1] != "key":
            return "InvalidAPIKey"
        at = datetime.fromisoformat(found[2].replace("Z", "+00:00"))
        if abs(datetime.now(UTC) - at) > timedelta(minutes=15):
            return "RequestTimeTooSkewed"
        wanted = hmac.new(b"secret", f"{found[2]}{found[3]}".encode(), "sha256").hexdigest()
        if not hmac.compare_digest(wanted, found[4]):
            return "SignatureDoesNotMatch"
        if found[4] in self._signatures:
            return "DuplicatedSignature"
        self._signatures.add(found[4])
        return ""

    def post(self, path: str, body: bytes, code: str) -> tuple[int, dict[str, Any]]:
        message = json.loads(body)["message"]
        if code:
            return 200, {"statusCode": code, "statusMessage": "오류", "messageId": "", **message}
        provider_id = self.keep(message["to"], message["text"], form=message["type"])
        self.states[provider_id] = "2000"
        return 200, {"statusCode": "2000", "messageId": provider_id, "groupId": "G1", **message}

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        wanted = parse_qs(urlsplit(path).query)["messageId"][0]
        return 200, {"messageList": {wanted: {"statusCode": self.states[wanted]}}}


class Twilio(Gateway):
    """https://www.twilio.com/docs/messaging/api/message-resource, with basic authentication."""

    scheme = "twilio"

    def wrong_credentials(self, headers: Any) -> str:
        wanted = "Basic " + base64.b64encode(b"key:secret").decode()
        return "" if headers.get("Authorization") == wanted else "20003"

    def post(self, path: str, body: bytes, code: str) -> tuple[int, dict[str, Any]]:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if code:
            return 400, {"code": int(code), "message": "refused", "status": 400}
        provider_id = self.keep(form["To"], form["Body"])
        self.states[provider_id] = "queued"
        return 201, {"sid": provider_id, "status": "queued", "error_code": None}

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        wanted = path.rpartition("/")[2].removesuffix(".json")
        status, _, code = self.states[wanted].partition(" ")
        return 200, {"sid": wanted, "status": status, "error_code": int(code) if code else None}


class Somebodys(Gateway):
    """What Apprise's `json://` posts to: somebody's own gateway. It has no credentials."""

    scheme = "apprise+json"

    def address(self) -> str:
        return f"apprise+json://127.0.0.1:{self.port}/sms/{{to}}"

    def wrong_credentials(self, headers: Any) -> str:
        return ""

    def post(self, path: str, body: bytes, code: str) -> tuple[int, dict[str, Any]]:
        if code:
            return 400, {"code": code}
        return 200, {"id": self.keep(path.rpartition("/")[2], json.loads(body)["message"])}


class Door(BaseHTTPRequestHandler):
    """The HTTP side of the gateway that its server holds."""

    server: GatewayServer

    def do_POST(self) -> None:
        gateway = self.server.gateway
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self._is_stranger():
            return
        step = gateway.script.pop(0) if gateway.script else "good"
        status, _, after = step.partition(" ")
        if status.isdigit():
            self._answer(int(status), {"errorCode": "Trouble"}, after)
            return
        answer = gateway.post(self.path, body, after if status == "code" else "")
        if step == "drop":
            self.close_connection = True
            return
        if step == "stall":
            time.sleep(STALL_S)
        self._answer(*answer)

    def do_GET(self) -> None:
        if not self._is_stranger():
            self._answer(*self.server.gateway.get(self.path))

    def _is_stranger(self) -> bool:
        wrong = self.server.gateway.wrong_credentials(self.headers)
        if wrong:
            self.server.gateway.refusals.append(wrong)
            self._answer(401, {"errorCode": wrong})
        return bool(wrong)

    def _answer(self, status: int, found: dict[str, Any], after: str = "") -> None:
        body = json.dumps(found, ensure_ascii=False).encode()
        with suppress(OSError):  # who asked may have gone
            self.send_response(status)
            if after:
                self.send_header("Retry-After", after)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class GatewayServer(ThreadingHTTPServer):
    """An HTTP server with a gateway behind its door."""

    gateway: Gateway


@contextmanager
def open_gateway(gateway: Gateway) -> Iterator[Gateway]:
    """A gateway that answers as long as the block runs."""
    server = GatewayServer(("127.0.0.1", 0), Door)
    server.gateway, gateway.port = gateway, server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
