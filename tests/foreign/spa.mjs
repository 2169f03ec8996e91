// The page of examples/spa in a real Chromium, with the example's own API behind it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { check } from './pages.mjs';

const { ISSUER, APP_PORT, EMAIL, PASSWORD, CHROMIUM = '/usr/bin/chromium' } = process.env;
const HOME = `http://localhost:${APP_PORT}`;
const types = { js: 'text/javascript', html: 'text/html' };
let asked;
createServer((request, response) => {
  const path = new URL(request.url, HOME).pathname;
  if (path === '/orders') { asked = request.headers.authorization; return response.end('a lantern'); }
  if (path === '/favicon.ico') return response.end();
  const file = path === '/' || path === '/callback' ? '/index.html' : path;
  const text = file === '/config.js'
    ? `export const ISSUER = '${ISSUER}'; export const CLIENT_ID = 'page'; export const API = '${HOME}';`
    : readFileSync(new URL(file.startsWith('/node_modules/') ? `.${file}` : `../../examples/spa${file}`, import.meta.url), 'utf8');
  response.setHeader('content-type', types[file.split('.').at(-1)]).end(text);
}).listen(Number(APP_PORT), '127.0.0.1');

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage();
const complaints = [];
page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
page.on('pageerror', (error) => complaints.push(String(error)));
const press = (name) => page.getByRole('button', { name, exact: true }).click();
const who = (text) => page.getByText(text, { exact: true }).waitFor();

await page.goto(HOME);
await press('Sign in');
await page.waitForURL(`${ISSUER}/login**`);
await page.getByLabel('Email address').fill(EMAIL);
await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
await press('Sign in');
await who('Hello Alice Doe');
check(page.url() === `${HOME}/`, `the code is gone from the address: ${page.url()}`);
await press('Your orders');
await page.getByText('a lantern').waitFor();
check(/^Bearer ey/.test(asked), 'with an access token');
check((await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).includes('eyJ') === false, 'no token outlives the page');
await page.goto(HOME);
await press('Sign in');
await who('Hello Alice Doe');
await press('Sign out');
await page.waitForURL(`${HOME}/`);
await press('Sign in');
await page.waitForURL(`${ISSUER}/login**`);
// A sign-in that failed leaves a page that works.
await page.goto(`${HOME}/callback?error=access_denied&state=made-up`);
await who('That did not work. Please sign in again.');
check(page.url() === `${HOME}/`, `nothing is left in the address: ${page.url()}`);
await press('Sign in');
await page.waitForURL(`${ISSUER}/login**`);
check(complaints.length === 0, complaints.join('\n'));
await browser.close();
console.log('the page is content');
process.exit();
