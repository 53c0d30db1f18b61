"""What is published of the keys that sign the facts in QR codes."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def _text(about: str, **more: Any) -> Json:
    return {"type": "string", "description": about, **more}


_INSTANT: Json = {"type": ["string", "null"], "format": "date-time"}

SCHEMAS: Json = {
    "ProofKey": {
        "type": "object",
        "required": ["kty", "crv", "x", "y", "kid", "use", "alg", "from", "until"],
        "properties": {
            "kty": _text("RFC 7517", enum=["EC"]),
            "crv": _text("RFC 7518", enum=["P-256"]),
            "x": _text("base64url"),
            "y": _text("base64url"),
            "kid": _text("four hex digits: the key id (4) in the COSE header"),
            "use": _text("RFC 7517", enum=["sig"]),
            "alg": _text("RFC 7518; -7 in COSE", enum=["ES256"]),
            "from": {**_INSTANT, "description": "since when it signs, null where not known"},
            "until": {
                **_INSTANT,
                "description": "until when it signed, null while it does",
            },
            "revoked": _text("since when its signatures say nothing", format="date-time"),
        },
    }
}

PATHS: Json = {
    "/verify/keys": {
        "get": {
            "operationId": "proofKeys",
            "summary": "The keys that signed the facts in QR codes, all of them, the newest first",
            "description": "A JWK set (RFC 7517). What stands behind the # of a printed address is "
            "a COSE_Sign1 (RFC 9052) as decimal digits; a leading byte 01 keeps zeros.",
            "tags": ["verify"],
            "security": [],
            "responses": {
                "200": {
                    "description": "the set",
                    "content": {
                        "application/jwk-set+json": {
                            "schema": {
                                "type": "object",
                                "required": ["keys"],
                                "properties": {
                                    "keys": {
                                        "type": "array",
                                        "items": {"$ref": "#/components/schemas/ProofKey"},
                                    }
                                },
                            }
                        }
                    },
                }
            },
        }
    }
}
