"""Collecting the tax of released lists: what each owes, batches, payments, statements (RULEBOOK B.9.3-B.9.5)."""
