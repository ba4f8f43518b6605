"""Journeys go the whole way on both databases."""

from pathlib import Path

import pytest

from models.database import Database
from models.registry import load, read

REGISTRY = Path(__file__).parents[2] / "deploy" / "registry.yaml"


@pytest.fixture
def database(store: Database) -> Database:
    """An empty database of each kind with the sample registry."""
    load(store, read(REGISTRY))
    return store
