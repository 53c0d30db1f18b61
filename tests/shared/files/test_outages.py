"""A store that is away is tried again later; it is never taken for a missing file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from shared.errors import TryLater
from shared.files import BucketStore, FileStore, FolderStore, new_file_id
from shared.files.bucket import credentials_of
from tests.parts.s3 import CREDENTIALS, S3Server

DEEDS: list[Callable[[FileStore], object]] = [
    lambda store: store.put(b"paper"),
    lambda store: store.get(new_file_id()),
    lambda store: store.exists(new_file_id()),
    lambda store: store.remove(new_file_id()),
    lambda store: list(store.everything()),
]


def must_be_away(store: FileStore) -> None:
    """Whatever is asked is to be asked again later."""
    for deed in DEEDS:
        with pytest.raises(TryLater) as caught:
            deed(store)
        assert caught.value.code == "store_unavailable"
    assert not store.ready()


@pytest.fixture
def own_s3(tmp_path: Path) -> Iterator[S3Server]:
    """A server that the test may hang and kill."""
    server = S3Server(tmp_path)
    server.start()
    with ExitStack() as end:
        end.callback(server.kill)
        yield server


def test_a_server_that_is_killed_is_away_and_one_that_is_back_is_there(own_s3: S3Server) -> None:
    bucket = own_s3.bucket()
    store = BucketStore(bucket, credentials_of(CREDENTIALS, bucket))
    assert store.ready()
    own_s3.kill()
    must_be_away(store)
    own_s3.start()
    must_be_away(store)  # it came back without its bucket: nothing is missing for good
    own_s3.client().create_bucket(Bucket=bucket.name)
    assert store.get(store.put(b"paper").file_id) == b"paper"


def test_a_server_that_hangs_is_away_after_its_time(own_s3: S3Server) -> None:
    bucket = own_s3.bucket()
    store = BucketStore(bucket, credentials_of(CREDENTIALS, bucket))
    stored = store.put(b"paper")
    own_s3.hang()
    try:
        assert not store.ready()
        with pytest.raises(TryLater):
            store.get(stored.file_id)
    finally:
        own_s3.go_on()
    assert store.get(stored.file_id, stored.sha256) == b"paper"


def test_a_bucket_that_is_not_there_is_an_outage(s3: S3Server) -> None:
    bucket = replace(s3.bucket(), name="nobody-made-this")
    must_be_away(BucketStore(bucket, credentials_of(CREDENTIALS, bucket)))


def test_a_folder_that_is_gone_is_an_outage(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "files")
    (tmp_path / "files").rmdir()
    assert not store.ready()
    with pytest.raises(TryLater):
        store.put(b"paper")
    with pytest.raises(TryLater):
        list(store.everything())
