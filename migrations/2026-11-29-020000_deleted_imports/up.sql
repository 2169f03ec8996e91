-- Whom `ostiary import` brought in and who was deleted here since: while the old system still knows them, they do not come again. Of the
-- person nothing is kept but a digest of the source's name and the id that they have there.
CREATE TABLE deleted_imports (
  digest TEXT NOT NULL PRIMARY KEY,
  deleted_at BIGINT NOT NULL
);
