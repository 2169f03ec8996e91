// The Auth.js variant of the example company's main app, in a real Chromium: in, refreshed once, out.
import { chromium } from 'playwright-core';
import { start, within } from './company-run.mjs';
import { check } from './pages.mjs';

const { RUN, MAIN_PORT, ADMIN_PORT, GATEWAY_PORT, OSTIARY_PORT, SUBSCRIPTIONS_PORT, QUEUE_PORT, POSTGRES_PORT, CHROMIUM = '/usr/bin/chromium' } = process.env;
const [MAIN, ISSUER] = [MAIN_PORT, OSTIARY_PORT].map((port) => `http://localhost:${port}`);
// The application refreshes half a minute before the end: here a few seconds after the sign-in.
const company = await start(RUN, { MAIN_PORT, ADMIN_PORT, GATEWAY_PORT, OSTIARY_PORT, SUBSCRIPTIONS_PORT, QUEUE_PORT, POSTGRES_PORT }, ['--authjs'],
  { OSTIARY_TOKENS_ACCESS_TOKEN_LIFETIME: '40s' });

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage();
page.setDefaultTimeout(60_000);
const heading = () => page.locator('h1').first().textContent();
const press = (name) => page.getByRole('button', { name, exact: true }).click();
const refreshes = async () => Number(/ostiary_tokens_issued_total\{grant_type="refresh_token"\} (\d+)/.exec(await (await fetch(`${ISSUER}/metrics`)).text())?.[1] ?? 0);

await page.goto(MAIN);
check((await heading()) === 'Company', `a stranger: ${await heading()}`);
await press('Create an account');
await page.waitForURL(`${ISSUER}/**`);
check((await heading()) === 'Create your account', `prompt=create: ${await heading()}`);
await page.goto(MAIN);
await press('Sign in');
await page.waitForURL(`${ISSUER}/**`);
const { email, password } = company.account('editor');
await page.getByLabel('Email address').fill(email);
await page.getByLabel('Password', { exact: true }).fill(password);
await press('Sign in');
await page.waitForURL(`${MAIN}/`);
check((await heading()) === 'Hello Eve Editor', `in: ${await heading()}`);

await page.getByRole('link', { name: 'Your subscription' }).click();
await page.getByLabel('Plan').selectOption('yearly');
await press('Subscribe');
await page.locator('#plan').waitFor();
check((await page.locator('#place').textContent()).includes('number 1'), 'subscribed, and in the queue');

// What the proxy hands on to pages comes from nobody else, and no script gets the tokens.
check((await page.request.get(`${MAIN}/api/auth/session`)).status() === 404, 'no token for scripts');
const { csrfToken } = await (await page.request.get(`${MAIN}/api/auth/csrf`)).json();
check((await page.request.post(`${MAIN}/api/auth/session`, { data: { csrfToken } })).status() === 404, 'by no method');
const forged = await (await fetch(MAIN, { headers: { 'x-session': encodeURIComponent('{"user":{"name":"Mallory"}}') } })).text();
check(!forged.includes('Mallory'), 'a forged session');

await within(30, 'a refresh', async () => {
  await page.goto(`${MAIN}/subscription`);
  check((await page.locator('#plan').count()) === 1, 'still in');
  return (await refreshes()) > 0;
});
await page.goto(`${MAIN}/subscription`);
check((await refreshes()) === 1, `refreshed once, in the proxy, not ${await refreshes()} times`);

await page.goto(MAIN);
await press('Sign out');
await page.waitForURL((url) => url.href.startsWith(MAIN));
await page.getByRole('button', { name: 'Create an account' }).waitFor();
await press('Sign in');
await page.waitForURL(`${ISSUER}/login**`);
check((await company.stop()) === 130, 'Ctrl-C');
await browser.close();
console.log('the Auth.js variant is content');
process.exit();
