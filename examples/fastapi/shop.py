"""A web application that signs people in with Authlib. Nothing in this file is particular to Ostiary."""

import os
import secrets
from html import escape

from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.middleware.sessions import SessionMiddleware

ISSUER = os.environ.get("ISSUER", "http://localhost:3004")
CLIENT_ID = os.environ["CLIENT_ID"]
API = os.environ.get("API", "http://localhost:3001")
HOME = os.environ.get("HOME_URL", f"http://localhost:{os.environ.get('PORT', '3000')}/")

app = FastAPI()
# Signed, not sealed: whoever has the browser can read this cookie. It holds the id of a session, and no token.
SECRET = os.environ.get("SESSION_SECRET", secrets.token_hex(32))
app.add_middleware(SessionMiddleware, secret_key=SECRET, session_cookie="shop", https_only=HOME.startswith("https:"))
# Who is signed in, and their tokens: for one process. Several need a table, and one request at a time that refreshes.
SESSIONS: dict[str, dict] = {}


async def keep(token: dict, refresh_token: str | None = None, access_token: str | None = None) -> None:
    """Authlib has refreshed: this refresh token is good once."""
    for session in SESSIONS.values():
        if refresh_token and session.get("refresh_token") == refresh_token:
            session.update(token)


oauth = OAuth()
oauth.register(
    "ostiary",
    client_id=CLIENT_ID,
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email orders:read", "code_challenge_method": "S256"},
    update_token=keep,
)


def session_of(request: Request) -> dict | None:
    return SESSIONS.get(request.session.get("id", ""))


@app.get("/login")
async def login(request: Request):
    return await oauth.ostiary.authorize_redirect(request, f"{HOME}callback")


@app.get("/callback")
async def callback(request: Request):
    # By itself Authlib checks state, PKCE and nonce, and the ID token's signature, issuer and end, but not whom it is for.
    claims = {"iss": {"value": ISSUER}, "aud": {"value": CLIENT_ID}}
    token = await oauth.ostiary.authorize_access_token(request, claims_options=claims)
    # A new session at the sign-in: one that somebody planted before is worth nothing.
    request.session.clear()
    request.session["id"] = secrets.token_urlsafe()
    SESSIONS[request.session["id"]] = dict(token)
    return RedirectResponse("/")


# A POST, and the cookie is SameSite=Lax: no other site can sign people out.
@app.post("/logout")
async def logout(request: Request):
    session = SESSIONS.pop(request.session.get("id", ""), {})
    request.session.clear()
    to = await oauth.ostiary.create_logout_url(HOME, session.get("id_token"))
    return RedirectResponse(to["url"], 303)


@app.get("/")
def home(request: Request):
    if session := session_of(request):
        user = session["userinfo"]
        name = escape(user.get("name", user["sub"]))
        sign_out = '<form action="/logout" method="post"><button>Sign out</button></form>'
        return HTMLResponse(f'<h1>Hello {name}</h1><a href="/orders">Your orders</a> {sign_out}')
    return HTMLResponse('<h1>My shop</h1><a href="/login">Sign in</a>')


@app.get("/orders")
async def orders(request: Request):
    session = session_of(request)
    if not session:
        return RedirectResponse("/login")
    # Refreshes the access token first when a minute or less of it is left.
    answer = await oauth.ostiary.get(f"{API}/orders", token=session)
    page = f'<h1>Your orders</h1><pre>{escape(answer.text)}</pre><a href="/">Back</a>'
    return HTMLResponse(page, answer.status_code)


@app.exception_handler(OAuthError)
async def sign_in_failed(request: Request, error: OAuthError):
    """The person said no, came back too late, or has been signed out: a page with a way on. The reason is for the log."""
    print(error)
    return HTMLResponse('<h1>That did not work</h1><a href="/login">Sign in again</a>', 400)
