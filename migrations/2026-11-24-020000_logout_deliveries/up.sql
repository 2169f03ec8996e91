-- Who is still to be told that a session has ended. No foreign keys: the session is gone, and the person may be.
CREATE TABLE logout_deliveries (
  session_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (session_id, client_id)
);
CREATE INDEX logout_deliveries_by_due ON logout_deliveries (due_at);
