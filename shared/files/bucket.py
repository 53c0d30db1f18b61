"""A file store in a bucket of any S3-compatible store, by one library for all (obstore).

One PUT writes a file: the store has it whole or not at all, and answers when
it is there for good. Nothing waits without end: every request has its time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from shared.errors import Permanent, TryLater
from shared.files.address import Bucket
from shared.files.store import Lying, Stored, described, must_be, new_file_id, place_of

if TYPE_CHECKING:  # names that obstore has for type checkers alone
    from obstore import ObjectMeta
    from obstore.store import S3Config

CONNECT_TIMEOUT = timedelta(seconds=3)
REQUEST_TIMEOUT = timedelta(seconds=15)
READY_TIMEOUT = timedelta(seconds=3)
TRIES_MORE = 2
KEY, SECRET, TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
NOTHING = "nothing"  # no shelf: listing it asks for the bucket and for nothing in it
NO_BUCKET = "NoSuchBucket"  # the code in the store's answer (S3 API Reference, Error responses)


@dataclass(frozen=True)
class Credentials:
    """What requests are signed with; without a key the machine's own role is asked for."""

    key: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


class BucketStore:
    """A file store in a bucket."""

    def __init__(self, bucket: Bucket, credentials: Credentials) -> None:
        self._store = _connect(bucket, credentials, REQUEST_TIMEOUT, TRIES_MORE)
        self._quick = _connect(bucket, credentials, READY_TIMEOUT, 0)

    def put(self, data: bytes, file_id: str | None = None) -> Stored:
        """One request, with the SHA-256 that the store checks what it got against."""
        file_id = file_id or new_file_id()
        place = place_of(file_id)
        with _answering():
            obstore.put(self._store, place, data, use_multipart=False)
        return described(file_id, data)

    def get(self, file_id: str, sha256: str | None = None) -> bytes:
        place = place_of(file_id)
        with _answering():
            try:
                data = bytes(obstore.get(self._store, place).bytes())
            except FileNotFoundError as error:
                _must_have_its_bucket(error)
                raise Permanent("file_missing", f"no file {file_id}") from error
        return must_be(file_id, data, sha256)

    def exists(self, file_id: str) -> bool:
        place = place_of(file_id)
        with _answering():
            try:
                obstore.head(self._store, place)
            except FileNotFoundError:  # an answer to HEAD says nothing of the bucket
                next(_listed(self._store, NOTHING), None)
                return False
        return True

    def remove(self, file_id: str) -> None:
        place = place_of(file_id)
        with _answering():
            try:
                obstore.delete(self._store, place)
            except FileNotFoundError as error:
                _must_have_its_bucket(error)

    def everything(self) -> Iterator[Lying]:
        with _answering():
            for one in _listed(self._store):
                above, _, name = one["path"].rpartition("/")
                known = name if above == name[:2] else one["path"]
                yield Lying(known, one["size"], one["last_modified"])

    def ready(self) -> bool:
        """Whether the bucket is there and lets itself be read."""
        try:
            with _answering():
                next(_listed(self._quick, NOTHING), None)
        except TryLater:
            return False
        return True


def credentials_of(environ: Mapping[str, str], bucket: Bucket) -> Credentials:
    """What the environment gives to sign requests with, by the names that S3 programs share.

    With none on Amazon the machine's own role is asked for. Raises Permanent("bad_setting").
    """
    key, secret, token = (environ.get(name, "") for name in (KEY, SECRET, TOKEN))
    if bool(key) != bool(secret):
        missing = SECRET if key else KEY
        raise Permanent(
            "bad_setting", f"{missing} is missing: DOJANG_FILES needs both of the pair."
        )
    if not key and bucket.endpoint:
        raise Permanent("bad_setting", f"DOJANG_FILES is a bucket: set {KEY} and {SECRET}.")
    return Credentials(key, secret, token)


def _connect(
    bucket: Bucket, credentials: Credentials, timeout: timedelta, tries_more: int
) -> S3Store:
    config: S3Config = {
        "region": bucket.region,
        "checksum_algorithm": "SHA256",
        "virtual_hosted_style_request": not bucket.endpoint,
    }
    if bucket.endpoint:
        config["endpoint"] = bucket.endpoint
    if credentials.key:
        config["access_key_id"] = credentials.key
        config["secret_access_key"] = credentials.secret
    if credentials.token:
        config["session_token"] = credentials.token
    return S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        config=config,
        client_options={
            "allow_http": bucket.endpoint.startswith("http://"),
            "connect_timeout": min(CONNECT_TIMEOUT, timeout),
            "timeout": timeout,
        },
        retry_config={"max_retries": tries_more, "retry_timeout": timeout},
    )


def _listed(store: S3Store, prefix: str | None = None) -> Iterator[ObjectMeta]:
    for chunk in obstore.list(store, prefix, chunk_size=1000):
        yield from chunk


def _must_have_its_bucket(error: FileNotFoundError) -> None:
    """A bucket that is gone is no missing file: it may be back tomorrow."""
    if NO_BUCKET in str(error):
        raise TryLater("store_unavailable", "the bucket is not there") from error


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        raise TryLater("store_unavailable", "the file store does not answer") from error
