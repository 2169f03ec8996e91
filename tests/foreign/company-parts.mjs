// Parts of the example company's Next.js programs that matter when something is away for a moment, without building the programs: the
// files as they stand there, with what is Next's own stood in for. This script is the provider.
import { createServer } from 'node:http';
import { once } from 'node:events';
import * as module from 'node:module';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { check } from './pages.mjs';

const SECRET = 'a secret of the test';
const stubs = {
  'next-auth': 'export default (config) => { globalThis.authConfig = config; const echo = (request) => new Response(request.nextUrl.pathname); return { handlers: { GET: echo, POST: echo } }; }',
  pg: `import { EventEmitter } from 'node:events'; export default { Pool: class extends EventEmitter { query() {} } };`,
  '../../lib/session.js': 'export const endSessionsOf = async (who) => { globalThis.ended.push(who); };',
  payload: `export const generateExpiredPayloadCookie = () => 'company-admin-token=; Max-Age=0';
    export const parseCookies = (headers) => new Map((headers.get('cookie') ?? '').split('; ').map((one) => one.split('=')));`,
};
const hooks = `
  import { readFile } from 'node:fs/promises';
  import * as module from 'node:module';
  const stubs = ${JSON.stringify(stubs)};
  export async function resolve(specifier, context, next) {
    if (!context.parentURL?.includes('/examples/company/')) return next(specifier, context);
    if (specifier in stubs) return { url: 'data:text/javascript,' + encodeURIComponent(stubs[specifier]), shortCircuit: true };
    if (!specifier.startsWith('.')) return next(specifier, { ...context, parentURL: ${JSON.stringify(import.meta.url)} });
    return next(context.parentURL.endsWith('.ts') ? specifier + '.ts' : specifier, context);
  }
  export async function load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    return { format: 'module', source: module.stripTypeScriptTypes(await readFile(new URL(url), 'utf8')), shortCircuit: true };
  }`;
module.register(`data:text/javascript,${encodeURIComponent(hooks)}`);

// --- the provider: away (no answer), faulty (500), refusing, well

let state = 'faulty';
const { privateKey, publicKey } = await generateKeyPair('RS256');
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'RS256', use: 'sig' }] };
const answers = {
  '/.well-known/openid-configuration': () => ({ issuer: ISSUER, authorization_endpoint: `${ISSUER}/authorize`, token_endpoint: `${ISSUER}/token`, jwks_uri: `${ISSUER}/jwks`, end_session_endpoint: `${ISSUER}/logout` }),
  '/jwks': () => jwks,
  '/token': () => (state === 'refusing' ? { error: 'invalid_grant' } : { access_token: 'new', refresh_token: 'newer', expires_in: 300, token_type: 'Bearer' }),
};
// `onlyDiscovery`: it answered when it was asked who it is, and not when it was asked for its keys.
const provider = createServer((request, response) => {
  if (state === 'away') return request.socket.destroy();
  const isFaulty = state === 'faulty' || (state === 'onlyDiscovery' && request.url === '/jwks');
  const status = isFaulty ? 500 : state === 'refusing' && request.url === '/token' ? 400 : 200;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(isFaulty ? { error: 'server_error' } : answers[request.url]()));
}).listen(0, '127.0.0.1');
await once(provider, 'listening');
const ISSUER = `http://localhost:${provider.address().port}`;
Object.assign(process.env, { ISSUER, CLIENT_ID: 'main-app', CLIENT_SECRET: SECRET });
const quiet = console.error;
console.error = () => {};

// --- Auth.js: a provider that is away signs nobody out; one that says no does

await import('../../examples/company/main-app-authjs/auth.js');
const due = { sub: '1', access_token: 'old', refresh_token: 'older', expires_at: 0 };
const { jwt } = globalThis.authConfig.callbacks;
for (state of ['away', 'faulty']) check((await jwt({ token: due })) === due, `${state}: the session stays as it is`);
state = 'well';
const refreshed = await jwt({ token: due });
check(refreshed.access_token === 'new' && refreshed.refresh_token === 'newer' && refreshed.sub === '1', `refreshed: ${JSON.stringify(refreshed)}`);
state = 'refusing';
check((await jwt({ token: due })) === null, 'taken back: the session ends');

// Its own endpoint gives tokens to whoever's script asks.
const authjs = await import('../../examples/company/main-app-authjs/app/api/auth/[...nextauth]/route.js');
for (const method of ['GET', 'POST']) {
  const at = (pathname) => authjs[method]({ nextUrl: { pathname } });
  check((await at('/api/auth/session')).status === 404, `${method} of the session`);
  check((await (await at('/api/auth/callback/ostiary')).text()) === '/api/auth/callback/ostiary', `${method} of the rest`);
}

// --- the main app's pool: a dropped connection that nobody hears of ends the process

const { database } = await import('../../examples/company/main-app/lib/database.js');
check(database.emit('error', new Error('terminating connection')), 'somebody listens');

