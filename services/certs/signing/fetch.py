"""Asking an authority over HTTP, with an end to patience and to size."""

from __future__ import annotations

import time
from collections.abc import Mapping

import httpx

from shared.errors import TryLater


def fetch(
    client: httpx.Client,
    url: str,
    *,
    question: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float,
    bytes_most: int,
) -> bytes:
    """What an address answers: to a POST of `question`, or to a GET.

    Raises TryLater("authority_unavailable"): away, refusing, too slow as a whole, too long.
    """
    end, parts, size = time.monotonic() + seconds, list[bytes](), 0
    all_headers = {"Accept-Encoding": "identity", **(headers or {})}  # no bombs
    method = "GET" if question is None else "POST"
    try:
        with client.stream(
            method, url, content=question, headers=all_headers, timeout=seconds
        ) as answer:
            if answer.status_code != 200:
                raise _away(f"it answers {answer.status_code}")
            for part in answer.iter_raw():
                parts.append(part)
                size += len(part)
                if size > bytes_most or time.monotonic() > end:
                    raise _away("its answer is too long or too slow")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _away(type(error).__name__) from error
    return b"".join(parts)


def _away(why: str) -> TryLater:
    return TryLater("authority_unavailable", why)
