// Reads the session, refreshes when it is due, and hands what it found on to the page in a header. A page that read the session by
// itself would see the cookie of before, and refresh a second time with a token that is used up.
import { NextResponse } from 'next/server';
import { auth } from './auth.js';

export const proxy = auth((request) => {
  const headers = new Headers(request.headers);
  headers.delete('x-session'); // whoever sends one is not believed
  if (request.auth) headers.set('x-session', encodeURIComponent(JSON.stringify(request.auth)));
  return NextResponse.next({ request: { headers } });
});

// Every page: where the proxy does not run, a header that somebody made up would be believed.
export const config = { matcher: ['/((?!api/auth/|_next/).*)'] };
