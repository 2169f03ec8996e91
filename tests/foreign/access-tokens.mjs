// Access tokens as APIs check them: jose at its strictest, and oauth4webapi's RFC 9068 validation.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { Person, check } from './pages.mjs';

const { ISSUER, SECRET, MACHINE_SECRET, EMAIL, PASSWORD } = process.env;
const issuer = new URL(ISSUER);
const insecure = { [oauth.allowInsecureRequests]: true };
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
// The same document where RFC 8414 puts it.
const rfc8414 = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
check(rfc8414.token_endpoint === as.token_endpoint, 'RFC 8414 metadata');

const audience = 'https://api.example';
const machine = { client_id: 'worker' };
const own = await oauth.processClientCredentialsResponse(as, machine,
  await oauth.clientCredentialsGrantRequest(as, machine, oauth.ClientSecretBasic(MACHINE_SECRET), { scope: 'orders:read' }, insecure));

const shop = { client_id: 'shop' };
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const url = new URL(as.authorization_endpoint);
url.search = new URLSearchParams({
  client_id: 'shop', redirect_uri: 'https://shop.example/callback', response_type: 'code', scope: 'openid orders:read', state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
});
const landed = await new Person(ISSUER, EMAIL, PASSWORD).go(url.href);
const parameters = oauth.validateAuthResponse(as, shop, landed, state);
const tokens = await oauth.processAuthorizationCodeResponse(as, shop, await oauth.authorizationCodeGrantRequest(
  as, shop, oauth.ClientSecretPost(SECRET), parameters, 'https://shop.example/callback', verifier, insecure));

const keys = createRemoteJWKSet(new URL(as.jwks_uri));
for (const { access_token: token } of [own, tokens]) {
  const { payload } = await jwtVerify(token, keys, {
    issuer: ISSUER, audience, typ: 'at+jwt', algorithms: ['ES256', 'RS256'],
    requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti', 'scope'],
  });
  check(payload.scope.split(' ').includes('orders:read'), 'the scope is one text');
  const request = new Request('https://api.example/orders', { headers: { authorization: `Bearer ${token}` } });
  const claims = await oauth.validateJwtAccessToken(as, request, audience, insecure);
  check(claims.jti === payload.jti, 'oauth4webapi');
  await jwtVerify(token, keys, { issuer: ISSUER, audience: 'https://other.example' }).then(() => check(false, 'another audience'), () => {});
}
// An ID token is no access token.
await jwtVerify(tokens.id_token, keys, { issuer: ISSUER, audience, typ: 'at+jwt' }).then(() => check(false, 'an ID token passed'), () => {});
console.log('jose and oauth4webapi are content');
