// A foreign provider, oidc-provider 9, and a real Chromium: sign up with it, sign in, connect, remove; in every look, with axe, and without script.
import Provider from 'oidc-provider';
import { check } from './pages.mjs';
import { launch, launchWithLargeText, looks, report, visit } from './look.mjs';

const { ISSUER, SECRET, PROVIDER_PORT } = process.env;

const provider = new Provider(`http://localhost:${PROVIDER_PORT}`, {
  clients: [{ client_id: 'ostiary', client_secret: SECRET, redirect_uris: [`${ISSUER}/login/with/far/callback`] }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  cookies: { keys: ['only for this test'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@far.example`, email_verified: true, name: 'Frieda Far' }) }),
});
const listening = provider.listen(Number(PROVIDER_PORT), 'localhost');

const browser = await launch();
const big = await launchWithLargeText();

async function tour(look, options) {
  const open = () => visit(look === 'large' ? big : browser, look, options);
  const far = (page) => page.locator('form[action$="/login/with/far"] button');
  // The provider's own pages: name, any password, agree.
  const agree = async (page, login) => {
    await page.waitForURL(`http://localhost:${PROVIDER_PORT}/**`);
    await page.locator('input[name=login]').fill(login);
    await page.locator('input[name=password]').fill('anything');
    await page.locator('button[type=submit]').click();
    await page.locator('button[type=submit]').click();
    await page.waitForURL(`${ISSUER}/**`);
  };

  // Somebody new.
  const frieda = `frieda-${look}`;
  let it = await open();
  let { page, see } = it;
  await page.goto(`${ISSUER}/signup`);
  await see('sign-up');
  await page.goto(`${ISSUER}/login`);
  await see('login');
  await it.still('**/login/with/far', /<meta http-equiv="refresh"[^>]*>/, () => far(page).click());
  await page.locator(`main a.button[href^="http://localhost:${PROVIDER_PORT}/"]`).waitFor();
  await see('leaving');
  await page.locator('main a.button').click();
  await agree(page, frieda);
  await it.at('/signup/with');
  check((await page.locator('#email').inputValue()) === `${frieda}@far.example`, `${look}: the address`);
  await see('sign-up-with');
  await page.locator('form[action$="/signup/with"] button').click();
  await page.waitForURL(`${ISSUER}/account`);
  await page.goto(`${ISSUER}/account/security`);
  await see('security-connected');
  await page.locator('form[action$="/account/links"] button').click();
  await page.locator('[role=alert]').waitFor();
  await see('security-last-way-in');
  await page.goto(`${ISSUER}/logout`);
  await page.locator('main button[type=submit]').first().click();
  // And back: the provider remembers them and asks for nothing.
  await page.goto(`${ISSUER}/login`);
  await far(page).click();
  await page.waitForURL(`${ISSUER}/account`);
  await it.close();

  // Somebody with a password connects and removes.
  it = await open();
  ({ page, see } = it);
  const sign = async (path, fields) => {
    await page.goto(`${ISSUER}${path}`);
    for (const [id, value] of Object.entries(fields)) await page.locator(`#${id}`).fill(value);
    await page.locator(`form[action$="${path}"] button[type=submit]`).first().click();
  };
  await sign('/signup', { email: `bob-${look}@near.example`, password: 'likes long walks' });
  await page.waitForURL(`${ISSUER}/account`);
  await page.goto(`${ISSUER}/account/security`);
  await see('security-not-connected');
  await far(page).click();
  await agree(page, `bob-${look}`);
  await it.at('/account/security');
  check(await page.locator('[role=status]').count() === 1, `${look}: connected`);
  await see('security-just-connected');
  await page.locator('form[action$="/account/links"] button').click();
  await page.waitForURL(/removed=far/);
  check(await page.locator('form[action$="/account/links"] button').count() === 0, `${look}: removed`);
  await it.close();

  // Somebody whose address has an account here is asked to sign in to it, and then whether to connect the two.
  const ann = `ann-${look}`;
  it = await open();
  ({ page, see } = it);
  await page.goto(`${ISSUER}/login`);
  await far(page).click();
  await agree(page, ann);
  await it.at('/login/connect');
  await see('connect-sign-in-first');
  await page.locator('main a.button').click();
  await page.locator('#email').fill(`${ann}@far.example`);
  await page.locator('#password').fill('ann near likes long walks');
  await page.locator('form[action$="/login"] button[type=submit]').first().click();
  await page.waitForURL(/\/login\/connect/);
  await see('connect');
  await page.locator('button[value=cancel]').click();
  await page.waitForURL(`${ISSUER}/account`);
  await page.goto(`${ISSUER}/account/security`);
  check(await page.locator('form[action$="/account/links"] button').count() === 0, `${look}: not connected`);
  await it.signOut();
  await page.goto(`${ISSUER}/login`);
  await far(page).click();
  await page.waitForURL(/\/login\/connect/);
  await page.locator('main a.button').click();
  await page.locator('#email').fill(`${ann}@far.example`);
  await page.locator('#password').fill('ann near likes long walks');
  await page.locator('form[action$="/login"] button[type=submit]').first().click();
  await page.waitForURL(/\/login\/connect/);
  await page.locator('button[value=connect]').click();
  await page.waitForURL(`${ISSUER}/account`);
  await page.goto(`${ISSUER}/account/security`);
  check(await page.locator('form[action$="/account/links"] button').count() === 1, `${look}: connected`);
  await see('security-connected-here');
  await it.signOut();
  await page.goto(`${ISSUER}/login`);
  await far(page).click();
  await page.waitForURL(`${ISSUER}/account`);
  await it.close();

  // Who changes their mind at the provider.
  it = await open();
  ({ page, see } = it);
  await page.goto(`${ISSUER}/login`);
  await far(page).click();
  await page.waitForURL(`http://localhost:${PROVIDER_PORT}/**`);
  await page.getByRole('link', { name: /cancel/i }).click();
  await page.waitForURL(`${ISSUER}/**`);
  await see('cancelled');
  await it.close();
}

const all = { ...looks, arabic: { ...looks.narrow, locale: 'ar' }, large: { ...looks.narrow, locale: 'de' } };
await Promise.all(['light', 'dark', 'narrow', 'arabic', 'large', 'no-script'].map((look) => tour(look, all[look])));
await browser.close();
await big.close();
listening.close();
listening.closeAllConnections();
report();
process.exit();
