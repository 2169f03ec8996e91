// Where people end up after a sign-in, in Chromium, which holds `form-action` against every redirect that follows a form: a native
// application at a port that nobody registered (RFC 8252 §7.3), and an application that leads on to another of its hosts at once.
import { createServer } from 'node:http';
import { check } from './pages.mjs';
import { launch, report, visit } from './look.mjs';

const { ISSUER, EMAIL, PASSWORD } = process.env;
const listening = (answer) => new Promise((done) => {
  const server = createServer(answer).listen(0, '127.0.0.1', () => done(server.address().port));
});
const page = (response) => response.setHeader('content-type', 'text/html').end('<!doctype html><html lang=en><title>App</title><h1>Back</h1>');

const home = await listening((request, response) => page(response));
const bodies = [];
const program = await listening(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (request.method === 'POST') bodies.push(body);
  if (request.method === 'POST' || !request.url.startsWith('/onward')) return page(response);
  response.writeHead(303, { location: `http://localhost:${home}/welcome` }).end();
});

const chrome = await launch();
for (const { path, mode, to } of [
  { path: 'callback', mode: 'query', to: `http://127.0.0.1:${program}/callback` },
  { path: 'callback', mode: 'form_post', to: `http://127.0.0.1:${program}/callback` },
  { path: 'onward', mode: 'query', to: `http://localhost:${home}/welcome` },
]) {
  const way = `${path} by ${mode}`;
  const { page, fill, send, close } = await visit(chrome, way, { colorScheme: 'light', viewport: { width: 1280, height: 800 } });
  await page.goto(`${ISSUER}/authorize?${new URLSearchParams({
    client_id: 'desk', redirect_uri: `http://127.0.0.1:${program}/${path}`, response_type: 'code', response_mode: mode, scope: 'openid', state: 's',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256',
  })}`);
  await fill({ email: EMAIL, password: PASSWORD });
  await send('/login');
  await page.locator('form[action$="/consent"] button[type=submit]').first().click();
  await page.waitForURL((url) => url.href.startsWith(to));
  await page.locator('h1', { hasText: 'Back' }).waitFor();
  const carried = mode === 'form_post' ? bodies.at(-1) : page.url();
  check(path === 'onward' || /[?&]?code=[^&]/.test(carried), `${way}: the code arrives: ${carried}`);
  await close();
}
await chrome.close();
report();
process.exit();
