// Sign-in under attack in a real Chromium: each form waits for its proof of work and is then sent, once, however it was pressed; and what
// people read whose browser brought none.
import { equipped, phone } from './authenticators.mjs';
import { check } from './pages.mjs';
import { launch, looks, otherLanguages, report, visit } from './look.mjs';

const { ISSUER, EMAIL, PASSWORD } = process.env;
const ASK = 'form:not([hidden]) [data-passkey-ask]';
const browser = await launch();

// Past the threshold of one post a minute: from now on every page carries a challenge, and every form needs its answer.
for (let n = 0; n < 3; n += 1) await (await fetch(`${ISSUER}/login`, { method: 'POST' })).text();

// A machine that is slow: nothing is solved on any page before the test says so.
const slowDown = (page) => page.addInitScript(() => {
  const digest = crypto.subtle.digest.bind(crypto.subtle);
  crypto.subtle.digest = async (...what) => {
    while (!window.mayWork) await new Promise((resolve) => setTimeout(resolve, 10));
    return digest(...what);
  };
});

async function open(look, options, slow = false) {
  const it = await visit(browser, look, options);
  const posts = [];
  it.page.on('request', (request) => {
    if (request.method() === 'POST') posts.push(request.url());
  });
  if (slow) await slowDown(it.page);
  const proof = async () => (await it.context.cookies()).find(({ name }) => name === 'ostiary_proof')?.value;
  const solved = async (before) => {
    const end = Date.now() + 60_000;
    for (let now = await proof(); now === undefined || now === before; now = await proof()) {
      check(Date.now() < end, `${look}: the proof is never found`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const type = () => it.fill({ email: EMAIL, password: PASSWORD });
  const click = () => it.page.locator('form[action$="/login"] button[type=submit]').click();
  const isIn = async () => {
    await it.page.waitForURL(`${ISSUER}/account`);
    check(posts.length === 1, `${look}: sent ${posts.length} times`);
    await it.close();
  };
  await it.page.goto(`${ISSUER}/login`);
  return { ...it, posts, proof, solved, type, click, isIn };
}

// Solved while they typed: one press is one sign-in, by mouse and by keyboard.
for (const press of ['click', 'Enter']) {
  const it = await open(`solved ${press}`, looks.light);
  await it.solved();
  await it.type();
  await (press === 'click' ? it.click() : it.page.locator('#password').press('Enter'));
  await it.isIn();
}

// Pressed before it is solved, even twice: it waits, and goes by itself.
for (const press of ['click', 'Enter']) {
  const it = await open(`unsolved ${press}`, looks.light, true);
  await it.type();
  for (let times = 0; times < 2; times += 1) await (press === 'click' ? it.click() : it.page.locator('#password').press('Enter'));
  await it.page.locator('form[action$="/login"][aria-busy=true]').waitFor();
  check(it.posts.length === 0, `unsolved ${press}: nothing is sent without a proof`);
  await it.page.evaluate('window.mayWork = true');
  await it.isIn();
}

// The proof is gone, or another tab's: it is written again. It has grown old: another challenge is solved. Either way it is one press.
{
  const it = await open('cookie gone', looks.light);
  await it.solved();
  await it.context.clearCookies({ name: 'ostiary_proof' });
  await it.type();
  await it.click();
  await it.isIn();
}
{
  const it = await open('cookie expired', looks.light);
  await it.solved();
  const before = await it.proof();
  await it.context.clearCookies({ name: 'ostiary_proof' });
  await it.page.evaluate(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 250_000;
  });
  await it.type();
  await it.click();
  await it.solved(before);
  await it.isIn();
}

// Whose proof is missing reads what to do, and doing it helps; with script the browser goes back by itself. The page was opened before
// the attack: nothing waits for a proof on it.
async function refused(look, options) {
  const it = await open(look, options, options.javaScriptEnabled !== false);
  it.expected.add('403');
  await it.type();
  if (it.scripted) {
    await it.page.evaluate(() => document.querySelector('form[action$="/login"]').submit());
  } else {
    await it.click();
  }
  await it.page.locator('.reference').waitFor();
  await it.see('proof-missing', 'Please send that once more');
  if (it.scripted) {
    await it.page.evaluate('window.mayWork = true');
    await it.page.locator('#email').waitFor();
    const before = await it.proof();
    check(before !== undefined, `${look}: it went back without a proof`);
    await it.page.evaluate('window.mayWork = true');
    await it.solved(before);
    await it.type();
    await it.click();
    await it.page.waitForURL(`${ISSUER}/account`);
  }
  await it.close();
}
await Promise.all(Object.entries({ ...looks, ...otherLanguages }).map(([look, options]) => refused(look, options)));

// A passkey by the button, given before the proof is found: it waits as a password does. Last, since the account has a key from now on.
{
  const it = await equipped(browser, 'passkey', looks.light);
  const { page } = it;
  const own = await it.plug(phone);
  await it.obey(own, false);
  await page.goto(`${ISSUER}/login`);
  await it.fill({ email: EMAIL, password: PASSWORD });
  await page.locator('form[action$="/login"] button[type=submit]').click();
  await page.waitForURL((url) => url.pathname !== '/login');
  await page.goto(`${ISSUER}/account/passkeys/add`);
  await page.locator(ASK).waitFor();
  await it.obey(own, true);
  await page.locator(ASK).click();
  await page.waitForURL(/\/account\/security/);
  await it.signOut();
  await it.obey(own, false);
  await it.context.clearCookies({ name: 'ostiary_proof' });
  await slowDown(page);
  const posts = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') posts.push(request.url());
  });
  await page.goto(`${ISSUER}/login`);
  await page.locator(ASK).waitFor();
  await it.obey(own, true);
  await page.locator(ASK).click();
  const answered = () => page.evaluate(() => document.querySelector('form[data-passkey]').elements.credential.value !== '');
  for (const end = Date.now() + 60_000; !(await answered()); ) {
    check(Date.now() < end, 'passkey: the authenticator never answers');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await page.locator('form[data-passkey][aria-busy=true]').waitFor();
  check(posts.length === 0, 'passkey: nothing is sent without a proof');
  await page.evaluate('window.mayWork = true');
  await page.waitForURL(`${ISSUER}/account`);
  check(posts.length === 1, `passkey: sent ${posts.length} times`);
  await it.close();
}

await browser.close();
report();
