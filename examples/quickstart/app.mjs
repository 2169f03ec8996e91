// A web application that signs people in. Stock openid-client: nothing in this file is particular to Ostiary.
import express from 'express';
import session from 'express-session';
import { randomBytes } from 'node:crypto';
import * as client from 'openid-client';

const { ISSUER = 'http://localhost:3004', CLIENT_ID, CLIENT_SECRET, PORT = '3000', API = 'http://localhost:3001' } = process.env;
const HOME = `http://localhost:${PORT}/`;
const CALLBACK = `${HOME}callback`;

// Plain http is for localhost; with an https issuer the library insists on it.
const execute = ISSUER.startsWith('http://localhost:') ? [client.allowInsecureRequests] : [];
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, { execute });

const app = express();
app.use(session({ name: 'shop', secret: randomBytes(32).toString('hex'), resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }));

app.get('/', ({ session: { user } }, response) => response.send(user
  ? `<h1>Hello ${escape(user.name ?? user.email)}</h1><a href="/orders">Your orders</a> <form action="/logout" method="post"><button>Sign out</button></form>`
  : '<h1>My shop</h1><a href="/login">Sign in</a>'));

app.get('/login', async (request, response) => {
  const pending = { verifier: client.randomPKCECodeVerifier(), state: client.randomState(), nonce: client.randomNonce() };
  request.session.pending = pending;
  response.redirect(client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK, scope: 'openid profile email orders:read', state: pending.state, nonce: pending.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(pending.verifier), code_challenge_method: 'S256',
  }).href);
});

app.get('/callback', async (request, response) => {
  const pending = request.session.pending;
  if (!pending) return response.redirect('/');
  const tokens = await client.authorizationCodeGrant(config, new URL(request.originalUrl, HOME),
    { pkceCodeVerifier: pending.verifier, expectedState: pending.state, expectedNonce: pending.nonce });
  // A new session id at the sign-in: one that somebody planted before is worth nothing.
  await new Promise((done, fail) => request.session.regenerate((error) => (error ? fail(error) : done())));
  Object.assign(request.session, { user: tokens.claims(), id_token: tokens.id_token });
  keep(request.session, tokens);
  response.redirect('/');
});

app.get('/orders', async ({ session }, response) => {
  if (!session.user) return response.redirect('/login');
  if (Date.now() > session.expires_at) keep(session, await client.refreshTokenGrant(config, session.refresh_token));
  const answer = await fetch(`${API}/orders`, { headers: { authorization: `Bearer ${session.access_token}` }, signal: AbortSignal.timeout(10_000) });
  response.status(answer.status).send(`<h1>Your orders</h1><pre>${escape(await answer.text())}</pre><a href="/">Back</a>`);
});

// A POST, and the cookie is SameSite=Lax: no other site can sign people out.
app.post('/logout', ({ session }, response) => {
  const url = client.buildEndSessionUrl(config, { post_logout_redirect_uri: HOME, ...(session.id_token && { id_token_hint: session.id_token }) });
  session.destroy(() => response.redirect(303, url.href));
});

// The API or the provider did not answer: nobody has to sign in for that.
const isAway = ({ name, code, message }) => name === 'TimeoutError' || code === 'OAUTH_TIMEOUT' || message === 'fetch failed';

// The person said no, came back too late, or has been signed out: a page with a way on. The reason is for the log.
app.use((error, request, response, next) => {
  const away = isAway(error);
  console.error((away ? error.cause?.code : error.error ?? error.code) ?? error.name, error.error_description ?? error.message);
  if (away) return response.status(503).send('<h1>That cannot be reached just now</h1><a href="/">Try again later</a>');
  response.status(400).send('<h1>That did not work</h1><a href="/login">Sign in again</a>');
});

function keep(session, { access_token, refresh_token, expires_in }) {
  Object.assign(session, { access_token, refresh_token, expires_at: Date.now() + (expires_in - 30) * 1000 });
}

function escape(text) {
  return String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

app.listen(Number(PORT), 'localhost', () => console.log(`My shop on ${HOME}`));
