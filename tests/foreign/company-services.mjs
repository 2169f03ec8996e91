// The company without its Next.js programs: Express services and nginx as they stand in examples/company, brought up by its script. This
// script is the main app (openid-client), and its API behind the gateway, which tells what reached it.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { start, within } from './company-run.mjs';
import { check, Person, refused } from './pages.mjs';

const { RUN, MAIN_PORT, GATEWAY_PORT, OSTIARY_PORT, SUBSCRIPTIONS_PORT, QUEUE_PORT, ADMIN_PORT, POSTGRES_PORT } = process.env;
const ISSUER = `http://localhost:${OSTIARY_PORT}`;
const GATEWAY = `http://localhost:${GATEWAY_PORT}`;
const CALLBACK = `http://localhost:${MAIN_PORT}/callback`;

// Started by root, what becomes users of their own cannot come into this folder, and lies elsewhere.
const elsewhere = `/var/lib/ostiary-company/${createHash('sha256').update(RUN).digest('hex').slice(0, 12)}`;
process.on('exit', () => rmSync(elsewhere, { recursive: true, force: true, maxRetries: 5 }));

const ports = { MAIN_PORT, GATEWAY_PORT, OSTIARY_PORT, SUBSCRIPTIONS_PORT, QUEUE_PORT, ADMIN_PORT, POSTGRES_PORT };
const company = await start(RUN, ports, ['--services']);
check(existsSync(elsewhere) === (process.getuid() === 0), 'in the folder, or elsewhere');
const another = await start(`${RUN}-2`, ports, ['--services']).then(() => 'up', ({ message }) => message);
check(another.includes(`port ${OSTIARY_PORT} is taken`), `a second one is refused: ${another}`);

// --- the database's script: what somebody else made stays theirs

const PASSWORDS = Object.fromEntries(['OSTIARY', 'APP', 'SUBSCRIPTIONS', 'QUEUE', 'ADMIN'].map((name) => [`${name}_PASSWORD`, 'another']));
const psql = (...words) => execFileSync('psql', ['-q', '-h', '127.0.0.1', '-p', POSTGRES_PORT, '-U', 'postgres', '-d', 'company', ...words], {
  env: { ...process.env, ...PASSWORDS, PGPASSWORD: readFileSync(`${RUN}/secrets/postgres`, 'utf8') }, encoding: 'utf8', stdio: 'pipe' });
const setUp = () => { try { return psql('-f', fileURLToPath(new URL('../../examples/company/database.sql', import.meta.url))); } catch ({ stderr }) { return stderr; } };
const settings = () => psql('-tAc', "SELECT r.rolname, a.rolpassword, r.rolconfig FROM pg_roles r JOIN pg_authid a ON a.oid = r.oid WHERE r.rolname !~ '^pg_' ORDER BY 1");
const ours = settings();
check(!/^(ostiary|app|subscriptions|queue|admin)\|/m.test(ours) && ours.includes('company_admin|'), `names that others have are not taken: ${ours}`);
psql('-c', 'COMMENT ON ROLE company_queue IS NULL');
const refusal = setUp();
check(/the role company_queue is there already, and was not made by this script/.test(refusal) && settings() === ours, `another's role: ${refusal}`);
psql('-c', "COMMENT ON ROLE company_queue IS 'made by examples/company of Ostiary'", '-c', 'ALTER SCHEMA queue OWNER TO postgres');
const taken = setUp();
check(/the schema queue is there already, and is not of the role company_queue/.test(taken) && settings() === ours, `another's schema: ${taken}`);
psql('-c', 'ALTER SCHEMA queue OWNER TO company_queue');

const logouts = [];
createServer(async (incoming, response) => {
  let body = '';
  for await (const chunk of incoming) body += chunk;
  if (incoming.url === '/backchannel-logout') logouts.push(new URLSearchParams(body).get('logout_token'));
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ url: incoming.url, headers: incoming.headers }));
}).listen(Number(MAIN_PORT), '127.0.0.1');

// --- a person signs in to the main app

