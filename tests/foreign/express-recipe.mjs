// The lines that `ostiary client create --for express` prints, pasted: an API that wants both scopes of its tokens.
import { createRequire } from 'node:module';
import { check } from './pages.mjs';

const { PASTE, BOTH, ONE, NONE, OTHER } = process.env;
// Where an Express is installed.
const express = createRequire(new URL('../../examples/company/queue/package.json', import.meta.url))('express');

const [env, code] = PASTE.split('// --- a middleware, with jose 6 ---');
for (const [, name, value] of env.matchAll(/^([A-Z_]+)=(.*)$/gm)) process.env[name] = value;
const use = /^\/\/ (app\.get.*)$/m.exec(code)[1].replace('/…', '/orders').replace('=> …', '=> response.json({ user: request.user })');
check(use.includes("needs('orders:read orders:write')"), `the line of use names both scopes: ${use}`);
const pasted = `${code.replace("from 'jose'", `from ${JSON.stringify(import.meta.resolve('jose'))}`)}\nexport const put = (app) => ${use}`;
const { put } = await import(`data:text/javascript,${encodeURIComponent(pasted)}`);
const app = express();
put(app);
const server = app.listen(0, '127.0.0.1');
await new Promise((done) => server.once('listening', done));

const orders = async (token) => {
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/orders`, { headers: token && { authorization: `Bearer ${token}` } });
  return { status: answer.status, challenge: answer.headers.get('www-authenticate'), user: answer.ok && (await answer.json()).user };
};
const both = await orders(BOTH);
check(both.status === 200 && both.user, `both scopes: ${JSON.stringify(both)}`);
for (const token of [ONE, NONE]) {
  const few = await orders(token);
  check(few.status === 403 && few.challenge === 'Bearer error="insufficient_scope", scope="orders:read orders:write"', `one of two, or none: ${JSON.stringify(few)}`);
}
check((await orders(OTHER)).status === 401 && (await orders()).status === 401 && (await orders('nonsense')).status === 401, 'for another API, none, nonsense');

// A provider that is away is nothing about the token: 503, and nobody is sent to sign in.
process.env.ISSUER = 'http://127.0.0.1:9';
const away = express();
(await import(`data:text/javascript,${encodeURIComponent(`${pasted}\n// once more`)}`)).put(away);
const lonely = away.listen(0, '127.0.0.1');
await new Promise((done) => lonely.once('listening', done));
const answer = await fetch(`http://127.0.0.1:${lonely.address().port}/orders`, { headers: { authorization: `Bearer ${BOTH}` } });
check(answer.status === 503 && answer.headers.get('retry-after') === '5', `the provider is away: ${answer.status}`);
console.log('the recipe is content');
process.exit();
