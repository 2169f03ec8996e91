-- Read by SQLite and by PostgreSQL: only TEXT, BIGINT and BOOLEAN. Instants are unix microseconds, documents and lists
-- are JSON text, digests and sealed values are base64url text. NOT NULL beside PRIMARY KEY is for SQLite, which allows NULL there.

CREATE TABLE settings (
  name TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
);

-- Counts what was announced, for the caches of other processes that have the same SQLite file open. Unused on PostgreSQL.
CREATE TABLE changes (
  topic TEXT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL
);

CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY NOT NULL,
  algorithm TEXT NOT NULL,
  sealed_private_jwk TEXT NOT NULL,
  public_jwk TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  active_at BIGINT NOT NULL,
  retired_at BIGINT,
  expires_at BIGINT
);

CREATE TABLE clients (
  client_id TEXT PRIMARY KEY NOT NULL,
  metadata TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  declared BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE client_secrets (
  id TEXT PRIMARY KEY NOT NULL,
  client_id TEXT NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  sealed TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT
);
CREATE INDEX client_secrets_by_client ON client_secrets (client_id);

CREATE TABLE resources (
  identifier TEXT PRIMARY KEY NOT NULL,
  metadata TEXT NOT NULL,
  declared BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE users (
  id TEXT PRIMARY KEY NOT NULL,
  email TEXT NOT NULL UNIQUE,
  email_verified BOOLEAN NOT NULL,
  enabled BOOLEAN NOT NULL,
  profile TEXT NOT NULL,
  attributes TEXT NOT NULL,
  user_groups TEXT NOT NULL,
  roles TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE passwords (
  user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY NOT NULL,
  secret_digest TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  authenticated_at BIGINT NOT NULL,
  acr TEXT NOT NULL,
  amr TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  refreshed_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  user_agent TEXT,
  address TEXT
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE consents (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  resources TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, client_id)
);
CREATE INDEX consents_by_client ON consents (client_id);

-- session_id has no foreign key: a grant may outlive the session that it came from.
CREATE TABLE grants (
  id TEXT PRIMARY KEY NOT NULL,
  code_id TEXT UNIQUE,
  grant_type TEXT NOT NULL,
  client_id TEXT NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
  user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
  session_id TEXT,
  scope TEXT NOT NULL,
  resources TEXT NOT NULL,
  claims TEXT NOT NULL,
  nonce TEXT,
  authenticated_at BIGINT,
  acr TEXT,
  amr TEXT,
  offline BOOLEAN NOT NULL,
  generation BIGINT NOT NULL,
  rotated_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT,
  ended_reason TEXT
);
CREATE INDEX grants_by_user ON grants (user_id);
CREATE INDEX grants_by_session ON grants (session_id);
CREATE INDEX grants_by_client ON grants (client_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);

CREATE TABLE revoked_tokens (
  jti TEXT PRIMARY KEY NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);

CREATE TABLE consumed_assertions (
  client_id TEXT NOT NULL,
  jti_digest TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (client_id, jti_digest)
);
CREATE INDEX consumed_assertions_by_expiry ON consumed_assertions (expires_at);

CREATE TABLE consumed_tickets (
  id TEXT PRIMARY KEY NOT NULL,
  purpose TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX consumed_tickets_by_expiry ON consumed_tickets (expires_at);

CREATE TABLE failed_guesses (
  key_digest TEXT PRIMARY KEY NOT NULL,
  failures BIGINT NOT NULL,
  last_failed_at BIGINT NOT NULL,
  blocked_until BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX failed_guesses_by_expiry ON failed_guesses (expires_at);

-- No foreign keys: what happened stays known when the user or the client is gone.
CREATE TABLE events (
  id TEXT PRIMARY KEY NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  user_id TEXT,
  client_id TEXT,
  session_id TEXT,
  request_id TEXT,
  address TEXT,
  detail TEXT NOT NULL
);
CREATE INDEX events_by_user ON events (user_id, at);
CREATE INDEX events_by_time ON events (at);
