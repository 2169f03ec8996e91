// The stock openid-client 6 against Ostiary: everything that an application does with it.
import * as client from 'openid-client';
import { Person, check, refused } from './pages.mjs';

const { ISSUER, SECRET, MACHINE_SECRET, PRIVATE_JWK, EMAIL, PASSWORD } = process.env;
const local = { execute: [client.allowInsecureRequests] };
const issuer = new URL(ISSUER);
const REDIRECT = 'https://shop.example/callback';
const person = new Person(ISSUER, EMAIL, PASSWORD);

async function signIn(config, parameters = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT, scope: 'openid profile email orders:read', state: expectedState, nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256', ...parameters,
  });
  const landed = await person.go(url.href);
  return client.authorizationCodeGrant(config, landed, { pkceCodeVerifier, expectedState, expectedNonce, maxAge: parameters.max_age });
}

for (const authentication of [undefined, client.ClientSecretBasic(SECRET), client.ClientSecretPost(SECRET)]) {
  const config = await client.discovery(issuer, 'shop', authentication ? undefined : SECRET, authentication, local);
  const tokens = await signIn(config);
  check(tokens.claims().email === EMAIL, 'the ID token has the address');
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  check(info.email === EMAIL, 'userinfo has the address');
}

const config = await client.discovery(issuer, 'shop', SECRET, undefined, local);
check(config.serverMetadata().supportsPKCE(), 'PKCE is announced');
const tokens = await signIn(config, { max_age: 600 });
check(typeof tokens.claims().auth_time === 'number', 'auth_time with max_age');

// A proxy and a page refresh with the same token at once: nobody is signed out (docs/integrate.md, "Refresh tokens").
const both = await Promise.all([1, 2].map(() => client.refreshTokenGrant(config, tokens.refresh_token)));
const again = await client.refreshTokenGrant(config, both[0].refresh_token);
const late = await client.refreshTokenGrant(config, both[1].refresh_token);
check(again.access_token && late.access_token, 'both halves go on');

const narrowed = await client.refreshTokenGrant(config, late.refresh_token, { scope: 'openid' });
check(narrowed.scope === 'openid', 'narrowed');
check((await client.tokenIntrospection(config, narrowed.access_token)).active, 'active');
await client.tokenRevocation(config, narrowed.refresh_token);
check(!(await client.tokenIntrospection(config, narrowed.access_token)).active, 'revoked with its grant');
await refused(client.refreshTokenGrant(config, narrowed.refresh_token), 'invalid_grant');

const machine = await client.discovery(issuer, 'worker', MACHINE_SECRET, undefined, local);
const own = await client.clientCredentialsGrant(machine, { scope: 'orders:read', resource: 'https://api.example' });
check(own.token_type === 'bearer' && own.scope === 'orders:read', 'client credentials');

const jwk = JSON.parse(PRIVATE_JWK);
const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
const signer = await client.discovery(issuer, 'signer', undefined, client.PrivateKeyJwt({ key, kid: jwk.kid }), local);
check((await client.clientCredentialsGrant(signer, {})).access_token, 'private_key_jwt');

const last = await signIn(config);
const out = client.buildEndSessionUrl(config, { id_token_hint: last.id_token, post_logout_redirect_uri: 'https://shop.example/signed-out', state: 's' });
const landed = await person.go(out.href);
check(landed.href === 'https://shop.example/signed-out?state=s', `signed out: ${landed}`);
await refused(signIn(config, { prompt: 'none' }), 'login_required');
console.log('openid-client is content');
