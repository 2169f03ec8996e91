// People's pages in a real Chromium: sign up → consent → app → account → sign out, in every look, with axe and without script; in German
// (the longest words) and Arabic (right to left); with text of twice the size.
import { createServer } from 'node:http';
import { check } from './pages.mjs';
import { followLetter, large, launch, launchWithLargeText, looks, otherLanguages, report, visit } from './look.mjs';

const { ISSUER } = process.env;
const APP = Number(process.env.APP_PORT);

const app = createServer((request, response) => {
  const answer = new URL(request.url, `http://localhost:${APP}`).searchParams;
  response.setHeader('content-type', 'text/html');
  response.end(`<!doctype html><html lang=en><title>App</title><h1>${answer.has('code') ? 'Signed in' : answer.get('error') ?? 'Signed out'}</h1>`);
}).listen(APP, 'localhost');

const authorize = (extra = {}) => `${ISSUER}/authorize?` + new URLSearchParams({
  client_id: 'app', redirect_uri: `http://localhost:${APP}/callback`, response_type: 'code', scope: 'openid profile email offline_access', state: 's',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...extra,
});

// The page whose form goes to the app by itself, as it is until then; its button leads on as well.
async function formPost({ page, see, still }, heading) {
  await still(`${ISSUER}/authorize?*`, /<script [^>]*form-post[^>]*><\/script>/, () => page.goto(authorize({ response_mode: 'form_post' })));
  await see('form-post', heading);
  await page.locator('#form-post button').click();
}

async function tour(chrome, look, options) {
  const it = await visit(chrome, look, options);
  const { page, see, close, expected } = it;
  const email = `${look}@example.org`;

  await page.goto(authorize());
  await see('login', 'Sign in');
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
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

  await formPost(it, 'Taking you to');
  await page.waitForURL(`http://localhost:${APP}/**`);
  if (it.scripted) {
    await page.goto(authorize({ response_mode: 'form_post' }), { waitUntil: 'commit' });
    await page.waitForURL(`http://localhost:${APP}/**`);
  }
  await page.goto(`${ISSUER}/account/lockdown`);
  await see('lockdown-unproven');

  await page.goto(`${ISSUER}/account`);
  await see('account', 'Your account');
  check((await page.locator('main').textContent()).includes('Password not changed since the account was created'), `${look}: the password is as old as the account`);
  for (const [link, heading] of [['Profile', 'Profile'], ['Security', 'Security'], ['Sessions', 'Sessions'], ['Apps', 'Connected apps']]) {
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
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await see('forgot', 'Forgot your password?');
  await page.getByLabel('Email address').fill(email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await see('forgot-sent', 'Check your mail');
  await followLetter(page, email, '/forgot/reset?token=');
  await see('reset', 'Choose a new password');
  check(!page.url().includes('token'), `${look}: the token has left the address`);
  await page.getByLabel('New password', { exact: true }).fill('walks along the shore');
  await page.getByRole('button', { name: 'Save and sign in' }).click();
  await see('reset-done', 'Your account');
  await page.goto(`${ISSUER}/account/email`);
  await see('email', 'Email address');
  await page.getByLabel('New email address').fill(`new-${email}`);
  await page.getByRole('button', { name: 'Send a code' }).click();
  await see('code', 'Check your mail');
  await page.getByLabel('Code', { exact: true }).fill('123 45x');
  await page.getByRole('button', { name: 'Continue' }).click();
  await see('code-wrong', 'Check your mail');
  await close();
}

// The same way, for a reader of another language: found by the names of fields and buttons, since the words are others.
async function tourInTranslation(chrome, look, options) {
  const it = await visit(chrome, look, options);
  const { page, see, close, expected } = it;
  const send = () => page.locator('main form .button').first().click();
  await page.goto(authorize());
  await page.locator('#email').fill(`${look}@example.org`);
  await page.locator('#password').fill('not the password');
  await send();
  await see('login-wrong');
  await page.locator('.aside a').click();
  await page.locator('#email').fill('nonsense');
  await page.locator('#password').fill('short');
  await send();
  await see('sign-up-wrong');
  await page.locator('#email').fill(`${look}@example.org`);
  await page.locator('#name').fill(options.locale === 'ar' ? 'آن داو' : 'Änne Überschär');
  await page.locator('#password').fill('likes long walks');
  await send();
  await see('consent');
  await page.locator('[name=decision][value=allow]').click();
  await page.waitForURL(`http://localhost:${APP}/**`);
  await page.goto(`${ISSUER}/account`);
  await see('account');
  for (const name of ['profile', 'security', 'sessions', 'apps']) {
    await page.locator(`nav a[href$="/account/${name}"]`).click();
    await see(`account-${name}`);
    const written = await page.locator('time').allTextContents();
    check(written.every((text) => /[0-9]/.test(text) && !/[٠-٩۰-۹]/.test(text)), `${look} ${name}: ${written}`);
  }
  await page.goto(`${ISSUER}/account/password`);
  await see('account-password');
  await page.goto(`${ISSUER}/account/lockdown`);
  await see('lockdown-unproven');
  await page.goto(`${ISSUER}/account/profile`);
  await page.locator('#website').fill('nonsense');
  await page.locator('#phone_number').fill('49');
  await send();
  await see('profile-wrong');
  await page.goto(authorize({ prompt: 'select_account' }));
  await see('choose-account');
  await formPost(it);
  await page.waitForURL(`http://localhost:${APP}/**`);
  await page.goto(`${ISSUER}/outbox`);
  await see('outbox');
  await page.locator('.row-link').first().click();
  await see('mail');
  const wrong = authorize({ redirect_uri: 'https://evil.example/' });
  expected.add(wrong);
  await page.goto(wrong);
  await see('bad-request');
  await page.goto(`${ISSUER}/logout`);
  await see('logout');
  await page.locator('[name=decision][value=sign_out]').click();
  await see('signed-out');
  await page.goto(`${ISSUER}/forgot`);
  await see('forgot');
  await page.locator('#email').fill(`${look}@example.org`);
  await send();
  await page.locator('#email').waitFor({ state: 'detached' });
  await see('forgot-sent');
  await close();
}

const browser = await launch();
const big = await launchWithLargeText();
const probe = await big.newPage();
check((await probe.evaluate('getComputedStyle(document.documentElement).fontSize')) === '32px', 'text is twice as large');
await probe.close();
await Promise.all([
  ...Object.entries(looks).map(([look, options]) => tour(browser, look, options)),
  ...Object.entries(otherLanguages).map(([look, options]) => tourInTranslation(browser, look, options)),
  ...Object.entries(large).map(([look, options]) => tourInTranslation(big, look, options)),
]);
await browser.close();
await big.close();
app.close();
report();
