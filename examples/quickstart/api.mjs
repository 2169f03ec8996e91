// An API that checks access tokens by itself: discovery tells the issuer's keys, nothing else is asked for a request.
import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { ISSUER = 'http://localhost:3004', AUDIENCE = 'https://api.example', PORT = '3001' } = process.env;
const jwks = createRemoteJWKSet(new URL(`${ISSUER}/jwks`));

const authorize = (scope) => async (request, response, next) => {
  const [scheme, token] = (request.get('authorization') ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) return response.status(401).set('www-authenticate', 'Bearer').end();
  try {
    const { payload } = await jwtVerify(token, jwks, {
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti', 'scope'],
    });
    // A token bound to a key is not a bearer token.
    if (payload.cnf) throw new Error('bound to a key');
    if (!payload.scope.split(' ').includes(scope)) {
      return response.status(403).set('www-authenticate', `Bearer error="insufficient_scope", scope="${scope}"`).end();
    }
    request.token = payload;
    next();
  } catch {
    response.status(401).set('www-authenticate', 'Bearer error="invalid_token"').end();
  }
};

const app = express();
app.get('/orders', authorize('orders:read'), (request, response) => response.json({ orders: [], of: request.token.sub }));
app.listen(Number(PORT), 'localhost', () => console.log(`api on http://localhost:${PORT}/`));
