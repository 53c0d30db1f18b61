"""A file store in a local folder: temporary file, flush to disk, rename, flush the folder.

Plain calls of the operating system, on purpose: the library that speaks to
buckets has a store of local folders too, which never flushes to disk, so that
a power cut after `put` could leave an empty file under its name.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from shared.errors import Permanent, TryLater
from shared.files.store import Lying, Stored, described, must_be, new_file_id, place_of


class FolderStore:
    """A file store in a local folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, data: bytes, file_id: str | None = None) -> Stored:
        """Write to a temporary file, flush to disk, rename: whole or not at all."""
        file_id = file_id or new_file_id()
        path = f"{self._folder}/{place_of(file_id)}"
        temporary = f"{path}.{secrets.token_hex(4)}.part"
        try:
            with self._new(temporary) as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            os.replace(temporary, path)
            _sync_folder(os.path.dirname(path))
        except OSError as error:
            Path(temporary).unlink(missing_ok=True)
            raise TryLater("store_unavailable", "the file store cannot be written") from error
        return described(file_id, data)

    def get(self, file_id: str, sha256: str | None = None) -> bytes:
        path = self._path(file_id)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise Permanent("file_missing", f"no file {file_id}") from error
        except OSError as error:
            raise TryLater("store_unavailable", "the file store cannot be read") from error
        return must_be(file_id, data, sha256)

    def exists(self, file_id: str) -> bool:
        return self._path(file_id).exists()

    def remove(self, file_id: str) -> None:
        path = self._path(file_id)
        with _answering():
            path.unlink(missing_ok=True)

    def everything(self) -> Iterator[Lying]:
        with _answering():
            yield from _lying_below(self._folder, "")

    def ready(self) -> bool:
        """Whether files can be written there."""
        return os.access(self._folder, os.R_OK | os.W_OK | os.X_OK)

    def _path(self, file_id: str) -> Path:
        return self._folder / place_of(file_id)

    def _new(self, path: str) -> BinaryIO:
        """A new file. A new shelf is there for good before the first file is on it."""
        try:
            return open(path, "xb")
        except FileNotFoundError:
            with suppress(FileExistsError):
                os.mkdir(os.path.dirname(path))
            _sync_folder(self._folder)
        return open(path, "xb")


def _lying_below(folder: Path, above: str) -> Iterator[Lying]:
    """Files by id, what is no file of ours by its whole name; what goes meanwhile is left out."""
    with os.scandir(folder) as found:
        for one in found:
            if one.is_dir(follow_symlinks=False):
                yield from _lying_below(Path(one.path), f"{above}{one.name}/")
                continue
            try:
                seen = one.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            name = one.name if above == f"{one.name[:2]}/" else above + one.name
            yield Lying(name, seen.st_size, datetime.fromtimestamp(seen.st_mtime, UTC))


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TryLater("store_unavailable", "the file store does not answer") from error


def _sync_folder(folder: Path | str) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
