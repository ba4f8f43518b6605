"""Which version of the code a worker is, and whether the server still needs it (rolling upgrades)."""

import asyncio
import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from temporalio.api.deployment.v1 import WorkerDeploymentVersion as VersionMessage
from temporalio.api.enums.v1 import VersionDrainageStatus
from temporalio.api.workflowservice.v1 import DescribeWorkerDeploymentVersionRequest
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError
from temporalio.worker import WorkerDeploymentConfig

from workers.settings import WorkerSettings

ROOT = Path(__file__).resolve().parents[1]
CODE = ("worker.py", "workers", "workflows", "activities", "models", "connectors", "clearway")
KINDS = (".py", ".yaml")
LOOK_SECONDS = 10.0
"""Between two looks whether a version is drained; the server itself looks every few minutes."""


class NoVersion(ValueError):
    """What was asked for needs a version; the text says how to get one."""


def deployment_config(settings: WorkerSettings) -> WorkerDeploymentConfig | None:
    """The version of this worker; None while versioning is off.

    A list stays with the version that opened it (pinned), and so do the workflows it starts. A workflow that is to
    move on says so where it continues as new.
    """
    if not settings.deployment:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(settings.deployment, settings.build_id or default_build_id()),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )


def default_build_id(root: Path = ROOT) -> str:
    """The release and a fingerprint of the code, e.g. 0.5.0-1a2b3c4d: two states of the code are never one version."""
    digest = hashlib.sha256()
    for path in _code(root):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{version('clearway')}-{digest.hexdigest()[:8]}"


async def drained(client: Client, deployment: WorkerDeploymentConfig | None, *, every: float = LOOK_SECONDS) -> None:
    """Wait until the server reports the version drained: another one is current, and its last list has ended.

    A version that is or was never current does not drain. Looks again after an RPCError. Raises NoVersion.
    """
    if deployment is None:
        raise NoVersion("--until-drained needs a version: set CLEARWAY_DEPLOYMENT")
    asked = DescribeWorkerDeploymentVersionRequest(
        namespace=client.namespace,
        deployment_version=VersionMessage(
            deployment_name=deployment.version.deployment_name, build_id=deployment.version.build_id
        ),
    )
    while True:
        await asyncio.sleep(every)
        try:
            answer = await client.workflow_service.describe_worker_deployment_version(asked)
        except RPCError:
            continue  # the server is away, or has not heard of us yet
        status = answer.worker_deployment_version_info.drainage_info.status
        if status == VersionDrainageStatus.VERSION_DRAINAGE_STATUS_DRAINED:
            return


def _code(root: Path) -> Iterable[Path]:
    found = [each for name in CODE for each in ((root / name).rglob("*") if (root / name).is_dir() else [root / name])]
    return sorted(each for each in found if each.suffix in KINDS)
