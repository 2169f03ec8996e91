-- The last requests of each client that were refused, for its developer. No foreign key: who writes them down does not wait for a client
-- that is being deleted.
CREATE TABLE refusals (
  client_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  endpoint TEXT NOT NULL,
  error TEXT NOT NULL,
  description TEXT NOT NULL,
  cause TEXT,
  sent TEXT,
  PRIMARY KEY (client_id, request_id)
);
