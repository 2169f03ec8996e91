// What every tour through people's pages shares: the browser, the looks, what each page is checked by, and the letters in the outbox.
import { readFileSync, mkdirSync } from 'node:fs';
import { createHmac } from 'node:crypto';
import { basename } from 'node:path';
import { chromium } from 'playwright-core';
import { check } from './pages.mjs';

const { ISSUER, CHROMIUM = '/usr/bin/chromium', OSTIARY_SCREENSHOTS: PICTURES } = process.env;
const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const script = basename(process.argv[1], '.mjs');

const wide = { width: 1280, height: 800 };
const telephone = { width: 360, height: 740 };
export const looks = {
  light: { colorScheme: 'light', viewport: wide },
  dark: { colorScheme: 'dark', viewport: wide },
  narrow: { colorScheme: 'light', viewport: telephone },
  'narrow-dark': { colorScheme: 'dark', viewport: telephone },
  'no-script': { colorScheme: 'light', viewport: wide, javaScriptEnabled: false },
};
export const otherLanguages = {
  'german-narrow': { locale: 'de', ...looks.narrow },
  arabic: { locale: 'ar', ...looks.light },
  'arabic-narrow': { locale: 'ar', ...looks['narrow-dark'] },
};
// WCAG 2.2 §1.4.4: text of twice the size, as readers set it in the browser, so that media queries follow as well.
export const large = { 'german-large': { locale: 'de', ...looks.narrow }, 'arabic-large': { locale: 'ar', ...looks.narrow } };

export const launch = (more = []) => chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...more],
});
export const launchWithLargeText = () => launch(['--blink-settings=defaultFontSize=32']);

// On a machine that is busy with other tests a page may take long; a way that is barred stays barred. Patience costs nothing where all is well.
const PATIENCE = 90_000;

// What went wrong is told by what people would see: each open page, where it is and what it says.
const open = new Map();
process.on('uncaughtException', async (error) => {
  console.error(error.stack ?? error);
  for (const [page, look] of open) {
    const says = await page.locator('main').innerText({ timeout: 2000 }).catch(() => 'nothing that can be read');
    console.error(`--- ${look} is at ${page.url()}:\n${says}`);
  }
  process.exit(1);
});

let looked = 0;
export const report = () => console.log(`${looked} pages looked at`);

// A browser of its own in one look. Nothing on its pages may complain, except where `expected` says so.
export async function visit(chrome, look, options) {
  const context = await chrome.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  open.set(page, look);
  const complaints = [];
  const expected = new Set();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && page.url().startsWith(ISSUER)) complaints.push(`${message.text()} at ${page.url()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${error} at ${page.url()}`));
  const scripted = options.javaScriptEnabled !== false;

  // The open page as it is shown: its heading (in English looks), its language, its width, and what axe finds.
  const see = async (name, heading) => {
    if (heading && !options.locale) {
      await page.locator('h1', { hasText: heading }).waitFor().catch(async () => {
        throw new Error(`${look} ${name}: heading ${await page.locator('h1').textContent()}, not ${heading}, at ${page.url()}: ${await page.locator('main').innerText()}`);
      });
    }
    if (options.locale) {
      const spoken = await page.evaluate('[document.documentElement.lang, document.documentElement.dir].join()');
      check(spoken === `${options.locale},${options.locale === 'ar' ? 'rtl' : 'ltr'}`, `${look} ${name}: ${spoken}`);
    }
    const tooWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth').catch(() => false);
    check(!tooWide, `${look} ${name}: wider than the window`);
    if (scripted) {
      await page.evaluate(axe);
      const { violations } = await page.evaluate('axe.run({ resultTypes: ["violations"] })');
      check(violations.length === 0, `${look} ${name}: ${JSON.stringify(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]))}`);
    }
    looked += 1;
    if (PICTURES) {
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: `${PICTURES}/${script}-${look}-${name}.png`, fullPage: true });
    }
  };
  const close = async () => {
    const unexpected = complaints.filter((complaint) => ![...expected].some((text) => complaint.includes(text)));
    check(unexpected.length === 0, `${look}: console: ${unexpected.join('\n')}`);
    open.delete(page);
    await context.close();
  };
  const at = (path) => check(new URL(page.url()).pathname === path, `${look}: ${page.url()} is not ${path}`);
  // By names of fields and forms, so that the same way can be gone in every language.
  const fill = async (fields) => {
    for (const [id, value] of Object.entries(fields)) await page.locator(`#${id}`).fill(value);
  };
  const send = (path) => page.locator(`form[action$="${path}"] button[type=submit]`).first().click();
  const signOut = async () => {
    await page.goto(`${ISSUER}/logout`);
    await page.locator('[name=decision][value=sign_out]').click();
    await page.locator('h1').waitFor();
  };
  return { context, page, see, close, at, fill, send, signOut, expected, scripted };
}

