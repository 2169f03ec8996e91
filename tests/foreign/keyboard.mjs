// Every flow by keyboard alone in a real Chromium, from left to right and from right to left: Tab, Enter, Space and arrows, and what is
// typed. On each page every stop is walked once: seen, in the order of the page; after a mistake the keyboard is at what says so.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { equipped, phone, stick } from './authenticators.mjs';
import { check } from './pages.mjs';
import { AuthenticatorApp, byKeyboard, codeTo, launch, letterTo, looks, otherLanguages, report, visit } from './look.mjs';

const { ISSUER, SECRET, APP_PORT, PROVIDER_PORT } = process.env;
const CALLBACK = `http://localhost:${APP_PORT}/callback`;
const PASSWORD = 'likes long walks along the shore';

const app = createServer((_, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><html lang=en><title>App</title><h1>Signed in</h1>');
}).listen(Number(APP_PORT), 'localhost');
const provider = new Provider(`http://localhost:${PROVIDER_PORT}`, {
  clients: [{ client_id: 'ostiary', client_secret: SECRET, redirect_uris: [`${ISSUER}/login/with/far/callback`] }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  cookies: { keys: ['only for this test'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@far.example`, email_verified: true, name: 'Frieda Far' }) }),
});
const listening = provider.listen(Number(PROVIDER_PORT), 'localhost');

const authorize = (extra = {}) => `${ISSUER}/authorize?` + new URLSearchParams({
  client_id: 'app', redirect_uri: CALLBACK, response_type: 'code', scope: 'openid profile email', state: 's',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...extra,
});

// Somebody at a keyboard: the browser, the keys, and the ways that are gone again and again.
async function sit(chrome, look, options) {
  const it = await equipped(chrome, look, options);
  const keys = byKeyboard(it);
  const { page } = it;
  const open = (path) => page.goto(`${ISSUER}${path}`);
  const account = async (name) => {
    await open('/account');
    await keys.follow(`nav a[href$="/account/${name}"]`);
  };
  const letter = async (address, holds) => {
    const { url } = await letterTo(address, holds);
    await page.goto(url);
    await keys.follow(`.mail-text a[href*="${holds}"]`);
  };
  const leaveSession = async () => {
    await open('/account');
    await keys.follow('a[href$="/logout"]');
    await keys.walk('sign-out');
    await keys.follow('[name=decision][value=sign_out]');
  };
  // Fields that are refused, and then others.
  const mistake = async (fields) => {
    await keys.answer(fields);
    await keys.atFault();
  };
  const signUp = async (email) => {
    await keys.answer({ email, name: 'Kay Board', password: PASSWORD });
    await keys.answer({ code: await codeTo(email) });
  };
  const isIn = () => page.waitForURL(/\/account$/).then(() => page.locator('nav.tabs').waitFor());
  return { ...it, ...keys, open, account, letter, leaveSession, mistake, signUp, isIn };
}

const downloaded = async (page, act) => {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  return readFileSync(await download.path(), 'utf8');
};

// Sign up, consent, profile and language, sessions, second factor, everything that gets one in again, and the end.
async function withPassword(chrome, look, options) {
  const it = await sit(chrome, `${look} password`, options);
  const { page, key, reach, isAt, walk, answer, mistake, follow, leave, type, account } = it;
  const email = `keyboard-${look}@accounts.example`;
  const atApp = () => page.waitForURL(`${CALLBACK}?**`);

  await page.goto(authorize());
  await walk('sign-in');
  await follow('.aside a[href*="/signup"]');
  await walk('sign-up');
  await mistake({ email: 'nonsense', password: 'short' });
  await walk('sign-up-wrong');
  await reach('[role=alert] a');
  await key('Enter');
  check(await isAt('#email'), `${look}: from the list of mistakes to the field`);
  await type({ email, name: 'Kay Board', password: PASSWORD });
  await reach('.reveal');
  await key('Space');
  check(await isAt('#password[type=text]'), `${look}: the password is shown, and typed on`);
  await leave();
  await walk('sign-up-code');
  await mistake({ code: '000000' });
  await walk('sign-up-code-wrong');
  await answer({ code: await codeTo(email) });
  await walk('consent');
  await follow('[name=decision][value=allow]', 'Space');
  await atApp();

  // The first press of Tab offers to skip what is on every page.
  await it.open('/account');
  await key('Tab');
  check(await isAt('a.skip'), `${look}: the first press of Tab offers to skip to the content`);
  await key('Enter');
  await key('Tab');
  check(await page.evaluate(() => document.activeElement.closest('main') !== null), `${look}: skipped to the content`);
  await walk('account');

  await account('profile');
  await walk('profile');
  await mistake({ website: 'nonsense' });
  await walk('profile-wrong');
  await type({ website: 'https://kay.example' });
  const choose = async (language, arrow) => {
    await reach('#locale');
    for (let presses = 0; (await page.locator('#locale').inputValue()) !== language; presses += 1) {
      check(presses < 20, `${look}: ${arrow} does not find ${language || 'the language of the browser'}`);
      await key(arrow);
    }
    await follow('form[action$="/account/profile"] button[type=submit]', 'Space');
    await page.getByRole('status').waitFor();
  };
  await choose('fr', 'ArrowDown');
  check((await page.evaluate(() => document.documentElement.lang)) === 'fr', `${look}: in French from now on`);
  await choose('', 'ArrowUp');
  check((await page.evaluate(() => document.documentElement.lang)) === (options.locale ?? 'en'), `${look}: as the browser says`);

  const other = await visit(chrome, `${look} elsewhere`, options);
  await other.page.goto(`${ISSUER}/login`);
  await other.fill({ email, password: PASSWORD });
  await other.send('/login');
  await other.page.waitForURL(`${ISSUER}/account`);
  await account('sessions');
  await walk('sessions');
  await follow('main button[name=end]:not([value=others])');
  await page.getByRole('status').waitFor();
  await other.page.goto(`${ISSUER}/account`);
  await other.page.locator('#password').waitFor();
  await other.close();
  await account('apps');
  await walk('apps');

  await account('security');
  await walk('security');
  await follow('a[href$="/account/totp"]');
  await walk('totp');
  await mistake({ code: '000000' });
  const authenticator = new AuthenticatorApp(await page.locator('code.secret-text').textContent());
  await answer({ code: await authenticator.code() });
  await walk('recovery-codes');
  await reach('a[download]');
  check((await downloaded(page, () => key('Enter'))).length > 100, `${look}: the codes as a file`);
  const recovery = await page.locator('.codes code').allTextContents();
  await follow('.buttons a:not([download])');
  await walk('security-on');
  await it.leaveSession();

  await page.goto(authorize());
  await mistake({ email, password: 'not the password' });
  await walk('sign-in-wrong');
  await answer({ password: PASSWORD });
  await walk('factor');
  await mistake({ code: '000000' });
  await walk('factor-wrong');
  await type({ code: await authenticator.code() });
  await reach('#trust');
  await key('Space');
  await leave();
  await atApp();
  await account('security');
  await walk('security-trusted');
  await follow('button[name=distrust]');
  await page.getByRole('status').waitFor();
  await it.leaveSession();

  await it.open('/login');
  await follow('a[href*="/login/mail"]');
  await answer({ email });
  await it.letter(email, '/login/link');
  await walk('mailed-link');
  await follow('form[action$="/login/link"] button');
  await walk('mailed-link-factor');
  await it.open('/login');
  await follow('a[href*="/login/mail"]');
  await walk('mail-me');
  await mistake({ email: 'nonsense' });
  await answer({ email });
  await walk('mail-me-code');
  await answer({ code: await codeTo(email) });
  await follow('.aside a[href*="recovery"]');
  await walk('recovery');
  await mistake({ code: 'nonsense' });
  await answer({ code: recovery[0] });
  await it.isIn();
  await account('security');
  await follow('a[href$="/account/recovery-codes"]');
  await walk('recovery-codes-again');
  await follow('form[action$="/account/recovery-codes"] button');
  const newer = await page.locator('.codes code').allTextContents();
  await it.leaveSession();

  await it.open('/login');
  await follow('a[href$="/forgot"]');
  await walk('forgot');
  await mistake({ email: 'nonsense' });
  await answer({ email });
  await walk('forgot-sent');
  await it.letter(email, '/forgot/reset?token=');
  await walk('reset');
  await mistake({ password: 'short' });
  await answer({ password: `${PASSWORD} again` });
  await follow('.aside a[href*="recovery"]');
  await answer({ code: newer[0] });
  await it.isIn();

  await account('security');
  await follow('a[href$="/account/password"]');
  await walk('password');
  await mistake({ current_password: 'not the password', new_password: 'short' });
  await answer({ current_password: `${PASSWORD} again`, new_password: PASSWORD });
  await page.getByRole('status').filter({ visible: true }).first().waitFor();
  await account('security');
  await follow('a[href$="/account/email"]');
  await walk('email');
  await mistake({ email: 'nonsense' });
  await answer({ email: `new-${email}` });
  await walk('email-code');
  await answer({ code: await codeTo(`new-${email}`) });
  await page.getByRole('status').waitFor();
  await it.letter(email, '/account/email/undo?token=');
  await walk('email-undo');
  await account('security');
  await follow('button[name=remove][value=totp]');
  await page.getByRole('status').waitFor();

  await account('security');
  await follow('main a[href$="/account/lockdown"]');
  await walk('lockdown');
  await follow('form[action$="/account/lockdown"] button');
  await walk('locked-down');
  // The address of before is the account's again: whoever changed it may have been somebody else.
  await it.letter(email, '/forgot/reset?token=');
  await answer({ password: `${PASSWORD} at last` });
  await it.isIn();
  await page.goto(authorize({ prompt: 'select_account' }));
  await walk('choose-account');
  await follow('[name=choice][value=continue]');
  await follow('[name=decision][value=deny]', 'Space');
  await atApp();
  await page.goto(authorize({ prompt: 'login' }));
  await walk('confirm');
  await mistake({ password: 'not the password' });

  await account('security');
  await follow('main a[href$="/account/data"]');
  await walk('data');
  await reach('form[action$="/account/data"] button');
  check((await downloaded(page, () => key('Enter'))).includes(email), `${look}: their data`);
  await follow('main a[href$="/account/delete"]');
  await walk('delete');
  await follow('form[action$="/account/delete"] button');
  await walk('delete-asked');
  await it.open('/login');
  await answer({ email, password: `${PASSWORD} at last` });
  await page.waitForURL(`${ISSUER}/account/keep`);
  await walk('delete-due');
  await it.letter(email, '/account/keep?token=');
  await walk('keep');
  await follow('form[action$="/account/keep"] button');
  await walk('kept');
  await it.close();
}

// Sign up with a passkey only, sign in with it, add another, rename and remove it.
async function withPasskey(chrome, look, options) {
  const it = await sit(chrome, `${look} passkey`, options);
  const { page, key, reach, walk, answer, follow, type, account } = it;
  const email = `passkey-${look}@accounts.example`;
  const ASK = 'form:not([hidden]) [data-passkey-ask]';
  const own = await it.plug(phone);
  await it.open('/signup');
  await type({ email: 'nonsense' });
  await follow('[name=way][value=passkey]');
  await it.atFault();
  await type({ email, name: 'Kay Board' });
  await follow('[name=way][value=passkey]');
  await walk('sign-up-passkey');
  await it.verify(own, false);
  await reach(ASK);
  await key('Space');
  await page.locator('[data-passkey-problem]:not([hidden])').waitFor();
  await walk('sign-up-passkey-cancelled');
  await it.verify(own, true);
  await follow(ASK);
  await answer({ code: await codeTo(email) });
  await it.isIn();

  await it.obey(own, false);
  await it.leaveSession();
  await it.open('/login');
  await walk('sign-in-passkey');
  await it.obey(own, true);
  await follow(ASK);
  await it.isIn();

  await it.unplug(own);
  const tablet = await it.plug(phone);
  await account('security');
  await walk('security-passkey');
  await follow('a[href$="/account/passkeys/add"]');
  await walk('add-passkey');
  await answer({ name: 'Tablet' });
  await page.getByRole('status').waitFor();
  const edit = async (name) => {
    const address = await page.locator('li', { hasText: name }).locator('a[href*="/account/passkeys/edit"]').getAttribute('href');
    await follow(`a[href="${address}"]`);
  };
  await edit('Tablet');
  await walk('edit-passkey');
  await answer({ name: 'Old tablet' });
  await edit('Old tablet');
  await follow('[name=act][value=remove]');
  await page.getByRole('status').waitFor();
  check((await page.locator('[aria-labelledby=section-passkeys]', { hasText: 'Old tablet' }).count()) === 0, `${look}: removed`);
  await it.unplug(tablet);
  await account('security');
  await follow('a[href$="/account/password"]');
  await walk('set-password');
  await it.mistake({ new_password: 'short' });
  await answer({ new_password: PASSWORD });
  await page.getByRole('status').filter({ visible: true }).first().waitFor();

  // A key that is only touched, as the second step.
  const old = await it.plug(stick);
  await it.open('/account/security-keys/add');
  await walk('add-security-key');
  await type({ name: 'Old stick' });
  await follow(ASK);
  await page.waitForURL(/\/account\/recovery-codes/);
  await walk('recovery-codes-first');
  await it.leaveSession();
  await it.open('/login');
  await answer({ email, password: PASSWORD });
  await page.locator('form[action$="/login/factor/key"]').waitFor();
  await walk('factor-key');
  await follow(ASK);
  await it.isIn();
  await it.leaveSession();
  await it.unplug(old);

  // Offered after a password, where the device can make one.
  await it.open('/signup');
  await it.signUp(`new-${email}`);
  await it.isIn();
  await it.leaveSession();
  await it.plug(phone);
  await it.open('/login');
  await page.locator('[data-passkey-able][value="1"]').waitFor({ state: 'attached' });
  await answer({ email: `new-${email}`, password: PASSWORD });
  await page.locator('form[action$="/login/offer"]:not([hidden])').first().waitFor();
  await walk('offer');
  await follow(ASK);
  await it.isIn();
  await it.close();
}

// Another provider: connected and removed on the security page, signed up with, and connected when it brings an address that is known.
async function withProvider(chrome, look, options) {
  const far = 'form[action$="/login/with/far"] button';
  // The provider's own pages are its own.
  const agree = async (page, login) => {
    await page.waitForURL(`http://localhost:${PROVIDER_PORT}/**`);
    await page.locator('input[name=login]').fill(login);
    await page.locator('input[name=password]').fill('anything');
    await page.locator('button[type=submit]').click();
    await page.locator('input[name=login]').waitFor({ state: 'detached' });
    await page.locator('button[type=submit]').click();
    await page.waitForURL(`${ISSUER}/**`, { waitUntil: 'load' });
  };
  const press = async (it) => {
    await it.reach(far);
    await it.key('Enter');
  };
  const email = `known-${look}@far.example`;
  let it = await sit(chrome, `${look} provider`, options);
  await it.open('/signup');
  await it.walk('sign-up-providers');
  await it.signUp(email);
  await it.isIn();
  await it.account('security');
  await it.walk('security-provider');
  await press(it);
  await agree(it.page, `other-${look}`);
  await it.walk('security-connected');
  await it.follow('form[action$="/account/links"] button');
  await it.page.getByRole('status').waitFor();
  await it.close();

  it = await sit(chrome, `${look} provider, known`, options);
  await it.open('/login');
  await press(it);
  await agree(it.page, `known-${look}`);
  await it.at('/login/connect');
  await it.walk('connect-sign-in-first');
  await it.follow('main a.button');
  await it.answer({ email, password: PASSWORD });
  await it.page.waitForURL(/\/login\/connect/);
  await it.walk('connect');
  await it.follow('button[value=connect]');
  await it.isIn();
  await it.close();

  it = await sit(chrome, `${look} provider, new`, options);
  await it.open('/login');
  await press(it);
  await agree(it.page, `new-${look}`);
  await it.at('/signup/with');
  await it.walk('sign-up-with');
  await it.answer({ name: 'Frieda Far' });
  await it.isIn();
  await it.account('security');
  await it.follow('form[action$="/account/links"] button');
  await it.atFault();
  await it.close();
}

const browser = await launch();
const ways = { light: looks.light, 'arabic-narrow': otherLanguages['arabic-narrow'] };
await Promise.all(Object.entries(ways).flatMap(([look, options]) => [withPassword, withPasskey, withProvider].map((way) => way(browser, look, options))));
await browser.close();
app.close();
listening.close();
listening.closeAllConnections();
report();
process.exit();
