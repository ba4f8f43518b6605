"""The keys that sign what goes to customs, as the settings name them."""

from pathlib import Path

from clearway.messages.signatures import KeyPool, load_key
from connectors.settings import PlatformSettings


def signing_pool(settings: PlatformSettings) -> KeyPool | None:
    """A pool of the key files, or None where none is named; raises KeyRefused, and ValueError for a missing password.

    Several keys sign side by side, each for one caller at a time.
    """
    files = [Path(name.strip()) for name in settings.signing_keys.split(",") if name.strip()]
    if not files:
        return None
    if settings.signing_password_file is None:
        raise ValueError("CLEARWAY_SIGNING_PASSWORD_FILE: name the file with the password of CLEARWAY_SIGNING_KEYS")
    try:
        password = settings.signing_password_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"CLEARWAY_SIGNING_PASSWORD_FILE cannot be read: {error.strerror}") from error
    return KeyPool([load_key(file, password) for file in files])
