import { NextResponse } from 'next/server';
import * as client from 'openid-client';
import { APP_URL, provider } from '../../lib/provider.js';
import { beginSession } from '../../lib/session.js';

export async function GET(request) {
  const name = `main_app_login_${request.nextUrl.searchParams.get('state')}`;
  const pending = request.cookies.get(name);
  // Bookmarked, or this browser never began it.
  if (!pending) return NextResponse.redirect(`${APP_URL}/`, 303);
  let response = NextResponse.redirect(`${APP_URL}/`, 303);
  try {
    const { state, nonce, verifier } = JSON.parse(pending.value);
    // Our own address by configuration: what `Host` says is the sender's choice.
    const tokens = await client.authorizationCodeGrant(await provider(), new URL(`/callback${request.nextUrl.search}`, APP_URL),
      { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true });
    await beginSession(tokens);
  } catch (error) {
    console.error('sign-in failed:', error.error ?? error.code, error.error_description ?? error.message);
    response = NextResponse.redirect(`${APP_URL}/?failed`, 303);
  }
  response.cookies.set(name, '', { path: '/callback', maxAge: 0 });
  return response;
}
