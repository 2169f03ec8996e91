// The whole example company in a real Chromium: its programs as its own script brings them up, and people who use them.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { start, within } from './company-run.mjs';
import { check } from './pages.mjs';

const { RUN, MAIN_PORT, ADMIN_PORT, GATEWAY_PORT, OSTIARY_PORT, SUBSCRIPTIONS_PORT, QUEUE_PORT, POSTGRES_PORT, CHROMIUM = '/usr/bin/chromium' } = process.env;
const [MAIN, ADMIN, ISSUER, GATEWAY] = [MAIN_PORT, ADMIN_PORT, OSTIARY_PORT, GATEWAY_PORT].map((port) => `http://localhost:${port}`);
const ports = { MAIN_PORT, ADMIN_PORT, GATEWAY_PORT, OSTIARY_PORT, SUBSCRIPTIONS_PORT, QUEUE_PORT, POSTGRES_PORT };
const LIFE = 60;
const settings = { OSTIARY_TOKENS_ACCESS_TOKEN_LIFETIME: `${LIFE}s` };

const began = Date.now();
const clock = (what) => console.log(`${((Date.now() - began) / 1000).toFixed(1)} s  ${what}`);
const company = await start(RUN, ports, [], settings);
clock('the company is up');

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const someone = async () => { const page = await (await browser.newContext()).newPage(); page.setDefaultTimeout(60_000); return page; };
const heading = (page) => page.locator('h1').first().textContent();
const click = (page, role, name) => page.getByRole(role, { name, exact: true }).click();
const sql = async (statement) => (await promisify(execFile)('psql', ['-tAc', statement], { env: {
  ...process.env, PGHOST: '127.0.0.1', PGPORT: POSTGRES_PORT, PGDATABASE: 'company', PGUSER: 'company_app', PGPASSWORD: readFileSync(`${RUN}/secrets/database-app`, 'utf8') } })).stdout.trim();
const refreshes = async () => Number(/ostiary_tokens_issued_total\{grant_type="refresh_token"\} (\d+)/.exec(await (await fetch(`${ISSUER}/metrics`)).text())?.[1] ?? 0);

async function password(page, { email, password: secret }) {
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await click(page, 'button', 'Sign in');
}
async function signInToMain(page, account) {
  await page.goto(MAIN);
  await click(page, 'link', 'Sign in');
  await password(page, account);
  await page.waitForURL(`${MAIN}/`);
}
const isInMain = async (page) => { await page.goto(MAIN); return (await heading(page)).startsWith('Hello'); };
// Payload sends strangers away by script, so wait for where that leads: its own navigation, the provider, or the refusal.
const inside = 'a[href="/admin/collections/posts"]';
async function isInAdmin(page) {
  await page.goto(`${ADMIN}/admin`);
  await page.locator(`${inside}, #email, h1:text("This is not open to you")`).first().waitFor({ state: 'attached' });
  return (await page.locator(inside).count()) > 0;
}

// --- a new customer: sign up in the main app, verify the mail, subscribe, be in the queue

