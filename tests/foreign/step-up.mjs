// A bank and its API, by stock parts (openid-client, jose): a person signs in with a password, the API wants more (RFC 9470), the bank asks
// again, and the person gives the second factor alone; somebody who has none adds one on the way. Then the lockdown from the security page:
// every browser is out, the bank too, and a new password is forced. In every look, with axe and without script.
import { createServer } from 'node:http';
import * as jose from 'jose';
import * as client from 'openid-client';
import { check, refused } from './pages.mjs';
import { AuthenticatorApp, codeTo, followLetter, large, launch, launchWithLargeText, looks, otherLanguages, report, visit } from './look.mjs';

const { ISSUER, SECRET, APP_PORT } = process.env;
const API = 'https://api.example';
const BANK = `http://localhost:${APP_PORT}`;
const PASSWORD = 'likes long walks along the shore';
const config = await client.discovery(new URL(ISSUER), 'bank', SECRET, client.ClientSecretBasic(SECRET), { execute: [client.allowInsecureRequests] });

// The API: asks nobody, says what it lacks.
const keys = jose.createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
async function pay(request, response) {
  const token = request.headers.authorization?.match(/^Bearer (.*)/)?.[1];
  const { payload } = await jose.jwtVerify(token, keys, { issuer: ISSUER, audience: API, typ: 'at+jwt' });
  if (['2', 'phr'].includes(payload.acr)) return response.end('paid');
  response.writeHead(401, { 'www-authenticate': 'Bearer error="insufficient_user_authentication", error_description="Sending money takes a second factor", acr_values="2"' }).end();
}

// The bank: a session for each browser, and what it was about to do before it had to ask.
const sessions = new Map();
const page = (response, title) => response.setHeader('content-type', 'text/html').end(`<!doctype html><html lang=en><title>Bank</title><h1>${title}</h1>`);
async function ask(session, response, more = {}) {
  Object.assign(session, { verifier: client.randomPKCECodeVerifier(), state: client.randomState() });
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: `${BANK}/callback`, scope: 'openid email payments:send', state: session.state,
    code_challenge: await client.calculatePKCECodeChallenge(session.verifier), code_challenge_method: 'S256', ...more,
  });
  response.writeHead(303, { location: url.href }).end();
}
async function send(session, response) {
  try {
    await client.fetchProtectedResource(config, session.tokens.access_token, new URL(`${BANK}/api/payments`), 'POST');
    session.errand = undefined;
    return page(response, 'Sent');
  } catch (error) {
    const challenge = error.cause?.find?.(({ parameters }) => parameters.error === 'insufficient_user_authentication');
    if (!challenge || session.errand) throw error;
    session.errand = 'send';
    return ask(session, response, { acr_values: challenge.parameters.acr_values });
  }
}
const bank = createServer(async (request, response) => {
  try {
    const url = new URL(request.url, BANK);
    if (url.pathname === '/api/payments') return await pay(request, response);
    const name = url.searchParams.get('as') ?? request.headers.cookie?.match(/bank=([^;]*)/)?.[1];
    if (!name) return response.writeHead(404).end();
    if (!sessions.has(name)) sessions.set(name, {});
    const session = sessions.get(name);
    if (url.pathname === '/login') return await ask(session, response.setHeader('set-cookie', `bank=${name}; HttpOnly`));
    if (url.pathname === '/send') return await send(session, response);
    if (url.pathname !== '/callback') return response.writeHead(404).end();
    session.tokens = await client.authorizationCodeGrant(config, url, { pkceCodeVerifier: session.verifier, expectedState: session.state });
    session.claims = session.tokens.claims();
    return session.errand === 'send' ? await send(session, response) : page(response, 'Signed in');
  } catch (error) {
    console.error(error);
    return page(response, 'Failed');
  }
}).listen(Number(APP_PORT), 'localhost');

const told = (session) => `${session.claims.acr} ${session.claims.amr}`;

