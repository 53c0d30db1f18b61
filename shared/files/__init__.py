"""The file store: attachments, signatures and documents, written whole or not at all.

It is a local folder or a bucket of any S3-compatible store; whoever keeps
files is handed one and knows no difference.
"""

from shared.files.bucket import BucketStore
from shared.files.folder import FolderStore
from shared.files.opening import open_store
from shared.files.store import FileStore, Lying, Stored, new_file_id

__all__ = [
    "BucketStore",
    "FileStore",
    "FolderStore",
    "Lying",
    "Stored",
    "new_file_id",
    "open_store",
]