const config = await client.discovery(new URL(ISSUER), 'main-app', readFileSync(`${RUN}/secrets/main-app`, 'utf8'), undefined, { execute: [client.allowInsecureRequests] });
async function signIn({ email, password }) {
  const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()];
  const to = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK, scope: 'openid profile email app:read subscriptions:read subscriptions:write queue:read queue:join', state, nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  const back = await new Person(ISSUER, email, password).go(to.href);
  return client.authorizationCodeGrant(config, back, { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier });
}
const eve = await signIn(company.account('editor'));
const { sub } = eve.claims();

const api = (path, token, init = {}) => fetch(`${GATEWAY}/api/${path}`, {
  ...init, headers: { 'user-agent': 'company-main-app', ...(token && { authorization: `Bearer ${token}` }), ...init.headers },
});
const post = (body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

// --- both services, one for the person and one through the other

const nothing = await api('subscriptions', eve.access_token);
const nothingYet = await nothing.text();
check(JSON.parse(nothingYet).subscription === null, `no subscription yet: ${nothing.status} ${nothingYet}`);
check((await (await api('queue', eve.access_token)).json()).position === null, 'and no place');
check((await api('subscriptions', eve.access_token, post({ plan: 'free' }))).status === 400, 'there is no free plan');
const made = await api('subscriptions', eve.access_token, post({ plan: 'yearly' }));
const subscribed = await made.json();
check(made.status === 201 && subscribed.person === sub && subscribed.subscription.plan === 'yearly', `subscribed: ${JSON.stringify(subscribed)}`);
// RFC 8693 §4.1: the queue saw the person, and who acted for them.
check(subscribed.queue.for === sub && subscribed.queue.by.join() === 'subscriptions', `who acts for whom: ${JSON.stringify(subscribed.queue)}`);
const place = await (await api('queue', eve.access_token)).json();
check(place.position === 1 && place.joined_by === 'subscriptions' && place.by.join() === 'main-app', `the place: ${JSON.stringify(place)}`);
const again = await (await api('subscriptions', eve.access_token, post({ plan: 'yearly' }))).json();
check(again.subscription.billing_id === subscribed.subscription.billing_id && again.queue.position === 1, 'asked again, nothing is done twice');

const malformed = await api('subscriptions', eve.access_token, { ...post(), body: '{"plan":' });
check(malformed.status === 400 && (await malformed.json()).error === 'bad_request', `malformed: ${malformed.status}`);

const ada = await signIn(company.account('admin'));
const joined = await (await api('queue', ada.access_token, { method: 'POST' })).json();
check(joined.position === 2 && joined.by.join() === 'main-app', `joined by herself: ${JSON.stringify(joined)}`);

// Two plans at once, past the gateway's bucket: one is charged, and everybody is told which.
const plans = Array.from({ length: 10 }, (_, at) => (at % 2 ? 'yearly' : 'monthly'));
const raced = await Promise.all(plans.map(async (plan) => {
  const { headers, ...rest } = post({ plan });
  const answer = await fetch(`http://localhost:${SUBSCRIPTIONS_PORT}/api/subscriptions`, { ...rest, headers: { ...headers, authorization: `Bearer ${ada.access_token}` } });
  return (await answer.json()).subscription.billing_id;
}));
const log = readFileSync(`${RUN}/logs/subscriptions.log`, 'utf8');
const charged = [...log.matchAll(/^charged: (\S+)$/gm)].map(([, id]) => id).filter((id) => id.endsWith(ada.claims().sub));
check(new Set(raced).size === 1 && charged.length === 1 && charged[0] === raced[0], `one subscription: ${raced} ${charged}`);

// The rule is for the subscription service alone.
const exchange = (as) => client.genericGrantRequest(as, 'urn:ietf:params:oauth:grant-type:token-exchange', {
  subject_token: ada.access_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', resource: 'https://queue.company.example',
});
await refused(exchange(config), 'unauthorized_client');

// --- what does not get in

const status = async (path, token, init) => (await api(path, token, init)).status;
const stranger = await api('queue');
check(stranger.status === 401 && /^Bearer /.test(stranger.headers.get('www-authenticate')), `no token: ${stranger.status} ${stranger.headers.get('www-authenticate')}`);
check((await status('queue', 'e30.e30.e30')) === 401, 'nonsense');
check((await status('queue', eve.id_token)) === 401, 'an ID token is no access token');
for (const port of [SUBSCRIPTIONS_PORT, QUEUE_PORT]) {
  const path = port === QUEUE_PORT ? 'queue' : 'subscriptions';
  const straight = (token) => fetch(`http://localhost:${port}/api/${path}`, { headers: token && { authorization: `Bearer ${token}` } }).then((answer) => answer.status);
  check((await straight(eve.access_token)) === 200 && (await straight()) === 401 && (await straight(eve.id_token)) === 401, `${path} checks by itself`);
}
const narrow = await client.refreshTokenGrant(config, eve.refresh_token, { scope: 'openid subscriptions:read', resource: 'https://subscriptions.company.example' });
check((await status('subscriptions', narrow.access_token)) === 200, 'narrower: still good for this');
check((await status('subscriptions', narrow.access_token, post({ plan: 'yearly' }))) === 403, 'but not for writing');
check((await status('queue', narrow.access_token)) === 401, 'and not for the other service');
check((await fetch(`${GATEWAY}/`, { headers: { 'user-agent': 'x' } })).status === 404 && (await status('other', eve.access_token)) === 404, 'there is nothing else');
for (const agent of ['curl/8', 'SomeBot/1.0', 'python-requests/2', '']) {
  check((await status('queue', eve.access_token, { headers: { 'user-agent': agent } })) === 403, `refused by rule: ${agent}`);
}

// --- who somebody is comes from the provider, whatever the client says

const seen = await (await api('app/me?x=1', eve.access_token, { headers: {
  'x-auth-subject': 'forged', 'x-auth-roles': 'admin', 'x-auth-evil': 'forged', 'x-forwarded-for': '1.2.3.4', 'x-forwarded-uri': '/api/queue', cookie: 'a=b' } })).json();
check(seen.url === '/api/app/me?x=1' && seen.headers['x-auth-subject'] === sub && seen.headers['x-auth-client'] === 'main-app', `identity: ${JSON.stringify(seen)}`);
check(!JSON.stringify(seen).includes('forged') && seen.headers['x-auth-roles'] === undefined, `forged headers are gone: ${JSON.stringify(seen.headers)}`);
check(seen.headers['x-forwarded-for'] === '127.0.0.1' && seen.headers.cookie === undefined, `and so is the rest: ${JSON.stringify(seen.headers)}`);
check((await status('app/..%2fqueue', eve.access_token)) !== 200, 'a path of two readings');

// --- floods: a bucket for each token, and one for each address that makes up tokens

const flood = async (count, one) => (await Promise.all(Array.from({ length: count }, (_, at) => one(at)))).filter((answer) => answer === 429).length;
check((await flood(200, () => status('app/me', ada.access_token))) > 20, 'one token gets no further than its bucket');
const from = (address, token) => new Promise((done, fail) => request({
  host: '127.0.0.1', port: GATEWAY_PORT, path: '/api/queue', localAddress: address, headers: { 'user-agent': 'x', authorization: `Bearer ${token}` },
  signal: AbortSignal.timeout(30_000),
}, (answer) => done(answer.resume().statusCode)).on('error', fail).end());
check((await flood(600, (at) => from('127.0.0.2', `made-up-${at}`))) > 20, 'one address neither');
check((await from('127.0.0.3', narrow.access_token)) === 401, 'others are not held up');
// Many addresses that make up long tokens do not fill what the gateway remembers: new tokens come in.
const long = (length, at) => `${'x'.repeat(length)}${at}`.padEnd(length + 64, 'x');
for (let last = 1; last <= 40; last += 1) await flood(60, (at) => from(`127.0.1.${last}`, long(1500, `${last}-${at}-`)));
check((await flood(30, (at) => from('127.0.2.1', long(800, `${at}-`)))) === 0, 'room for new tokens');

// --- what is away for a moment: PostgreSQL drops connections, the provider starts after the services

const queueLives = async () => (await fetch(`http://localhost:${QUEUE_PORT}/api/queue`, { headers: { authorization: `Bearer ${eve.access_token}` } })).status === 200;
const subscriptionsLive = async () => (await fetch(`http://localhost:${SUBSCRIPTIONS_PORT}/api/subscriptions`, { headers: { authorization: `Bearer ${eve.access_token}` } })).status === 200;
check((await queueLives()) && (await subscriptionsLive()), 'both have a connection by now');
const dropped = psql('-tAc',
  "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename IN ('company_queue', 'company_subscriptions')");
check(Number(dropped) >= 2, `connections that were dropped: ${dropped}`);
// Before anything is asked: a request that takes the connection first is told in the pool's place.
for (const name of ['queue', 'subscriptions']) {
  await within(10, `${name} heard of it`, () => /^database: terminating connection/m.test(readFileSync(`${RUN}/logs/${name}.log`, 'utf8')));
}
await within(10, 'the services live on with new connections', async () => (await queueLives().catch(() => false)) && (await subscriptionsLive().catch(() => false)));

const freePort = () => new Promise((done) => { const server = createServer().listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => done(port)); }); });
const database = (name) => `postgres://company_${name}:${readFileSync(`${RUN}/secrets/database-${name}`, 'utf8')}@127.0.0.1:${POSTGRES_PORT}/company`;
for (const name of ['queue', 'subscriptions']) {
  const [port, later] = [await freePort(), await freePort()];
  const early = spawn(process.execPath, ['server.mjs'], {
    cwd: fileURLToPath(new URL(`../../examples/company/${name}`, import.meta.url)), stdio: 'ignore',
    env: { ...process.env, ISSUER: `http://localhost:${later}`, PORT: String(port), DATABASE_URL: database(name), CLIENT_KEY_FILE: `${RUN}/secrets/subscriptions.pem` },
  });
  process.on('exit', () => early.kill());
  const answer = async () => (await fetch(`http://127.0.0.1:${port}/api/${name}`, { headers: { authorization: `Bearer ${eve.access_token}` } }).catch(() => ({}))).status;
  await within(10, `${name} is up without a provider`, async () => (await answer()) === 503);
  const { jwks_uri } = config.serverMetadata();
  const provider = createServer((_, response) => response.end(JSON.stringify({ issuer: `http://localhost:${later}`, jwks_uri }))).listen(later, 'localhost');
  await within(10, `${name}: the provider is there, and has not made this token`, async () => (await answer()) === 401);
  provider.close();
  early.kill();
}

