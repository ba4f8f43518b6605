"""How much a worker process takes on, how long it has to stop, and which version it is; from `CLEARWAY_*` variables."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WorkerSettings(BaseSettings):
    """Settings of every worker process."""

    model_config = SettingsConfigDict(env_prefix="CLEARWAY_", extra="ignore")

    worker_grace_seconds: float = Field(
        8, gt=0, description="Activities under way have this long to finish when a worker is told to stop"
    )
    cached_workflows: int = Field(
        1000, ge=0, description="Lists that a process keeps in memory; others are replayed when news comes"
    )
    activity_threads: int = Field(
        16, ge=1, description="Activities of one part that a process does at the same time; each may take a connection"
    )
    deployment: str = Field(
        "",
        pattern=r"^[^.]*$",
        max_length=128,
        description="Name of the worker deployment: switches versioning on; empty: off",
    )
    build_id: str = Field(
        "", max_length=255, description="Version of this code in the deployment; empty: release and fingerprint"
    )

    @property
    def grace(self) -> timedelta:
        """For activities under way when the process is told to stop; then they are broken off."""
        return timedelta(seconds=self.worker_grace_seconds)
