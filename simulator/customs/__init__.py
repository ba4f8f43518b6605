"""Customs: takes the four documents, judges them, and answers later and more than once."""
