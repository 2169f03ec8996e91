// An application on next-auth 5: for one navigation after expiry its proxy refreshes, and then the page refreshes again with the same
// token, since a server component sees the cookie as it came in. Nobody may be signed out by that.
import { once } from 'node:events';
import { createServer } from 'node:http';
import NextAuth from 'next-auth';
import { serve } from 'next/headers';
import { NextRequest } from 'next/server';
import { Person, check } from './pages.mjs';

const { ISSUER, SECRET, EMAIL, PASSWORD, APP_PORT } = process.env;
const APP = `http://localhost:${APP_PORT}`;
let refreshes = 0;

async function refresh(token) {
  refreshes += 1;
  const answer = await fetch(`${ISSUER}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`next:${encodeURIComponent(SECRET)}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token.refresh_token }),
  });
  const fresh = await answer.json();
  return answer.ok ? { ...token, ...fresh } : { ...token, error: fresh.error };
}

// As every guide has it; every access token counts as expired. The proxy and the pages are bundles of their own, so each has its own.
const bundle = () => NextAuth({
  secret: 'a secret of the application only',
  trustHost: true,
  logger: { error: (error) => console.error(error) },
  providers: [{
    id: 'ostiary', name: 'Ostiary', type: 'oidc', issuer: ISSUER, clientId: 'next', clientSecret: SECRET,
    checks: ['pkce', 'state', 'nonce'], authorization: { params: { scope: 'openid profile email' } },
  }],
  session: { strategy: 'jwt' },
  callbacks: {
    jwt: ({ token, account }) => account
      ? { ...token, access_token: account.access_token, refresh_token: account.refresh_token }
      : token.error ? token : refresh(token),
    session: ({ session, token }) => ({ ...session, error: token.error, accessToken: token.access_token }),
  },
});
const proxy = bundle();
const pages = bundle();

const application = createServer(async (incoming, outgoing) => {
  const url = APP + incoming.url;
  incoming.headers['x-forwarded-proto'] = 'http'; // As Next.js does.
  const body = [];
  for await (const part of incoming) body.push(part);
  const request = new NextRequest(url, {
    method: incoming.method, headers: incoming.headers, body: body.length ? Buffer.concat(body) : undefined,
  });
  let answer;
  if (incoming.url.startsWith('/api/auth/')) {
    answer = await proxy.handlers[incoming.method](request);
  } else {
    const passed = await proxy.auth((seen) => void (seen.auth?.user ?? console.error('the proxy sees nobody')))(request, {});
    const session = await serve(incoming, () => pages.auth());
    answer = new Response(JSON.stringify(session), { headers: passed.headers });
  }
  outgoing.writeHead(answer.status, { ...Object.fromEntries(answer.headers), 'set-cookie': answer.headers.getSetCookie() });
  outgoing.end(Buffer.from(await answer.arrayBuffer()));
}).listen(APP_PORT, 'localhost');
// A name is looked up first: whoever asks at once may be too early.
await once(application, 'listening');

const browser = new Person(APP, EMAIL, PASSWORD);
const person = new Person(ISSUER, EMAIL, PASSWORD);
const { csrfToken } = await (await browser.fetch(`${APP}/api/auth/csrf`)).json();
const begun = await browser.fetch(`${APP}/api/auth/signin/ostiary`, { method: 'POST', body: new URLSearchParams({ csrfToken, callbackUrl: APP }) });
const landed = await person.go(begun.headers.get('location'));
await browser.fetch(landed.href);

const open = async () => (await browser.fetch(`${APP}/`)).json();
const signedIn = async (session, when) => {
  check(session?.user?.email === EMAIL && !session.error, `${when}: ${JSON.stringify(session)}`);
  const info = await fetch(`${ISSUER}/userinfo`, { headers: { authorization: `Bearer ${session.accessToken}` } });
  check(info.ok && (await info.json()).email === EMAIL, `${when}: userinfo ${info.status}`);
};

const first = await open();
if (process.env.GRACE === '0s') {
  // The control: were the race not run here, nobody would notice the missing grace.
  check(first.error === 'invalid_grant', `no grace: ${JSON.stringify(first)}`);
  console.log('next-auth is content to be refused');
  process.exit();
}
await signedIn(first, 'the first navigation');
check(refreshes === 2, `the proxy and the page refresh, not ${refreshes}`);
for (let navigation = 2; navigation < 6; navigation++) await signedIn(await open(), `navigation ${navigation}`);

const burst = await Promise.all(Array.from({ length: 8 }, open));
for (const session of burst) await signedIn(session, 'eight at once');

// The browser goes away before the answer arrives: the new cookie is lost, the old token comes again.
const before = new Map(browser.cookies);
await open();
browser.cookies = before;
await signedIn(await open(), 'after a lost answer');
await signedIn(await open(), 'and on');
console.log('next-auth is content');
process.exit();
