from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import InputError
from dronectl.protocol.param.pack import unpack_parameters
from dronectl.protocol.param.parameters import Parameter
from dronectl.sim.services.parameter_pack import pack_parameters

HEADER = struct.Struct("<HHH")


def test_a_file_written_by_hand_is_read() -> None:
    """Two names that share a beginning, a default value, and padding before the second."""
    data = HEADER.pack(0x671C, 2, 2) + bytes((0x04, 6 << 4)) + b"RTL_ALT" + struct.pack("<f", 15.5)
    data += bytes(3) + bytes((0x12, 4 | 2 << 4)) + b"LOI" + struct.pack("<hh", -2, 7)
    assert unpack_parameters(data) == {"RTL_ALT": Parameter("RTL_ALT", 15.5, 9), "RTL_LOI": Parameter("RTL_LOI", -2, 4)}


names = st.lists(
    st.text("AB_9", min_size=1, max_size=16).filter(lambda name: name.strip("_") != ""), unique=True, max_size=60
)
kinds = {2: (-128, 127), 4: (-(2**15), 2**15 - 1), 6: (-(2**31), 2**31 - 1)}


@given(names, st.randoms(), st.integers(20, 239))
def test_what_the_vehicle_packs_is_read_with_every_type(names: list[str], random, block: int) -> None:  # type: ignore[no-untyped-def]
    listed = []
    for name in names:
        kind = random.choice([2, 4, 6, 9])
        value = (
            random.randint(*kinds[kind]) if kind != 9 else struct.unpack("<f", struct.pack("<f", random.random()))[0]
        )
        listed.append((name, value, kind))
    data = pack_parameters(listed, block)
    assert unpack_parameters(data) == {name: Parameter(name, value, kind) for name, value, kind in listed}
    assert list(unpack_parameters(data)) == names


def test_an_int32_keeps_every_bit() -> None:
    data = pack_parameters([("A", 2_147_483_647, 6)], 239)
    assert unpack_parameters(data)["A"].value == 2_147_483_647


@given(st.binary(max_size=300))
def test_any_bytes_are_parameters_or_an_input_error(data: bytes) -> None:
    for candidate in (data, HEADER.pack(0x671B, len(data) % 7, len(data) % 7) + data):
        try:
            unpack_parameters(candidate)
        except InputError:
            continue


@pytest.mark.parametrize("cut", [1, 5, 6, 7, 12, -1])
def test_a_file_that_is_cut_off_is_an_error(cut: int) -> None:
    data = pack_parameters([("RTL_ALT", 1500, 6), ("RTL_SPEED", 0, 4)], 239)
    with pytest.raises(InputError):
        unpack_parameters(data[:cut])


def test_a_part_of_the_parameters_is_not_all_of_them() -> None:
    data = pack_parameters([("RTL_ALT", 1500, 6)], 239)
    with pytest.raises(InputError, match="1 of 2"):
        unpack_parameters(HEADER.pack(0x671B, 1, 2) + data[6:])
