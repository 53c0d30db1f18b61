"""Proof that outlives us: signed facts in the QR code, the keys to check them, the page that does.

The QR code of a paper holds `<base>/verify/<number>#<decimal digits>`. The
digits are a COSE_Sign1 (RFC 9052) over a few facts in CBOR (RFC 8949); what
stands behind `#` never reaches a server, and needs none to be checked.
"""
