"""A real OpenID provider (npm `oidc-provider`, in `tests/oidc`) and somebody at a browser there."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

from tests.parts.ports import free_port

FOLDER = Path(__file__).parents[1] / "oidc"
CLIENT, SECRET = "dojang", "a secret: of 100% & more"
LEFT = "http://localhost/sign-in"
BACK = f"{LEFT}/university/back"


def why_not() -> str | None:
    """Why it cannot be run here, or None if it can."""
    if not shutil.which("node"):
        return "Node is not installed, which runs the OpenID provider"
    installed = (FOLDER / "node_modules" / "oidc-provider").exists()
    return None if installed else "the OpenID provider is missing (npm ci --prefix tests/oidc)"


class OpenIdProvider:
    """One provider on a port of its own; each start has new keys and knows no sign-in of before."""

    def __init__(self) -> None:
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Come up, or up again."""
        command = ["node", str(FOLDER / "provider.mjs"), str(self.port), CLIENT, SECRET, BACK, LEFT]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=FOLDER
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != b"ready":
            raise RuntimeError("the OpenID provider did not start")

    def stop(self) -> None:
        """Be away."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def sign_in(self, address: str, login_id: str) -> str:
        """Go where we were sent, sign in and agree; where the browser is sent back to."""
        with httpx.Client(trust_env=False) as browser:
            answer = browser.get(address)
            while True:
                there = answer.headers.get("Location", "")
                if there.startswith(LEFT):
                    return there
                answer = self._onward(browser, answer, there, login_id)

    def _onward(
        self, browser: httpx.Client, answer: httpx.Response, there: str, login_id: str
    ) -> httpx.Response:
        if there:
            return browser.get(urljoin(str(answer.url), there))
        action = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
        if not action:
            raise AssertionError(f"no form of the provider: {answer.status_code} {answer.text}")
        fields: dict[str, Any] = {
            name: html.unescape(value)
            for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', answer.text)
        }
        if "login" in answer.text and 'name="password"' in answer.text:
            fields |= {"login": login_id, "password": "any", "prompt": "login"}
        return browser.post(urljoin(str(answer.url), html.unescape(action[1])), data=fields)
