import { jwtVerify } from 'jose';
import { ISSUER, keysAreAway, providerKeys } from '../../../../lib/provider.js';

const AUDIENCE = process.env.AUDIENCE ?? 'https://app.company.example';

// An API of this application for others, behind the gateway at /api/app: it takes access tokens, never the cookie, so that no other
// site can call it with a person's browser.
export async function GET(request) {
  const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  const refuse = (status, challenge) => new Response(null, { status, headers: { 'www-authenticate': `Bearer ${challenge}`.trim() } });
  if (!token) return refuse(401, '');
  try {
    const { payload } = await jwtVerify(token, await providerKeys(), {
      issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', algorithms: ['ES256'],
      requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
    });
    if (payload.cnf) return refuse(401, 'error="invalid_token"');
    if (!(payload.scope ?? '').split(' ').includes('app:read')) return refuse(403, 'error="insufficient_scope", scope="app:read"');
    return Response.json({ person: payload.sub, client: payload.client_id });
  } catch (error) {
    if (!keysAreAway(error)) return refuse(401, 'error="invalid_token"');
    // Nothing is wrong with the token: a 401 would send people to sign in at a provider that is away.
    console.error('the keys of the provider:', error.code ?? '', error.message);
    return new Response(null, { status: 503, headers: { 'retry-after': '5' } });
  }
}
