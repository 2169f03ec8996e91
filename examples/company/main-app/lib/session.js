import { createHash, randomBytes } from 'node:crypto';
import { cookies } from 'next/headers';
import * as client from 'openid-client';
import { database, transaction } from './database.js';
import { APP_URL, provider } from './provider.js';

const SECURE = APP_URL.startsWith('https:');
// All programs on localhost share one cookie jar, hence a name of our own; `__Host-` keeps sibling domains from planting one.
const COOKIE = SECURE ? '__Host-session' : 'main_app_session';
const DAYS = 30;

const digest = (value) => createHash('sha256').update(value).digest();

async function sessionId() {
  const value = (await cookies()).get(COOKIE)?.value;
  return value && digest(value);
}

// Who is signed in here; undefined for strangers.
export async function signedIn() {
  const id = await sessionId();
  if (!id) return undefined;
  const { rows: [session] } = await database.query('SELECT claims FROM sessions WHERE id = $1 AND ends_at > now()', [id]);
  return session?.claims;
}

// A new value at each sign-in: one that somebody planted before is worth nothing. The table knows its digest only.
export async function beginSession(tokens) {
  await endSession();
  const value = randomBytes(32).toString('base64url');
  const { sub, sid, name, email } = tokens.claims();
  await database.query('DELETE FROM sessions WHERE ends_at < now()');
  await database.query(
    `INSERT INTO sessions (id, person, sid, claims, id_token, access_token, refresh_token, refresh_at, ends_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 day')`,
    [digest(value), sub, sid, { sub, name, email }, tokens.id_token, tokens.access_token, tokens.refresh_token, refreshAt(tokens), DAYS]);
  (await cookies()).set(COOKIE, value, { httpOnly: true, secure: SECURE, sameSite: 'lax', path: '/', maxAge: DAYS * 86400 });
}

// Ends the session of this browser; gives its ID token for the sign-out at the provider. The cookie stays behind, it opens nothing.
export async function endSession() {
  const id = await sessionId();
  if (!id) return undefined;
  const { rows: [session] } = await database.query('DELETE FROM sessions WHERE id = $1 RETURNING id_token', [id]);
  return session?.id_token;
}

// The provider says that a session ended: the one of this `sid`, or, without one, all of the person's.
export async function endSessionsOf({ sub, sid }) {
  if (sid) await database.query('DELETE FROM sessions WHERE sid = $1 AND ($2::text IS NULL OR person = $2)', [sid, sub]);
  else await database.query('DELETE FROM sessions WHERE person = $1', [sub]);
}

// A token that is good for half a minute more; undefined when the person must sign in again.
// The row is locked: of requests that come at once, on any replica, one refreshes and the others wait for what it got. A refresh
// token is good once, so two that used it would look like a thief and the person.
export async function accessToken() {
  const id = await sessionId();
  if (!id) return undefined;
  return transaction(async (connection) => {
    const { rows: [session] } = await connection.query(
      'SELECT access_token, refresh_token, refresh_at FROM sessions WHERE id = $1 AND ends_at > now() FOR UPDATE', [id]);
    if (!session || session.refresh_at > new Date()) return session?.access_token;
    try {
      const tokens = await client.refreshTokenGrant(await provider(), session.refresh_token);
      await connection.query('UPDATE sessions SET access_token = $2, refresh_token = $3, refresh_at = $4 WHERE id = $1',
        [id, tokens.access_token, tokens.refresh_token ?? session.refresh_token, refreshAt(tokens)]);
      return tokens.access_token;
    } catch (error) {
      // Signed out, taken back, or disabled. Anything else may pass by: the session stays, this request fails.
      if (error.error !== 'invalid_grant') throw error;
      await connection.query('DELETE FROM sessions WHERE id = $1', [id]);
      return undefined;
    }
  });
}

function refreshAt({ expires_in }) {
  return new Date(Date.now() + (expires_in - 30) * 1000);
}
