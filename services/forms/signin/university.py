"""Sign-in at the campus identity provider (CRT-11, "an accredited identity provider").

OpenID Connect Core 1.0, the code flow with PKCE (RFC 7636). What goes out and comes back is
bound to one browser by state, nonce and verifier, and to one provider by its issuer: in the
discovery document, in the answer (RFC 9207) and in the ID token. Its keys are read again when a
token names one that is not known. A claim names the login ID; who is not of the register is told.

Readings: CRT-11 asks for "portal ID and password, then a verification by … an accredited identity
provider". The campus provider asks for the portal's own ID and password and verifies by its own
second step, so a sign-in there is both steps, also for who has an authenticator app with us.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from shared.clock import Clock, SystemClock
from shared.errors import Refused, TryLater
from shared.settings import Settings

BACK = "/sign-in/university/back"
SCOPE = "openid profile"
DISCOVERY = "/.well-known/openid-configuration"
TIMEOUT_S = 8.0
KNOWN_FOR = timedelta(hours=1)  # how long the discovery document counts
KEYS_AGAIN = timedelta(seconds=10)  # how often an unknown key may have us ask, at most
LEEWAY_S = 60
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
CLAIM_CHARACTERS_MOST = 200
LOGOUT_EVENT, LOGOUT_TYPE = "http://schemas.openid.net/event/backchannel-logout", "logout+jwt"
SECRET_CHARACTERS = 48


@dataclass(frozen=True)
class Going:
    """Somebody sent to the provider: where to, and what their browser keeps for the way back."""

    address: str
    state: str
    nonce: str
    verifier: str

    def kept(self) -> dict[str, str]:
        """What the cookie holds."""
        return {"state": self.state, "nonce": self.nonce, "verifier": self.verifier}


@dataclass(frozen=True)
class Known:
    """Who came back: the login ID with us; subject and session ("" where it names none) there."""

    login_id: str
    subject: str
    session: str


@dataclass(frozen=True)
class Left:
    """Who signed out there, by subject, by session, or both; what was opened after `at` stays."""

    subject: str
    session: str
    at: datetime


class Provider:
    """The campus identity provider, as the settings name it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.issuer = settings.oidc_issuer
        self._settings, self._clock = settings, clock
        self._back = settings.base_url.rstrip("/") + BACK
        self._lock = threading.Lock()
        self._known: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def send(self) -> Going:
        """Where somebody is to sign in. Raises TryLater("provider_away")."""
        state, nonce, verifier = (generate_token(SECRET_CHARACTERS) for _ in range(3))
        address = prepare_grant_uri(
            self._metadata()["authorization_endpoint"],
            self._settings.oidc_client,
            "code",
            redirect_uri=self._back,
            scope=SCOPE,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Going(address, state, nonce, verifier)

    def receive(self, answer: Mapping[str, str], kept: Mapping[str, str]) -> Known:
        """Who comes back with this answer; `kept` is what their cookie held.

        Raises Refused: provider_mismatch (of another browser, provider or sign-in),
        provider_denied (they did not sign in there), provider_unclear (no login ID among the
        claims). Raises TryLater("provider_away").
        """
        if not kept or answer.get("state") != kept.get("state"):
            raise Refused("provider_mismatch", "not the state of this browser")
        self._check_issuer(answer)
        if answer.get("error"):
            if answer["error"] in ("temporarily_unavailable", "server_error"):
                raise TryLater("provider_away", "the provider says that it is away")
            raise Refused("provider_denied", "the provider did not let them in")
        token = self._token(answer.get("code", ""), kept["verifier"])
        claims = self._claims(token, kept["nonce"])
        session = claims.get("sid")
        return Known(
            self._login_id(claims, token),
            str(claims["sub"]),
            session if isinstance(session, str) else "",
        )

    def left(self, logout_token: str) -> Left:
        """Who signed out there, by a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6).

        Raises Refused("bad_logout_token"), TryLater("provider_away").
        """
        try:
            token = self._decoded(logout_token)
            rules = jwt.JWTClaimsRegistry(
                now=int(self._clock.now().timestamp()), leeway=LEEWAY_S,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self._settings.oidc_client},
                iat={"essential": True}, exp={"essential": True}, jti={"essential": True},
            )  # fmt: skip
            rules.validate(token.claims)
            return _left(token)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Refused("bad_logout_token", f"no good token: {type(error).__name__}") from error

    def leaving(self) -> str:
        """Where somebody signs out there, too; "" if it has no such page or is away."""
        try:
            page = self._metadata().get("end_session_endpoint")
        except TryLater:
            return ""
        if not page:
            return ""
        back = self._settings.base_url.rstrip("/") + "/sign-in"
        about = {"client_id": self._settings.oidc_client, "post_logout_redirect_uri": back}
        return f"{page}{'&' if '?' in page else '?'}{urlencode(about)}"

    def _check_issuer(self, answer: Mapping[str, str]) -> None:
        """The answer comes from this provider and no other (RFC 9207, 2.4)."""
        said = answer.get("iss")
        must = self._metadata().get("authorization_response_iss_parameter_supported")
        if (must or said is not None) and said != self.issuer:
            raise Refused("provider_mismatch", "the answer of another issuer")

    def _token(self, code: str, verifier: str) -> Mapping[str, Any]:
        """What the provider gives for the code (RFC 6749, 4.1.3)."""
        metadata = self._metadata()
        body = prepare_token_request(
            "authorization_code", code=code, redirect_uri=self._back, code_verifier=verifier
        )
        client, secret = self._settings.oidc_client, self._settings.oidc_secret
        auth: httpx.Auth | None = None
        ways = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in ways:
            auth = httpx.BasicAuth(quote(client, safe=""), quote(secret, safe=""))
        else:
            body += "&" + urlencode({"client_id": client, "client_secret": secret})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._ask("POST", metadata["token_endpoint"], body, auth, headers)
        if 400 <= answer.status_code < 500:
            raise Refused("provider_mismatch", "the provider does not take that code")
        return _object(answer)

    def _claims(self, token: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """The claims of the ID token, checked (OpenID Connect Core, 3.1.3.7)."""
        try:
            decoded = self._decoded(str(token.get("id_token", "")))
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {"iss": {"essential": True, "value": self.issuer},
                 "aud": {"essential": True, "value": self._settings.oidc_client},
                 "nonce": {"essential": True, "value": nonce}},
                {"nonce": nonce, "client_id": self._settings.oidc_client,
                 "access_token": token.get("access_token")},
            )  # fmt: skip
            claims.validate(int(self._clock.now().timestamp()), LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Refused(
                "provider_mismatch", f"no good ID token: {type(error).__name__}"
            ) from error
        return dict(claims)

    def _decoded(self, id_token: str) -> jwt.Token:
        offered = self._metadata().get("id_token_signing_alg_values_supported", ["RS256"])
        registry = JWSRegistry(
            algorithms=[one for one in offered if one in ALGORITHMS], strict_check_header=False
        )
        try:
            return jwt.decode(id_token, self._key_set(), registry=registry)
        except JoseError:
            if not self._forget_keys():
                raise
        return jwt.decode(id_token, self._key_set(), registry=registry)

    def _login_id(self, claims: Mapping[str, Any], token: Mapping[str, Any]) -> str:
        """The claim that names the login ID, from the ID token or the userinfo endpoint."""
        name = self._settings.oidc_claim
        found = claims.get(name) or self._userinfo(claims, token).get(name)
        if not isinstance(found, str) or not 0 < len(found.strip()) <= CLAIM_CHARACTERS_MOST:
            raise Refused("provider_unclear", f"no claim {name}")
        return found.strip()

    def _userinfo(self, claims: Mapping[str, Any], token: Mapping[str, Any]) -> Mapping[str, Any]:
        endpoint = self._metadata().get("userinfo_endpoint")
        if not endpoint or not token.get("access_token"):
            return {}
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        found = _object(self._ask("GET", endpoint, headers=bearer))
        return found if found.get("sub") == claims["sub"] else {}  # Core 5.3.2

    def _metadata(self) -> Mapping[str, Any]:
        with self._lock:
            now = self._clock.now()
            if self._known is None or now - self._known[0] > KNOWN_FOR:
                found = _object(self._ask("GET", self.issuer.rstrip("/") + DISCOVERY))
                if found.get("issuer") != self.issuer or not _is_whole(found):
                    raise TryLater("provider_away", "its discovery document is another's")
                self._known = now, found
            return self._known[1]

    def _key_set(self) -> KeySet:
        address = self._metadata()["jwks_uri"]
        with self._lock:
            if self._keys is None:
                keys: Any = _object(self._ask("GET", address))
                try:
                    self._keys = self._clock.now(), KeySet.import_key_set(keys)
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise TryLater("provider_away", "its keys cannot be read") from error
            return self._keys[1]

    def _forget_keys(self) -> bool:
        """Have the keys read again, unless that was done just now."""
        with self._lock:
            if self._keys is not None and self._clock.now() - self._keys[0] < KEYS_AGAIN:
                return False
            self._keys = None
            return True

    def _ask(
        self,
        method: str,
        address: str,
        body: str | None = None,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        try:
            with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
                answer = client.request(
                    method, address, content=body, auth=auth, headers=dict(headers or {})
                )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TryLater("provider_away", "the provider does not answer") from error
        if answer.status_code >= 500 or answer.status_code == 429:
            raise TryLater("provider_away", "the provider cannot answer")
        return answer


def open_provider(settings: Settings) -> Provider | None:
    """The provider of the settings, or None: then there is a password alone.

    It lives in real time, whatever DOJANG_CLOCK says.
    """
    return Provider(settings, SystemClock()) if settings.oidc_issuer else None


def _left(token: jwt.Token) -> Left:
    """What a logout token says. Raises ValueError for any other token, an ID token above all."""
    claims = token.claims
    subject, session = claims.get("sub", ""), claims.get("sid", "")
    events = claims.get("events")
    is_logout = isinstance(events, dict) and isinstance(events.get(LOGOUT_EVENT), dict)
    is_named = isinstance(subject, str) and isinstance(session, str) and bool(subject or session)
    of_type = str(token.header.get("typ", LOGOUT_TYPE)).lower() in (LOGOUT_TYPE, "jwt")
    if not (of_type and is_logout and is_named) or "nonce" in claims:
        raise ValueError("no logout token")
    return Left(subject, session, datetime.fromtimestamp(claims["iat"] + LEEWAY_S, UTC))


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        found = answer.json() if answer.status_code == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise TryLater("provider_away", "the provider answers something else")
    return found


def _is_whole(found: Mapping[str, Any]) -> bool:
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    return all(isinstance(found.get(name), str) for name in names)
