"""Keys in files: PEM, the private key encrypted (PKCS#8, PBES2), its certificate beside it."""

import os
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key

from clearway.messages.signatures import pkcs8
from clearway.messages.signatures.certificates import Certificate, read_certificate
from clearway.messages.signatures.default_passwords import default_password_problem
from clearway.messages.signatures.pem import blocks, pem
from clearway.messages.signatures.private_keys import FileKey, RsaPrivateKey, Sm2PrivateKey
from clearway.messages.signatures.public_keys import PublicKey, fingerprint, public_key_of
from clearway.messages.signatures.refusals import KeyRefused, key_problem

LARGEST = 64 * 1024
"""Bytes of a key file; a larger file is none."""


def load_key(path: Path, password: str | None = None) -> FileKey:
    """The private key of a PEM file, with the certificate beside it in the same file, and its name.

    The name is the certificate's serial number in hex or, without a certificate, the first 16 digits of the key's
    fingerprint. Raises KeyRefused: the file or password is wrong, the password is one that keys are delivered with,
    or the certificate belongs to another key.
    """
    if password is not None and (delivered := default_password_problem(password)):
        raise KeyRefused([delivered])
    found = _blocks(path)
    private = next((block for block in found if block[0].endswith("PRIVATE KEY")), None)
    if private is None:
        raise _bad_file(path, "it holds no PRIVATE KEY", "文件中没有私钥")
    key = _private_key(path, *private, password)
    certificate = next((data for label, data in found if label == "CERTIFICATE"), None)
    if certificate is None:
        return key.named(fingerprint(key.public_key)[:16], None)
    read = _certificate(path, certificate)
    if read.public_key.der() != key.public_key.der():
        raise _bad_file(path, "its certificate belongs to another key", "证书与私钥不匹配")
    return key.named(read.key_name, certificate)


def load_public_key(path: Path) -> tuple[str, PublicKey]:
    """Name and key of a PEM file with a public key or a certificate; named as load_key names it. Raises KeyRefused."""
    for label, data in _blocks(path):
        if label == "CERTIFICATE":
            certificate = _certificate(path, data)
            return certificate.key_name, certificate.public_key
        if label == "PUBLIC KEY":
            try:
                key = public_key_of(data)
            except ValueError:
                raise _bad_file(path, "its public key is neither RSA nor SM2", "公钥不是 RSA 或 SM2 密钥") from None
            return fingerprint(key)[:16], key
    raise _bad_file(path, "it holds no PUBLIC KEY and no CERTIFICATE", "文件中没有公钥或证书")


def load_certificate(path: Path) -> Certificate | None:
    """The first certificate of a PEM file, if it holds one; raises KeyRefused."""
    data = next((data for label, data in _blocks(path) if label == "CERTIFICATE"), None)
    return None if data is None else _certificate(path, data)


@lru_cache(maxsize=1024)
def read_public_key(text: str) -> PublicKey:
    """The public key in the text of a PEM block; raises ValueError."""
    [(label, data)] = blocks(text)
    if label != "PUBLIC KEY":
        raise ValueError("no PUBLIC KEY")
    return public_key_of(data)


def key_file_text(key: FileKey, password: str) -> str:
    """The PEM text of a private key, encrypted, and of its certificate; raises KeyRefused for a delivered password."""
    if delivered := default_password_problem(password):
        raise KeyRefused([delivered])
    plain = pkcs8.sm2_key(key.number) if isinstance(key, Sm2PrivateKey) else pkcs8.rsa_key(key.key)
    text = pem("ENCRYPTED PRIVATE KEY", pkcs8.encrypted(plain, password))
    return text + (pem("CERTIFICATE", key.certificate) if key.certificate else "")


def certificate_pem(key: FileKey) -> str:
    """The PEM text of a key's certificate, for everybody who shall trust it; raises ValueError if it has none."""
    if key.certificate is None:
        raise ValueError("the key has no certificate")
    return pem("CERTIFICATE", key.certificate)


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner can read; raises KeyRefused if there is one already, and OSError."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise _bad_file(path, "it exists already and is left as it is", "文件已存在，未作改动") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)


def _blocks(path: Path) -> list[tuple[str, bytes]]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ValueError
        return list(blocks(data.decode("ascii", errors="replace")))
    except OSError as error:
        raise _bad_file(path, f"it cannot be read ({error.strerror})", "文件无法读取") from None
    except ValueError:
        raise _bad_file(path, "it is no PEM file", "不是 PEM 文件") from None


def _certificate(path: Path, data: bytes) -> Certificate:
    try:
        return read_certificate(data)
    except ValueError:
        raise _bad_file(path, "its certificate cannot be read", "证书无法读取") from None


def _private_key(path: Path, label: str, data: bytes, password: str | None) -> FileKey:
    encrypted = label == "ENCRYPTED PRIVATE KEY"
    if encrypted and password is None:
        raise _wrong_password(path, "it is encrypted, and no password was given", "私钥已加密，未提供口令")
    try:
        plain = pkcs8.decrypted(data, password or "") if encrypted else data
    except pkcs8.WrongPassword:
        raise _wrong_password(path, "the password does not open it", "口令不正确") from None
    except ValueError as error:
        raise _bad_file(path, f"its encryption is not known here: {error}", "私钥加密方式不受支持") from None
    try:
        if (number := pkcs8.sm2_number(plain)) is not None:
            return Sm2PrivateKey(number)
        key = load_der_private_key(plain, None)
        if isinstance(key, rsa.RSAPrivateKey):
            return RsaPrivateKey(key)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        pass
    raise _bad_file(path, "its private key is neither RSA nor SM2, or is damaged", "私钥不是 RSA 或 SM2 密钥，或已损坏")


def _wrong_password(path: Path, english: str, chinese: str) -> KeyRefused:
    return KeyRefused(
        [
            key_problem(
                "E_KEY_PASSWORD",
                (
                    f"the private key in {path.name} cannot be opened: {english}",
                    f"{path.name} 中的私钥无法打开：{chinese}",
                ),
                (
                    "Give the password the key was made with, in a file or at the prompt",
                    "请通过文件或提示输入正确的口令",
                ),
            )
        ]
    )


def _bad_file(path: Path, english: str, chinese: str) -> KeyRefused:
    return KeyRefused(
        [
            key_problem(
                "E_KEY_FILE",
                (f"the key file {path.name} cannot be used: {english}", f"密钥文件 {path.name} 无法使用：{chinese}"),
                (
                    "Give a PEM file of an RSA or SM2 key; `clearway keys make` makes one",
                    "请提供 RSA 或 SM2 密钥的 PEM 文件；可用 clearway keys make 生成",
                ),
            )
        ]
    )
