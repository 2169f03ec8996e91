import { jwtVerify } from 'jose';
import { CLIENT_ID, ISSUER, keysAreAway, providerKeys } from '../../lib/provider.js';
import { endSessionsOf } from '../../lib/session.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

// The provider tells that a session ended there (OpenID Connect Back-Channel Logout 1.0 §2.6).
export async function POST(request) {
  const headers = { 'cache-control': 'no-store' };
  const refuse = (error) => {
    console.error('logout token:', error.code ?? '', error.message);
    return Response.json({ error: 'invalid_request' }, { status: 400, headers });
  };
  const token = (await request.formData().catch(() => new FormData())).get('logout_token');
  let payload;
  try {
    ({ payload } = await jwtVerify(token, await providerKeys(), {
      issuer: ISSUER, audience: CLIENT_ID, typ: 'logout+jwt', algorithms: ['RS256'], requiredClaims: ['iat', 'jti', 'events'], maxTokenAge: 120,
    }));
  } catch (error) {
    // 400 would be the end of it; at 500 the provider comes back.
    if (keysAreAway(error)) throw error;
    return refuse(error);
  }
  // A `nonce` marks an ID token; it must not pass for this.
  if (!payload.events?.[EVENT] || payload.nonce !== undefined || !(payload.sid || payload.sub)) return refuse(new Error('not a logout token'));
  // When our database is away the answer is 500, too.
  await endSessionsOf(payload);
  return new Response(null, { status: 200, headers });
}
