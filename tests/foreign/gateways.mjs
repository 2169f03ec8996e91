// What gateways make of /auth/verify: nginx, Caddy, Envoy and Traefik with their configurations of examples/gateways, a service behind them that
// tells what reached it.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createPipe } from 'node:net';
import { once } from 'node:events';
import { Person, check } from './pages.mjs';
import { within } from './company-run.mjs';

const { KIND, PROGRAM, FOLDER, ISSUER, PORT, BROWSER_PORT, SERVICE_PORT, TOKEN, NARROW, OTHER, EMAIL, PASSWORD } = process.env;
// The provider can be taken away from the gateway.
const sockets = [];
const provider = createPipe((socket) => {
  const onward = connect(Number(new URL(ISSUER).port), '127.0.0.1');
  sockets.push(socket, onward);
  for (const end of [socket, onward]) end.on('error', () => {});
  socket.pipe(onward).pipe(socket);
}).listen(0, '127.0.0.1');
await once(provider, 'listening');
const PROVIDER_PORT = String(provider.address().port);
const GATEWAY = `http://localhost:${PORT}`;

createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
}).listen(Number(SERVICE_PORT), '127.0.0.1');

// The example to the letter, but for the ports.
const files = { nginx: ['nginx.conf'], caddy: ['Caddyfile'], envoy: ['envoy.yaml'], traefik: ['traefik.yml', 'dynamic.yml'] }[KIND];
const [file] = files;
for (const name of files) {
  const config = readFileSync(new URL(`../../examples/gateways/${KIND}/${name}`, import.meta.url), 'utf8')
    .replaceAll(/\b3004\b/g, PROVIDER_PORT).replaceAll(/\b3002\b/g, SERVICE_PORT).replaceAll(/\b8000\b/g, PORT).replaceAll(/\b8001\b/g, BROWSER_PORT);
  writeFileSync(`${FOLDER}/${name}`, config);
}
mkdirSync(`${FOLDER}/tmp`);
const command = {
  nginx: ['-e', 'stderr', '-p', FOLDER, '-c', `${FOLDER}/${file}`],
  caddy: ['run', '--config', `${FOLDER}/${file}`, '--adapter', 'caddyfile'],
  envoy: ['-c', `${FOLDER}/${file}`, '--use-dynamic-base-id', '--concurrency', '1', '--log-level', 'warning'],
  traefik: [`--configFile=${FOLDER}/${file}`],
}[KIND];
const gateway = spawn(PROGRAM, command, { cwd: FOLDER, env: { ...process.env, HOME: FOLDER }, stdio: ['ignore', 'pipe', 'pipe'] });
let said = '';
gateway.stdout.on('data', (text) => { said += text; });
gateway.stderr.on('data', (text) => { said += text; });
gateway.on('error', (error) => { said += error; });
process.on('exit', () => gateway.kill());

const ask = (path, token, init = {}) => fetch(`${GATEWAY}${path}`, { ...init, headers: { ...(token && { authorization: `Bearer ${token}` }), ...init.headers } });
await within(30, `${KIND} answers: ${said}`, () => ask('/api/queue').then((answer) => answer.status === 401, () => false));

