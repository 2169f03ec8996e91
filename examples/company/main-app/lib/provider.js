import { createRemoteJWKSet, errors } from 'jose';
import * as client from 'openid-client';

export const ISSUER = process.env.ISSUER ?? 'http://localhost:3004';
export const APP_URL = process.env.APP_URL ?? 'http://localhost:3000';
export const CLIENT_ID = process.env.CLIENT_ID ?? 'main-app';

// One token for the three APIs that this application calls: whose they are follows from their scopes.
export const SCOPE = 'openid profile email app:read subscriptions:read subscriptions:write queue:read queue:join';

let configuration;
let keys;

// Read at the first need, not at the start: the provider may start later. A failure is not kept.
export function provider() {
  // Plain http is for localhost; with an https issuer the library insists on it.
  const execute = ISSUER.startsWith('http://localhost:') ? [client.allowInsecureRequests] : [];
  configuration ??= client.discovery(new URL(ISSUER), CLIENT_ID, process.env.CLIENT_SECRET, undefined, { execute }).catch((error) => {
    configuration = undefined;
    throw error;
  });
  return configuration;
}

export async function providerKeys() {
  const { jwks_uri } = (await provider()).serverMetadata();
  keys ??= createRemoteJWKSet(new URL(jwks_uri));
  return keys;
}

// Of what jose throws, what is about the provider's keys: it says nothing about the token, which may be good in a moment.
const ABOUT_KEYS = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'];
export const keysAreAway = (error) => !(error instanceof errors.JOSEError) || ABOUT_KEYS.includes(error.code);
