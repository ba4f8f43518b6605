"""The outbox to enterprises: events are pushed to their addresses, in order, until each is taken."""
