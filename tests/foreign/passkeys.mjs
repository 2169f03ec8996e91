// Passkeys in a real Chromium with the virtual authenticator of its developer tools: sign up with nothing else, sign in from the
// suggestions and by the button, without an address; a security key as the second step; rename, remove; in every look, with axe.
import { check } from './pages.mjs';
import { codeTo, launch, looks, report, visit } from './look.mjs';

const { ISSUER } = process.env;
const browser = await launch();

const phone = { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
  isUserVerified: true, automaticPresenceSimulation: true, defaultBackupEligibility: true, defaultBackupState: true };
const stick = { protocol: 'ctap2', transport: 'usb', hasResidentKey: false, hasUserVerification: false, automaticPresenceSimulation: true };

// A browser with devices that make and keep keys.
async function equipped(look, options) {
  const it = await visit(browser, look, options);
  const devtools = await it.context.newCDPSession(it.page);
  await devtools.send('WebAuthn.enable', { enableUI: false });
  return {
    ...it,
    plug: async (device) => (await devtools.send('WebAuthn.addVirtualAuthenticator', { options: device })).authenticatorId,
    unplug: (authenticatorId) => devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }),
    keys: async (authenticatorId) => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    obey: (authenticatorId, enabled) => devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
    verify: (authenticatorId, isUserVerified) => devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    heading: (name) => it.page.getByRole('heading', { level: 1, name }).waitFor(),
    press: (name) => it.page.getByRole('button', { name, exact: true }).click(),
  };
}

// Nobody types a password, from the first page on.
async function passkeyOnly(look, options) {
  const it = await equipped(look, options);
  const { page, see, press, heading } = it;
  const email = `only-${look}@example.org`;
  const own = await it.plug(phone);
  // Nobody is known here yet, so that nothing is offered among the suggestions.
  await page.goto(`${ISSUER}/login`);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await see('sign-up', 'Create your account');
  await page.getByLabel('Email address').fill('nonsense');
  await press('Use a passkey instead');
  await page.getByRole('alert').waitFor();
  await see('sign-up-wrong', 'Create your account');
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Your name').fill('Ann Only');
  await press('Use a passkey instead');
  await heading('Create your passkey');
  await see('sign-up-passkey', 'Create your passkey');
  await it.verify(own, false);
  await press('Create a passkey');
  await page.getByText('Your device didn’t answer').waitFor();
  await see('sign-up-passkey-cancelled', 'Create your passkey');
  await it.verify(own, true);
  await press('Create a passkey');
  await heading('Check your mail');
  await page.getByLabel('Code', { exact: true }).fill(await codeTo(email));
  await press('Continue');
  await heading('Your account');
  const [made] = await it.keys(own);
  check(made.isResidentCredential && made.userName === email, `${look}: ${JSON.stringify(made)}`);
  await page.getByRole('navigation').getByRole('link', { name: 'Security' }).click();
  await see('security-passkey-only', 'Security');

  await it.obey(own, false);
  await it.signOut();
  await page.goto(`${ISSUER}/account`);
  await heading('Sign in');
  await it.obey(own, true);
  await press('Sign in with a passkey');
  await heading('Your account');
  await page.goto(`${ISSUER}/account/password`);
  await see('set-password', 'Set a password');
  await page.getByLabel('New password', { exact: true }).fill('likes long walks along the shore');
  await press('Set a password');
  await page.getByRole('status').filter({ hasText: 'has a password now' }).waitFor();
  await it.close();
}

