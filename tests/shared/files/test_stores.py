"""Files are there whole or not at all: one contract, kept by a folder and by a bucket."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.errors import Permanent
from shared.files import BucketStore, FileStore, FolderStore, new_file_id
from shared.files.bucket import credentials_of
from tests.parts.s3 import CREDENTIALS, S3Server

STORES = ("folder", "bucket", "bucket without a prefix")
PAPER = "성적증명서".encode() * 5000


class Shelf:
    """A store, and a hand that reaches behind its back."""

    def __init__(self, kind: str, request: pytest.FixtureRequest, folder: Path) -> None:
        self.store: FileStore
        if kind == "folder":
            self._folder = folder / "files"
            self.store = FolderStore(self._folder)
            return
        self._server: S3Server = request.getfixturevalue("s3")
        self._bucket = self._server.bucket("" if "without" in kind else "dojang/files")
        self._folder = Path()
        self.store = BucketStore(self._bucket, credentials_of(CREDENTIALS, self._bucket))

    def write(self, name: str, data: bytes) -> None:
        """Put bytes there as somebody else would."""
        if self._folder != Path():
            (self._folder / name).parent.mkdir(exist_ok=True)
            (self._folder / name).write_bytes(data)
            return
        key = f"{self._bucket.prefix}/{name}".lstrip("/")
        self._server.client().put_object(Bucket=self._bucket.name, Key=key, Body=data)

    def spoil(self, file_id: str, data: bytes) -> None:
        """Change the bytes of a file."""
        self.write(f"{file_id[:2]}/{file_id}", data)


@pytest.fixture(params=STORES)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    return Shelf(request.param, request, tmp_path)


@pytest.mark.parametrize("data", [b"", b"x", PAPER, bytes(range(256)) * 40_000])
def test_what_is_put_is_got(shelf: Shelf, data: bytes) -> None:
    stored = shelf.store.put(data)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert stored.size == len(data)
    assert shelf.store.get(stored.file_id, stored.sha256) == data
    assert shelf.store.get(stored.file_id) == data
    assert shelf.store.exists(stored.file_id)


@pytest.mark.parametrize("damage", [b"half", PAPER + b"\n", b"", PAPER[:-1], PAPER[1:]])
def test_damage_is_noticed_on_reading(shelf: Shelf, damage: bytes) -> None:
    stored = shelf.store.put(PAPER)
    shelf.spoil(stored.file_id, damage)
    with pytest.raises(Permanent) as caught:
        shelf.store.get(stored.file_id, stored.sha256)
    assert caught.value.code == "file_damaged"


def test_a_file_that_is_not_there_is_missing(shelf: Shelf) -> None:
    nothing = new_file_id()
    assert not shelf.store.exists(nothing)
    with pytest.raises(Permanent) as caught:
        shelf.store.get(nothing)
    assert caught.value.code == "file_missing"


def test_a_removed_file_is_missing_and_removing_it_again_is_no_error(shelf: Shelf) -> None:
    stored = shelf.store.put(PAPER)
    shelf.store.remove(stored.file_id)
    shelf.store.remove(stored.file_id)
    assert not shelf.store.exists(stored.file_id)
    with pytest.raises(Permanent, match="no file"):
        shelf.store.get(stored.file_id, stored.sha256)


def test_the_same_file_may_be_put_again_under_its_id(shelf: Shelf) -> None:
    file_id = new_file_id()
    assert shelf.store.put(PAPER, file_id) == shelf.store.put(PAPER, file_id)
    assert [one.name for one in shelf.store.everything()] == [file_id]


def test_many_who_put_the_same_file_at_once_leave_it_whole(shelf: Shelf) -> None:
    file_id, at_once = new_file_id(), threading.Barrier(6)

    def put() -> None:
        at_once.wait(30)
        shelf.store.put(PAPER, file_id)

    threads = [threading.Thread(target=put) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert shelf.store.get(file_id, hashlib.sha256(PAPER).hexdigest()) == PAPER
    assert [one.name for one in shelf.store.everything()] == [file_id]


def test_everything_lists_each_file_once_with_its_size_and_its_age(shelf: Shelf) -> None:
    began = datetime.now(UTC) - timedelta(seconds=5)
    put = {stored.file_id: stored.size for n in range(30) if (stored := shelf.store.put(b"x" * n))}
    found = list(shelf.store.everything())
    assert {one.name: one.size for one in found} == put
    assert len(found) == len(put)
    assert all(one.is_file for one in found)
    assert all(began < one.at < datetime.now(UTC) + timedelta(seconds=5) for one in found)


def test_everything_tells_what_is_no_file_of_ours(shelf: Shelf) -> None:
    stored = shelf.store.put(PAPER)
    shelf.write("notes.txt", b"hello")
    shelf.write(f"00/{stored.file_id}", b"on a wrong shelf")
    found = {one.name: one.is_file for one in shelf.store.everything()}
    assert found == {stored.file_id: True, "notes.txt": False, f"00/{stored.file_id}": False}


@pytest.mark.parametrize(
    "file_id", ["../../etc/passwd", "", "A" * 32, "0" * 31, "0" * 33, "a" * 32 + "\n", "가" * 32]
)
def test_only_ids_are_ids(shelf: Shelf, file_id: str) -> None:
    for ask in (shelf.store.get, shelf.store.exists, shelf.store.remove):
        with pytest.raises(Permanent, match="no file id"):
            ask(file_id)
    if file_id:
        with pytest.raises(Permanent, match="no file id"):
            shelf.store.put(PAPER, file_id)


def test_a_store_says_that_it_is_ready(shelf: Shelf) -> None:
    assert shelf.store.ready()
    shelf.store.put(PAPER)
    assert shelf.store.ready()
