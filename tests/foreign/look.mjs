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
    await page.waitForLoadState('load');
    const tooWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth').catch(() => false);
    check(!tooWide, `${look} ${name}: wider than the window`);
    // Words and elements side by side in a flex box lose the space between them.
    const glued = await page.evaluate(() => [...document.querySelectorAll('.button')]
      .filter((button) => button.querySelector(':scope > :not(.visually-hidden)') && [...button.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
      .map((button) => button.outerHTML));
    check(glued.length === 0, `${look} ${name}: ${glued}`);
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
  // Where they are, or are on the way to: a provider's answer leads on by redirects.
  const at = (path) => page.waitForURL((url) => url.pathname === path);
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
  // A page that goes on by itself, at this address: what takes it on is left out of what arrives, so that it can be looked at.
  const still = async (address, onward, go) => {
    await page.route(address, async (route) => {
      const response = await route.fetch({ maxRedirects: 0 });
      const body = await response.text();
      check(onward.test(body), `${look}: it goes on by itself: ${address}`);
      await route.fulfill({ response, body: body.replace(onward, '') });
    });
    await go();
    await page.unroute(address);
  };
  return { context, page, look, options, see, close, at, fill, send, signOut, still, expected, scripted };
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

// Where the keyboard is: which of the page's stops, and whether one can see it.
function whereTheKeyboardIs() {
  const element = document.activeElement;
  if (!element || element === document.body) return { stop: -1 };
  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const behind = (from) => {
    for (let at = from; at; at = at.parentElement) {
      const color = numbers(getComputedStyle(at).backgroundColor);
      if ((color[3] ?? 1) > 0) return color;
    }
    return [255, 255, 255];
  };
  const lightness = (color) => {
    const [r, g, b] = color.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.05 + 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(element);
  const [ring, ground] = [numbers(style.outlineColor), behind(parseFloat(style.outlineOffset) < 0 ? element : element.parentElement)].map(lightness);
  const box = element.getBoundingClientRect();
  return {
    stop: window.stops?.indexOf(element) ?? -1,
    what: element.outerHTML.slice(0, 200),
    // WCAG 2.2 §2.4.7, §2.4.11 and §1.4.11: a ring of contrast 3 : 1, inside of the window.
    ringed: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && Math.max(ring, ground) / Math.min(ring, ground) >= 3,
    shown: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    part: [...document.querySelectorAll('header, nav, main, footer')].indexOf(element.closest('header, nav, main, footer')),
    top: box.top + scrollY, bottom: box.bottom + scrollY, left: box.left, right: box.right,
  };
}

// A person who has no mouse: goes with the Tab key, and sees where they are.
export function byKeyboard({ page, look, options }) {
  const key = (name) => page.keyboard.press(name);
  const stand = async () => {
    const at = await page.evaluate(whereTheKeyboardIs);
    check(at.what === undefined || (at.ringed && at.shown), `${look}: nobody sees that the keyboard is at ${at.what} (${page.url()})`);
    return at;
  };
  const isAt = (selector) => page.evaluate((wanted) => document.activeElement.matches(wanted), selector);
  const reach = async (selector) => {
    for (let presses = 0; presses < 120; presses += 1) {
      if (await isAt(selector)) return;
      await key('Tab');
      await stand();
    }
    throw new Error(`${look}: the keyboard does not reach ${selector} at ${page.url()}`);
  };
  // What leads to another page is over when that one is there: nothing is typed into a page that is about to go.
  const leave = async (name = 'Enter') => {
    const there = page.waitForEvent('load');
    await key(name);
    await there;
  };
  const type = async (fields) => {
    for (const [id, value] of Object.entries(fields)) {
      await reach(`#${id}`);
      await key('Control+A');
      await page.keyboard.type(value);
    }
  };
  return {
    key,
    reach,
    isAt,
    leave,
    type,
    follow: async (selector, name = 'Enter') => {
      await reach(selector);
      await leave(name);
    },
    answer: async (fields) => {
      await type(fields);
      await leave();
    },
    // After something went wrong: at what says so, or at the field.
    atFault: () => page.waitForFunction(() => document.activeElement.matches('[role=alert], [aria-invalid=true]')).then(stand),
    // Every stop of the open page, once around and a step back: all that can be used is one, in the order of the page, as it is written and
    // as it is seen.
    walk: async (name) => {
      const where = `${look} ${name}`;
      const stops = await page.evaluate(() => {
        const usable = (element) => element.tabIndex >= 0 && !element.disabled && element.type !== 'hidden' && element.checkVisibility({ visibilityProperty: true });
        window.stops = [...document.querySelectorAll('a, button, input, select, textarea, summary, [tabindex]')].filter(usable);
        return window.stops.length;
      });
      const walked = [];
      // A date has several stops of its own.
      for (let presses = 0; presses < 2 * stops + 12; presses += 1) {
        await key('Tab');
        const at = await stand();
        if (at.stop === walked.at(-1)?.stop) continue;
        if (at.stop >= 0 && at.stop === walked.find(({ stop }) => stop >= 0)?.stop) break;
        walked.push(at);
      }
      const first = walked.findIndex(({ stop }) => stop === 0);
      const order = [...walked.slice(first), ...walked.slice(0, first)].filter(({ what }) => what);
      check(order.map(({ stop }) => stop).join() === Array.from({ length: stops }, (_, n) => n).join(), `${where}: the keyboard goes ${order.map(({ stop, what }) => `\n${stop} ${what}`)}`);
      for (const [n, at] of order.entries()) {
        const before = order[n - 1];
        if (before?.part !== at.part) continue;
        const beside = Math.min(before.bottom, at.bottom) - Math.max(before.top, at.top) > 4;
        const back = options.locale === 'ar' ? at.left >= before.right : at.right <= before.left;
        check(at.bottom > before.top && !(beside && back), `${where}: seen before the stop before it: ${at.what}`);
      }
      if (stops > 1) {
        const at = (await stand()).stop;
        await key('Tab');
        await key('Shift+Tab');
        check((await stand()).stop === at, `${where}: not back by Shift+Tab`);
      }
      looked += 1;
    },
  };
}
