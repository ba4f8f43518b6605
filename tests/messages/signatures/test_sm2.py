"""The arithmetic of SM2 agrees with the standard's own example and with another program, and refuses what is forged."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.messages.signatures import Sm2PrivateKey, Sm2PublicKey, der, load_key, public_pem, sm2

PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
POINT = (
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
SIGNED = bytes.fromhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
MESSAGE = b"message digest"


def test_the_example_of_gb_t_32918_5_comes_out_to_the_byte() -> None:
    assert sm2.public_point(PRIVATE) == POINT
    assert sm2.sign_hash(PRIVATE, sm2.inverse_of(PRIVATE), sm2.hash_to_sign(POINT, MESSAGE), NONCE) == SIGNED
    assert Sm2PublicKey(POINT).verify(MESSAGE, SIGNED)


def test_sm3_of_abc_is_the_standards() -> None:
    assert sm2.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.parametrize("bit", range(0, 512, 7))
def test_a_signature_with_one_bit_changed_does_not_hold(bit: int) -> None:
    changed = bytearray(SIGNED)
    changed[bit // 8] ^= 1 << bit % 8
    assert not Sm2PublicKey(POINT).verify(MESSAGE, bytes(changed))


@pytest.mark.parametrize(
    ("r", "s"),
    [(0, 0), (0, 1), (1, 0), (sm2.N, 1), (1, sm2.N), (sm2.N - 1, 1), (1, sm2.N - 1), (2**256 - 1, 2**256 - 1)],
)
def test_numbers_out_of_range_are_no_signature(r: int, s: int) -> None:
    assert not Sm2PublicKey(POINT).verify(MESSAGE, r.to_bytes(32, "big") + s.to_bytes(32, "big"))


@pytest.mark.parametrize("length", [0, 63, 65, 72])
def test_a_signature_of_another_length_is_none(length: int) -> None:
    assert not Sm2PublicKey(POINT).verify(MESSAGE, (SIGNED + SIGNED)[:length])


@pytest.mark.parametrize("point", [(0, 0), (POINT[0], POINT[1] ^ 1), (POINT[0] + sm2.P, POINT[1]), (-1, 1)])
def test_a_point_beside_the_curve_is_no_key(point: sm2.Point) -> None:
    with pytest.raises(ValueError, match="curve"):
        Sm2PublicKey(point)


@pytest.mark.parametrize("number", [0, -1, sm2.N - 1, sm2.N])
def test_a_private_number_out_of_range_is_no_key(number: int) -> None:
    with pytest.raises(ValueError, match="N - 2"):
        Sm2PrivateKey(number)


@pytest.mark.parametrize("number", [1, 2, 15, 16, 2**128, sm2.N - 2])
def test_keys_on_the_edges_sign_and_verify(number: int) -> None:
    key = Sm2PrivateKey(number)
    assert sm2.on_curve(key.public_key.point)
    assert key.public_key.verify(b"x", key.sign(b"x"))


@settings(max_examples=25, deadline=None)
@given(data=st.binary(max_size=200), other=st.binary(max_size=200))
def test_a_signature_holds_for_its_data_alone(data: bytes, other: bytes) -> None:
    key = Sm2PrivateKey(PRIVATE)
    signature = key.sign(data)
    assert key.public_key.verify(data, signature)
    assert key.public_key.verify(other, signature) == (data == other)


def test_no_two_signatures_of_the_same_data_are_alike() -> None:
    key = Sm2PrivateKey(PRIVATE)
    assert len({key.sign(b"x")[:32] for _ in range(20)}) == 20


def test_openssl_takes_our_signatures_and_we_take_its(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("NO OPENSSL: install the program `openssl` to compare with another implementation")
    key = Sm2PrivateKey(sm2.new_private())
    (tmp_path / "public.pem").write_text(public_pem(key.public_key))
    (tmp_path / "data").write_bytes(b"what both sign")
    signature = key.sign(b"what both sign")
    halves = (signature[:32], signature[32:])
    (tmp_path / "signature").write_bytes(der.sequence(*(der.integer(int.from_bytes(half, "big")) for half in halves)))
    identity = ["-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{sm2.USER_ID.decode()}"]
    verify = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-in", "data", "-sigfile", "signature"]
    ended = subprocess.run([*verify, *identity], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr

    make = [openssl, "genpkey", "-algorithm", "SM2", "-out", "theirs.pem"]
    subprocess.run(make, cwd=tmp_path, capture_output=True, timeout=60, check=True)
    sign = [openssl, "pkeyutl", "-sign", "-inkey", "theirs.pem", "-in", "data", "-out", "theirs.sig"]
    subprocess.run([*sign, *identity], cwd=tmp_path, capture_output=True, timeout=60, check=True)
    theirs = load_key(tmp_path / "theirs.pem").public_key
    numbers = [int.from_bytes(content, "big") for _, content, _ in der.parts((tmp_path / "theirs.sig").read_bytes())]
    assert theirs.verify(b"what both sign", b"".join(number.to_bytes(32, "big") for number in numbers))
