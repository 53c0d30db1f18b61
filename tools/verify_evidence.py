"""Check a bundle of evidence of Dojang without any server.

    python verify_evidence.py evidence.json [paper.pdf] [--keys keys.json] [--head head.json]

Needs Python 3.11 and `cryptography`. `--keys` is the JWK set of /verify/keys and `--head` one of
the heads of /verify/heads, both as you got them yourself (from the university, a newspaper, a
friend). Without them those in the bundle are believed, which shows that it is whole but not whose
it is.
"""

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

BEGINNING = "0" * 64


def canonical(value):
    """RFC 8785, for values without fractions: names in the order of their UTF-16 code units."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(n)}:{canonical(value[n])}" for n in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        raise TypeError("a fraction, which this program does not write as RFC 8785 does")
    return json.dumps(value, ensure_ascii=False)


def digest(value):
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def follows(previous, entry, found):
    return digest({"previous": previous, "entry": entry}) == found


def check_trail(bundle, wrong):
    """The chain of the application, entry by entry, and what its entries commit to."""
    previous = BEGINNING
    stubs = [one for each in bundle["trail"] for one in (each["entry"] or {}).get("stubs", [])]
    for n, one in enumerate(bundle["trail"], 1):
        entry, found = one["entry"], one["hash"]
        if not entry:
            if entry == {} and [n, found] not in stubs:
                wrong.append(f"entry {n} of the trail is empty, and none says that it was erased")
        elif not follows(previous, entry, found):
            wrong.append(f"entry {n} of the trail does not follow from the one before")
        elif one["private"] is not None:
            said = digest({"private": one["private"], "salt": one["salt"]})
            if said != entry["commitment"]:
                wrong.append(f"entry {n} of the trail does not say what it committed to")
        previous = found
    if (len(bundle["trail"]), previous) != (bundle["trail_length"], bundle["trail_head"]):
        wrong.append("the trail does not end where it should")


def check_signed(bundle, wrong):
    """What was sent is what its hash says, and every signature in the trail is for that hash."""
    for sent in bundle["submissions"]:
        names = ("answers", "kind_version", "template_version", "sentences")
        files = [file["sha256"] for file in sent["attachments"]]
        if digest({**{name: sent[name] for name in names}, "attachments": files}) != sent["shown"]:
            wrong.append(f"what was sent in round {sent['round']} is not what was signed")
    private = [one["private"] for one in bundle["trail"] if one["private"]]
    seen = {one["shown"] for one in private if one["shown"]}
    for one in bundle["signatures"]:
        if one["shown"] and one["shown"] not in seen:
            wrong.append(f"the trail has no signature for what step {one['n']} signed")


def check_documents(bundle, paper, wrong):
    """The ledger's entries of the issued documents, and the file if one is given."""
    issued = {}
    for one in bundle["ledger"]:
        if not follows(one["previous"], one["entry"], one["hash"]):
            wrong.append(f"entry {one['entry']['position']} of the ledger does not follow")
        if one["entry"]["event"] == "issued":
            issued[one["entry"]["number"]] = one["entry"]["entry"]["sha256"]
    for one in bundle["documents"]:
        if issued.get(one["number"]) != one["sha256"]:
            wrong.append(f"the ledger did not issue {one['number']} with this file")
    if paper is not None and hashlib.sha256(paper).hexdigest() not in issued.values():
        wrong.append("the PDF is none of the files that were issued")


def check_head(bundle, head, keys, wrong):
    """The head's signature, and the way of each entry to it; how many it covers."""
    signed = {name: head[name] for name in ("purpose", "day", "at", "size", "root")}
    if not signature_is_good(canonical(signed).encode(), head, keys):
        wrong.append(f"the head of {head['day']} is not signed by any of the keys")
    covered = 0
    entries = [(one["hash"], "trail") for one in bundle["trail"]]
    entries += [(one["hash"], "ledger") for one in bundle["ledger"]]
    if bundle["head"] is None or bundle["head"]["size"] != head["size"]:
        wrong.append("the proofs of this bundle are for another head; fetch a newer bundle")
        return covered
    for one, where in entries:
        proof = bundle["proofs"].get(one)
        if proof is None:
            continue  # written after the head
        if includes(bytes.fromhex(one), proof["index"], head, map(bytes.fromhex, proof["path"])):
            covered += 1
        else:
            wrong.append(f"an entry of the {where} is not in the head of {head['day']}")
    return covered


def signature_is_good(data, head, keys):
    raw = bytes.fromhex(head["signature"])
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    for key in keys:
        if key["kid"] == head["kid"] and "revoked" not in key:
            point = number(key["x"]), number(key["y"])
            numbers = ec.EllipticCurvePublicNumbers(*point, ec.SECP256R1())
            try:
                numbers.public_key().verify(der, data, ec.ECDSA(hashes.SHA256()))
            except InvalidSignature:
                continue
            return True
    return False


def number(text):
    """base64url without padding, as a whole number."""
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def includes(data, index, head, path):
    """RFC 9162, 2.1.3.2."""
    number, last = index, head["size"] - 1
    found = hashlib.sha256(b"\x00" + data).digest()
    for step in path:
        if last == 0:
            return False
        if number % 2 or number == last:
            found = hashlib.sha256(b"\x01" + step + found).digest()
            while number % 2 == 0 and number:
                number, last = number // 2, last // 2
        else:
            found = hashlib.sha256(b"\x01" + found + step).digest()
        number, last = number // 2, last // 2
    return last == 0 and found.hex() == head["root"] and 0 <= index < head["size"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bundle", type=Path)
    parser.add_argument("paper", type=Path, nargs="?")
    parser.add_argument("--keys", type=Path)
    parser.add_argument("--head", type=Path)
    given = parser.parse_intermixed_args()
    bundle = json.loads(given.bundle.read_text("utf-8"))
    keys = json.loads(given.keys.read_text("utf-8"))["keys"] if given.keys else bundle["keys"]
    head = json.loads(given.head.read_text("utf-8")) if given.head else bundle["head"]
    wrong = []
    check_trail(bundle, wrong)
    check_signed(bundle, wrong)
    check_documents(bundle, given.paper.read_bytes() if given.paper else None, wrong)
    covered = check_head(bundle, head, keys, wrong) if head else 0
    total = len(bundle["trail"]) + len(bundle["ledger"])
    day = f"the head of {head['day']}" if head else "no head yet"
    lines = [f"wrong: {sentence}" for sentence in wrong]
    lines.append(
        f"{bundle['application']['number']}: {total} entries, {covered} of them under {day}; "
        f"{len(wrong)} wrong."
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
