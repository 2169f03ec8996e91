DROP TABLE deleted_imports;