// 2xx, with who it is.
const good = await ask('/api/queue/7?x=1&y=%20', TOKEN);
check(good.status === 200, `a good token: ${good.status} ${said}`);
const seen = await good.json();
check(seen.url === '/api/queue/7?x=1&y=%20' && seen.headers['x-auth-client'] === 'worker' && seen.headers['x-auth-subject'] === 'worker', `identity: ${JSON.stringify(seen)}`);
check(seen.headers['x-auth-scope'] === 'queue:read', `scope: ${seen.headers['x-auth-scope']}`);
const posted = await (await ask('/api/queue', TOKEN, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' })).json();
check(posted.method === 'POST' && posted.body === '{"a":1}', `a body: ${JSON.stringify(posted)}`);

// 401 and 403, with what RFC 6750 §3 says.
const refused = async (path, token, status, challenge, init) => {
  const answer = await ask(path, token, init);
  check(answer.status === status, `${path}: ${answer.status}, not ${status}`);
  check((answer.headers.get('www-authenticate') ?? '').includes(challenge), `${path}: ${answer.headers.get('www-authenticate')}`);
};
await refused('/api/queue', undefined, 401, 'Bearer');
await refused('/api/queue', 'nonsense', 401, 'invalid_token');
await refused('/api/queue', OTHER, 401, 'invalid_token');
await refused('/api/queue', NARROW, 403, 'insufficient_scope');
await refused('/api/queue', undefined, 401, '', { method: 'POST', body: 'x' });
check((await ask('/elsewhere', TOKEN)).status === 403, 'a place that nobody named');

// What a client says about itself, or about another path, counts for nothing.
const forged = { 'x-auth-subject': 'forged', 'x-auth-groups': 'forged', 'x-auth-evil': 'forged', 'x-forwarded-uri': '/open', 'x-original-uri': '/open', 'x-forwarded-host': 'forged' };
const told = await (await ask('/api/queue', TOKEN, { headers: forged })).json();
const identity = Object.entries(told.headers).filter(([name]) => name.startsWith('x-auth-'));
check(told.headers['x-auth-subject'] === 'worker' && !JSON.stringify(identity).includes('forged'), `forged: ${JSON.stringify(told.headers)}`);
await refused('/api/queue', undefined, 401, '', { headers: forged });
await refused('/api/queue', NARROW, 403, '', { headers: forged });
check((await ask('/open', TOKEN)).status === 200, 'the place it points to is open to it');
for (const odd of ['/open/..%2fapi/queue', '/open/%2e%2e/api/queue']) check((await ask(odd, NARROW)).status !== 200, `read in two ways: ${odd}`);
// The path of a rule in every spelling that a service may take for it; a byte that no URL has, as it is (fetch would encode it).
check((await ask('/open/inner', TOKEN)).status === 200, 'the place within has its scope');
const spelled = async (path, host = `localhost:${PORT}`) => {
  const socket = connect(Number(PORT), '127.0.0.1');
  socket.write(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${NARROW}\r\nConnection: close\r\n\r\n`, 'latin1'));
  let answer = '';
  try {
    for await (const chunk of socket) answer += chunk.toString('latin1');
  } catch {} // closed in our face: an answer, too
  return answer;
};
// That the service answered: Caddy says 200 and nothing else for a host that it does not know.
const passes = async (...request) => (await spelled(...request)).includes('"headers":');
check(await passes('/open'), 'a place as it is spelled');
for (const odd of ['/open/inner', '/open/%69nner', '/open/Inner', '/OPEN/INNER/', '/open/inner?x=\xff', '/open/inner\xff', '/open/inner%'])
  check(!(await passes(odd)), `another spelling: ${odd}`);
for (const odd of ['LOCALHOST', 'localhost.', `localhost.:${PORT}`, 'localhost:99']) check(!(await passes('/open/inner', odd)), `another spelling: ${odd}`);

// A browser: to the sign-in, back with a cookie of that host, in until the session ends.
if (KIND === 'caddy' || KIND === 'traefik') {
  const app = `http://localhost:${BROWSER_PORT}`;
  const alice = new Person(ISSUER, EMAIL, PASSWORD);
  const first = await alice.fetch(`${app}/reports?year=2026`);
  check(first.status === 302 && first.headers.get('location').startsWith(`${ISSUER}/auth/start?`), `to the sign-in: ${first.status} ${first.headers.get('location')}`);
  const back = await alice.go(first.headers.get('location'));
  check(back.href.startsWith(`${app}/.ostiary/callback?pass=`), `back: ${back.href}`);
  const stranger = await new Person(ISSUER).fetch(back.href);
  const sentOn = stranger.status === 302 && stranger.headers.get('location').startsWith(`${ISSUER}/auth/start?`);
  check(sentOn && !stranger.headers.getSetCookie().some((line) => line.includes('ostiary_gate=')), `the pass is for the browser that began: ${stranger.status}`);
  const unsealed = await new Person(ISSUER).fetch(`${app}/.ostiary/callback?pass=x`);
  check(unsealed.status === 401 && (await unsealed.text()) !== '', `what nobody sealed is refused in words: ${unsealed.status}`);
  const entered = await alice.fetch(back.href);
  check(entered.status === 302 && entered.headers.get('location') === `${app}/reports?year=2026`, `in: ${entered.status} ${entered.headers.get('location')}`);
  const page = await alice.fetch(`${app}/reports?year=2026`);
  const reached = await page.json();
  check(page.status === 200 && reached.headers['x-auth-email'] === EMAIL && reached.url === '/reports?year=2026', `the page: ${JSON.stringify(reached)}`);
  check((await alice.fetch(`${app}/reports`, { method: 'POST', body: 'x' })).status === 200, 'a form');
  check((await new Person(ISSUER).fetch(`${app}/reports`, { method: 'POST', body: 'x' })).status === 401, 'a form of a stranger cannot be kept for later');
  const out = await alice.fetch(`${ISSUER}/logout`);
  const form = await out.text();
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
  await alice.fetch(`${ISSUER}/logout`, { method: 'POST', body: new URLSearchParams([...hidden, ['decision', 'sign_out']]) });
  check((await alice.fetch(`${app}/reports`)).status === 302, 'signed out, and so out of there');
}

// A gateway that cannot ask lets nobody in.
provider.close();
sockets.forEach((socket) => socket.destroy());
const cut = await ask('/api/queue', TOKEN);
check(cut.status >= 500, `the provider is away: ${cut.status}`);
console.log(`${KIND} is content`);
process.exit();
