// The subscription service: takes the person from `sub` of their token, has them charged, and puts them into the queue in their name.
import express from 'express';
import pg from 'pg';
import { accessTokens } from './access-token.mjs';
import { ownIdentity } from './own-identity.mjs';
import { stripe, stripeDouble } from './billing.mjs';

const {
  ISSUER = 'http://localhost:3004', AUDIENCE = 'https://subscriptions.company.example', CLIENT_ID = 'subscriptions', CLIENT_KEY_FILE,
  QUEUE_URL = 'http://localhost:3002/api/queue', QUEUE_AUDIENCE = 'https://queue.company.example',
  STRIPE_SECRET_KEY, DATABASE_URL, HOST = '127.0.0.1', PORT = '3001',
} = process.env;

const database = new pg.Pool({ connectionString: DATABASE_URL });
// A connection that nobody used was dropped (a restart, a failover): the pool makes another. Unheard, it would end the process.
database.on('error', (error) => console.error('database:', error.message));
await database.query(`CREATE TABLE IF NOT EXISTS subscriptions (
  person text PRIMARY KEY,
  plan text NOT NULL,
  billing_id text,
  created_at timestamptz NOT NULL DEFAULT now())`);

const billing = STRIPE_SECRET_KEY ? stripe(STRIPE_SECRET_KEY) : stripeDouble();
const identity = await ownIdentity({ issuer: ISSUER, clientId: CLIENT_ID, keyFile: CLIENT_KEY_FILE });
const needs = accessTokens({ issuer: ISSUER, audience: AUDIENCE });
const app = express().disable('x-powered-by');

// The provider reads our public key here (`jwks_uri` of the client): a new key needs nobody's help.
app.get('/jwks.json', (request, response) => response.json(identity.jwks));

app.get('/api/subscriptions', needs('subscriptions:read'), async ({ token }, response) => {
  response.json({ person: token.sub, subscription: await subscriptionOf(token.sub) });
});

// Every step may be repeated: the row by its primary key, billing by its idempotency key, the queue by itself. The row comes first: of
// requests that come at once, on any replica, one makes it, and its plan is the one that is billed.
app.post('/api/subscriptions', needs('subscriptions:write'), express.json(), async ({ token, accessToken, body }, response) => {
  const plan = body?.plan;
  if (!['monthly', 'yearly'].includes(plan)) return response.status(400).json({ error: 'unknown_plan' });
  await database.query('INSERT INTO subscriptions (person, plan) VALUES ($1, $2) ON CONFLICT (person) DO NOTHING', [token.sub, plan]);
  await bill(await subscriptionOf(token.sub), token.sub);
  response.status(201).json({ person: token.sub, subscription: await subscriptionOf(token.sub), queue: await joinQueue(accessToken) });
});

// The one plan that the row holds, whatever this request asked for: who finds a row that is not billed yet (another request is about to,
// or was cut off) asks for the same thing under the same idempotency key, and gets the same subscription.
async function bill(subscription, person) {
  if (subscription.billing_id) return;
  const billingId = await billing.subscribe({ person, plan: subscription.plan });
  await database.query('UPDATE subscriptions SET billing_id = $2 WHERE person = $1 AND billing_id IS NULL', [person, billingId]);
}

async function subscriptionOf(person) {
  const { rows: [row] } = await database.query('SELECT plan, billing_id, created_at FROM subscriptions WHERE person = $1', [person]);
  return row ?? null;
}

// Two proofs instead of a shared service secret: the person's token says for whom, our key says who asks. What comes back is good for
// the queue alone, for this person alone, for minutes, and says that we act.
async function joinQueue(personsToken) {
  const authorization = `Bearer ${await identity.tokenFor(personsToken, { resource: QUEUE_AUDIENCE, scope: 'queue:join' })}`;
  const answer = await fetch(QUEUE_URL, { method: 'POST', headers: { authorization }, signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`the queue answered ${answer.status}`);
  return answer.json();
}

app.use((error, request, response, next) => {
  // The request could not be read: malformed JSON, too large. Only Express says `expose`; errors of the provider have a status, too.
  if (error.expose) return response.status(error.status).json({ error: 'bad_request' });
  console.error(error.error ?? error.code ?? '', error.error_description ?? error.message);
  // The person's token ended between our check and the exchange: the caller gets a new one and comes back.
  if (error.error === 'invalid_grant' || error.error === 'invalid_request') return response.status(401).set('www-authenticate', 'Bearer error="invalid_token"').end();
  response.status(502).json({ error: 'try_again' });
});

app.listen(Number(PORT), HOST, () => console.log(`subscriptions on http://${HOST}:${PORT}`));
