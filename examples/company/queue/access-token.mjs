// Checks an access token (RFC 9068) by itself: the issuer's keys are read at the first need, then no request costs a round trip.
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

// Of what jose throws, what is about the provider's keys and not about the token.
const ABOUT_KEYS = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'];

export function accessTokens({ issuer, audience }) {
  let keys;
  // Not at the start: the provider may start later. A failure is not kept.
  const providerKeys = () => (keys ??= readKeys(issuer).catch((error) => { keys = undefined; throw error; }));

  // Middleware that lets requests with this scope through and leaves the token's claims in `request.token`.
  return (scope) => async (request, response, next) => {
    const refuse = (status, challenge) => response.status(status).set('www-authenticate', `Bearer ${challenge}`.trim()).end();
    const [, token] = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
    if (!token) return refuse(401, '');
    try {
      const { payload } = await jwtVerify(token, await providerKeys(), {
        // Without `typ` an ID token, without `algorithms` a token of a weaker key could pass.
        issuer, audience, typ: 'at+jwt', algorithms: ['ES256'],
        requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
      });
      // Bound to a key (DPoP, mTLS): whoever merely carries it is not whom it was given to.
      if (payload.cnf) return refuse(401, 'error="invalid_token"');
      request.token = payload;
      request.accessToken = token;
    } catch (error) {
      if (error instanceof errors.JOSEError && !ABOUT_KEYS.includes(error.code)) return refuse(401, 'error="invalid_token"');
      // Nothing is wrong with the token: a 401 would send people to sign in at a provider that is away.
      console.error('the keys of the provider:', error.code ?? '', error.message);
      return response.status(503).set('retry-after', '5').json({ error: 'try_again' });
    }
    if (!(request.token.scope ?? '').split(' ').includes(scope)) return refuse(403, `error="insufficient_scope", scope="${scope}"`);
    // A machine's token is about the machine; these services serve people.
    if (request.token.sub === request.token.client_id) return response.status(403).json({ error: 'people_only' });
    next();
  };
}

async function readKeys(issuer) {
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`${issuer} answered ${answer.status}`);
  const metadata = await answer.json();
  // Discovery §4.3: a document of another issuer would bring another's keys.
  if (metadata.issuer !== issuer) throw new Error(`${issuer} calls itself ${metadata.issuer}`);
  return createRemoteJWKSet(new URL(metadata.jwks_uri));
}
