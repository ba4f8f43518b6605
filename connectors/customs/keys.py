"""The keys that sign what goes to customs, as the settings name them."""

from pathlib import Path

from clearway.messages.signatures import KeyKind, KeyPool, PrivateKey, load_key
from connectors.settings import PlatformSettings

CARD = "card:"


def signing_pool(settings: PlatformSettings) -> KeyPool | None:
    """A pool of the keys, or None where none is named; raises KeyRefused, and ValueError for a bad setting.

    A key is a file, or `card:KIND:NUMBER[@ws://HOST:PORT]` for the card of an E-Port control, NUMBER
    being its certificate's serial number in hex. Several keys sign side by side, each for one caller at a time.
    """
    named = [name.strip() for name in settings.signing_keys.split(",") if name.strip()]
    if not named:
        return None
    if settings.signing_password_file is None:
        raise ValueError("CLEARWAY_SIGNING_PASSWORD_FILE: name the file with the password of CLEARWAY_SIGNING_KEYS")
    try:
        password = settings.signing_password_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"CLEARWAY_SIGNING_PASSWORD_FILE cannot be read: {error.strerror}") from error
    return KeyPool([_key(name, password) for name in named])


def _key(name: str, password: str) -> PrivateKey:
    if not name.startswith(CARD):
        return load_key(Path(name), password)
    from clearway.messages.signatures.ukey import CONTROL, UKey

    kind, _, place = name.removeprefix(CARD).partition(":")
    number, _, url = place.partition("@")
    if kind not in tuple(KeyKind) or not number:
        raise ValueError(f"CLEARWAY_SIGNING_KEYS: a card is card:sm2:NUMBER or card:rsa:NUMBER, got {name!r}")
    return UKey(password, name=number, kind=KeyKind(kind), url=url or CONTROL)
