// The queue: who waits, and where. Takes tokens that people got from the main app, and tokens that another service exchanged for them.
import express from 'express';
import pg from 'pg';
import { accessTokens } from './access-token.mjs';

const { ISSUER = 'http://localhost:3004', AUDIENCE = 'https://queue.company.example', DATABASE_URL, HOST = '127.0.0.1', PORT = '3002' } = process.env;

const database = new pg.Pool({ connectionString: DATABASE_URL });
// A connection that nobody used was dropped (a restart, a failover): the pool makes another. Unheard, it would end the process.
database.on('error', (error) => console.error('database:', error.message));
await database.query(`CREATE TABLE IF NOT EXISTS places (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person text NOT NULL UNIQUE,
  joined_by text NOT NULL,
  joined_at timestamptz NOT NULL DEFAULT now())`);

const needs = accessTokens({ issuer: ISSUER, audience: AUDIENCE });
const app = express().disable('x-powered-by');

app.get('/api/queue', needs('queue:read'), async ({ token }, response) => {
  response.json({ ...(await placeOf(token.sub)), ...whoIsAsking(token) });
});

// Joining twice changes nothing: a caller that heard no answer may ask again.
app.post('/api/queue', needs('queue:join'), async ({ token }, response) => {
  const { for: person, by } = whoIsAsking(token);
  await database.query('INSERT INTO places (person, joined_by) VALUES ($1, $2) ON CONFLICT (person) DO NOTHING', [person, by.at(0)]);
  response.status(201).json({ ...(await placeOf(person)), for: person, by });
});

async function placeOf(person) {
  const { rows: [place] } = await database.query(
    `SELECT (SELECT count(*)::int FROM places WHERE number <= mine.number) AS position, joined_by
     FROM places mine WHERE person = $1`, [person]);
  return { position: place?.position ?? null, joined_by: place?.joined_by ?? null };
}

// RFC 8693 §4.1: `sub` stays the person; `act` is who acts for them now, and inside it whoever did before. Without `act` it is
// the application that the person uses. Only `sub` and the outermost `act` may decide anything; the rest is history.
function whoIsAsking({ sub, client_id, act }) {
  const by = [];
  for (let actor = act; actor; actor = actor.act) by.push(actor.sub);
  return { for: sub, by: by.length > 0 ? by : [client_id] };
}

app.listen(Number(PORT), HOST, () => console.log(`queue on http://${HOST}:${PORT}`));
