"""Where the business database is and the secret that turns identity numbers into keys; from `CLEARWAY_*` variables."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class StoreSettings(BaseSettings):
    """Settings of everything we keep."""

    model_config = SettingsConfigDict(env_prefix="CLEARWAY_", extra="ignore")

    database_url: str = Field("sqlite:///.run/clearway.db", description="SQLAlchemy URL: SQLite file or PostgreSQL")
    person_key_secret: SecretStr = Field(
        SecretStr("development-only"), description="Keys the hash that stands for an identity number"
    )
