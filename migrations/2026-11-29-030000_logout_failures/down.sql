DROP TABLE logout_failures;
