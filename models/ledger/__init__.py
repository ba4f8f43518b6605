"""One ledger for annual amounts, quantity limits, guarantees and account books: exact, at most once, never negative."""
