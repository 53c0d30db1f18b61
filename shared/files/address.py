"""Where the files of an installation lie, as the setting DOJANG_FILES says it.

A path is a folder. `s3://bucket/prefix?endpoint=https://…&region=…` is a bucket
of an S3-compatible store: without an endpoint that of Amazon, in that region.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from shared.errors import Permanent

DEFAULT_REGION = "us-east-1"  # what stores without regions expect to be asked for
_KNOWN = ("endpoint", "region")
# Amazon's rules for names of buckets, which others share.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_SEGMENT = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Bucket:
    """A bucket, the prefix of our files in it, and where it is asked for."""

    name: str
    prefix: str
    endpoint: str
    region: str


def read_bucket(text: str) -> Bucket | None:
    """The bucket of an address; None of a folder. Raises Permanent("bad_address") saying why."""
    if "://" not in text:
        return None
    try:
        parts = urlsplit(text)
        asked = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        _check_url(parts.scheme, parts.netloc, parts.fragment)
    except ValueError as error:
        raise Permanent("bad_address", "write a path, or s3://bucket/prefix") from error
    return Bucket(_name(parts.netloc), _prefix(parts.path), *_options(asked))


def _check_url(scheme: str, netloc: str, fragment: str) -> None:
    if scheme != "s3":
        raise Permanent("bad_address", "write a path, or s3://bucket/prefix?endpoint=https://…")
    if "@" in netloc:
        raise Permanent(
            "bad_address", "credentials belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    if fragment:
        raise Permanent("bad_address", "there is no room for a # in it")


def _name(netloc: str) -> str:
    if not _BUCKET.fullmatch(netloc):
        raise Permanent("bad_address", "a bucket has 3 to 63 small letters, digits, dots, hyphens")
    return netloc


def _prefix(path: str) -> str:
    segments = [unquote(one) for one in path.strip("/").split("/") if one]
    if any(not _SEGMENT.fullmatch(one) or one in (".", "..") for one in segments):
        raise Permanent("bad_address", "a prefix has letters, digits, dots, hyphens, slashes")
    return "/".join(segments)


def _options(asked: list[tuple[str, str]]) -> tuple[str, str]:
    found = dict(asked)
    unknown = [name for name in found if name not in _KNOWN]
    if unknown or len(found) != len(asked):
        raise Permanent("bad_address", f"of the options there are {' and '.join(_KNOWN)}, once")
    endpoint, region = found.get("endpoint", ""), found.get("region", DEFAULT_REGION)
    if "endpoint" in found:
        where = urlsplit(endpoint)
        if where.scheme not in ("http", "https") or not where.hostname or where.path.strip("/"):
            raise Permanent("bad_address", "the endpoint is https://host or https://host:port")
        endpoint = endpoint.rstrip("/")
    if not _SEGMENT.fullmatch(region):
        raise Permanent("bad_address", "the region is a name such as ap-northeast-2")
    return endpoint, region
