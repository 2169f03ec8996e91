// Sign-in under attack in a real Chromium: each form waits for its proof of work and is then sent, once, however it was pressed; a form that
// came without one is held and goes on by itself; and what people read whose browser can bring none.
import { check } from './pages.mjs';
import { large, launch, launchWithLargeText, looks, otherLanguages, report, visit } from './look.mjs';

const { ISSUER, EMAIL, PASSWORD } = process.env;
const browser = await launch();
const big = await launchWithLargeText();

// Opened before.
const early = await visit(browser, 'opened before', looks.light);
await early.page.goto(`${ISSUER}/login`);

// Past the threshold of one post a minute: from now on every page carries a challenge, and every form needs its answer.
for (let n = 0; n < 3; n += 1) await (await fetch(`${ISSUER}/login`, { method: 'POST' })).text();

async function open(look, options, slow = false, chrome = browser) {
  const it = await visit(chrome, look, options);
  const posts = [];
  it.page.on('request', (request) => {
    if (request.method() === 'POST') posts.push(request.url());
  });
  // A machine that is slow: nothing is solved before the test says so.
  if (slow) {
    await it.page.addInitScript(() => {
      const digest = crypto.subtle.digest.bind(crypto.subtle);
      crypto.subtle.digest = async (...what) => {
        while (!window.mayWork) await new Promise((resolve) => setTimeout(resolve, 10));
        return digest(...what);
      };
    });
  }
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

// Sent without a proof, it is held, and goes on by itself with what was typed.
async function held(it, submit) {
  it.expected.add('403');
  await it.fill({ email: EMAIL, password: PASSWORD });
  const stopped = it.page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.status() === 403);
  await submit();
  await stopped;
  await it.page.waitForURL(`${ISSUER}/account`);
  await it.close();
}
await held(early, () => early.send('/login'));
// Another tab has used the cookie up, or it has expired.
const other = await open('another tab', looks.light);
await other.solved();
await other.context.clearCookies({ name: 'ostiary_proof' });
await held(other, other.click);
// A passkey's script sends its form itself, and asks no listener.
const quick = await open('sent by a script', looks.light, true);
await held(quick, () => quick.page.evaluate(() => {
  setTimeout(() => document.querySelector('form[action$="/login"]').submit());
}).then(() => quick.page.locator('form[data-held]').waitFor({ state: 'attached' })).then(() => quick.page.evaluate('window.mayWork = true')));

// What they see meanwhile; and what those read whose browser runs no script, or whose form is held again and again.
async function refused(chrome, look, options) {
  const it = await open(look, options, options.javaScriptEnabled !== false, chrome);
  it.expected.add('403');
  await it.type();
  if (it.scripted) {
    await it.page.evaluate(() => {
      setTimeout(() => document.querySelector('form[action$="/login"]').submit());
    });
    await it.page.locator('form[data-held]').waitFor({ state: 'attached' });
    await it.see('held', 'One moment');
    check(await it.page.locator('[data-held-problem]').isHidden(), `${look}: there is nothing to do`);
    await it.page.evaluate('window.mayWork = true');
    await it.page.waitForURL(`${ISSUER}/account`);
  } else {
    await it.click();
    await it.page.locator('form[data-held]').waitFor({ state: 'attached' });
    await it.see('held', 'One moment');
    check(await it.page.locator('[data-held-problem]').isVisible(), `${look}: nobody says what to do`);
  }
  await it.close();
}
await Promise.all([
  ...Object.entries({ ...looks, ...otherLanguages }).map(([look, options]) => refused(browser, look, options)),
  ...Object.entries(large).map(([look, options]) => refused(big, look, options)),
]);
await browser.close();
await big.close();
report();
