// A program on a person's own machine (RFC 8252): the system's browser, whatever port is free, PKCE, and no secret. AppAuth for JS.
import {
  AppAuthError, AuthorizationRequest, AuthorizationRequestHandler, AuthorizationResponse, AuthorizationServiceConfiguration,
  BaseTokenRequestHandler, BasicQueryStringUtils, FetchRequestor, RevokeTokenRequest, TokenRequest, setFlag,
} from '@openid/appauth';
import { NodeCrypto } from '@openid/appauth/built/node_support/crypto_utils.js';
import { on, once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import opener from 'opener';

const { ISSUER = 'http://localhost:3004', CLIENT_ID, KEPT = 'kept.json' } = process.env;
const SCOPE = 'openid profile email offline_access';
setFlag('IS_LOG', false);

// AppAuth's own NodeBasedHandler listens on every address of the machine and does not look at `state`.
class LoopbackHandler extends AuthorizationRequestHandler {
  constructor(server) {
    super(new BasicQueryStringUtils(), new NodeCrypto());
    this.server = server;
  }

  /** Takes the person to the browser, and waits until it comes back. */
  async performAuthorizationRequest(configuration, request) {
    await request.setupCodeVerifier();
    opener(this.buildRequestUrl(configuration, request));
    for await (const [{ url }, page] of on(this.server, 'request')) {
      const { pathname, searchParams: answer } = new URL(url, request.redirectUri);
      // Anybody can knock here: what is not of this request, and of this server (RFC 9207), is passed over.
      if (pathname !== '/callback' || answer.get('state') !== request.state || answer.get('iss') !== ISSUER) {
        page.writeHead(404).end();
        continue;
      }
      page.end('You can close this page.');
      if (answer.has('error')) throw new AppAuthError(answer.get('error'));
      return new AuthorizationResponse({ code: answer.get('code'), state: request.state });
    }
  }
}

const configuration = await AuthorizationServiceConfiguration.fetchFromIssuer(ISSUER, new FetchRequestor());
const tokenHandler = new BaseTokenRequestHandler(new FetchRequestor());

async function signIn() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const redirect_uri = `http://127.0.0.1:${server.address().port}/callback`;
    const request = new AuthorizationRequest({
      client_id: CLIENT_ID, redirect_uri, scope: SCOPE, response_type: AuthorizationRequest.RESPONSE_TYPE_CODE,
    }, new NodeCrypto());
    const { code } = await new LoopbackHandler(server).performAuthorizationRequest(configuration, request);
    return await ask({ grant_type: 'authorization_code', code, redirect_uri, extras: { code_verifier: request.internal.code_verifier } });
  } finally {
    server.close();
  }
}

/** The next tokens; the person is asked only if the grant has ended. */
async function refresh({ refreshToken }) {
  try {
    return await ask({ grant_type: 'refresh_token', refresh_token: refreshToken, redirect_uri: '' });
  } catch (error) {
    // 400 is `invalid_grant`. When the server cannot be reached the token stays good.
    if (error.message !== '400') throw error;
    return signIn();
  }
}

async function ask(parameters) {
  const tokens = await tokenHandler.performTokenRequest(configuration, new TokenRequest({ client_id: CLIENT_ID, ...parameters }));
  // Before it is used: this refresh token is good once. An application keeps it in the Keychain, Keystore or Credential Manager.
  await writeFile(KEPT, JSON.stringify({ refreshToken: tokens.refreshToken, idToken: tokens.idToken }), { mode: 0o600 });
  return tokens;
}

async function signOut({ refreshToken, idToken }) {
  await tokenHandler.performRevokeTokenRequest(configuration, new RevokeTokenRequest({ token: refreshToken, client_id: CLIENT_ID }));
  await rm(KEPT);
  // The browser is still signed in, and so would be the next one to press "Sign in".
  opener(`${configuration.endSessionEndpoint}?${new URLSearchParams({ id_token_hint: idToken, client_id: CLIENT_ID })}`);
}

const kept = await readFile(KEPT, 'utf8').then(JSON.parse, () => undefined);
if (process.argv[2] === 'sign-out') {
  if (kept) await signOut(kept);
} else {
  const { accessToken } = await (kept ? refresh(kept) : signIn());
  const answer = await fetch(configuration.userInfoEndpoint, { headers: { authorization: `Bearer ${accessToken}` }, signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`userinfo answered ${answer.status}`);
  const { name, email, sub } = await answer.json();
  console.log(`Hello ${name ?? email ?? sub}`);
}
