"""SM2 signatures with SM3 (GB/T 32918.2 and 32918.5), on Python's integers: the arithmetic and nothing else.

docs/decisions/0010 says why no library does this. Every window of a scalar costs one addition, also where it is
zero, so the time of a signature tells next to nothing of its nonce; the one power of the private key is taken once,
when the key is loaded. Whoever can measure this process from the same machine needs a card or an HSM against them.
"""

import secrets
from collections.abc import Sequence
from functools import lru_cache

from cryptography.hazmat.primitives import hashes

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
USER_ID = b"1234567812345678"
"""The signer's identity that enters the hash; everybody uses the standard's default (REFERENCE §7.2)."""

Point = tuple[int, int]
_Jacobian = tuple[int, int, int]  # (X, Y, Z) stands for (X/Z², Y/Z³); Z = 0 is the point at infinity
_Table = tuple[tuple[Point, ...], ...]
_WINDOWS = 64  # of four bits each
_TABLES = 64  # kept at once, each of about 170 kB


def sm3(data: bytes) -> bytes:
    """The SM3 digest, 32 bytes."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def on_curve(point: Point) -> bool:
    """Whether the coordinates are reduced and satisfy the curve's equation."""
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x + A) * x - B) % P == 0


def public_point(private: int) -> Point:
    """The public key of a private one, which lies in 1 … N - 2."""
    return _affine([_times(private, _table(G))])[0]


def new_private() -> int:
    """A fresh private key from the operating system's randomness."""
    return secrets.randbelow(N - 2) + 1


def inverse_of(private: int) -> int:
    """1 / (1 + private) modulo N, which every signature needs; take it once for each key."""
    return pow(private + 1, -1, N)


def hash_to_sign(point: Point, data: bytes) -> int:
    """SM3(ZA || data) as a number, ZA being the hash of the signer's identity and public key."""
    return int.from_bytes(sm3(_identity(point) + data), "big")


def sign_hash(private: int, inverse: int, hashed: int, nonce: int | None = None) -> bytes:
    """The signature r || s, 64 bytes. `nonce` is for the standard's worked example only."""
    while True:
        k = nonce or secrets.randbelow(N - 1) + 1
        r = (hashed + _affine([_times(k, _table(G))])[0][0]) % N
        s = inverse * (k - r * private) % N
        if r and s and r + k != N:
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify_hash(point: Point, hashed: int, signature: bytes) -> bool:
    """Whether r || s is the signature of this hash under the public key `point`, which lies on the curve."""
    if len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    t = (r + s) % N
    if not (0 < r < N and 0 < s < N and t):
        return False
    found = _times(t, _table(point), _times(s, _table(G)))
    return found[2] != 0 and (hashed + _affine([found])[0][0]) % N == r


@lru_cache(maxsize=256)
def _identity(point: Point) -> bytes:
    numbers = (A, B, *G, *point)
    said = (8 * len(USER_ID)).to_bytes(2, "big") + USER_ID
    return sm3(said + b"".join(number.to_bytes(32, "big") for number in numbers))


def _times(scalar: int, table: _Table, start: _Jacobian = (1, 1, 0)) -> _Jacobian:
    """`start` + `scalar` times the table's point; a zero window adds as well, and throws the sum away."""
    total = start
    for row in table:
        digit = scalar & 15
        added = _add(total, row[digit or 1])
        total = added if digit else total
        scalar >>= 4
    return total


@lru_cache(maxsize=_TABLES)
def _table(point: Point) -> _Table:
    """For each window, the point times 16^window times 0 … 15 (nothing stands at 0)."""
    powers: list[_Jacobian] = [(*point, 1)]
    for _ in range(_WINDOWS - 1):
        power = powers[-1]
        for _ in range(4):
            power = _double(power)
        powers.append(power)
    multiples: list[_Jacobian] = []
    for base in _affine(powers):
        multiple: _Jacobian = (*base, 1)
        for _ in range(15):
            multiples.append(multiple)
            multiple = _add(multiple, base)
    points = _affine(multiples)
    return tuple(((0, 0), *points[first : first + 15]) for first in range(0, len(points), 15))


def _affine(points: Sequence[_Jacobian]) -> list[Point]:
    """The points, none of them infinite, as (x, y); one inversion for all of them."""
    products = [1]
    for _, _, z in points:
        products.append(products[-1] * z % P)
    inverse = pow(products.pop(), -1, P)
    found: list[Point] = []
    for x, y, z in reversed(points):
        one = inverse * products.pop() % P
        inverse = inverse * z % P
        square = one * one % P
        found.append((x * square % P, y * square * one % P))
    return found[::-1]


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    delta, gamma = z * z % P, y * y % P
    beta = x * gamma % P
    alpha = 3 * (x - delta) * (x + delta) % P  # A is -3
    doubled = (alpha * alpha - 8 * beta) % P
    return doubled, (alpha * (4 * beta - doubled) - 8 * gamma * gamma) % P, 2 * y * z % P


def _add(one: _Jacobian, other: Point) -> _Jacobian:
    x, y, z = one
    if z == 0:
        return (*other, 1)
    square = z * z % P
    h = (other[0] * square - x) % P
    r = (other[1] * square * z - y) % P
    if h == 0:
        return _double(one) if r == 0 else (1, 1, 0)
    h2 = h * h % P
    h3 = h * h2 % P
    v = x * h2 % P
    added = (r * r - h3 - 2 * v) % P
    return added, (r * (v - added) - y * h3) % P, z * h % P
