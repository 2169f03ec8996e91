// An API that checks access tokens by itself: it reads the issuer's keys once, then no request costs a round trip.
import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { ISSUER = 'http://localhost:3004', AUDIENCE = 'https://api.example', PORT = '3001' } = process.env;
const { jwks_uri } = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json();
const keys = createRemoteJWKSet(new URL(jwks_uri));

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
  } catch {
    return refuse(401, 'error="invalid_token"');
  }
  next();
};

const api = express();
api.get('/orders', needs('orders:read'), ({ token }, response) => response.json({ person: token.sub, orders: ['a lantern'] }));
api.listen(Number(PORT), 'localhost', () => console.log(`API on http://localhost:${PORT}/`));
