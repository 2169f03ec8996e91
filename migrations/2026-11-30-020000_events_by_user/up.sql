-- What happened in an account is read by (user_id, id). A sign-in need not write a page that nobody reads.
DROP INDEX events_by_user;
