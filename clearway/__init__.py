"""Clearway: cross-border e-commerce customs Declaration Lists as durable workflows."""
