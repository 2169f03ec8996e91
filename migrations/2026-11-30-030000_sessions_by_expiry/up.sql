-- Sessions that have ended are found by their absolute or their idle end, for which an index of the one does not help.
DROP INDEX sessions_by_expiry;
