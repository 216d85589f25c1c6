"""The books: facts in a chain, double-entry postings, stock and people, in one SQLite file that only the brain writes."""