async function besidePassword(look, options) {
  const it = await equipped(look, options);
  const { page, see, plug, unplug, keys, obey, signOut } = it;
  const email = `${look}@example.org`;
  const signUp = async (address) => {
    await page.goto(`${ISSUER}/signup`);
    await page.getByLabel('Email address').fill(address);
    await page.getByLabel('Your name').fill('Ann Doe');
    await page.getByLabel('Password', { exact: true }).fill('likes long walks');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByLabel('Code', { exact: true }).fill(await codeTo(address));
    await page.getByRole('button', { name: 'Continue' }).click();
    await it.heading('Your account');
  };
  await signUp(email);
  await page.goto(`${ISSUER}/account/security`);
  await see('security-none', 'Security');

  // Somebody who changes their mind is told so, and nothing is sent.
  const own = await plug(phone);
  await page.getByRole('link', { name: 'Add a passkey' }).click();
  await see('add', 'Add a passkey');
  check((await page.getByLabel('Name').inputValue()).startsWith('Chrome on'), `${look}: ${await page.getByLabel('Name').inputValue()}`);
  await it.verify(own, false);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Your device didn’t answer').waitFor();
  await see('add-cancelled', 'Add a passkey');
  await it.verify(own, true);
  await page.getByLabel('Name').fill('Blue phone');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('status').filter({ hasText: 'has been added' }).waitFor();
  await see('security-one', 'Security');
  check((await page.getByText('Synced between your devices').count()) === 1, `${look}: synced`);
  const [made] = await keys(own);
  check(made.isResidentCredential && made.rpId === 'localhost', `${look}: ${JSON.stringify(made)}`);

  // The same device once more: it has one already.
  await page.goto(`${ISSUER}/account/passkeys/add`);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('already has a passkey').waitFor();

  // From the suggestions of the address field: nothing is pressed.
  await signOut();
  await page.goto(`${ISSUER}/account`);
  await page.waitForURL(`${ISSUER}/account`);
  await page.getByRole('heading', { name: 'Your account' }).waitFor();

  // By the button, with suggestions that nobody takes.
  await obey(own, false);
  await signOut();
  await page.goto(`${ISSUER}/login`);
  await see('login', 'Sign in');
  await obey(own, true);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByRole('heading', { name: 'Your account' }).waitFor();

  // A passkey that is gone here.
  await page.goto(`${ISSUER}/account/security`);
  await page.getByRole('link', { name: 'Change Blue phone' }).click();
  await see('edit', 'Change a passkey');
  await page.getByLabel('Name').fill('Old blue phone');
  await page.getByRole('button', { name: 'Save name' }).click();
  await page.getByRole('link', { name: 'Change Old blue phone' }).click();
  await page.getByRole('button', { name: 'Remove passkey' }).click();
  await page.getByRole('status').filter({ hasText: 'has been removed' }).waitFor();
  await see('security-removed', 'Security');

  await unplug(own);

  // A stick that is only touched, as the second step.
  const old = await plug(stick);
  await page.goto(`${ISSUER}/account/security-keys/add`);
  await see('add-security-key', 'Add a security key');
  await page.getByLabel('Name').fill('Old stick');
  await page.getByRole('button', { name: 'Continue' }).click();
  // Signed in with a passkey just now, which is two factors: only the codes are missing.
  await see('recovery-codes-first', 'Make new recovery codes');
  await signOut();
  await page.goto(`${ISSUER}/login`);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('likes long walks');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await see('second-step', 'One more step');
  await page.getByRole('button', { name: 'Use security key or passkey' }).click();
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  await page.goto(`${ISSUER}/account/security`);
  await see('security-key', 'Security');
  check((await page.getByText('Second step only').count()) === 1, `${look}: second step only`);
  await unplug(old);

  // Offered after a password where the device can make one, and made there.
  await signOut();
  await signUp(`new-${email}`);
  await signOut();
  const tablet = await plug(phone);
  await page.goto(`${ISSUER}/login`);
  await page.locator('[data-passkey-able][value="1"]').waitFor({ state: 'attached' });
  await page.getByLabel('Email address').fill(`new-${email}`);
  await page.getByLabel('Password', { exact: true }).fill('likes long walks');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await see('offer', 'Sign in faster next time?');
  await page.getByRole('button', { name: 'Create a passkey' }).click();
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  check((await keys(tablet)).length === 1, `${look}: a passkey was made`);
  await unplug(tablet);
  await it.close();
}

await Promise.all(['light', 'dark', 'narrow'].flatMap((look) => [passkeyOnly, besidePassword].map((way) => way(look, looks[look]))));
await browser.close();
report();
