import { NextResponse } from 'next/server';
import * as client from 'openid-client';
import { APP_URL, provider, SCOPE } from '../../lib/provider.js';

// Begins a sign-in, or with ?prompt=create the making of an account.
export async function GET(request) {
  const pending = { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() };
  const to = client.buildAuthorizationUrl(await provider(), {
    redirect_uri: `${APP_URL}/callback`, scope: SCOPE, state: pending.state, nonce: pending.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(pending.verifier), code_challenge_method: 'S256',
    ...(request.nextUrl.searchParams.get('prompt') === 'create' && { prompt: 'create' }),
  });
  const response = NextResponse.redirect(to, 303);
  // A cookie for each attempt, so that two tabs do not disturb each other. Nothing is written down for a stranger.
  response.cookies.set(`main_app_login_${pending.state}`, JSON.stringify(pending), {
    httpOnly: true, secure: APP_URL.startsWith('https:'), sameSite: 'lax', path: '/callback', maxAge: 3600,
  });
  return response;
}
