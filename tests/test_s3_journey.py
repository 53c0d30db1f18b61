"""Files in a bucket: a certificate is issued, downloaded and checked as from a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services import demo
from services.demo import Person
from tests.parts.ports import wait_until
from tests.parts.product import Embedded
from tests.parts.s3 import CREDENTIALS, S3Server, address_of
from tests.people import Cast
from tests.test_certificates import asked_for, who_may

KIND = "certificate_enrollment"


class Town:
    """A product whose files lie in a bucket of a server of its own."""

    def __init__(self, folder: Path, server: S3Server) -> None:
        self.server, self.bucket = server, server.bucket("dojang/files")
        files = address_of(self.bucket)
        self.product = Embedded(folder, DOJANG_FILES=files, **CREDENTIALS)
        self.product.start()
        self.cast = Cast(self.product.url)

    def keys(self) -> list[str]:
        """What lies in the bucket."""
        found = self.server.client().list_objects_v2(Bucket=self.bucket.name)
        return [one["Key"] for one in found.get("Contents", [])]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    server = S3Server(tmp_path_factory.mktemp("server"))
    server.start()
    made = None
    try:
        made = Town(tmp_path_factory.mktemp("product"), server)
        yield made
    finally:
        if made is not None:
            made.product.stop()
        server.kill()


def test_a_certificate_is_issued_downloaded_and_verified(town: Town) -> None:
    student = who_may(town.cast, KIND)
    before = set(town.keys())
    made = asked_for(student, KIND, "ko").json()
    document = demo.document_of(student, made["id"])
    pdf = demo.download(student, document["number"])
    anybody = Person(town.product.url)
    checked = anybody.ask("POST", "/api/v1/verify", files={"file": ("paper.pdf", pdf)})
    assert checked["verdict"] == "authentic"
    (key,) = set(town.keys()) - before
    assert key.startswith("dojang/files/")
    body = town.server.client().get_object(Bucket=town.bucket.name, Key=key)["Body"].read()
    assert body == pdf
    assert not (town.product.data / "files").exists()


def test_while_the_bucket_is_away_it_says_so_and_loses_nothing(town: Town) -> None:
    student, anybody = who_may(town.cast, KIND), Person(town.product.url)
    made = asked_for(student, KIND, "en").json()
    number = demo.document_of(student, made["id"])["number"]
    town.server.hang()
    try:
        assert anybody.request("GET", "/readyz").status_code == 503
        assert anybody.request("GET", "/healthz").status_code == 200
        assert anybody.ask("GET", f"/api/v1/verify/{number}")["status"] == "issued"
        later = asked_for(student, KIND, "ko")
        assert later.status_code == 201, "asked for now, issued when the store is back"
    finally:
        town.server.go_on()
    wait_until(
        lambda: anybody.request("GET", "/readyz").status_code == 200, seconds=60, what="ready again"
    )
    issued = []

    def is_issued() -> bool:
        case = student.ask("GET", f"/api/v1/applications/{later.json()['id']}")
        issued[:] = case["documents"]
        return case["state"] == "issued"

    wait_until(is_issued, seconds=120, what="issued after the outage")
    pdf = demo.download(student, issued[0]["number"])
    assert pdf.startswith(b"%PDF-")
    checked = anybody.ask("POST", "/api/v1/verify", files={"file": ("paper.pdf", pdf)})
    assert checked["verdict"] == "authentic"
