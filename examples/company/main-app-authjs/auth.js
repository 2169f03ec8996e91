// The main app with Auth.js 5. Its session is a cookie that holds the tokens, sealed: nothing to run beside the application. What that
// costs: nobody can end it from outside (no back-channel logout), so who was signed out elsewhere stays until the next refresh, and
// its size grows with the tokens. Where that matters, take ../main-app.
import NextAuth from 'next-auth';

export const ISSUER = process.env.ISSUER ?? 'http://localhost:3004';
export const APP_URL = process.env.APP_URL ?? 'http://localhost:3000';
export const CLIENT_ID = process.env.CLIENT_ID ?? 'main-app';

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [{
    id: 'ostiary', name: 'Company', type: 'oidc', issuer: ISSUER, clientId: CLIENT_ID, clientSecret: process.env.CLIENT_SECRET,
    checks: ['pkce', 'state', 'nonce'],
    authorization: { params: { scope: 'openid profile email app:read subscriptions:read subscriptions:write queue:read queue:join' } },
  }],
  callbacks: {
    // Runs wherever a session is read. Here that is the proxy alone (proxy.js), so each token is refreshed in one place.
    async jwt({ token, account }) {
      if (account) {
        const { access_token, refresh_token, id_token, expires_at } = account;
        return { sub: token.sub, name: token.name, email: token.email, access_token, refresh_token, id_token, expires_at };
      }
      if (Date.now() / 1000 < token.expires_at - 30) return token;
      return refresh(token);
    },
    session: ({ session, token }) => ({ ...session, accessToken: token.access_token, idToken: token.id_token }),
  },
});

// Never throws: Auth.js deletes the cookie of whoever's callback throws, and a provider that is away for a moment would have signed
// everybody out.
async function refresh(token) {
  let answer, tokens;
  try {
    const { token_endpoint } = await (await fetch(`${ISSUER}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5_000) })).json();
    answer = await fetch(token_endpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${encodeURIComponent(CLIENT_ID)}:${encodeURIComponent(process.env.CLIENT_SECRET)}`)}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token.refresh_token }),
      signal: AbortSignal.timeout(10_000),
    });
    tokens = await answer.json();
  } catch (error) {
    console.error('refresh:', error.cause?.code ?? error.message);
    return token; // what there is is good for up to half a minute more; the next request tries again
  }
  // Signed out, taken back, or disabled: null ends the session.
  if (tokens.error === 'invalid_grant') return null;
  // Anything else may pass by, too; it is the operator's to mend, not the person's.
  if (!answer.ok) {
    console.error('refresh:', answer.status, tokens.error ?? '');
    return token;
  }
  return { ...token, access_token: tokens.access_token, refresh_token: tokens.refresh_token ?? token.refresh_token,
    id_token: tokens.id_token ?? token.id_token, expires_at: Math.floor(Date.now() / 1000) + tokens.expires_in };
}
