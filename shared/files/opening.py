"""The file store that an installation names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shared.files.address import read_bucket
from shared.files.bucket import BucketStore, credentials_of
from shared.files.folder import FolderStore
from shared.files.store import FileStore


def open_store(address: str, folder: Path, environ: Mapping[str, str]) -> FileStore:
    """The bucket of an address, with the credentials of the environment; else the folder.

    Raises Permanent("bad_setting") with a sentence.
    """
    bucket = read_bucket(address)
    if bucket is None:
        return FolderStore(folder)
    return BucketStore(bucket, credentials_of(environ, bucket))
