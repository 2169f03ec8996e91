-- The language that an account was made in: of letters to its person, as long as their profile names none.
ALTER TABLE users ADD COLUMN sign_up_language TEXT;
