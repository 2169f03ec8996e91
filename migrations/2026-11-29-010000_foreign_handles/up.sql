-- Keys that came from a system that keeps no user handles: whatever handle their authenticators name, their id tells whose they are.
ALTER TABLE passkeys ADD COLUMN foreign_handle BOOLEAN NOT NULL DEFAULT FALSE;
