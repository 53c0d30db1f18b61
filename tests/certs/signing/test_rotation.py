"""The drill of docs/operating.md: another key signs, and nothing that was signed before is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from services.certs.app import create_app
from services.certs.sign import Signer
from services.certs.signing.authority import AUTHORITY_KEY_FILE
from services.certs.signing.credentials import KEY_FILE, LEAF_FILE
from services.certs.signing.folder import SigningFolder
from services.certs.verify.check import verify_file
from shared.cookies import DESK
from shared.errors import Permanent
from shared.links import desk_pass
from tests.certs.parts import NOON, Office, request
from tests.certs.signing.judges import judged

ROTATIONS = 4


def folder_of(office: Office) -> SigningFolder:
    return office.parts.signing.folder


def published(office: Office) -> list[x509.Certificate]:
    """The authorities as anybody gets them."""
    answer = create_app(office.parts).test_client().get("/verify/ca.pem")
    assert answer.status_code == 200
    return x509.load_pem_x509_certificates(answer.data)


def list_named_by(office: Office, certificate: x509.Certificate) -> x509.CertificateRevocationList:
    """The revocation list that a certificate says where to find, as anybody gets it."""
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    [name] = points[0].full_name or []
    base = office.settings.base_url
    assert name.value.startswith(base)
    answer = create_app(office.parts).test_client().get(name.value.removeprefix(base))
    assert (answer.status_code, answer.content_type) == (200, "application/pkix-crl")
    return x509.load_der_x509_crl(answer.data)


def test_a_running_worker_signs_with_the_new_key_and_papers_of_the_old_one_stay_good(
    office: Office,
) -> None:
    _, before = office.issue()
    first = office.parts.signing.signer().leaf

    folder_of(office).rotate(NOON, "rsa2048")
    _, after = office.issue()

    leaf = office.parts.signing.signer().leaf
    assert leaf != first
    assert isinstance(leaf.public_key(), rsa.RSAPublicKey)
    for paper in (before, after):
        assert judged(paper, published(office), NOON).bottom_line
        assert verify_file(office.parts, paper).verdict == "authentic"


def test_papers_made_while_keys_change_are_each_signed_by_one_whole_key(office: Office) -> None:
    stop = threading.Event()
    worker = threading.Thread(target=office.consumer.run, args=(stop,))
    worker.start()
    try:
        for _ in range(ROTATIONS):
            for _ in range(3):
                office.put(request())
            folder_of(office).rotate(NOON)
    finally:
        stop.set()
        worker.join()
    office.consumer.drain(patience_s=3)
    papers = office.documents()
    assert len(papers) == 3 * ROTATIONS
    for paper in papers:
        pdf = office.files.get(paper.file_id, paper.sha256)
        assert judged(pdf, published(office), NOON).bottom_line


def test_a_rotation_cut_short_leaves_papers_waiting_and_is_done_again(
    office: Office, tmp_path: Path
) -> None:
    other = Signer.create(tmp_path / "other", "Dojang", NOON)
    assert other.leaf
    leaf = tmp_path / "keys" / "pdf" / LEAF_FILE
    leaf.write_bytes((tmp_path / "other" / LEAF_FILE).read_bytes())
    office.hear(request())
    assert (office.documents(), office.said(), office.dead()) == ([], [], [])

    folder_of(office).rotate(NOON)
    office.consumer.drain(patience_s=5)
    assert len(office.documents()) == 1


def test_a_leaked_key_is_taken_back_where_its_certificate_says(office: Office) -> None:
    leaked = office.parts.signing.signer().leaf
    assert not list(list_named_by(office, leaked))
    folder_of(office).rotate(NOON, leaked=True)
    [taken] = list_named_by(office, leaked)
    assert taken.serial_number == leaked.serial_number


def test_under_a_new_authority_old_papers_lead_to_the_old_one_which_stays_published(
    office: Office,
) -> None:
    _, before = office.issue()
    leaf = office.parts.signing.signer().leaf
    folder_of(office).rotate(NOON, new_authority=True)
    _, after = office.issue()

    today, former = published(office)
    assert judged(after, [today], NOON).bottom_line
    assert judged(before, [former], NOON).bottom_line
    assert not judged(before, [today], NOON).bottom_line
    last = list_named_by(office, leaf)
    assert last.next_update_utc == former.not_valid_after_utc


def test_the_key_of_the_authority_may_be_kept_elsewhere(office: Office, tmp_path: Path) -> None:
    here = tmp_path / "keys" / "pdf" / AUTHORITY_KEY_FILE
    safe = tmp_path / "safe.pem"
    here.rename(safe)
    with pytest.raises(Permanent) as refused:
        folder_of(office).rotate(NOON)
    assert refused.value.code == "no_authority_key"
    folder_of(office).rotate(NOON, authority_key=safe)
    assert office.issue()


def test_another_authority_s_key_vouches_for_nothing(office: Office, tmp_path: Path) -> None:
    Signer.create(tmp_path / "other", "Dojang", NOON)
    with pytest.raises(Permanent, match="not the key of this installation's authority"):
        folder_of(office).rotate(NOON, authority_key=tmp_path / "other" / AUTHORITY_KEY_FILE)


def test_the_revocation_list_is_renewed_in_time_where_the_authority_s_key_is(
    office: Office,
) -> None:
    leaf = office.parts.signing.signer().leaf
    first = list_named_by(office, leaf)
    office.clock.advance(timedelta(days=50))
    renewed = list_named_by(office, leaf)
    assert renewed.next_update_utc is not None
    assert first.next_update_utc is not None
    assert renewed.next_update_utc - first.next_update_utc == timedelta(days=50)


def test_an_end_is_told_thirty_days_before(office: Office, tmp_path: Path) -> None:
    app = create_app(office.parts).test_client()
    assert app.get("/readyz").get_json() == {"status": "ready"}
    (tmp_path / "keys" / "pdf" / AUTHORITY_KEY_FILE).unlink()
    office.clock.advance(timedelta(days=61))
    ready = app.get("/readyz")
    assert (ready.status_code, ready.get_json()["notes"]) == (200, ["list_ends 2026-12-01"])

    end = office.parts.signing.signer().leaf.not_valid_after_utc
    office.clock.advance(end - office.clock.now() - timedelta(days=29))
    ready = app.get("/readyz")
    assert ready.status_code == 200
    assert f"signing_ends {end:%Y-%m-%d}" in ready.get_json()["notes"]
    assert f"signing_ends {end:%Y-%m-%d}" in ready.headers["Dojang-Notes"]
    staff = desk_pass("educational_affairs", "staff-1", office.clock.now(), office.keyring)
    app.set_cookie(DESK, staff)
    assert "note-warn" in app.get("/desk/ledger").text


def test_no_authority_of_that_name_is_not_found(office: Office) -> None:
    client = create_app(office.parts).test_client()
    for name in ("0123456789abcdef", "..", "a%2Fb", "%00"):
        assert client.get(f"/verify/ca/{name}.crl").status_code == 404


@pytest.mark.parametrize(
    "name", ["University of " + "Very " * 20 + "Long Names", "한" * 90], ids=["en", "ko"]
)
def test_a_name_of_any_length_names_authority_and_leaf_apart(tmp_path: Path, name: str) -> None:
    signer = Signer.create(tmp_path, name, NOON)
    assert signer.leaf.subject != signer.authority.subject
    assert signer.leaf.issuer == signer.authority.subject


def test_the_drill_by_command(tmp_path: Path) -> None:
    def dojang(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services.cli", "keys", *words, "--data", str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert dojang().returncode == 0
    first = dojang("--show").stdout
    rotated = dojang("--rotate", "pdf", "--leaked", "--algorithm", "rsa3072").stdout
    folder = tmp_path / "keys" / "pdf"
    serial = first.split()[2].rstrip(",")
    assert f"revoked {serial}" in rotated
    assert Signer.open(folder).leaf.public_key().key_size == 3072  # type: ignore[union-attr]
    authority = first.splitlines()[1]
    assert authority in rotated
    assert authority not in dojang("--rotate", "pdf", "--new-authority").stdout
    assert dojang("--renew-list").returncode == 0
    (folder / KEY_FILE).unlink()
    assert dojang("--show").stderr.startswith("Error: no usable signing key")
