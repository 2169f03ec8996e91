// Passkeys in a real Chromium with the virtual authenticator of its developer tools: sign up with nothing else, sign in from the
// suggestions and by the button, without an address; a security key as the second step; rename, remove; in every look, with axe, and with
// text of twice the size.
import { equipped, phone, stick } from './authenticators.mjs';
import { check } from './pages.mjs';
import { codeTo, large, launch, launchWithLargeText, looks, otherLanguages, report } from './look.mjs';

const { ISSUER } = process.env;

// Found by names of fields and forms, so that the same way is gone in every language.
const ASK = 'form:not([hidden]) [data-passkey-ask]';
const PROBLEM = '[data-passkey-problem]:not([hidden])';

// The page after a sign-in.
const isIn = async ({ page }) => {
  await page.waitForURL(`${ISSUER}/account`);
  await page.locator('nav.tabs').waitFor();
};
const saysDone = (it, english) => it.page.locator('[role=status]:not([hidden])', it.options.locale ? {} : { hasText: english }).first().waitFor();

// Nobody types a password, from the first page on.
async function passkeyOnly(chrome, look, options) {
  const it = await equipped(chrome, look, options);
  const { page, see, fill, send } = it;
  const email = `only-${look}@example.org`;
  const instead = () => page.locator('[name=way][value=passkey]').click();
  const own = await it.plug(phone);
  // Nobody is known here yet, so that nothing is offered among the suggestions.
  await page.goto(`${ISSUER}/login`);
  await page.locator('.aside a[href*="/signup"]').click();
  await page.locator('#name').waitFor();
  await see('sign-up', 'Create your account');
  await fill({ email: 'nonsense' });
  await instead();
  await page.getByRole('alert').waitFor();
  await see('sign-up-wrong', 'Create your account');
  await fill({ email, name: 'Ann Only' });
  await instead();
  await page.locator(ASK).waitFor();
  await see('sign-up-passkey', 'Create your passkey');
  await it.verify(own, false);
  await page.locator(ASK).click();
  await page.locator(PROBLEM).waitFor();
  await see('sign-up-passkey-cancelled', 'Create your passkey');
  await it.verify(own, true);
  await page.locator(ASK).click();
  await page.locator('#code').waitFor();
  await fill({ code: await codeTo(email) });
  await send('/signup/code');
  await isIn(it);
  const [made] = await it.keys(own);
  check(made.isResidentCredential && made.userName === email, `${look}: ${JSON.stringify(made)}`);
  await page.locator('nav a[href$="/account/security"]').click();
  await page.waitForURL(`${ISSUER}/account/security`);
  await see('security-passkey-only', 'Security');

  await it.obey(own, false);
  await it.signOut();
  await page.goto(`${ISSUER}/account`);
  await page.locator(ASK).waitFor();
  await it.obey(own, true);
  await page.locator(ASK).click();
  await isIn(it);
  await page.goto(`${ISSUER}/account/password`);
  await see('set-password', 'Set a password');
  await fill({ new_password: 'likes long walks along the shore' });
  await send('/account/password');
  await saysDone(it, 'has a password now');
  await it.close();
}