// --- switched off: at once at the gateway, and told to the applications

check((await status('queue', eve.access_token)) === 200, 'still in');
await company.ostiary('user', 'disable', company.account('editor').email);
const seconds = await within(3, 'the gateway refuses a disabled person', async () => (await status('queue', eve.access_token)) === 401);
await within(10, 'the main app is told', () => logouts.length > 0);
const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
const { payload } = await jwtVerify(logouts[0], keys, { issuer: ISSUER, audience: 'main-app', typ: 'logout+jwt', maxTokenAge: 120 });
check(payload.sub === sub && payload.sid === eve.claims().sid, 'about this session');
await refused(client.refreshTokenGrant(config, narrow.refresh_token), 'invalid_grant');
check((await status('queue', ada.access_token)) !== 401, 'others stay in');

check((await company.stop()) === 130, 'Ctrl-C');
const gone = await Promise.all([GATEWAY_PORT, OSTIARY_PORT, SUBSCRIPTIONS_PORT, QUEUE_PORT, POSTGRES_PORT].map((port) => fetch(`http://127.0.0.1:${port}/`).then(() => false, () => true)));
check(gone.every(Boolean), `everything is stopped: ${gone}`);

// Deleting the folder forgets everything, wherever it lies.
rmSync(RUN, { recursive: true });
const anew = await start(RUN, ports, ['--services']);
check(anew.account('editor').password !== company.account('editor').password, 'begun anew');
check((await anew.stop()) === 130, 'and stopped again');
console.log(`the company is content; a disabled person was out after ${seconds.toFixed(1)} s`);
process.exit();
