"""Where the outside platforms are, and who we are on the wire; from `CLEARWAY_*` variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SIMULATOR = "http://127.0.0.1:8100"


class PlatformSettings(BaseSettings):
    """Addresses of the platforms; the defaults are the simulator's."""

    model_config = SettingsConfigDict(env_prefix="CLEARWAY_", extra="ignore")

    customs_url: str = Field(
        SIMULATOR, description="Where messages to customs go: http(s)://, folder:/// or amqp(s)://"
    )
    reports_url: str = Field("", description="Customs' door for suspicion reports; empty: the same as customs'")
    bank_url: str = Field(SIMULATOR, description="The withholding agent's bank")
    identity_url: str = Field(SIMULATOR, description="The identity authority")
    transmitter_code: str = Field("3301960T01", description="copCode of the transmitting enterprise")
    transmitter_name: str = Field("Clearway", description="copName of the transmitting enterprise")
    dxp_id: str = Field("DXPENT0000000001", description="DXP user id")
    dxp_envelope: bool = Field(True, description="Messages to customs go in the exchange's envelope (DxpMsg)")
    signing_keys: str = Field(
        "",
        description="Key files, or card:sm2:NUMBER, that sign for customs, joined by commas; none: unsigned",
    )
    signing_password_file: Path | None = Field(None, description="File with the password of the key files")
    filings_per_second: float | None = Field(
        None, gt=0, description="Most filings with customs a second, over all workers; a UKey signs about 4"
    )
    payments_per_second: float | None = Field(
        None, gt=0, description="Most activities that ask the bank a second, over all workers"
    )
