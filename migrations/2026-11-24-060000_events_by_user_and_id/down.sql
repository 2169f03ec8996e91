DROP INDEX events_by_user_and_id;
