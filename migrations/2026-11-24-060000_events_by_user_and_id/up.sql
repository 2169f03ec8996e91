-- What happened in an account is read by its person, the newest first, page by page.
CREATE INDEX events_by_user_and_id ON events (user_id, id);
