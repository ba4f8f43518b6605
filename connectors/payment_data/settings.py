"""Where original payment data is uploaded, from `CLEARWAY_PAYMENT_DATA_*`; the keys are those that sign messages."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.settings import SIMULATOR

UPLOAD_PATH = "/ceb2grab/grab/realTimeDataUpload"
"""The same at customs, at customs' test address and at the simulator."""


class PaymentDataSettings(BaseSettings):
    """The address of realTimeDataUpload; the default is the simulator's."""

    model_config = SettingsConfigDict(env_prefix="CLEARWAY_PAYMENT_DATA_", extra="ignore", frozen=True)

    upload_url: str = Field(
        SIMULATOR + UPLOAD_PATH,
        description="Customs: https://customs.chinaport.gov.cn/ceb2grab/grab/realTimeDataUpload",
    )
