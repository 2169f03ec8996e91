// A second factor in a real Chromium: add an app, password then code, trusted device, recovery code; in every look, with axe, and with text
// of twice the size.
import { readFileSync } from 'node:fs';
import { check } from './pages.mjs';
import { AuthenticatorApp, large, launch, launchWithLargeText, looks, otherLanguages, report, visit } from './look.mjs';

const { ISSUER } = process.env;

async function tour(chrome, look, options) {
  let it = await visit(chrome, look, options);
  let { page, see, fill, send } = it;
  const anew = async () => {
    await it.close();
    it = await visit(chrome, look, options);
    ({ page, see, fill, send } = it);
  };
  const email = `${look}@factors.example`;
  const signIn = async () => {
    await page.goto(`${ISSUER}/login`);
    await fill({ email, password: 'likes long walks' });
    await send('/login');
  };
  const wrong = '[role=alert], .problem';

  await page.goto(`${ISSUER}/signup`);
  await fill({ email, password: 'likes long walks' });
  await send('/signup');
  await page.locator('nav a[href$="/account/security"]').click();
  await page.waitForURL(`${ISSUER}/account/security`);
  await see('security', 'Security');
  await page.locator('a[href$="/account/totp"]').click();
  await page.locator('code.secret-text').waitFor();
  await see('totp', 'Set up an authenticator app');
  await fill({ code: '000000' });
  await send('/account/totp');
  await page.locator(wrong).waitFor();
  await see('totp-wrong', 'Set up an authenticator app');
  const authenticator = new AuthenticatorApp(await page.locator('code.secret-text').textContent());
  await fill({ code: await authenticator.code() });
  await send('/account/totp');
  await page.locator('a[download]').waitFor();
  await see('recovery-codes', 'Save your recovery codes');
  const codes = await page.locator('.codes code').allTextContents();
  check(codes.length === 10, `${look}: ten codes`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[download]').click()]);
  check(readFileSync(await download.path(), 'utf8').includes(codes[9]), `${look}: the file holds the codes`);
  await page.locator('.buttons a:not([download])').click();
  await page.waitForURL(/\/account\/security/);
  await see('security-on', 'Security');

  await anew();
  await signIn();
  await page.locator('#trust').waitFor();
  await see('factor', 'One more step');
  await fill({ code: '000000' });
  await send('/login/factor');
  await page.locator(wrong).waitFor();
  await see('factor-wrong', 'One more step');
  await fill({ code: await authenticator.code() });
  await page.locator('#trust').check();
  await send('/login/factor');
  await page.waitForURL(`${ISSUER}/account`);
  await see('account', 'Your account');
  await page.goto(`${ISSUER}/account/security`);
  await see('security-trusted', 'Security');
  await it.signOut();
  await signIn();
  await page.waitForURL(`${ISSUER}/account`);
  check(await page.locator('nav.tabs').count() === 1, `${look}: a trusted device is not asked`);

  await anew();
  await signIn();
  await page.locator('.aside a[href*="recovery"]').click();
  await page.waitForURL(/recovery/);
  await see('recovery', 'One more step');
  await fill({ code: codes[0].toUpperCase() });
  await send('/login/factor');
  await page.waitForURL(`${ISSUER}/account`);
  await page.goto(`${ISSUER}/account/security`);
  check(/\b9\b/.test(await page.locator('[aria-labelledby=section-second]').textContent()), `${look}: one code is used`);
  await page.locator('a[href$="/account/recovery-codes"]').click();
  await page.locator('form[action$="/account/recovery-codes"]').waitFor();
  await see('recovery-make', 'Make new recovery codes');
  await page.goto(`${ISSUER}/account/security`);
  await page.locator('[name=remove][value=totp]').click();
  await page.getByRole('status').waitFor();
  check(options.locale || (await page.getByRole('status').textContent()).includes('removed'), `${look}: removed`);
  await it.close();
}

const browser = await launch();
const big = await launchWithLargeText();
const { light, dark, narrow } = looks;
const small = { light, dark, narrow, 'no-script': { ...looks['narrow-dark'], javaScriptEnabled: false }, 'arabic-narrow': otherLanguages['arabic-narrow'] };
await Promise.all([
  ...Object.entries(small).map(([look, options]) => tour(browser, look, options)),
  ...Object.entries(large).map(([look, options]) => tour(big, look, options)),
]);
await browser.close();
await big.close();
report();
