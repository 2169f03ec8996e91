import { redirect } from 'next/navigation';
import { session } from './session.js';

const GATEWAY = process.env.GATEWAY ?? 'http://localhost:8000';

// Calls a service for the person who is signed in, through the gateway as everybody does.
export async function call(path, init = {}) {
  const accessToken = (await session())?.accessToken;
  if (!accessToken) redirect('/');
  const answer = await fetch(`${GATEWAY}/api/${path}`, {
    ...init,
    headers: { ...init.headers, authorization: `Bearer ${accessToken}`, 'user-agent': 'company-main-app' },
    cache: 'no-store',
    signal: AbortSignal.timeout(10_000),
  });
  // Refused before its time: taken back. The cookie goes when the refresh fails; until then there is nothing to show.
  if (answer.status === 401) redirect('/?ended');
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}
