DROP TABLE replaced_factors;
