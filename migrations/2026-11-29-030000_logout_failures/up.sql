-- Why applications could not be told that a session has ended, counted for each application and reason, for `ostiary doctor`. No foreign
-- key: who writes it down does not wait for a client that is being deleted.
CREATE TABLE logout_failures (
  client_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT,
  given_up BIGINT NOT NULL,
  since BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (client_id, reason)
);