const bob = await someone();
await bob.goto(MAIN);
check((await heading(bob)) === 'Company', `a stranger: ${await heading(bob)}`);
await click(bob, 'link', 'Create an account');
check((await heading(bob)) === 'Create your account', `prompt=create: ${await heading(bob)}`);
await bob.getByLabel('Email address').fill('bob@example.org');
await bob.getByLabel('Your name').fill('Bob Doe');
await bob.getByLabel('Password', { exact: true }).fill('likes short walks');
await click(bob, 'button', 'Create account');
check((await heading(bob)) === 'Check your mail', `verify: ${await heading(bob)}`);
const outbox = await someone();
const letter = outbox.getByRole('link', { name: /^Your .* code/ });
await within(30, 'the mail with the code', async () => { await outbox.goto(`${ISSUER}/outbox`); return (await letter.count()) > 0; });
await letter.first().click();
const [code] = (await outbox.locator('.mail-text').textContent()).match(/\b[0-9]{6}\b/);
await bob.getByLabel('Code', { exact: true }).fill(code);
await click(bob, 'button', 'Continue');
await bob.waitForURL(`${MAIN}/`);
check((await heading(bob)) === 'Hello Bob Doe', `signed up: ${await heading(bob)}`);
check((await bob.getByRole('link', { name: 'Your account' }).getAttribute('href')) === `${ISSUER}/account`, 'the way to the account');
await click(bob, 'link', 'Your subscription');
await bob.getByLabel('Plan').selectOption('yearly');
await click(bob, 'button', 'Subscribe');
await bob.locator('#plan').waitFor();
check((await bob.locator('#plan').textContent()).includes('yearly'), 'subscribed');
check((await bob.locator('#place').textContent()) === 'You are number 1 in the queue; subscriptions put you there.', `the place: ${await bob.locator('#place').textContent()}`);
clock('signed up, subscribed, queued');

// One refresh for all that need one at once, over the session's lock.
await sql("UPDATE sessions SET refresh_at = now() - interval '1 hour'");
const before = await refreshes();
const tabs = await Promise.all(Array.from({ length: 4 }, () => bob.context().newPage()));
await Promise.all(tabs.map((tab) => tab.goto(`${MAIN}/subscription`)));
for (const tab of tabs) check((await tab.locator('#plan').count()) === 1, 'every tab shows the page');
check((await refreshes()) === before + 1, `refreshed once, not ${(await refreshes()) - before} times`);

// --- the admin: refused to Bob, open to an editor, in both cases without another sign-in

await bob.goto(`${ADMIN}/admin`);
await bob.waitForURL(`${ADMIN}/refused`);
check((await heading(bob)) === 'This is not open to you', `Bob: ${await heading(bob)}`);
check(!(await isInAdmin(bob)), 'and again');

