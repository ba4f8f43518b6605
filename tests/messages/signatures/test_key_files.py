"""Keys in files: our own, those of another program, and everything that is none."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.messages.signatures import (
    FileKey,
    KeyKind,
    KeyRefused,
    RsaPrivateKey,
    fingerprint,
    key_file_text,
    load_certificate,
    load_key,
    load_public_key,
    public_pem,
    read_public_key,
    write_private,
)
from clearway.messages.signatures.pem import pem

PASSWORD = "of-our-own-71"


@pytest.fixture(scope="session")
def files(keys: dict[KeyKind, FileKey], tmp_path_factory: pytest.TempPathFactory) -> dict[KeyKind, Path]:
    folder = tmp_path_factory.mktemp("keys")
    written = {kind: folder / f"{kind}.pem" for kind in keys}
    for kind, path in written.items():
        write_private(path, key_file_text(keys[kind], PASSWORD))
    return written


def codes(refused: pytest.ExceptionInfo[KeyRefused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


@pytest.mark.parametrize("kind", KeyKind)
def test_a_key_comes_back_as_it_was_written(
    kind: KeyKind, keys: dict[KeyKind, FileKey], files: dict[KeyKind, Path]
) -> None:
    loaded = load_key(files[kind], PASSWORD)
    assert (loaded.name, loaded.kind, loaded.certificate) == (keys[kind].name, kind, keys[kind].certificate)
    assert keys[kind].public_key.verify(b"data", loaded.sign(b"data"))
    assert load_public_key(files[kind]) == (keys[kind].name, keys[kind].public_key)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has such permissions")
def test_only_its_owner_can_read_a_private_key(files: dict[KeyKind, Path]) -> None:
    assert stat.S_IMODE(files[KeyKind.SM2].stat().st_mode) == 0o600


def test_a_key_that_is_there_is_never_written_over(files: dict[KeyKind, Path]) -> None:
    before = files[KeyKind.SM2].read_bytes()
    with pytest.raises(KeyRefused, match="exists already"):
        write_private(files[KeyKind.SM2], "other")
    assert files[KeyKind.SM2].read_bytes() == before


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("password", [None, "another-password"])
def test_without_its_password_a_key_stays_closed(
    kind: KeyKind, password: str | None, files: dict[KeyKind, Path]
) -> None:
    with pytest.raises(KeyRefused) as refused:
        load_key(files[kind], password)
    assert codes(refused) == ["E_KEY_PASSWORD"]
    assert "another-password" not in str(refused.value)


@pytest.mark.parametrize("password", ["", "88888888", "12345678", "11111111", "000000", "123456", "ADMIN", "aaaaaaa"])
def test_a_password_that_keys_are_delivered_with_is_refused(password: str, keys: dict[KeyKind, FileKey]) -> None:
    with pytest.raises(KeyRefused) as made:
        key_file_text(keys[KeyKind.SM2], password)
    with pytest.raises(KeyRefused) as loaded:
        load_key(Path("whatever.pem"), password)
    assert codes(made) == codes(loaded) == ["E_DEFAULT_PASSWORD"]
    assert made.value.problems[0].remedy_en


def test_a_key_without_certificate_is_named_by_its_fingerprint(keys: dict[KeyKind, FileKey], tmp_path: Path) -> None:
    key = keys[KeyKind.SM2]
    write_private(tmp_path / "k.pem", key_file_text(key.named("", None), PASSWORD))
    (tmp_path / "p.pem").write_text(public_pem(key.public_key))
    assert load_key(tmp_path / "k.pem", PASSWORD).name == fingerprint(key.public_key)[:16]
    assert load_public_key(tmp_path / "p.pem") == (fingerprint(key.public_key)[:16], key.public_key)
    assert load_certificate(tmp_path / "p.pem") is None


def test_a_certificate_of_another_key_is_noticed(keys: dict[KeyKind, FileKey], tmp_path: Path) -> None:
    strange = keys[KeyKind.SM2].named("", keys[KeyKind.RSA].certificate)
    write_private(tmp_path / "k.pem", key_file_text(strange, PASSWORD))
    with pytest.raises(KeyRefused, match="another key"):
        load_key(tmp_path / "k.pem", PASSWORD)


def test_a_curve_that_is_not_sm2_is_refused(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    for encryption in (NoEncryption(), BestAvailableEncryption(PASSWORD.encode())):
        (tmp_path / "k.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
        with pytest.raises(KeyRefused, match="neither RSA nor SM2"):
            load_key(tmp_path / "k.pem", PASSWORD)


def test_keys_of_other_programs_are_read(keys: dict[KeyKind, FileKey], tmp_path: Path) -> None:
    rsa = keys[KeyKind.RSA]
    assert isinstance(rsa, RsaPrivateKey)
    encryption = BestAvailableEncryption(PASSWORD.encode())
    (tmp_path / "r.pem").write_bytes(rsa.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    assert load_key(tmp_path / "r.pem", PASSWORD).kind == KeyKind.RSA
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("NO OPENSSL: install the program `openssl` to read its keys")
    for cipher in ("aes-256-cbc", "aes-128-cbc", "sm4-cbc"):
        words = f"genpkey -algorithm SM2 -{cipher} -pass pass:{PASSWORD} -out {cipher}.pem"
        ended = subprocess.run([openssl, *words.split()], cwd=tmp_path, capture_output=True, timeout=60, check=False)
        if ended.returncode:
            pytest.skip(f"this openssl cannot do SM2 with {cipher}")
        key = load_key(tmp_path / f"{cipher}.pem", PASSWORD)
        assert key.kind == KeyKind.SM2
        assert key.public_key.verify(b"data", key.sign(b"data"))


@pytest.mark.parametrize("kind", KeyKind)
def test_another_program_reads_our_keys(
    kind: KeyKind, keys: dict[KeyKind, FileKey], files: dict[KeyKind, Path]
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("NO OPENSSL: install the program `openssl` to have it read our keys")
    words = [openssl, "pkey", "-in", str(files[kind]), "-passin", f"pass:{PASSWORD}", "-pubout"]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert read_public_key(ended.stdout).der() == keys[kind].public_key.der()


@pytest.mark.parametrize(
    "content",
    ["", "no key", pem("ENCRYPTED PRIVATE KEY", b"\x30\x00"), pem("PRIVATE KEY", b"\x30\x82"), "x" * 70_000,
     "-----BEGIN PRIVATE KEY-----\n===\n-----END PRIVATE KEY-----"],
)  # fmt: skip
def test_what_is_no_key_file_is_one_clear_refusal(content: str, tmp_path: Path) -> None:
    (tmp_path / "k.pem").write_text(content)
    for load in (lambda path: load_key(path, PASSWORD), load_public_key):
        with pytest.raises(KeyRefused) as refused:
            load(tmp_path / "k.pem")
        assert codes(refused) == ["E_KEY_FILE"]
        assert "k.pem" in str(refused.value)


def test_a_file_that_is_not_there_is_one_clear_refusal(tmp_path: Path) -> None:
    for path in (tmp_path / "no.pem", tmp_path):
        with pytest.raises(KeyRefused, match="cannot be read"):
            load_key(path, PASSWORD)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 0.999999), to=st.integers(0, 255), public=st.booleans())
def test_a_damaged_key_is_refused_or_sound(
    where: float, to: int, public: bool, keys: dict[KeyKind, FileKey], tmp_path: Path
) -> None:
    """Never another error than KeyRefused, whatever byte is changed."""
    key = keys[KeyKind.SM2]
    assert key.certificate is not None
    data = key.public_key.der() if public else key.certificate
    at = int(where * len(data))
    path = tmp_path / "k.pem"
    path.write_text(pem("PUBLIC KEY" if public else "CERTIFICATE", data[:at] + bytes([to]) + data[at + 1 :]))
    try:
        _, loaded = load_public_key(path)
    except KeyRefused:
        return
    assert len(fingerprint(loaded)) == 64
