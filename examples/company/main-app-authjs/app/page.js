import { redirect } from 'next/navigation';
import { APP_URL, CLIENT_ID, ISSUER, signIn, signOut } from '../auth.js';
import { session } from '../lib/session.js';

async function begin(form) {
  'use server';
  await signIn('ostiary', { redirectTo: '/' }, form.get('prompt') === 'create' ? { prompt: 'create' } : {});
}

async function leave() {
  'use server';
  const idToken = (await session())?.idToken;
  // Ends the cookie only; the provider, which tells the other applications, comes after.
  await signOut({ redirect: false });
  let to;
  try {
    const answer = await fetch(`${ISSUER}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5_000) });
    to = new URL((await answer.json()).end_session_endpoint);
  } catch (error) {
    // Out of here at least; the session at the provider lives on until it is back.
    console.error('sign-out:', error.cause?.code ?? error.message);
    redirect('/');
  }
  to.search = new URLSearchParams({ client_id: CLIENT_ID, post_logout_redirect_uri: `${APP_URL}/`, ...(idToken && { id_token_hint: idToken }) });
  redirect(to.href);
}

export default async function Home({ searchParams }) {
  const found = await session();
  if (!found || 'ended' in (await searchParams)) return (
    <main>
      <h1>Company</h1>
      <form action={begin}><button>Sign in</button> <button name="prompt" value="create">Create an account</button></form>
    </main>
  );
  return (
    <main>
      <h1>Hello {found.user.name ?? found.user.email}</h1>
      <p><a href="/subscription">Your subscription</a> <a href={`${ISSUER}/account`}>Your account</a></p>
      <form action={leave}><button>Sign out</button></form>
    </main>
  );
}
