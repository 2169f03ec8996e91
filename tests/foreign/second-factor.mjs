// A second factor in a real Chromium: add an app, password then code, trusted device, recovery code; in every look, with axe.
import { readFileSync } from 'node:fs';
import { check } from './pages.mjs';
import { AuthenticatorApp, launch, looks, report, visit } from './look.mjs';

const { ISSUER } = process.env;
const browser = await launch();

async function tour(look, options) {
  let it = await visit(browser, look, options);
  let { page, see } = it;
  const anew = async () => {
    await it.close();
    it = await visit(browser, look, options);
    ({ page, see } = it);
  };
  const email = `${look}@factors.example`;
  const signIn = async () => {
    await page.goto(`${ISSUER}/login`);
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('likes long walks');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };

  await page.goto(`${ISSUER}/signup`);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('likes long walks');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('navigation').getByRole('link', { name: 'Security' }).click();
  await see('security', 'Security');
  await page.getByRole('link', { name: 'Set up Authenticator app' }).click();
  await see('totp', 'Set up an authenticator app');
  await page.getByLabel('Code', { exact: true }).fill('000000');
  await page.getByRole('button', { name: 'Turn on' }).click();
  await see('totp-wrong', 'Set up an authenticator app');
  const authenticator = new AuthenticatorApp(await page.locator('code.secret-text').textContent());
  await page.getByLabel('Code', { exact: true }).fill(await authenticator.code());
  await page.getByRole('button', { name: 'Turn on' }).click();
  await see('recovery-codes', 'Save your recovery codes');
  const codes = await page.locator('.codes code').allTextContents();
  check(codes.length === 10, `${look}: ten codes`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as a file' }).click()]);
  check(readFileSync(await download.path(), 'utf8').includes(codes[9]), `${look}: the file holds the codes`);
  await page.getByRole('link', { name: 'I’ve saved them' }).click();
  await see('security-on', 'Security');

  await anew();
  await signIn();
  await see('factor', 'One more step');
  await page.getByLabel('Code', { exact: true }).fill('000000');
  await page.getByRole('button', { name: 'Continue' }).click();
  await see('factor-wrong', 'One more step');
  await page.getByLabel('Code', { exact: true }).fill(await authenticator.code());
  await page.getByLabel('Don’t ask for this on this device for 30 days').check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await see('account', 'Your account');
  await page.goto(`${ISSUER}/account/security`);
  await see('security-trusted', 'Security');
  await page.goto(`${ISSUER}/logout`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn();
  check((await page.locator('h1').textContent()) === 'Your account', `${look}: a trusted device is not asked`);

  await anew();
  await signIn();
  await page.getByRole('link', { name: 'Use a recovery code' }).click();
  await see('recovery', 'One more step');
  await page.getByLabel('Recovery code', { exact: true }).fill(codes[0].toUpperCase());
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.goto(`${ISSUER}/account/security`);
  check((await page.locator('main').textContent()).includes('9 are left'), `${look}: one code is used`);
  await page.getByRole('link', { name: 'Make new ones' }).click();
  await see('recovery-make', 'Make new recovery codes');
  await page.goto(`${ISSUER}/account/security`);
  await page.getByRole('button', { name: 'Remove Authenticator app' }).click();
  check((await page.getByRole('status').textContent()).includes('removed'), `${look}: removed`);
  await it.close();
}

const all = { ...looks, 'no-script': { ...looks['narrow-dark'], javaScriptEnabled: false } };
await Promise.all(['light', 'dark', 'narrow', 'no-script'].map((look) => tour(look, all[look])));
await browser.close();
report();
