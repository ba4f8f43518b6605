"""How the simulator is set: where our gateway is, and how fast and how stubbornly customs talks to it."""

from decimal import Decimal
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from `CLEARWAY_SIMULATOR_*`; pauses here are real time, the receipts carry the list's own time."""

    model_config = SettingsConfigDict(env_prefix="CLEARWAY_SIMULATOR_", frozen=True)

    gateway_url: str = Field("http://127.0.0.1:8000", description="Where customs sends receipts and instructions")
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8100, ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    pause_ms: int = Field(
        30, ge=0, description="Real pause before each answer of customs, in milliseconds; 0: customs answers at once"
    )
    lists_kept: int = Field(
        2_000, ge=1, description="Lists that customs remembers; beyond, it forgets the oldest that are wholly told"
    )
    inspect_by_hand: bool = Field(
        False, description="Inspections wait for POST /customs/inspections/{order_no}/result instead of ending alone"
    )
    retry_first_ms: int = Field(50, ge=1, description="First pause after a failed delivery; each next one doubles")
    retry_longest_ms: int = Field(5_000, ge=1, description="No pause between two attempts is longer")
    attempts: int = Field(500, ge=1, description="After so many failed attempts a delivery is given up and counted")

    envelope: bool = Field(True, description="What is sent comes in the exchange's envelope (DxpMsg)")
    dxp_id: str = Field("DXPENT0000000001", description="DXP user id that receipts and bills are addressed to")
    keys: Path | None = Field(None, description="Folder of PARTY-NAME.key.pem files and `password`: who signs here")
    trust: Path | None = Field(
        None, description="Folder of PARTY-NAME.cert.pem files: customs takes only what one of their keys signed"
    )
    seed: str = Field("", description="Something goes wrong with part of the messages, chosen by this seed")
    mishaps: Decimal = Field(Decimal("0.2"), ge=0, le=1, description="How large that part is")
    customs_clock: int = Field(0, ge=-1440, le=1440, description="Minutes by which customs' clock is fast")
    bank_clock: int = Field(0, ge=-1440, le=1440, description="Minutes by which the bank's clock is fast")
    late_ms: int = Field(1500, ge=0, description="Real time by which a late message is late")

    @field_validator("gateway_url")
    @classmethod
    def _check_gateway(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("starts with http:// or https://")
        return value.rstrip("/")