async function tour(chrome, look, options) {
  const email = `${look}@bank.example`;
  const [early, late] = [`early-${look}`, `late-${look}`];
  const says = async (it, heading) => {
    await it.page.waitForURL(`${BANK}/**`);
    const said = await it.page.locator('h1').textContent();
    check(said === heading, `${look}: the bank says ${said}, not ${heading}`);
  };

  // Two browsers, each with a session of one factor.
  const one = await visit(chrome, look, options);
  await one.page.goto(`${BANK}/login?as=${early}`);
  await one.page.locator('.aside a[href*="/signup"]').click();
  await one.page.locator('#name').waitFor();
  await one.fill({ email, name: 'Ann Doe', password: PASSWORD });
  await one.send('/signup');
  await one.page.locator('#code').waitFor();
  await one.fill({ code: await codeTo(email) });
  await one.send('/signup/code');
  await says(one, 'Signed in');
  check(told(sessions.get(early)) === '1 pwd', `${look}: ${told(sessions.get(early))}`);
  const two = await visit(chrome, look, options);
  await two.page.goto(`${BANK}/login?as=${late}`);
  await two.fill({ email, password: PASSWORD });
  await two.send('/login');
  await says(two, 'Signed in');

  // Whoever has no second factor adds one on the way.
  await two.page.goto(`${BANK}/send`);
  await two.page.locator('code.secret-text').waitFor();
  await two.see('set-up-for-bank', 'Set up an authenticator app');
  check((await two.page.locator('main').innerText()).includes('Bank'), `${look}: who asks for it`);
  const authenticator = new AuthenticatorApp(await two.page.locator('code.secret-text').textContent());
  await two.fill({ code: await authenticator.code() });
  await two.send('/account/totp');
  await two.page.locator('a[download]').waitFor();
  await two.see('recovery-codes-for-bank', 'Save your recovery codes');
  await two.page.locator('.buttons a:not([download])').click();
  await says(two, 'Sent');
  check(told(sessions.get(late)) === '2 pwd,otp,mfa', `${look}: ${told(sessions.get(late))}`);

  // Whoever has one is asked for it alone, wherever they were signed in before.
  const asked = [];
  one.page.on('framenavigated', (frame) => asked.push(new URL(frame.url()).pathname));
  await one.page.goto(`${BANK}/send`);
  await one.page.locator('#code').waitFor();
  await one.at('/login/factor');
  check((await one.page.locator('input[type=password], input[type=email]').count()) === 0, `${look}: nothing but the second factor is asked for`);
  await one.see('factor-for-bank', 'One more step');
  check((await one.page.locator('main').innerText()).includes('Bank'), `${look}: who asks for it`);
  await one.fill({ code: '000000' });
  await one.send('/login/factor');
  await one.page.getByRole('alert').waitFor();
  await one.see('factor-for-bank-wrong', 'One more step');
  await one.fill({ code: await authenticator.code() });
  const { auth_time: signedInAt } = sessions.get(early).claims;
  await one.send('/login/factor');
  await says(one, 'Sent');
  check(told(sessions.get(early)) === '2 pwd,otp,mfa', `${look}: ${told(sessions.get(early))}`);
  check(sessions.get(early).claims.auth_time === signedInAt, `${look}: a second factor alone is no new sign-in`);
  await one.page.goto(`${BANK}/send`);
  await says(one, 'Sent');
  check(asked.every((path) => ['/login/factor', '/callback', '/send'].includes(path)), `${look}: ${asked}`);

  // "This wasn't me", from the security page of one browser.
  await two.page.goto(`${ISSUER}/account/security`);
  await two.see('security', 'Security');
  await two.page.locator('main a[href$="/account/lockdown"]').click();
  await two.page.waitForURL(`${ISSUER}/account/lockdown`);
  await two.see('lockdown', 'This wasn’t you?');
  check((await two.page.locator('main a[href$="/account/security"]').count()) === 1, `${look}: the way back for whoever thinks better of it`);
  await two.send('/account/lockdown');
  await two.page.locator('.points-title').waitFor();
  await two.see('locked-down', 'Your account is locked down');
  for (const it of [one, two]) {
    await it.page.goto(`${ISSUER}/account/security`);
    await it.page.locator('#password').waitFor();
    await it.at('/login');
  }
  for (const name of [early, late]) await refused(client.refreshTokenGrant(config, sessions.get(name).tokens.refresh_token), 'invalid_grant');
  // The bank's button asks for a sign-in again, and the password of before is none.
  await one.page.goto(`${BANK}/login?as=${early}`);
  await one.page.locator('#password').waitFor();
  await one.fill({ email, password: PASSWORD });
  await one.send('/login');
  await one.page.getByRole('alert').waitFor();
  await one.see('locked-out', 'Sign in');
  await followLetter(one.page, email, '/forgot/reset?token=');
  await one.page.locator('#password').waitFor();
  await one.see('new-password', 'Choose a new password');
  // What is said of the password while it is typed moves no button away.
  const place = async () => (await one.page.locator('form[action$="/forgot/reset"] button[type=submit]').boundingBox()).y;
  const before = await place();
  await one.fill({ password: `${PASSWORD} again` });
  if (one.scripted) {
    await one.page.locator('.strength.enough').waitFor();
    check((await place()) === before, `${look}: the button moves from ${before} to ${await place()}`);
  }
  await one.send('/forgot/reset');
  await one.page.waitForURL(`${ISSUER}/account`);
  await one.page.goto(`${ISSUER}/account/security`);
  await one.see('security-after', 'Security');
  check((await one.page.locator('[name=remove]').count()) === 0, `${look}: what was added of late is gone`);
  await one.close();
  await two.close();
}

const browser = await launch();
const big = await launchWithLargeText();
const { light, dark, narrow, 'no-script': plain } = looks;
const all = { light, dark, narrow, 'no-script': plain, 'arabic-narrow': otherLanguages['arabic-narrow'] };
await Promise.all([
  ...Object.entries(all).map(([look, options]) => tour(browser, look, options)),
  tour(big, 'german-large', large['german-large']),
]);
await browser.close();
await big.close();
bank.close();
bank.closeAllConnections();
report();
