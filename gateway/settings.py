"""How the gateway is set, from `CLEARWAY_GATEWAY_*` variables."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.outbox.reach import Reach


class GatewaySettings(BaseSettings):
    """Sizes, waits and the address to listen on; all waits are real time in seconds."""

    model_config = SettingsConfigDict(env_prefix="CLEARWAY_GATEWAY_", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    profile: Literal["SEED", "LAW_2026"] = Field("SEED", description="Rule profile of cases opened here")
    intake: SecretStr = Field(
        SecretStr(""), description="Folders and queues that messages come from, divided by commas (docs/transports.md)"
    )
    max_body_bytes: int = Field(7 * 1024 * 1024, ge=1, description="A longer body is refused before it is stored")
    large_bodies: int = Field(2, ge=1, description="Bodies over 64 KiB in memory at the same time; the others wait")
    body_seconds: int = Field(60, ge=1, description="A body that has not come, or got its turn, by then is refused")
    ride_seconds: int = Field(60, ge=0, description="Progress news waits this long for company")
    bill_ride_seconds: int = Field(86_400, ge=0, description="A tax bill waits this long for company")
    call_seconds: int = Field(30, ge=1, description="A case that has not answered after this long is unreachable")
    poll_seconds: float = Field(1.0, gt=0, description="The dispatcher looks at the inbox at least this often")
    batch: int = Field(200, ge=1, description="Rows that one step takes up at a time")
    parallel: int = Field(8, ge=1, description="Cases to which one step delivers at the same time")
    retry_first_seconds: int = Field(1, ge=1, description="First pause after a failed delivery; each next one doubles")
    retry_longest_seconds: int = Field(60, ge=1, description="No pause between two tries is longer")

    webhook_reach: Reach = Field(
        Reach.PUBLIC, description="Where webhooks may go: public, loopback (this machine too) or private (networks too)"
    )
    webhook_seconds: int = Field(10, ge=1, le=60, description="An address that has not answered after this long failed")
    webhook_parallel: int = Field(16, ge=1, description="Addresses that are posted to at the same time")
    webhook_first_seconds: int = Field(30, ge=1, description="First pause of an address that failed; each next doubles")
    webhook_longest_seconds: int = Field(3600, ge=1, description="No pause of an address that failed is longer")
    webhook_refused_seconds: int = Field(600, ge=1, description="Pause of an address that said no (4xx)")

    def webhook_pause(self, tries: int, *, passing: bool) -> timedelta:
        """How long an address is left alone after so many failures, from 1; `passing` for those that may soon pass."""
        if not passing:
            return timedelta(seconds=self.webhook_refused_seconds)
        doubled = self.webhook_first_seconds * 2 ** min(tries - 1, 20)
        return timedelta(seconds=min(doubled, self.webhook_longest_seconds))

    def pause_after(self, tries: int) -> timedelta:
        """How long to wait after the given number of failed tries, from 1."""
        doubled = self.retry_first_seconds * 2 ** min(tries - 1, 20)
        return timedelta(seconds=min(doubled, self.retry_longest_seconds))
