// The newcomer: the example's own files, run as the README says, and a person in a real Chromium who signs in, reads orders, stays
// signed in past the end of an access token, and signs out.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { check } from './pages.mjs';

const { ISSUER, SETUP_LINK, CLIENT_ID, CLIENT_SECRET, APP_PORT, API_PORT, LOST_PORT, CHROMIUM = '/usr/bin/chromium' } = process.env;
const HOME = `http://localhost:${APP_PORT}/`;
const API = `http://localhost:${API_PORT}`;
const folder = fileURLToPath(new URL('../../examples/quickstart/', import.meta.url));

const started = [];
// A process that is up when it has printed its first line, as a person sees it in the terminal.
async function run(file, environment) {
  const process_ = spawn(process.execPath, [file], { cwd: folder, env: { ...process.env, ISSUER, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(process_);
  const errors = [];
  createInterface({ input: process_.stderr }).on('line', (line) => errors.push(line));
  const ended = once(process_, 'close').then(([code]) => { throw new Error(`${file} ended with ${code}: ${errors.join('\n')}`); });
  ended.catch(() => {});
  const [line] = await Promise.race([once(createInterface({ input: process_.stdout }), 'line'), ended]);
  return { line, errors, process: process_ };
}
process.on('exit', () => started.forEach((one) => one.kill()));

const api = await run('api.mjs', { PORT: API_PORT });
check(api.line.includes(API), `the API tells where it is: ${api.line}`);
const app = await run('app.mjs', { PORT: APP_PORT, API, CLIENT_ID, CLIENT_SECRET });
check(app.line.includes(HOME), `the application tells where it is: ${app.line}`);

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const complaints = [];
async function person() {
  const page = await (await browser.newContext()).newPage();
  page.on('console', (message) => { if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) complaints.push(`${message.text()} at ${message.location().url}`); });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return page;
}
const heading = async (page) => page.locator('h1').textContent();
const refreshes = async () => {
  const metrics = await (await fetch(`${ISSUER}/metrics`)).text();
  return Number(/ostiary_tokens_issued_total\{grant_type="refresh_token"\} (\d+)/.exec(metrics)?.[1] ?? 0);
};

// The administrator: the link that the server printed, then the application, which asks nothing since somebody is signed in.
const admin = await person();
await admin.goto(SETUP_LINK);
check((await heading(admin)) === 'Create the first administrator', `setup: ${await heading(admin)}`);
await admin.getByLabel('Email address').fill('ada@example.org');
await admin.getByLabel('Your name').fill('Ada Doe');
await admin.getByLabel('Password', { exact: true }).fill('likes long walks');
await admin.getByRole('button', { name: 'Create administrator' }).click();
check((await heading(admin)) === 'Your account', `after setup: ${await heading(admin)}`);
await admin.goto(HOME);
await admin.getByRole('link', { name: 'Sign in', exact: true }).click();
check((await heading(admin)) === 'Hello Ada Doe', `signed in: ${await heading(admin)}`);
await admin.goto(SETUP_LINK);
check((await heading(admin)) === 'Setup is already done', 'the link works once');

// A customer: makes an account on the way.
const page = await person();
await page.goto(HOME);
check((await heading(page)) === 'My shop', 'the shop is open to strangers');
await page.getByRole('link', { name: 'Sign in', exact: true }).click();
check((await heading(page)).includes('Sign in') && (await page.locator('main').textContent()).includes('My shop'), 'the page names the application');
await page.getByRole('link', { name: 'Create an account' }).click();
await page.getByLabel('Email address').fill('bob@example.org');
await page.getByLabel('Your name').fill('<b>Bob</b> Doe');
await page.getByLabel('Password', { exact: true }).fill('likes short walks');
await page.getByRole('button', { name: 'Create account' }).click();
check((await heading(page)) === 'Check your mail', `a code is asked for: ${await heading(page)}`);
const outbox = await person();
await outbox.goto(`${new URL(SETUP_LINK).origin}/outbox`);
await outbox.getByRole('link', { name: /^Your .* code/ }).first().click();
const [code] = (await outbox.locator('.mail-text').textContent()).match(/\b[0-9]{6}\b/);
await page.getByLabel('Code', { exact: true }).fill(code);
await page.getByRole('button', { name: 'Continue' }).click();
await page.waitForURL(HOME);
check((await heading(page)) === 'Hello <b>Bob</b> Doe', `a name is text: ${await heading(page)}`);

// Orders, from the API; each visit comes after the access token is due, so the application refreshes each time.
const before = await refreshes();
for (let visit = 0; visit < 3; visit++) {
  await page.getByRole('link', { name: 'Your orders' }).click();
  const text = await page.locator('body').textContent();
  check(text.includes('a lantern') && text.includes('person'), `orders: ${text}`);
  await page.getByRole('link', { name: 'Back' }).click();
}
check((await refreshes()) === before + 3, `refreshed three times, not ${(await refreshes()) - before}`);

// The API by itself. One whose provider is away for a moment says so, and sends nobody to sign in; one whose provider calls itself
// otherwise does not start.
check((await fetch(`${API}/orders`)).status === 401, 'no token, no orders');
check((await fetch(`${API}/orders`, { headers: { authorization: 'Bearer e30.e30.e30' } })).status === 401, 'no nonsense either');
let name;
const away = createServer((request, response) => {
  if (!request.url.includes('/.well-known/')) return response.writeHead(500).end();
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ issuer: name, jwks_uri: `${name}/jwks` }));
}).listen(0, '127.0.0.1');
await once(away, 'listening');
name = `http://localhost:${away.address().port}`;
const other = await run('api.mjs', { PORT: '0', ISSUER: `${name}/` }).then(() => 'started', (error) => error.message);
check(other.includes('calls itself'), `another issuer: ${other}`);
const [lost] = (await run('api.mjs', { PORT: LOST_PORT, ISSUER: name })).line.match(/http:[^ ]+/);
const token = `${Buffer.from('{"alg":"ES256","kid":"1","typ":"at+jwt"}').toString('base64url')}.e30.AAAA`;
const unknown = await fetch(`${lost}orders`, { headers: { authorization: `Bearer ${token}` } });
check(unknown.status === 503 && unknown.headers.get('retry-after') === '5', `the keys are away: ${unknown.status}`);

