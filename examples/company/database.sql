-- One PostgreSQL for the company, and nobody reads another's tables: each program has a role, the role has a schema of its own, and
-- no role may make anything elsewhere. Run at every start, by psql, with the passwords in the environment: OSTIARY_PASSWORD and so on.
--
-- A database of its own for one of them, now or later: CREATE DATABASE ostiary OWNER company_ostiary, and another URL for that program; for
-- what is there already, `pg_dump --schema=ostiary | psql`, or with Ostiary itself `ostiary copy --from … --to …`.
\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\getenv ostiary OSTIARY_PASSWORD
\getenv app APP_PASSWORD
\getenv subscriptions SUBSCRIPTIONS_PASSWORD
\getenv queue QUEUE_PASSWORD
\getenv admin ADMIN_PASSWORD
BEGIN;

-- Roles are the server's, not the database's, and this sets their passwords: those that it made itself it knows by their comment.
DO $$
DECLARE
  taken text;
BEGIN
  SELECT rolname INTO taken FROM pg_roles
   WHERE rolname IN ('company_ostiary', 'company_app', 'company_subscriptions', 'company_queue', 'company_admin')
     AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM 'made by examples/company of Ostiary' LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the role % is there already, and was not made by this script', taken
      USING HINT = 'Rename or drop it, or set DATABASE_URL to another server.';
  END IF;
  SELECT nspname INTO taken FROM pg_namespace
   WHERE nspname IN ('ostiary', 'app', 'subscriptions', 'queue', 'admin') AND pg_get_userbyid(nspowner) <> 'company_' || nspname LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the schema % is there already, and is not of the role company_%', taken, taken
      USING HINT = 'Set DATABASE_URL to another database. Without one, .run/ is from before the roles were called so: delete it.';
  END IF;
END
$$;

SELECT format('CREATE ROLE %I LOGIN', name), format('COMMENT ON ROLE %I IS %L', name, 'made by examples/company of Ostiary')
  FROM unnest(ARRAY['company_ostiary', 'company_app', 'company_subscriptions', 'company_queue', 'company_admin']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE company_ostiary PASSWORD :'ostiary';
ALTER ROLE company_app PASSWORD :'app';
ALTER ROLE company_subscriptions PASSWORD :'subscriptions';
ALTER ROLE company_queue PASSWORD :'queue';
ALTER ROLE company_admin PASSWORD :'admin';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SELECT format('GRANT %1$I TO CURRENT_USER', name)
  FROM unnest(ARRAY['company_ostiary', 'company_app', 'company_subscriptions', 'company_queue', 'company_admin']) AS name
 WHERE NOT pg_has_role(CURRENT_USER, name, 'MEMBER') \gexec
CREATE SCHEMA IF NOT EXISTS ostiary AUTHORIZATION company_ostiary;
CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION company_app;
CREATE SCHEMA IF NOT EXISTS subscriptions AUTHORIZATION company_subscriptions;
CREATE SCHEMA IF NOT EXISTS queue AUTHORIZATION company_queue;
CREATE SCHEMA IF NOT EXISTS admin AUTHORIZATION company_admin;

-- What a program names without a schema is its own.
ALTER ROLE company_app SET search_path = app;
ALTER ROLE company_subscriptions SET search_path = subscriptions;
ALTER ROLE company_queue SET search_path = queue;
ALTER ROLE company_admin SET search_path = admin;
COMMIT;