const editor = company.account('editor');
const eve = await someone();
await signInToMain(eve, editor);
check(await isInAdmin(eve), `the editor is in without a second sign-in: ${eve.url()}`);
await eve.goto(`${ADMIN}/admin/collections/posts/create`);
await eve.locator('#field-title').fill('Hello');
await eve.locator('#action-save').click();
await eve.waitForURL(/collections\/posts\/\d+/);
// An editor sees herself among the users; whoever was refused has no row.
const fromPage = (page, path, init) => page.evaluate(async ([to, options]) => { const answer = await fetch(to, options); return { status: answer.status, body: await answer.json().catch(() => null) }; }, [path, init]);
const seen = await fromPage(eve, '/api/users');
check(seen.body.totalDocs === 1 && seen.body.docs[0].email === editor.email && seen.body.docs[0].roles.join() === 'editor', `users: ${JSON.stringify(seen)}`);
const ada = await someone();
await ada.goto(`${ADMIN}/admin`);
await password(ada, company.account('admin'));
await ada.waitForURL(`${ADMIN}/admin`);
const users = await fromPage(ada, '/api/users?sort=email');
check(users.body.docs.map(({ roles }) => roles.join()).join(' ') === 'admin editor', `the first admin came by her role: ${JSON.stringify(users.body)}`);
check((await fromPage(ada, '/api/sso-sessions')).status === 403, 'sessions are nobody\'s business');
// No password opens anything here, and nobody makes themselves a user.
const json = (body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
for (const [path, body] of [['login', editor], ['first-register', { email: 'x@example.org', password: 'x' }], ['forgot-password', { email: editor.email }], ['reset-password', { token: 'x', password: 'x' }], ['', { sub: 'x', email: 'x@example.org', roles: ['admin'] }]]) {
  const { status } = await fetch(`${ADMIN}/api/users/${path}`, json(body));
  check(status >= 400 && status < 500, `POST /api/users/${path}: ${status}`);
}
// What payload-oauth2 leaves open by itself: an answer that this browser did not ask for.
const planted = await someone();
await planted.goto(`${ADMIN}/api/users/oauth/callback?code=x&state=y`);
check(planted.url() === `${ADMIN}/signed-out?failed` && (await heading(planted)) === 'That did not work', `a planted answer: ${planted.url()}`);
check((await fetch(`${ADMIN}/api/users/backchannel-logout`, { method: 'POST', body: new URLSearchParams({ logout_token: 'e30.e30.e30' }) })).status === 400, 'no logout token');
const notHers = await fetch(`${ADMIN}/api/users/sso-logout`, { method: 'POST', redirect: 'manual', headers: { 'sec-fetch-site': 'cross-site' } });
check(notHers.headers.get('location') === `${ADMIN}/admin` && !notHers.headers.has('set-cookie'), 'another site signs nobody out');
clock('admin: refused, let in, first admin by role');

// --- signing out in one place ends all, of this session and of no other

const elsewhere = await someone();
await signInToMain(elsewhere, editor);
check(await isInAdmin(elsewhere), 'in elsewhere, too');
await eve.goto(MAIN);
await click(eve, 'button', 'Sign out');
await eve.waitForURL(`${MAIN}/`);
check((await heading(eve)) === 'Company', 'out of the main app');
await within(10, 'out of the admin', async () => !(await isInAdmin(eve)));
check(eve.url().startsWith(`${ISSUER}/login`), `and asked to sign in: ${eve.url()}`);
check((await isInAdmin(elsewhere)) && (await isInMain(elsewhere)), 'her other browser is not touched');

await password(eve, editor);
await eve.waitForURL(`${ADMIN}/admin`);
await eve.goto(`${MAIN}/login`);
check(await isInMain(eve), 'in again, everywhere');
await eve.goto(`${ADMIN}/admin`);
const out = eve.locator('form[action="/api/users/sso-logout"] button').first();
if (await out.evaluate((button) => button.closest('[inert]') !== null)) await eve.locator('.nav-toggler:visible').first().click();
await out.click();
await eve.waitForURL(`${ADMIN}/signed-out`);
await within(10, 'out of the main app', async () => !(await isInMain(eve)));
clock('signed out in one place, out of all');

// --- disabled: out at the gateway and of the applications at once, out of what checks by itself when the token ends

const { sub } = (await fromPage(elsewhere, '/api/users')).body?.docs?.[0] ?? JSON.parse(await sql(`SELECT claims FROM sessions WHERE claims->>'email' = '${editor.email}' LIMIT 1`));
await elsewhere.goto(`${MAIN}/subscription`);
const token = await sql(`SELECT access_token FROM sessions WHERE person = '${sub}'`);
const ask = async (base) => (await fetch(`${base}/api/queue`, { headers: { authorization: `Bearer ${token}`, 'user-agent': 'x' } })).status;
check((await ask(GATEWAY)) === 200, 'still in');
const disabledAt = Date.now();
await company.ostiary('user', 'disable', editor.email);
const atGateway = await within(3, 'out at the gateway', async () => (await ask(GATEWAY)) === 401);
await within(10, 'out of the main app', async () => !(await isInMain(elsewhere)));
await within(10, 'out of the admin', async () => !(await isInAdmin(elsewhere)));
await password(elsewhere, editor);
check(elsewhere.url().startsWith(ISSUER), 'and not in again');
await within(LIFE + 5, 'out of a service that checks by itself', async () => (await ask(`http://localhost:${QUEUE_PORT}`)) === 401);
check((Date.now() - disabledAt) / 1000 < LIFE + 5, 'within the life of the access token');
check(await isInMain(bob), 'Bob is still in');
clock('disabled: out everywhere');
check((await company.stop()) === 130, 'Ctrl-C');

await browser.close();
console.log(`the whole company is content; a disabled person was out at the gateway after ${atGateway.toFixed(1)} s`);
process.exit();
