import pg from 'pg';

export const database = new pg.Pool({ connectionString: process.env.DATABASE_URL });
// A connection that nobody used was dropped (a restart, a failover): the pool makes another. Unheard, it would end the process.
database.on('error', (error) => console.error('database:', error.message));

// A session is a row, not a cookie full of tokens: only so can it be ended from outside, and refreshed by one request at a time.
export async function createTables() {
  await database.query(`CREATE TABLE IF NOT EXISTS sessions (
    id bytea PRIMARY KEY,
    person text NOT NULL,
    sid text,
    claims jsonb NOT NULL,
    id_token text NOT NULL,
    access_token text NOT NULL,
    refresh_token text NOT NULL,
    refresh_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL)`);
  await database.query('CREATE INDEX IF NOT EXISTS sessions_by_person ON sessions (person)');
}

export async function transaction(work) {
  const connection = await database.connect();
  try {
    await connection.query('BEGIN');
    const result = await work(connection);
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    connection.release();
  }
}
