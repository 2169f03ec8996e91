// An account from beginning to end, in every look, with axe and without script: the address proven at sign-up, sign-in by a mailed code and
// by a mailed link, a second factor, an app that asks for it, everything lost and got back by mail, a new address and the way back; what is
// known of people, the end of the account, and its lockdown.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { check } from './pages.mjs';
import { AuthenticatorApp, codeTo, followLetter, large, launch, launchWithLargeText, looks, otherLanguages, report, visit } from './look.mjs';

const { ISSUER, SECRET, TOUR } = process.env;
const CALLBACK = `http://localhost:${process.env.APP_PORT}/callback`;
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

const app = createServer((request, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><html lang=en><title>App</title><h1>Signed in</h1>');
}).listen(Number(process.env.APP_PORT), 'localhost');

const authorize = (extra = {}) => `${ISSUER}/authorize?` + new URLSearchParams({
  client_id: 'app', redirect_uri: CALLBACK, response_type: 'code', scope: 'openid profile email', state: 's',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...extra,
});

// What the app learns: the claims of the ID token.
async function redeem(page) {
  await page.waitForURL(`${CALLBACK}?**`);
  const answer = await fetch(`${ISSUER}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`app:${encodeURIComponent(SECRET)}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code: new URL(page.url()).searchParams.get('code'), redirect_uri: CALLBACK, code_verifier: VERIFIER }),
  });
  const tokens = await answer.json();
  check(answer.ok, JSON.stringify(tokens));
  return JSON.parse(Buffer.from(tokens.id_token.split('.')[1], 'base64url'));
}

const PASSWORD = 'likes long walks along the shore';

