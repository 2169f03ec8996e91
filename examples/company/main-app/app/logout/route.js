import { NextResponse } from 'next/server';
import * as client from 'openid-client';
import { APP_URL, provider } from '../../lib/provider.js';
import { endSession } from '../../lib/session.js';

// A POST, and the cookie is SameSite=Lax: no other site can sign people out.
export async function POST() {
  const id_token_hint = await endSession();
  const to = client.buildEndSessionUrl(await provider(), { post_logout_redirect_uri: `${APP_URL}/`, ...(id_token_hint && { id_token_hint }) });
  return NextResponse.redirect(to, 303);
}
