-- Whom `ostiary import` brought in, by the id that they have in the system they came from. `seen` is what that system said of them
-- last, as digests: what has not changed there since is not written again here.
CREATE TABLE imported_users (
  source TEXT NOT NULL,
  source_id TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  seen TEXT NOT NULL,
  imported_at BIGINT NOT NULL,
  PRIMARY KEY (source, source_id)
);
CREATE INDEX imported_users_by_user ON imported_users (user_id);
