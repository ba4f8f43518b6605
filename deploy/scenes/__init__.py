"""The demo's Declaration Lists, by chapter."""

from deploy.scene import Scene
from deploy.scenes import changed, collected, inspected, left, refused, released, returned

CHAPTERS: dict[str, tuple[Scene, ...]] = {
    "Released, and taxed after thirty days": released.SCENES,
    "Refused, or never filed": refused.SCENES,
    "Inspected": inspected.SCENES,
    "Modified or cancelled after the filing": changed.SCENES,
    "Drawn for inspection at the gate": left.SCENES,
    "Returned": returned.SCENES,
    "Paid with difficulties": collected.SCENES,
}
SCENES: tuple[Scene, ...] = tuple(scene for scenes in CHAPTERS.values() for scene in scenes)
