// A web application that signs people in through Ostiary, with the stock openid-client and nothing of ours.
import express from 'express';
import session from 'express-session';
import { randomBytes } from 'node:crypto';
import * as client from 'openid-client';

const { ISSUER = 'http://localhost:3004', CLIENT_ID, CLIENT_SECRET, PORT = '3000' } = process.env;
const HOME = `http://localhost:${PORT}/`;
const CALLBACK = `${HOME}callback`;

// Plain http is for localhost only: leave the last argument out in production.
const local = { execute: [client.allowInsecureRequests] };
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, local);

const app = express();
// Sessions in memory are for trying things out; a real application keeps them in its database.
app.use(session({ name: 'shop', secret: randomBytes(32).toString('hex'), resave: false, saveUninitialized: false, cookie: { httpOnly: true, sameSite: 'lax' } }));

const escape = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

app.get('/', (request, response) => {
  const user = request.session.user;
  response.send(user
    ? `<h1>Signed in as ${escape(user.name ?? user.email ?? user.sub)}</h1><p><a href="/logout">Sign out</a></p>`
    : '<h1>Nobody is signed in</h1><p><a href="/login">Sign in</a></p>');
});

app.get('/login', async (request, response) => {
  const code_verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  request.session.pending = { code_verifier, state, nonce };
  response.redirect(client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid profile email',
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(code_verifier),
    code_challenge_method: 'S256',
  }).href);
});

app.get('/callback', async (request, response) => {
  const { code_verifier, state, nonce } = request.session.pending ?? {};
  const tokens = await client.authorizationCodeGrant(config, new URL(request.originalUrl, CALLBACK), {
    pkceCodeVerifier: code_verifier,
    expectedState: state,
    expectedNonce: nonce,
  });
  // A new session id when somebody signs in, so that one planted before is worth nothing.
  await new Promise((done, failed) => request.session.regenerate((error) => (error ? failed(error) : done())));
  request.session.user = tokens.claims();
  request.session.id_token = tokens.id_token;
  response.redirect('/');
});

app.get('/logout', (request, response) => {
  const parameters = { post_logout_redirect_uri: HOME };
  if (request.session.id_token) parameters.id_token_hint = request.session.id_token;
  const url = client.buildEndSessionUrl(config, parameters);
  request.session.destroy(() => response.redirect(url.href));
});

app.listen(Number(PORT), 'localhost', () => console.log(`app on ${HOME}`));
