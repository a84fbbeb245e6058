"""The project folder: runs in Parquet, one SQLite file as their index."""
