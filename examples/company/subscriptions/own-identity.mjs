// Who this service is to the provider: a client that proves itself with a key of its own (private_key_jwt), which never leaves it.
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { calculateJwkThumbprint, importPKCS8 } from 'jose';
import * as client from 'openid-client';

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

export async function ownIdentity({ issuer, clientId, keyFile }) {
  const pem = await readFile(keyFile, 'utf8');
  const key = await importPKCS8(pem, 'ES256');
  const jwk = createPublicKey(pem).export({ format: 'jwk' });
  const kid = await calculateJwkThumbprint(jwk);
  // Plain http is for localhost; with an https issuer the library insists on it.
  const execute = issuer.startsWith('http://localhost:') ? [client.allowInsecureRequests] : [];
  let config;
  // Read at the first need, not at the start: the provider may start later. A failure is not kept.
  const provider = () => (config ??= client.discovery(new URL(issuer), clientId, undefined, client.PrivateKeyJwt({ key, kid }), { execute })
    .catch((error) => { config = undefined; throw error; }));

  return {
    jwks: { keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] },

    // RFC 8693: a token of ours for the person that `subjectToken` is about.
    async tokenFor(subjectToken, { resource, scope }) {
      const answer = await client.genericGrantRequest(await provider(), TOKEN_EXCHANGE, {
        subject_token: subjectToken, subject_token_type: ACCESS_TOKEN, resource, scope,
      });
      return answer.access_token;
    },
  };
}
