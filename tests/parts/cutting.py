"""A proxy before a store, which may lose the half of what goes through and say that all is well."""

from __future__ import annotations

import http.client
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from shared.files.address import Bucket

# What would tell the store, or whoever asks it, that something is missing.
TELLING = ("x-amz-checksum-", "content-md5")
OF_A_CONNECTION = ("connection", "keep-alive", "transfer-encoding", "content-length")


class CuttingProxy:
    """Hands everything on to the store of a bucket; `bucket` is that behind it.

    While `cuts` is "PUT" or "GET", of each such body the second half is lost on the way, and the
    length says nothing of it; while it is "BREAK" answers to GET break off in their middle.
    """

    def __init__(self, bucket: Bucket) -> None:
        self.cuts, self.cut = "", 0
        self._store = urlsplit(bucket.endpoint).netloc
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self.bucket = replace(bucket, endpoint=endpoint)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    def half(self, what: str, body: bytes) -> bytes:
        """A body as it goes on."""
        if self.cuts != what or not body:
            return body
        self.cut += 1
        return body[: len(body) // 2]

    def asked(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """What the store answers."""
        connection = http.client.HTTPConnection(self._store, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()


def _handler(proxy: CuttingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _hand_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.command == "PUT":
                body = proxy.half("PUT", body)
            headers = {k: v for k, v in self.headers.items() if _goes_on(k)}
            answer, whole = proxy.asked(self.command, self.path, headers, body)
            given = proxy.half("GET", whole) if self.command == "GET" else whole
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if _goes_on(name):
                    self.send_header(name, value)
            length = answer.getheader("Content-Length") if self.command == "HEAD" else len(given)
            self.send_header("Content-Length", str(length or 0))
            self.end_headers()
            if self.command == "GET" and proxy.cuts == "BREAK":
                given = proxy.half("BREAK", given)
                self.close_connection = True
            if self.command != "HEAD":
                self.wfile.write(given)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _hand_on  # noqa: N815  # the names that http.server looks for

        def log_message(self, *_facts: Any) -> None:
            """Nobody reads it."""

    return Handler


def _goes_on(name: str) -> bool:
    return not name.lower().startswith((*TELLING, *OF_A_CONNECTION))
