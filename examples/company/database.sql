-- One PostgreSQL for the company, and nobody reads another's tables: each program has a role, the role has a schema of its own, and
-- no role may make anything elsewhere. Run at every start, by psql, with the passwords in the environment: OSTIARY_PASSWORD and so on.
--
-- A database of its own for one of them, now or later: CREATE DATABASE ostiary OWNER ostiary, and another URL for that program; for
-- what is there already, `pg_dump --schema=ostiary | psql`, or with Ostiary itself `ostiary copy --from … --to …`.
\set ON_ERROR_STOP on
\getenv ostiary OSTIARY_PASSWORD
\getenv app APP_PASSWORD
\getenv subscriptions SUBSCRIPTIONS_PASSWORD
\getenv queue QUEUE_PASSWORD
\getenv admin ADMIN_PASSWORD
SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['ostiary', 'app', 'subscriptions', 'queue', 'admin']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE ostiary PASSWORD :'ostiary';
ALTER ROLE app PASSWORD :'app';
ALTER ROLE subscriptions PASSWORD :'subscriptions';
ALTER ROLE queue PASSWORD :'queue';
ALTER ROLE admin PASSWORD :'admin';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SELECT format('GRANT %1$I TO CURRENT_USER', name) FROM unnest(ARRAY['ostiary', 'app', 'subscriptions', 'queue', 'admin']) AS name
 WHERE NOT pg_has_role(CURRENT_USER, name, 'MEMBER') \gexec
CREATE SCHEMA IF NOT EXISTS ostiary AUTHORIZATION ostiary;
CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION app;
CREATE SCHEMA IF NOT EXISTS subscriptions AUTHORIZATION subscriptions;
CREATE SCHEMA IF NOT EXISTS queue AUTHORIZATION queue;
CREATE SCHEMA IF NOT EXISTS admin AUTHORIZATION admin;

-- What a program names without a schema is its own.
ALTER ROLE app SET search_path = app;
ALTER ROLE subscriptions SET search_path = subscriptions;
ALTER ROLE queue SET search_path = queue;
ALTER ROLE admin SET search_path = admin;
