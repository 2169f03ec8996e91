import { redirect } from 'next/navigation';
import { accessToken, endSession } from './session.js';

const GATEWAY = process.env.GATEWAY ?? 'http://localhost:8000';

// Calls a service for the person who is signed in, through the gateway as everybody does.
export async function call(path, init = {}) {
  const token = await accessToken();
  if (!token) redirect('/login');
  const answer = await fetch(`${GATEWAY}/api/${path}`, {
    ...init,
    headers: { ...init.headers, authorization: `Bearer ${token}`, 'user-agent': 'company-main-app' },
    cache: 'no-store',
    signal: AbortSignal.timeout(10_000),
  });
  // A token that is not due yet, refused: it was taken back (signed out elsewhere, disabled). Then it is over here, too.
  if (answer.status === 401) {
    await endSession();
    redirect('/?ended');
  }
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}
