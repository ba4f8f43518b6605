"""Passwords that cards and keys are delivered with: with one of them, a key is no secret."""

from clearway.contracts.problems import Problem
from clearway.messages.signatures.refusals import key_problem

DELIVERED_WITH = frozenset(
    (
        "88888888",  # the E-Port control's own documents and programs of others use it
        *("12345678", "123456", "1234567890", "123456789", "1234", "12341234", "87654321", "654321", "123123"),
        *("password", "admin", "clearway", "changeit", "changeme"),
    )
)


def default_password_problem(password: str) -> Problem | None:
    """E_DEFAULT_PASSWORD for a delivered password, for one character repeated, and for no password at all."""
    if password and password.lower() not in DELIVERED_WITH and len(set(password)) > 1:
        return None
    return key_problem(
        "E_DEFAULT_PASSWORD",
        (
            "the password is empty, or one that cards and keys are delivered with",
            "口令为空，或为出厂默认口令",
        ),
        (
            "Change the card's password in the E-Port client, or make the key anew with a password of your own",
            "请在电子口岸客户端修改卡口令，或使用自设口令重新生成密钥",
        ),
    )
