// Pages that a person sees once or never, in a real Chromium: the first administrator, an address to be confirmed, a number and codes by text
// message, a second step that is demanded, a provider that does not answer; and the everyday pages in the languages that no other tour speaks.
// Without script as well, and by keyboard alone.
import { check } from './pages.mjs';
import { AuthenticatorApp, byKeyboard, codeTo, large, launch, launchWithLargeText, looks, report, visit } from './look.mjs';

const { ISSUER, SETUP, SMS_CODE, PASSWORD } = process.env;
const browser = await launch();
const big = await launchWithLargeText();

async function tour(chrome, look, options, n) {
  const { page, see, fill, send, signOut, close, at, expected } = await visit(chrome, look, options);
  const email = `${look}@seldom.example`;

  // The first administrator, up to the button: one look's account would close the others' page.
  await page.goto(SETUP);
  await see('setup', 'Create the first administrator');
  await fill({ email: 'nonsense', password: 'short' });
  await send('/setup');
  await see('setup-wrong', 'Create the first administrator');
  for (const status of ['400', '404', '410', '502']) expected.add(`status of ${status}`);
  await page.goto(`${ISSUER}/setup?ticket=nonsense`);
  await see('setup-dead', 'This link doesn’t work');

  // An account whose address is to be confirmed.
  await page.goto(`${ISSUER}/login`);
  await see('login', 'Sign in');
  await page.goto(`${ISSUER}/signup`);
  await see('sign-up', 'Create your account');
  await fill({ email, password: PASSWORD });
  await send('/signup');
  await page.waitForURL(`${ISSUER}/account`);
  await see('account', 'Your account');
  for (const name of ['profile', 'security', 'sessions', 'apps', 'data', 'delete', 'password', 'activity']) {
    await page.goto(`${ISSUER}/account/${name}`);
    await see(`account-${name}`);
  }
  await page.goto(`${ISSUER}/verify`);
  await see('verify', 'Confirm your email address');
  await send('/verify');
  await page.locator('#code').waitFor();
  await see('verify-code', 'Check your mail');

  // A number is proven, and is the second step from then on.
  await page.goto(`${ISSUER}/account/phone`);
  await fill({ phone_number: `+49 30 90182${n}` });
  await send('/account/phone');
  await page.locator('#code').waitFor();
  await see('phone-code', 'Phone number');
  await fill({ code: '000000' });
  await send('/account/phone');
  await page.locator('.problem').waitFor();
  await see('phone-code-wrong', 'Phone number');
  await fill({ code: SMS_CODE });
  await send('/account/phone');
  // The first second step leads to recovery codes.
  await page.waitForURL(/\/account\/recovery-codes/);
  await page.goto(`${ISSUER}/account/security`);
  await see('security-phone', 'Security');
  await signOut();
  await page.goto(`${ISSUER}/login`);
  await fill({ email, password: PASSWORD });
  await send('/login');
  await see('factor-sms', 'One more step');
  await send('/login/factor');
  await page.locator('#code').waitFor();
  await see('factor-sms-code', 'One more step');
  await fill({ code: SMS_CODE });
  await send('/login/factor');
  await page.waitForURL(`${ISSUER}/account`);
  await signOut();

  // Nothing opens before a second step is set up, where one is demanded.
  await page.goto(`${ISSUER}/login`);
  await fill({ email: `staff-${look}@seldom.example`, password: PASSWORD });
  await send('/login');
  await page.locator('code.secret-text').waitFor();
  await at('/account/totp');
  await see('totp-demanded', 'Set up an authenticator app');
  await page.goto(`${ISSUER}/account/security`);
  await at('/account/totp');
  const authenticator = new AuthenticatorApp(await page.locator('code.secret-text').textContent());
  await fill({ code: await authenticator.code() });
  await send('/account/totp');
  await page.locator('a[download]').waitFor();
  await page.goto(`${ISSUER}/account/security`);
  await at('/account/security');
  await signOut();

  await page.goto(`${ISSUER}/login`);
  await page.locator('form[action$="/login/with/far"] button').click();
  await page.waitForURL(/\/login\/with\/far/);
  await page.locator('h1').waitFor();
  check((await page.locator('main').innerText()).includes('Far'), `${look}: the page names the provider`);
  await see('provider-unavailable');
  await close();
}

const speaking = (locale) => ({ locale, ...looks.narrow });
// What no other tour does by keyboard; last, since it makes the first administrator, whose page is gone then.
async function tourByKeyboard() {
  const it = await visit(browser, 'keyboard', looks.light);
  const { page, at, close, expected, signOut } = it;
  const { answer, atFault, follow, walk } = byKeyboard(it);
  const email = 'keyboard@seldom.example';
  const code = () => page.locator('#code').waitFor();
  const press = (path) => follow(`form[action$="${path}"] button[type=submit]`);
  expected.add('status of 400');

  await page.goto(`${ISSUER}/signup`);
  await answer({ email, password: PASSWORD });
  await at('/account');
  await page.goto(`${ISSUER}/account/activity`);
  await walk('activity');
  await page.goto(`${ISSUER}/verify`);
  await walk('verify');
  await press('/verify');
  await code();
  await walk('verify-code');
  await answer({ code: '12345' });
  await atFault();
  await answer({ code: await codeTo(email) });
  await at('/account');

  await page.goto(`${ISSUER}/account/phone`);
  await walk('phone');
  await answer({ phone_number: '+49 30 901899' });
  await code();
  await walk('phone-code');
  await answer({ code: '000000' });
  await atFault();
  await answer({ code: SMS_CODE });
  await at('/account/recovery-codes');
  await walk('recovery-codes-first');
  await signOut();
  await page.goto(`${ISSUER}/login`);
  await answer({ email, password: PASSWORD });
  await walk('factor-sms');
  await press('/login/factor');
  await code();
  await walk('factor-sms-code');
  await answer({ code: SMS_CODE });
  await at('/account');
  await signOut();

  await page.goto(`${ISSUER}/login`);
  await answer({ email: 'staff-keyboard@seldom.example', password: PASSWORD });
  await at('/account/totp');
  await walk('totp-demanded');
  const authenticator = new AuthenticatorApp(await page.locator('code.secret-text').textContent());
  await answer({ code: await authenticator.code() });
  await page.locator('a[download]').waitFor();
  await walk('recovery-codes');
  await signOut();

  await page.goto(SETUP);
  await walk('setup');
  await answer({ email: 'nonsense', password: 'short' });
  await atFault();
  await answer({ email: 'admin@seldom.example', password: PASSWORD });
  await page.waitForURL((url) => url.pathname !== '/setup');
  await page.goto(`${ISSUER}/account`);
  await at('/account');
  await close();
}

const { light, dark, narrow } = looks;
const all = { light, dark, narrow, 'no-script': looks['no-script'], spanish: speaking('es'), french: speaking('fr'), portuguese: speaking('pt'), ...large };
await Promise.all(Object.entries(all).map(([look, options], n) => tour(look in large ? big : browser, look, options, n)));
await tourByKeyboard();
await browser.close();
await big.close();
report();