async function besidePassword(chrome, look, options) {
  const it = await equipped(chrome, look, options);
  const { page, see, plug, unplug, keys, obey, signOut, fill, send } = it;
  const email = `${look}@example.org`;
  const signUp = async (address) => {
    await page.goto(`${ISSUER}/signup`);
    await fill({ email: address, name: 'Ann Doe', password: 'likes long walks' });
    await send('/signup');
    await page.locator('#code').waitFor();
    await fill({ code: await codeTo(address) });
    await send('/signup/code');
    await isIn(it);
  };
  const signIn = async (address) => {
    await fill({ email: address, password: 'likes long walks' });
    await send('/login');
  };
  await signUp(email);
  await page.goto(`${ISSUER}/account/security`);
  await see('security-none', 'Security');

  // Somebody who changes their mind is told so, and nothing is sent.
  const own = await plug(phone);
  await page.locator('a[href$="/account/passkeys/add"]').click();
  await page.locator(ASK).waitFor();
  await see('add', 'Add a passkey');
  const proposed = await page.locator('#name').inputValue();
  check(options.locale ? proposed.includes('Chrome') : proposed.startsWith('Chrome on'), `${look}: ${proposed}`);
  await it.verify(own, false);
  await page.locator(ASK).click();
  await page.locator(PROBLEM).waitFor();
  await see('add-cancelled', 'Add a passkey');
  await it.verify(own, true);
  await fill({ name: 'Blue phone' });
  await page.locator(ASK).click();
  await page.waitForURL(/\/account\/security/);
  await saysDone(it, 'has been added');
  await see('security-one', 'Security');
  check(options.locale || (await page.getByText('Synced between your devices').count()) === 1, `${look}: synced`);
  const [made] = await keys(own);
  check(made.isResidentCredential && made.rpId === 'localhost', `${look}: ${JSON.stringify(made)}`);

  // The same device once more: it has one already.
  await page.goto(`${ISSUER}/account/passkeys/add`);
  await page.locator(ASK).click();
  await page.locator(PROBLEM, options.locale ? {} : { hasText: 'already has a passkey' }).waitFor();

  // From the suggestions of the address field: nothing is pressed.
  await signOut();
  await page.goto(`${ISSUER}/account`);
  await isIn(it);

  // By the button, with suggestions that nobody takes.
  await obey(own, false);
  await signOut();
  await page.goto(`${ISSUER}/login`);
  await see('login', 'Sign in');
  await obey(own, true);
  await page.locator(ASK).click();
  await isIn(it);

  // A passkey that is gone here.
  const change = (name) => page.locator('a[href*="/account/passkeys/edit"]', { hasText: name }).click();
  await page.goto(`${ISSUER}/account/security`);
  await change('Blue phone');
  await page.locator('[name=act][value=rename]').waitFor();
  await see('edit', 'Change a passkey');
  await fill({ name: 'Old blue phone' });
  await page.locator('[name=act][value=rename]').click();
  await change('Old blue phone');
  await page.locator('[name=act][value=remove]').click();
  await page.waitForURL(/\/account\/security/);
  await saysDone(it, 'has been removed');
  await see('security-removed', 'Security');

  await unplug(own);

  // A stick that is only touched, as the second step.
  const old = await plug(stick);
  await page.goto(`${ISSUER}/account/security-keys/add`);
  await see('add-security-key', 'Add a security key');
  await fill({ name: 'Old stick' });
  await page.locator(ASK).click();
  // Signed in with a passkey just now, which is two factors: only the codes are missing.
  await page.waitForURL(/\/account\/recovery-codes/);
  await see('recovery-codes-first', 'Make new recovery codes');
  await signOut();
  await page.goto(`${ISSUER}/login`);
  await signIn(email);
  await page.locator('form[action$="/login/factor/key"]').waitFor();
  await see('second-step', 'One more step');
  await page.locator(ASK).click();
  await isIn(it);
  await page.goto(`${ISSUER}/account/security`);
  await see('security-key', 'Security');
  check((await page.locator('[aria-labelledby=section-passkeys] .badge').count()) === 1, `${look}: second step only`);
  await unplug(old);

  // Offered after a password where the device can make one, and made there.
  await signOut();
  await signUp(`new-${email}`);
  await signOut();
  const tablet = await plug(phone);
  await page.goto(`${ISSUER}/login`);
  await page.locator('[data-passkey-able][value="1"]').waitFor({ state: 'attached' });
  await signIn(`new-${email}`);
  await page.locator('form[action$="/login/offer"]:not([hidden])').first().waitFor();
  await see('offer', 'Sign in faster next time?');
  await page.locator(ASK).click();
  await isIn(it);
  check((await keys(tablet)).length === 1, `${look}: a passkey was made`);
  await unplug(tablet);
  await it.close();
}

const browser = await launch();
const big = await launchWithLargeText();
const { light, dark, narrow } = looks;
const tours = (chrome, which) => Object.entries(which).flatMap(([look, options]) => [passkeyOnly, besidePassword].map((way) => way(chrome, look, options)));
await Promise.all([...tours(browser, { light, dark, narrow, 'arabic-narrow': otherLanguages['arabic-narrow'] }), ...tours(big, { 'german-large': large['german-large'] })]);
await browser.close();
await big.close();
report();
