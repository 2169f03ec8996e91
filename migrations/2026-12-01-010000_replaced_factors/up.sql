-- Second factors and recovery codes that others took the place of, for as long as a lockdown puts them back.
CREATE TABLE replaced_factors (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  replaced_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, kind)
);