async function tour(chrome, look, options) {
  const email = `${look}@accounts.example`;
  const newEmail = `new-${email}`;

  // Sign up on the way to an app; the address is proven first.
  let it = await visit(chrome, look, options);
  await it.page.goto(authorize());
  await it.see('login', 'Sign in');
  await it.page.locator('.aside a[href*="/signup"]').click();
  await it.see('sign-up', 'Create your account');
  await it.fill({ email, name: 'Ann Doe', password: PASSWORD });
  await it.send('/signup');
  await it.see('sign-up-code', 'Check your mail');
  await it.fill({ code: '000000' });
  await it.send('/signup/code');
  await it.see('sign-up-code-wrong', 'Check your mail');
  await it.fill({ code: await codeTo(email) });
  await it.send('/signup/code');
  await it.page.locator('[name=decision][value=allow]').click();
  const first = await redeem(it.page);
  check(first.email_verified !== false && first.acr === '1' && first.amr.join() === 'pwd', `${look}: ${JSON.stringify(first)}`);

  // By a mailed code, in the browser that asked.
  await it.signOut();
  await it.page.goto(`${ISSUER}/login`);
  await it.page.locator('a[href*="/login/mail"]').click();
  await it.see('mail-me', 'Sign in with a code');
  await it.fill({ email });
  await it.send('/login/mail');
  await it.see('mail-me-code', 'Check your mail');
  await it.fill({ code: await codeTo(email) });
  await it.send('/login/code');
  await it.page.waitForURL(`${ISSUER}/account`);
  await it.signOut();
  await it.close();

  // By a mailed link, in another one.
  it = await visit(chrome, look, options);
  await it.page.goto(`${ISSUER}/login`);
  await it.page.locator('a[href*="/login/mail"]').click();
  await it.fill({ email });
  await it.send('/login/mail');
  await followLetter(it.page, email, '/login/link?token=');
  await it.see('mail-me-link');
  check(!it.page.url().includes('token'), `${look}: the token has left the address`);
  await it.send('/login/link');
  await it.page.waitForURL(`${ISSUER}/account`);

  // A second factor. A mailed code is one factor, and proof enough to add one.
  await it.page.goto(`${ISSUER}/account/totp`);
  const authenticator = new AuthenticatorApp(await it.page.locator('code.secret-text').textContent());
  await it.fill({ code: await authenticator.code() });
  await it.send('/account/totp');
  await it.see('recovery-codes', 'Save your recovery codes');
  const recovery = await it.page.locator('.codes code').allTextContents();
  await it.close();

  // An app that asks for two factors of somebody who is not signed in.
  it = await visit(chrome, look, options);
  await it.page.goto(authorize({ acr_values: '2' }));
  await it.fill({ email, password: PASSWORD });
  await it.send('/login');
  await it.see('factor-for-app', 'One more step');
  await it.fill({ code: await authenticator.code() });
  await it.send('/login/factor');
  const stepped = await redeem(it.page);
  check(stepped.acr === '2' && stepped.amr.join() === 'pwd,otp,mfa', `${look}: ${JSON.stringify(stepped)}`);
  await it.signOut();
  await it.close();

  // The password is lost: a link by mail sets a new one, and the second factor is asked for all the same.
  it = await visit(chrome, look, options);
  await it.page.goto(`${ISSUER}/login`);
  await it.page.locator('a[href$="/forgot"]').click();
  await it.fill({ email });
  await it.send('/forgot');
  await followLetter(it.page, email, '/forgot/reset?token=');
  await it.fill({ password: `${PASSWORD} again` });
  await it.send('/forgot/reset');
  await it.see('factor-after-reset', 'One more step');
  await it.page.goto(`${ISSUER}/account`);
  await it.at('/login');
  await it.page.goBack();
  // The telephone is lost too.
  await it.page.locator('.aside a[href*="recovery"]').click();
  await it.see('recovery-after-reset', 'One more step');
  await it.fill({ code: recovery[0] });
  await it.send('/login/factor');
  await it.page.waitForURL(`${ISSUER}/account`);

  // A new address, and the way back for whoever has the old one.
  await it.page.goto(`${ISSUER}/account/email`);
  await it.see('email', 'Email address');
  await it.fill({ email: newEmail });
  await it.send('/account/email');
  await it.see('email-code', 'Check your mail');
  await it.fill({ code: await codeTo(newEmail) });
  await it.send('/account/email');
  await it.page.locator('h1').waitFor();
  check((await it.page.locator('main').textContent()).includes(newEmail), `${look}: ${await it.page.locator('main').textContent()}`);
  await followLetter(it.page, email, '/account/email/undo?token=');
  await it.see('email-undo', 'Restore your address?');
  await it.send('/account/email/undo');
  await it.see('email-undone', 'Choose a new password');
  await it.fill({ password: `${PASSWORD} once more` });
  await it.send('/forgot/reset');
  // What was added of late is gone, the second factor too: it could have been the thief's.
  await it.page.waitForURL(`${ISSUER}/account`);
  // A dead link says so.
  it.expected.add('410');
  await it.page.goto(`${ISSUER}/account/email/undo?token=nonsense`);
  await it.see('link-dead');

  // What is known of them, to see and to take along; what the account is protected by.
  for (const [name, heading] of [['security', 'Security'], ['activity'], ['phone'], ['data']]) {
    await it.page.goto(`${ISSUER}/account/${name}`);
    await it.see(name, heading);
    if (name === 'security') check((await it.page.locator('a[href$="/account/recovery-codes"]').count()) === 0, `${look}: no second factor is left`);
  }
  const [download] = await Promise.all([it.page.waitForEvent('download'), it.send('/account/data')]);
  check(JSON.stringify(JSON.parse(readFileSync(await download.path(), 'utf8'))).includes(email), `${look}: their data`);

  // The end of the account, thought better of.
  await it.page.goto(`${ISSUER}/account/delete`);
  await it.see('delete');
  await it.send('/account/delete');
  await it.see('delete-asked');
  await it.page.goto(`${ISSUER}/login`);
  await it.fill({ email, password: `${PASSWORD} once more` });
  await it.send('/login');
  await it.page.waitForURL(`${ISSUER}/account/keep`);
  await it.see('delete-due');
  await followLetter(it.page, email, '/account/keep?token=');
  await it.see('keep-link');
  await it.send('/account/keep');
  await it.see('kept');
  await it.close();

  // "This wasn't me", from a notice, in a browser that nobody is signed in with.
  it = await visit(chrome, look, options);
  await followLetter(it.page, email, '/account/lockdown?token=');
  await it.see('lockdown', 'This wasn’t you?');
  check(!it.page.url().includes('token'), `${look}: the token has left the address`);
  await it.send('/account/lockdown');
  await it.see('locked-down', 'Your account is locked down');
  await it.page.goto(`${ISSUER}/login`);
  await it.fill({ email, password: `${PASSWORD} once more` });
  await it.send('/login');
  await it.page.locator('[role=alert]').waitFor();
  await followLetter(it.page, email, '/forgot/reset?token=');
  await it.fill({ password: `${PASSWORD} at last` });
  await it.send('/forgot/reset');
  await it.page.waitForURL(`${ISSUER}/account`);
  await it.close();
}

const browser = await launch();
if (TOUR === 'languages') {
  const big = await launchWithLargeText();
  await Promise.all([
    ...Object.entries(otherLanguages).map(([look, options]) => tour(browser, look, options)),
    ...Object.entries(large).map(([look, options]) => tour(big, look, options)),
  ]);
  await big.close();
} else {
  await Promise.all(Object.entries(looks).map(([look, options]) => tour(browser, look, options)));
}
await browser.close();
app.close();
report();
