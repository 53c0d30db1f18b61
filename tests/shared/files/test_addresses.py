"""Where files lie is said by one setting; a wrong one is refused with what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import Permanent
from shared.files import BucketStore, FolderStore, open_store
from shared.files.address import Bucket, read_bucket
from shared.settings import Settings
from tests.parts.s3 import CREDENTIALS


@pytest.mark.parametrize(
    ("text", "bucket"),
    [
        ("", None),
        ("/var/lib/dojang/files", None),
        ("files", None),
        ("s3://papers", Bucket("papers", "", "", "us-east-1")),
        ("s3://papers/", Bucket("papers", "", "", "us-east-1")),
        (
            "s3://papers/dojang/files?region=ap-northeast-2",
            Bucket("papers", "dojang/files", "", "ap-northeast-2"),
        ),
        (
            "s3://papers/a?endpoint=https://store.example:9000/&region=kr",
            Bucket("papers", "a", "https://store.example:9000", "kr"),
        ),
        (
            "s3://papers/a?endpoint=http%3A%2F%2F10.0.0.5%3A9000",
            Bucket("papers", "a", "http://10.0.0.5:9000", "us-east-1"),
        ),
    ],
)
def test_an_address_is_a_folder_or_a_bucket(text: str, bucket: Bucket | None) -> None:
    assert read_bucket(text) == bucket


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://store.example/papers", "write a path, or s3://bucket/prefix"),
        ("S4://papers", "write a path"),
        ("s3://", "a bucket has"),
        ("s3://Papers", "a bucket has"),
        ("s3://pa", "a bucket has"),
        ("s3://papers:99", "a bucket has"),
        ("s3://papers/../other", "a prefix has"),
        ("s3://papers/%2e%2e/other", "a prefix has"),
        ("s3://papers/a b", "a prefix has"),
        ("s3://key:secret@papers/a", "AWS_ACCESS_KEY_ID"),
        ("s3://papers/a?endpont=https://x.example", "endpoint and region"),
        ("s3://papers/a?endpoint", "write a path"),
        ("s3://papers/a?endpoint=", "the endpoint is"),
        ("s3://papers/a?endpoint=store.example", "the endpoint is"),
        ("s3://papers/a?endpoint=https://x.example/bucket", "the endpoint is"),
        ("s3://papers/a?region=", "the region is"),
        ("s3://papers/a?region=a&region=b", "once"),
        ("s3://papers/a#b", "#"),
        ("s3://[papers/a", "write a path"),
    ],
)
def test_a_wrong_address_is_refused_by_the_settings_with_what_to_write(
    text: str, said: str
) -> None:
    with pytest.raises(Permanent) as caught:
        Settings.read({"DOJANG_FILES": text})
    assert caught.value.code == "bad_setting"
    assert caught.value.sentence.startswith("DOJANG_FILES is ")
    assert said in caught.value.sentence
    assert "secret" not in caught.value.sentence.lower().replace("aws_secret_access_key", "")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ACCESS_KEY_ID": "x"}, "AWS_SECRET_ACCESS_KEY"),
        ({"AWS_SECRET_ACCESS_KEY": "x"}, "AWS_ACCESS_KEY_ID"),
    ],
)
def test_missing_credentials_are_named(tmp_path: Path, given: dict[str, str], missing: str) -> None:
    address = "s3://papers/a?endpoint=https://store.example"
    with pytest.raises(Permanent, match=missing) as caught:
        open_store(address, tmp_path, given)
    assert caught.value.code == "bad_setting"


def test_the_setting_decides_which_store_is_opened(tmp_path: Path) -> None:
    assert isinstance(open_store("", tmp_path / "files", {}), FolderStore)
    address = "s3://papers/a?endpoint=https://store.example"
    assert isinstance(open_store(address, tmp_path, CREDENTIALS), BucketStore)
    assert isinstance(open_store("s3://papers/a", tmp_path, {}), BucketStore)
