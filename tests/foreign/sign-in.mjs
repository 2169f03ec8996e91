// A web application of a guide, with sign-in: its own files, run as the guide says, and a person with a browser.
import { spawn } from 'node:child_process';
import { Person, check } from './pages.mjs';
import { within } from './company-run.mjs';

const { COMMAND, FOLDER, ISSUER, CLIENT_ID, CLIENT_SECRET, APP_PORT, API, EMAIL, PASSWORD, FORGED } = process.env;
const HOME = `http://localhost:${APP_PORT}/`;

const [command, ...words] = JSON.parse(COMMAND);
const program = spawn(command, words, {
  cwd: FOLDER, stdio: ['ignore', 'pipe', 'pipe'],
  env: { PATH: process.env.PATH, ISSUER, CLIENT_ID, CLIENT_SECRET, PORT: APP_PORT, API, PYTHONDONTWRITEBYTECODE: '1' },
});
let said = '';
for (const stream of [program.stdout, program.stderr]) stream.on('data', (text) => { said += text; });
process.on('exit', () => program.kill());
await within(60, 'the application answers', () => fetch(HOME).then(() => true, () => false)).catch((error) => { throw new Error(`${error.message}: ${said}`); });

const page = async (person, path = '', init) => {
  const answer = await person.fetch(`${HOME}${path}`, init);
  return { status: answer.status, to: answer.headers.get('location') ?? '', text: await answer.text() };
};
const isSignedIn = async (person) => (await page(person)).text.includes('Hello Alice Doe');
/** To the provider and back: the address that the browser is sent to, not opened yet. */
const begin = async (person) => {
  const { to } = await page(person, 'login');
  check(to.startsWith(`${ISSUER}/authorize?`), `to the sign-in: ${to} ${said}`);
  const asked = new URL(to).searchParams;
  check(asked.get('code_challenge_method') === 'S256' && asked.get('state') && asked.get('nonce'), `it asks with PKCE, state and nonce: ${to}`);
  const back = await person.go(to);
  check(back.href.startsWith(`${HOME}callback?`), `back: ${back}`);
  return back;
};
const follow = async (person, url) => page(person, url.href.slice(HOME.length));

// In.
const alice = new Person(ISSUER, EMAIL, PASSWORD);
check((await page(alice)).text.includes('Sign in'), 'open to strangers');
const closed = await page(alice, 'orders');
check(closed.status >= 300 && closed.status < 400 && closed.to.endsWith('/login'), `but not the orders: ${closed.status}`);
const back = await begin(alice);
const planted = new Map(alice.cookies);
const entered = await follow(alice, back);
check(entered.status >= 300 && entered.status < 400, `in: ${entered.status} ${said}`);
check(await isSignedIn(alice), `who it is: ${(await page(alice)).text}`);
const before = Object.assign(new Person(ISSUER), { cookies: planted });
check(!(await isSignedIn(before)), 'the session of before the sign-in is worth nothing');

// The token is due at each visit: the application refreshes it.
for (const visit of [1, 2]) {
  const orders = await page(alice, 'orders');
  check(orders.status === 200 && orders.text.includes('a lantern'), `orders, visit ${visit}: ${orders.status} ${orders.text} ${said}`);
}

// What is not of this browser's sign-in signs nobody in.
const eve = new Person(ISSUER);
await follow(eve, back);
check(!(await isSignedIn(eve)), 'the way back of another');
const mallory = new Person(ISSUER, EMAIL, PASSWORD);
for (const name of FORGED.split(' ')) {
  const forged = await begin(mallory);
  forged.searchParams.set(name, 'https://made-up.example');
  const answer = await follow(mallory, forged);
  check(answer.status === 400 && answer.text.includes('Sign in again'), `${name} made up: ${answer.status} ${answer.text} ${said}`);
  check(!(await isSignedIn(mallory)), `${name} made up`);
}
const no = await begin(mallory);
no.search = new URLSearchParams({ error: 'access_denied', state: no.searchParams.get('state'), iss: ISSUER });
const refused = await follow(mallory, no);
check(refused.status === 400 && refused.text.includes('Sign in again'), `no is an answer: ${refused.status} ${refused.text}`);

// Out, of both.
check([404, 405].includes((await page(alice, 'logout')).status) && (await isSignedIn(alice)), 'no link signs people out');
const { status, to } = await page(alice, 'logout', { method: 'POST' });
check(status === 303 && to.startsWith(`${ISSUER}/logout?`) && to.includes('id_token_hint='), `to the sign-out: ${to}`);
const home = await alice.go(to);
check(home.href.split('?')[0] === HOME && !(await isSignedIn(alice)), `and back: ${home}`);
check((await alice.fetch(`${ISSUER}/account`)).status !== 200, 'out of Ostiary, too');
console.log('the application is content');
process.exit();
