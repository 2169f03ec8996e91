"""An API that checks access tokens (RFC 9068) by itself: it keeps the issuer's keys for some minutes and asks nobody about a token."""

import os
import time
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException

ISSUER = os.environ.get("ISSUER", "http://localhost:3004")
AUDIENCE = os.environ.get("AUDIENCE", "https://api.example")


class ProviderKeys(jwt.PyJWKClient):
    """Keeps the keys for five minutes, and looks again when it meets an unknown `kid`: once in ten seconds, since anybody can make one up."""

    looked_at = float("-inf")

    def get_jwk_set(self, refresh: bool = False) -> jwt.PyJWKSet:
        if refresh:
            if time.monotonic() < self.looked_at + 10:
                raise jwt.PyJWKClientError("there was no such key a moment ago")
            self.looked_at = time.monotonic()
        return super().get_jwk_set(refresh)


# The path by discovery's jwks_uri.
KEYS = ProviderKeys(os.environ.get("JWKS_URI", f"{ISSUER}/jwks"), timeout=5)


def refuse(status: int, challenge: str) -> HTTPException:
    return HTTPException(status, headers={"WWW-Authenticate": f"Bearer {challenge}".strip()})


def needs(scope: str):
    """A dependency: the claims of a token with this scope."""

    def check(authorization: Annotated[str | None, Header()] = None) -> dict:
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise refuse(401, "")
        try:
            # `typ` is not checked by PyJWT, and without it an ID token could pass for an access token.
            if jwt.get_unverified_header(token).get("typ") != "at+jwt":
                raise jwt.InvalidTokenError("not an access token")
            claims = jwt.decode(
                token, KEYS.get_signing_key_from_jwt(token).key, algorithms=["ES256"], issuer=ISSUER, audience=AUDIENCE,
                options={"require": ["exp", "iat", "sub", "client_id", "jti"]},
            )
            # Bound to a key (DPoP, mTLS): whoever merely carries it is not whom it was given to.
            if "cnf" in claims:
                raise jwt.InvalidTokenError("not a bearer token")
        except jwt.PyJWKClientConnectionError:
            raise HTTPException(503) from None
        except (jwt.InvalidTokenError, jwt.PyJWKClientError):
            raise refuse(401, 'error="invalid_token"') from None
        if scope not in claims.get("scope", "").split():
            raise refuse(403, f'error="insufficient_scope", scope="{scope}"')
        return claims

    return check


app = FastAPI()


@app.get("/orders")
def orders(token: Annotated[dict, Depends(needs("orders:read"))]) -> dict:
    return {"person": token["sub"], "orders": ["a lantern"]}
