// An API that checks access tokens by itself: it keeps the issuer's keys for some minutes and asks nobody about a token.
import express from 'express';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const { ISSUER = 'http://localhost:3004', AUDIENCE = 'https://api.example', PORT = '3001' } = process.env;
const discovered = await fetch(`${ISSUER}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5000) });
const { issuer, jwks_uri } = await discovered.json();
if (issuer !== ISSUER) throw new Error(`${ISSUER} calls itself ${issuer}`); // its keys would be another's (Discovery §4.3)
const keys = createRemoteJWKSet(new URL(jwks_uri));
// Of what jose throws, what is about the provider's keys and not about the token.
const ABOUT_KEYS = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'];

const needs = (scope) => async (request, response, next) => {
  const refuse = (status, challenge) => response.status(status).set('www-authenticate', `Bearer ${challenge}`.trim()).end();
  const [, token] = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
  if (!token) return refuse(401, '');
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', algorithms: ['ES256'],
      requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
    });
    if (payload.cnf) return refuse(401, 'error="invalid_token"'); // bound to a key: not a bearer token
    if (!(payload.scope ?? '').split(' ').includes(scope)) return refuse(403, `error="insufficient_scope", scope="${scope}"`);
    request.token = payload;
  } catch (error) {
    if (error instanceof errors.JOSEError && !ABOUT_KEYS.includes(error.code)) return refuse(401, 'error="invalid_token"');
    // Nothing is wrong with the token: a 401 would send people to sign in at a provider that is away.
    console.error('the keys of the provider:', error.code ?? error.name, error.message);
    return response.status(503).set('retry-after', '5').end();
  }
  next();
};

const api = express();
api.get('/orders', needs('orders:read'), ({ token }, response) => response.json({ person: token.sub, orders: ['a lantern'] }));
api.listen(Number(PORT), 'localhost', () => console.log(`API on http://localhost:${PORT}/`));
