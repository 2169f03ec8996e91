-- Only additions: a replica of the version before goes on working on this schema.

-- The number in the profile was proven; a changed number is not.
ALTER TABLE users ADD COLUMN phone_number_verified BOOLEAN NOT NULL DEFAULT FALSE;
-- The person has asked for the end of the account; until then it opens nothing but the page that takes it back.
ALTER TABLE users ADD COLUMN deletion_due_at BIGINT;
CREATE INDEX users_by_deletion ON users (deletion_due_at);

ALTER TABLE events ADD COLUMN user_agent TEXT;

-- Mail on its way. The message is sealed, since it carries what lets people in. `due_at` moves ahead while a replica tries.
CREATE TABLE outgoing_mail (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  sealed_message TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX outgoing_mail_by_due ON outgoing_mail (due_at);

-- What was mailed to prove an address: bound to purpose, account and address; gone when used, replaced or expired.
CREATE TABLE mailed_proofs (
  id TEXT PRIMARY KEY NOT NULL,
  purpose TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  email TEXT NOT NULL,
  secret_digest TEXT NOT NULL UNIQUE,
  code_digest TEXT,
  browser_digest TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX mailed_proofs_by_user ON mailed_proofs (user_id, purpose);
CREATE INDEX mailed_proofs_by_expiry ON mailed_proofs (expires_at);

CREATE TABLE passkeys (
  credential_id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  passkey TEXT NOT NULL,
  user_verified BOOLEAN NOT NULL,
  backup_eligible BOOLEAN NOT NULL,
  backed_up BOOLEAN NOT NULL,
  suspected_clone BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX passkeys_by_user ON passkeys (user_id);

CREATE TABLE totp_secrets (
  user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  sealed_secret TEXT NOT NULL,
  last_step BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);

CREATE TABLE recovery_codes (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  code_digest TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (user_id, code_digest)
);

CREATE TABLE phone_factors (
  user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  phone_number TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);

CREATE TABLE trusted_devices (
  id TEXT PRIMARY KEY NOT NULL,
  secret_digest TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  user_agent TEXT,
  address TEXT,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX trusted_devices_by_user ON trusted_devices (user_id);
CREATE INDEX trusted_devices_by_expiry ON trusted_devices (expires_at);

-- An account elsewhere, by its provider and `sub`, never by address.
CREATE TABLE linked_identities (
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  email TEXT,
  sealed_tokens TEXT,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  PRIMARY KEY (provider, subject)
);
CREATE INDEX linked_identities_by_user ON linked_identities (user_id);
