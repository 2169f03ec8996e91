-- The last "this wasn't me": a sign-in that was begun before and is half finished ends with it.
ALTER TABLE users ADD COLUMN locked_down_at BIGINT;
