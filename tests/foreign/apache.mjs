// Apache with mod_auth_openidc and its configuration of examples/gateways, in front of an application that only reads headers.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import { Person, check } from './pages.mjs';
import { within } from './company-run.mjs';

const { PROGRAM, FOLDER, ISSUER, PORT, SERVICE_PORT, CLIENT_ID, CLIENT_SECRET, STAFF, STRANGER, PASSWORD } = process.env;
const APP = `http://localhost:${PORT}`;

createServer((request, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ url: request.url, headers: request.headers }));
}).listen(Number(SERVICE_PORT), '127.0.0.1');

// The example to the letter, but for the ports.
const config = readFileSync(new URL('../../examples/gateways/apache/httpd.conf', import.meta.url), 'utf8')
  .replaceAll(/\b3004\b/g, new URL(ISSUER).port).replaceAll(/\b3002\b/g, SERVICE_PORT).replaceAll(/\b8000\b/g, PORT);
writeFileSync(`${FOLDER}/httpd.conf`, config);
const apache = spawn(PROGRAM, ['-d', FOLDER, '-f', `${FOLDER}/httpd.conf`, '-D', 'FOREGROUND'], {
  env: { PATH: process.env.PATH, CLIENT_ID, CLIENT_SECRET, CRYPTO_PASSPHRASE: 'of a test' }, stdio: ['ignore', 'pipe', 'pipe'],
});
let printed = '';
const said = () => printed + (existsSync(`${FOLDER}/error.log`) ? readFileSync(`${FOLDER}/error.log`, 'utf8') : '');
for (const stream of [apache.stdout, apache.stderr]) stream.on('data', (text) => { printed += text; });
apache.on('error', (error) => { printed += error; });
process.on('exit', () => apache.kill());
await within(30, 'Apache answers', () => fetch(APP, { redirect: 'manual' }).then(() => true, () => false)).catch((error) => { throw new Error(`${error.message}: ${said()}`); });

// At Apache a browser that opens a page: fetch calls itself a script, whom the module refuses rather than sends away.
class Visitor extends Person {
  async fetch(url, init = {}) {
    if (!url.startsWith(APP)) return super.fetch(url, init);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const request = get(url, { headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', cookie, ...init.headers } });
    const [answer] = await once(request, 'response');
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [name, value] = line.split(';')[0].split(/=(.*)/s);
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name); else this.cookies.set(name, value);
    }
    const told = { status: answer.statusCode, location: answer.headers.location ?? '' };
    if (told.status === 200) told.page = await json(answer); else answer.resume();
    return told;
  }
}

// Signs in through Apache; returns what it makes of the page that was asked for.
const enter = async (browser, url) => {
  const first = await browser.fetch(url);
  check(first.status === 302 && first.location.startsWith(`${ISSUER}/authorize?`), `to the sign-in: ${first.status} ${first.location} ${said()}`);
  const asked = new URL(first.location).searchParams;
  check(asked.get('code_challenge_method') === 'S256' && asked.get('state') && asked.get('nonce'), `it asks with PKCE, state and nonce: ${asked}`);
  const back = await browser.go(first.location);
  check(back.href.startsWith(`${APP}/oidc/callback?`), `back: ${back.href}`);
  const entered = await browser.fetch(back.href);
  check(entered.status === 302 && entered.location === url, `in: ${entered.status} ${entered.location} ${said()}`);
  return browser.fetch(url);
};

// The application sees who it is, and nothing that a client made up.
const ada = new Visitor(ISSUER, STAFF, PASSWORD);
const { status, page: seen } = await enter(ada, `${APP}/reports?year=2026`);
check(status === 200 && seen.url === '/reports?year=2026', `the page: ${status} ${JSON.stringify(seen)}`);
check(seen.headers['x-auth-email'] === STAFF && seen.headers['x-auth-sub'] && seen.headers['x-auth-groups'].includes('staff'), `who it is: ${JSON.stringify(seen.headers)}`);
const { page: forged } = await ada.fetch(`${APP}/reports`, { headers: { 'x-auth-email': 'forged', 'x-auth-groups': 'forged', 'x-auth-sub': 'forged', 'x-auth-evil': 'forged' } });
check(!JSON.stringify(forged.headers).includes('forged'), `forged: ${JSON.stringify(forged.headers)}`);

// Who is not of the group is known, and stays out.
const eve = new Visitor(ISSUER, STRANGER, PASSWORD);
const refused = await enter(eve, `${APP}/reports`);
check([401, 403].includes(refused.status), `not of the group: ${refused.status}`);

// Sign-out at the application ends the session at Ostiary, and comes back.
const out = await ada.fetch(`${APP}/oidc/callback?logout=${encodeURIComponent(`${APP}/`)}`);
const target = out.location;
check(out.status === 302 && target.startsWith(`${ISSUER}/logout?`) && target.includes('id_token_hint='), `to the sign-out: ${out.status} ${target}`);
const home = await ada.go(target);
check(home.href.startsWith(`${APP}/`), `and back: ${home.href}`);
check((await ada.fetch(`${APP}/reports`)).status === 302, 'signed out');
check((await ada.fetch(`${ISSUER}/account`)).status !== 200, 'and at Ostiary');

// Back-channel logout: signed out at Ostiary, out of there.
const again = await enter(ada, `${APP}/reports`);
check(again.status === 200, `in again: ${again.status}`);
const form = await (await ada.fetch(`${ISSUER}/logout`)).text();
const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
await ada.fetch(`${ISSUER}/logout`, { method: 'POST', body: new URLSearchParams([...hidden, ['decision', 'sign_out']]) });
await within(15, 'the back channel ends the session there', async () => (await ada.fetch(`${APP}/reports`)).status === 302);
console.log('Apache is content');
process.exit();