// Letters of the development outbox, the newest first; each is taken once.
const taken = new Set();
const text = (html) => html.replace(/<[^>]*>|[\u2066-\u2069]/g, '').replaceAll('&amp;', '&').replaceAll('&#38;', '&');

export async function letterTo(address, holds) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const list = await (await fetch(`${ISSUER}/outbox`)).text();
    for (const [line, path] of list.matchAll(/<a class="row-link" href="([^"]*)">[^]*?<\/a>/g)) {
      // The whole address: one may end like another.
      if (taken.has(path) || !text(line).split(/\s+/).includes(address)) continue;
      const url = new URL(path, ISSUER).href;
      const letter = text((await (await fetch(url)).text()).match(/<div class="mail-text"[^>]*>([^]*?)<\/div>/)[1]);
      const found = typeof holds === 'string' ? letter.includes(holds) && [holds] : letter.match(holds);
      if (!found) continue;
      taken.add(path);
      return { url, found: found[1] ?? found[0] };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no letter to ${address} that holds ${holds}`);
}
export const codeTo = async (address) => (await letterTo(address, /^\s*(\d{3} ?\d{3})\s*$/m)).found;

// Opens the letter as a person does, and follows the link in it.
export async function followLetter(page, address, holds) {
  const { url } = await letterTo(address, holds);
  await page.goto(url);
  await page.locator('.mail-text a', { hasText: holds }).first().click();
}

// RFC 6238 by itself, on this machine's clock.
const bytes = (base32) => Buffer.from([...base32.replaceAll(' ', '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('').match(/.{8}/g).map((byte) => parseInt(byte, 2)));
const now = () => Math.floor(Date.now() / 30000);
export class AuthenticatorApp {
  constructor(secret) {
    Object.assign(this, { secret, used: 0 });
  }

  // Each code is another one, since a step counts once; that of the next step counts already.
  async code() {
    this.used = Math.max(this.used + 1, now());
    while (this.used > now() + 1) await new Promise((resolve) => setTimeout(resolve, 500));
    const message = Buffer.alloc(8);
    message.writeBigUInt64BE(BigInt(this.used));
    const hmac = createHmac('sha1', bytes(this.secret)).update(message).digest();
    return String((hmac.readUInt32BE(hmac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, '0');
  }
}

// Goes with the Tab key to what a selector finds, and sees to it that one can see where one is.
export async function reach(page, selector) {
  for (let presses = 0; presses < 120; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    await page.keyboard.press('Tab');
    const [seen, what] = await page.evaluate(() => {
      const element = document.activeElement;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
      return [element === document.body || (ring && box.width > 0 && box.bottom > 0 && box.top < innerHeight), element.outerHTML.slice(0, 200)];
    });
    check(seen, `nobody sees that the keyboard is at ${what} (${page.url()})`);
  }
  throw new Error(`the keyboard does not reach ${selector} at ${page.url()}`);
}
