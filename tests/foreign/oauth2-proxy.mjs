// oauth2-proxy with its configuration of examples/gateways, in front of an application that only reads headers.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Person, check } from './pages.mjs';
import { within } from './company-run.mjs';

const { PROGRAM, FOLDER, ISSUER, PORT, SERVICE_PORT, CLIENT_ID, CLIENT_SECRET, STAFF, STRANGER, PASSWORD } = process.env;
const APP = `http://localhost:${PORT}`;

createServer((request, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ url: request.url, headers: request.headers }));
}).listen(Number(SERVICE_PORT), '127.0.0.1');

// The example to the letter, but for the ports and the patience.
const config = readFileSync(new URL('../../examples/gateways/oauth2-proxy/oauth2-proxy.cfg', import.meta.url), 'utf8')
  .replaceAll(/\b3004\b/g, new URL(ISSUER).port).replaceAll(/\b3002\b/g, SERVICE_PORT).replaceAll(/\b8000\b/g, PORT).replace('"4m"', '"1s"');
writeFileSync(`${FOLDER}/oauth2-proxy.cfg`, config);
const proxy = spawn(PROGRAM, ['--config', `${FOLDER}/oauth2-proxy.cfg`], {
  env: { OAUTH2_PROXY_CLIENT_ID: CLIENT_ID, OAUTH2_PROXY_CLIENT_SECRET: CLIENT_SECRET, OAUTH2_PROXY_COOKIE_SECRET: randomBytes(16).toString('hex') },
  stdio: ['ignore', 'pipe', 'pipe'],
});
let said = '';
for (const stream of [proxy.stdout, proxy.stderr]) stream.on('data', (text) => { said += text; });
proxy.on('error', (error) => { said += error; });
process.on('exit', () => proxy.kill());
await within(30, 'oauth2-proxy answers', () => fetch(`${APP}/ping`).then(({ ok }) => ok, () => false)).catch((error) => { throw new Error(`${error.message}: ${said}`); });

const ask = async (person, path, headers) => {
  const answer = await person.fetch(`${APP}${path}`, { headers });
  return { status: answer.status, to: answer.headers.get('location') ?? '', page: answer.status === 200 ? await answer.json() : await answer.text() };
};
// Signs in through oauth2-proxy; returns what it makes of the way back.
const enter = async (person, path) => {
  const first = await ask(person, path);
  check(first.status === 302 && first.to.startsWith(`${ISSUER}/authorize?`), `to the sign-in: ${first.status} ${first.to} ${said}`);
  const asked = new URL(first.to).searchParams;
  check(asked.get('code_challenge_method') === 'S256' && asked.get('state') && asked.get('nonce'), `it asks with PKCE, state and nonce: ${asked}`);
  const back = await person.go(first.to);
  check(back.href.startsWith(`${APP}/oauth2/callback?`), `back: ${back}`);
  return ask(person, back.href.slice(APP.length));
};

// The application sees who it is, and nothing that a client made up.
const ada = new Person(ISSUER, STAFF, PASSWORD);
const entered = await enter(ada, '/reports?year=2026');
check(entered.status === 302 && entered.to === '/reports?year=2026', `in: ${entered.status} ${entered.to} ${said}`);
const { status, page: seen } = await ask(ada, '/reports?year=2026');
check(status === 200 && seen.url === '/reports?year=2026', `the page: ${status} ${JSON.stringify(seen)} ${said}`);
check(seen.headers['x-forwarded-email'] === STAFF && seen.headers['x-forwarded-user'] && seen.headers['x-forwarded-groups'].includes('staff'), `who it is: ${JSON.stringify(seen.headers)}`);
const forged = { 'x-forwarded-email': 'forged', 'x-forwarded-groups': 'forged', 'x-forwarded-user': 'forged', 'x-forwarded-preferred-username': 'forged' };
const { page: told } = await ask(ada, '/reports', forged);
check(!JSON.stringify(told.headers).includes('forged'), `forged: ${JSON.stringify(told.headers)}`);

// Who is not of the group stays out; a stranger's cookie is not theirs.
const eve = new Person(ISSUER, STRANGER, PASSWORD);
const refused = await enter(eve, '/reports');
check(refused.status === 403, `not of the group: ${refused.status} ${said}`);
check((await ask(eve, '/reports')).status !== 200, 'and stays out');

// Signed out at Ostiary: out when it asks again.
const form = await (await ada.fetch(`${ISSUER}/logout`)).text();
const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
await ada.fetch(`${ISSUER}/logout`, { method: 'POST', body: new URLSearchParams([...hidden, ['decision', 'sign_out']]) });
await within(15, 'the session is out', async () => (await ask(ada, '/reports')).status === 302);

// Sign-out at the application leads on to Ostiary's, and back.
check((await enter(ada, '/reports')).status === 302 && (await ask(ada, '/reports')).status === 200, 'in again');
const onward = `${ISSUER}/logout?${new URLSearchParams({ client_id: CLIENT_ID, post_logout_redirect_uri: `${APP}/` })}`;
const out = await ask(ada, `/oauth2/sign_out?rd=${encodeURIComponent(onward)}`);
check(out.status === 302 && out.to === onward, `to the sign-out: ${out.status} ${out.to}`);
const home = await ada.go(out.to);
check(home.href.startsWith(`${APP}/`), `and back: ${home}`);
check((await ask(ada, '/reports')).status === 302, 'signed out');
check((await ada.fetch(`${ISSUER}/account`)).status !== 200, 'and at Ostiary');
console.log('oauth2-proxy is content');
process.exit();
