"""The identity authority: does this name belong to this identity-card number (RULEBOOK B.3)?"""

from connectors.identity.client import IdentityClient

__all__ = ["IdentityClient"]