// Out: of the application, and of Ostiary too.
check((await fetch(`${HOME}logout`)).status === 404, 'no link signs people out');
await page.getByRole('button', { name: 'Sign out' }).click();
await page.waitForURL(HOME);
check((await heading(page)) === 'My shop', `signed out: ${await heading(page)}`);
await page.getByRole('link', { name: 'Sign in', exact: true }).click();
check((await heading(page)).includes('Sign in'), 'signed out of Ostiary too');
await page.getByLabel('Email address').fill('bob@example.org');
await page.getByLabel('Password', { exact: true }).fill('likes short walks');
await page.getByRole('button', { name: 'Sign in', exact: true }).click();
await page.waitForURL(HOME);
await page.goto(`${HOME}orders`);
check((await page.locator('body').textContent()).includes('a lantern'), 'and in again');

// What goes wrong is a page with a way on.
check(app.errors.length === 0, app.errors.join('\n'));
api.process.kill();
await once(api.process, 'exit');
const without = await page.goto(`${HOME}orders`);
check(without.status() === 503 && (await page.locator('a').textContent()) === 'Try again later', `the API is away: ${without.status()} ${await heading(page)}`);
check(app.errors.length === 1 && app.errors[0].startsWith('ECONNREFUSED'), `the log says so: ${app.errors.join('\n')}`);
const late = await person();
await late.goto(`${HOME}login`);
const failed = await late.goto(`${HOME}callback?error=access_denied&state=x`);
check(failed.status() === 400 && (await heading(late)) === 'That did not work', `refused: ${failed.status()} ${await heading(late)}`);
await late.getByRole('link', { name: 'Sign in again' }).click();
check((await heading(late)).includes('Sign in'), 'and it leads on');

const unexpected = complaints.filter((complaint) => !complaint.includes('/callback?error=') && !complaint.endsWith('/orders'));
check(unexpected.length === 0, `console: ${unexpected.join('\n')}`);
await browser.close();
console.log('the newcomer is content');
process.exit();
