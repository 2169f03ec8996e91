// People's pages in a real Chromium: sign up → consent → app → account → sign out, in every look, with axe and without script.
import { readFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { check } from './pages.mjs';

const { ISSUER, CHROMIUM = '/usr/bin/chromium', OSTIARY_SCREENSHOTS: PICTURES } = process.env;
const APP = Number(process.env.APP_PORT);
const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

const app = createServer((request, response) => {
  const answer = new URL(request.url, `http://localhost:${APP}`).searchParams;
  response.setHeader('content-type', 'text/html');
  response.end(`<!doctype html><html lang=en><title>App</title><h1>${answer.has('code') ? 'Signed in' : answer.get('error') ?? 'Signed out'}</h1>`);
}).listen(APP, 'localhost');

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

const looks = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  narrow: { colorScheme: 'light', viewport: { width: 360, height: 740 } },
  'narrow-dark': { colorScheme: 'dark', viewport: { width: 360, height: 740 } },
  'no-script': { colorScheme: 'light', viewport: { width: 1280, height: 800 }, javaScriptEnabled: false },
};

const authorize = (extra = {}) => `${ISSUER}/authorize?` + new URLSearchParams({
  client_id: 'app', redirect_uri: `http://localhost:${APP}/callback`, response_type: 'code', scope: 'openid profile email offline_access', state: 's',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...extra,
});

let looked = 0;
for (const [look, options] of Object.entries(looks)) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  const expected = new Set();
  page.on('console', (message) => { if (message.type() === 'error' && !expected.has(page.url())) complaints.push(`${message.text()} at ${page.url()}`); });
  page.on('pageerror', (error) => complaints.push(String(error)));

  const see = async (name, heading) => {
    check((await page.locator('h1').textContent()).includes(heading), `${look} ${name}: heading ${await page.locator('h1').textContent()}`);
    const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth').catch(() => false);
    check(!wide, `${look} ${name}: wider than the window`);
    if (options.javaScriptEnabled !== false) {
      await page.evaluate(axe);
      const { violations } = await page.evaluate('axe.run({ resultTypes: ["violations"] })');
      check(violations.length === 0, `${look} ${name}: ${JSON.stringify(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]))}`);
    }
    looked += 1;
    if (PICTURES) {
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: `${PICTURES}/${look}-${name}.png`, fullPage: true });
    }
  };
  const email = `${look}@example.org`;

  await page.goto(authorize());
  await see('login', 'Sign in');
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await see('login-wrong', 'Sign in');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await see('sign-up', 'Create your account');
  await page.getByLabel('Email address').fill('nonsense');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await see('sign-up-wrong', 'Create your account');
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Your name').fill('Ann Doe');
  await page.getByLabel('Password', { exact: true }).fill('likes long walks');
  await page.getByRole('button', { name: 'Create account' }).click();
  await see('consent', 'use your account?');
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await page.waitForURL(`http://localhost:${APP}/**`);
  check((await page.locator('h1').textContent()) === 'Signed in', `${look}: back at the app`);

  await page.goto(authorize({ response_mode: 'form_post' }), { waitUntil: 'commit' });
  if (options.javaScriptEnabled === false) await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(`http://localhost:${APP}/**`);

  await page.goto(`${ISSUER}/account`);
  await see('account', 'Your account');
  for (const [link, heading] of [['Profile', 'Profile'], ['Password', 'Password'], ['Sessions', 'Sessions'], ['Apps', 'Connected apps']]) {
    await page.getByRole('navigation').getByRole('link', { name: link }).click();
    await see(`account-${link.toLowerCase()}`, heading);
  }
  await page.goto(`${ISSUER}/account/profile`);
  await page.getByLabel('Website').fill('nonsense');
  await page.getByRole('button', { name: 'Save profile' }).click();
  await see('profile-wrong', 'Profile');
  await page.getByLabel('Website').fill('https://ann.example');
  await page.getByRole('button', { name: 'Save profile' }).click();
  await see('profile-saved', 'Profile');
  check((await page.getByRole('status').textContent()).includes('saved'), `${look}: saved`);
  await page.goto(`${ISSUER}/account/password`);
  await page.getByLabel('Current password', { exact: true }).fill('wrong one');
  await page.getByLabel('New password', { exact: true }).fill('likes longer walks');
  await page.getByRole('button', { name: 'Change password' }).click();
  await see('password-wrong', 'Password');

  await page.goto(authorize({ prompt: 'select_account' }));
  await see('choose-account', 'Choose an account');
  await page.goto(authorize({ prompt: 'login' }));
  await see('confirm', 'Confirm it’s you');
  await page.goto(`${ISSUER}/outbox`);
  await see('outbox', 'Outbox');
  await page.getByRole('link', { name: /Welcome/ }).first().click();
  await see('mail', 'Welcome');
  expected.add(`${ISSUER}/nothing-here`);
  await page.goto(`${ISSUER}/nothing-here`);
  await see('not-found', 'There is nothing here');
  const wrong = authorize({ redirect_uri: 'https://evil.example/' });
  expected.add(wrong);
  await page.goto(wrong);
  await see('bad-request', 'This sign-in link is broken');
  await page.goto(`${ISSUER}/logout`);
  await see('logout', 'Sign out?');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await see('signed-out', 'You’re signed out');
  await page.goto(`${ISSUER}/account`);
  await see('after', 'Sign in');
  const unexpected = complaints.filter((complaint) => ![...expected].some((url) => complaint.includes(url)));
  check(unexpected.length === 0, `${look}: console: ${unexpected.join('\n')}`);
  await context.close();
}
await browser.close();
app.close();
console.log(`${looked} pages looked at`);