// --- logout tokens: 400 ends it, so it is for what is wrong with the token; what passes by is 500

globalThis.ended = [];
const token = (audience, claims = {}) => new SignJWT({ sub: '1', sid: 's', jti: 'j', events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, ...claims })
  .setProtectedHeader({ alg: 'RS256', kid: '1', typ: 'logout+jwt' }).setIssuer(ISSUER).setAudience(audience).setIssuedAt().setExpirationTime('2m').sign(privateKey);
async function receives(name, audience, post) {
  const status = async (logout_token) => { try { return (await post(new URLSearchParams({ logout_token }).toString())).status; } catch { return 500; } };
  globalThis.ended = [];
  for (state of ['away', 'faulty', 'onlyDiscovery']) check((await status(await token(audience))) === 500, `${name}, ${state}: to be told again`);
  check(globalThis.ended.length === 0, `${name}: nothing has ended`);
  state = 'well';
  check((await status(await token(audience))) === 200 && globalThis.ended.length === 1, `${name}: told`);
  for (const wrong of ['nonsense', '', await token('another'), await token(audience, { nonce: 'n' }), await token(audience, { events: {} }), await token(audience, { events: null })]) {
    check((await status(wrong)) === 400, `${name}: ${wrong.slice(0, 10)}`);
  }
  check((await post('no=token')).status === 400, `${name}: none`);
  check(globalThis.ended.length === 1, `${name}: and nothing more has ended`);
}
// The main app's own API: what is wrong with the token is 401, a provider that is away is not.
const me = await import('../../examples/company/main-app/app/api/app/me/route.js');
const unknown = `${Buffer.from('{"alg":"ES256","kid":"2","typ":"at+jwt"}').toString('base64url')}.e30.AAAA`;
const asksMe = async () => me.GET(new Request('http://localhost/', { headers: { authorization: `Bearer ${unknown}` } }));
for (state of ['away', 'faulty']) {
  const answer = await asksMe();
  check(answer.status === 503 && answer.headers.get('retry-after') === '5', `/api/app/me, ${state}: ${answer.status}`);
}
const main = await import('../../examples/company/main-app/app/backchannel-logout/route.js');
await receives('main app', 'main-app', (body) => main.POST(new Request('http://localhost/', {
  method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })));
check((await asksMe()).status === 401, '/api/app/me: of a key that is nowhere');
if (module.stripTypeScriptTypes) {
  process.env.CLIENT_ID = 'admin';
  const { authorize, backchannelLogout, endingTheAttempt, pendingSignIn, signOut } = await import('../../examples/company/admin/sso/endpoints.ts');
  await receives('admin', 'admin', (text) => backchannelLogout.handler({
    text: async () => text, payload: { logger: { warn() {} }, delete: async ({ where }) => { globalThis.ended.push(where); } } }));

  // Another site's POST comes without the person; an expired cookie in its answer would sign them out all the same.
  globalThis.ended = [];
  const payload = { collections: { users: { config: {} } }, config: {}, delete: async ({ where }) => { globalThis.ended.push(where); return { docs: [{ idToken: 'theirs' }] }; } };
  const signsOut = async (user, site) => (await signOut.handler({ user, payload, headers: new Headers(site && { 'sec-fetch-site': site }) })).headers;
  for (const site of ['cross-site', 'same-site', 'none', undefined]) {
    const headers = await signsOut(null, site);
    check(headers.get('location') === 'http://localhost:3003/admin' && !headers.has('set-cookie'), `sso-logout, ${site}`);
  }
  check(globalThis.ended.length === 0, 'no session ended');
  for (const user of [{ session: 7 }, null]) {
    const headers = await signsOut(user, 'same-origin');
    check(headers.get('location').startsWith(`${ISSUER}/logout?`) && headers.has('set-cookie'), 'sso-logout, from here');
    check(headers.get('location').includes('id_token_hint=theirs') === (user !== null), 'and the provider knows whose');
  }
  check(globalThis.ended.length === 1 && globalThis.ended[0].id.equals === 7, 'this session ended');

  // Two tabs that sign in at once.
  const begun = await Promise.all([1, 2].map(async () => (await authorize.handler({ headers: new Headers() })).headers));
  const cookie = begun.map((headers) => headers.get('set-cookie').split(';')[0]).join('; ');
  for (const state of begun.map((headers) => new URL(headers.get('location')).searchParams.get('state'))) {
    const request = { headers: new Headers({ cookie }), searchParams: new URLSearchParams({ state }) };
    check(pendingSignIn(request).state === state, 'each has its own');
    const over = await endingTheAttempt({ path: '/oauth/callback', handler: async () => new Response() }).handler(request);
    check(over.headers.get('set-cookie').startsWith(`company_admin_login_${state}=;`), 'and its end');
  }
}
console.error = quiet;
console.log(`the parts are content${module.stripTypeScriptTypes ? '' : '; NOT RUN: what is in TypeScript, which this Node.js does not read'}`);
process.exit();
