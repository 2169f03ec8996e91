// A program on a person's own machine: the example's own file, and a browser that it opens as it opens any other.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Person, check } from './pages.mjs';
import { within } from './company-run.mjs';

const { FOLDER, ISSUER, CLIENT_ID, EMAIL, PASSWORD } = process.env;
const OPENED = `${FOLDER}/opened`;
const KEPT = `${FOLDER}/kept.json`;
// What the system opens addresses with.
writeFileSync(`${FOLDER}/xdg-open`, `#!/bin/sh\nprintf '%s' "$1" > '${OPENED}.part'; mv '${OPENED}.part' '${OPENED}'\n`, { mode: 0o755 });
const kept = () => JSON.parse(readFileSync(KEPT, 'utf8'));

const app = fileURLToPath(new URL('../../examples/appauth/app.mjs', import.meta.url));
function start(...words) {
  const program = spawn(process.execPath, [app, ...words], {
    env: { PATH: `${FOLDER}:${process.env.PATH}`, ISSUER, CLIENT_ID, KEPT }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.on('exit', () => program.kill());
  return Promise.all([text(program.stdout), text(program.stderr), once(program, 'exit')]).then(([said, errors]) => said + errors);
}
async function opened() {
  await within(30, 'a browser is opened', () => existsSync(OPENED));
  const url = new URL(readFileSync(OPENED, 'utf8'));
  rmSync(OPENED);
  return url;
}

// The first time: the browser, and back to a port that nobody registered.
const alice = new Person(ISSUER, EMAIL, PASSWORD);
const first = start();
const asked = await opened();
check(asked.href.startsWith(`${ISSUER}/authorize?`), `to the sign-in: ${asked}`);
check(asked.searchParams.get('code_challenge_method') === 'S256' && asked.searchParams.get('state'), `it asks with PKCE and state: ${asked}`);
const back = await alice.go(asked.href);
check(back.origin === new URL(asked.searchParams.get('redirect_uri')).origin && back.hostname === '127.0.0.1', `back: ${back}`);
for (const [name, value] of [['state', 'made-up'], ['iss', 'https://other.example']]) {
  const forged = new URL(back);
  forged.searchParams.set(name, value);
  check((await fetch(forged)).status === 404, `${name} of another`);
}
check((await fetch(back)).status === 200, 'the person may close the page');
check((await first) === 'Hello Alice Doe\n', `who it is: ${await first}`);
check((statSync(KEPT).mode & 0o777) === 0o600, 'nobody else may read what it keeps');

// From then on nobody is asked: the refresh token is changed for the next one.
const before = kept();
check((await start()) === 'Hello Alice Doe\n', 'again');
check(kept().refreshToken && kept().refreshToken !== before.refreshToken, 'another refresh token');
check(kept().idToken, 'and what the sign-out needs');
check(!existsSync(OPENED), 'no browser');

// Out: of here and of the browser.
const last = kept();
check((await start('sign-out')) === '', 'out');
const out = await opened();
check(out.href.startsWith(`${ISSUER}/logout?`) && !existsSync(KEPT), `nothing is kept: ${out}`);
const page = await (await alice.fetch(out)).text();
check(page.includes('signed out'), `and the browser: ${page.replace(/<[^>]*>/g, ' ')}`);

// A grant that has ended: the person is asked anew, and may say no.
writeFileSync(KEPT, JSON.stringify(last));
const again = start();
const anew = await opened();
const no = new URL(anew.searchParams.get('redirect_uri'));
no.search = new URLSearchParams({ error: 'access_denied', state: anew.searchParams.get('state'), iss: ISSUER });
check((await fetch(no)).status === 200, 'no is an answer');
check((await again).includes('access_denied'), `it says so: ${await again}`);
console.log('AppAuth is content');
process.exit();
