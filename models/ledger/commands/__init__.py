"""What operators read in the ledger and do to guarantees: `python -m models.ledger`."""
