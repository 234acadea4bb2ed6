# SPDX-License-Identifier: Apache-2.0
"""What a lock said of a ride, where a claim carries it as evidence, and whether the claim says the same: the rules of docs/lock.md alone.
Who signed it, and which ride the act names, is for others to check.
"""
import cbor2

BODY, RECORDED = -65537, 6
TIMES, QUANTITIES, EVIDENCE = 1, 3, 10  # of a reduction
EMBEDDED = 0
BEGIN_OF_MESSAGE = bytes([0xd8, 0x3d, 0xd2])
ENDED = 6
METRES, SECONDS, CLOCK = 1, 2, 9  # of a ride
UNSET = 2
UNITS = {"m.odometer": METRES, "s": SECONDS}


def ride_of(reduction):
    """(when it ended, its values) of the ride that the claim carries; None where it carries none. ValueError where it is broken."""
    kind, content = reduction.get(EVIDENCE, (None, b""))
    if kind != EMBEDDED or not content.startswith(BEGIN_OF_MESSAGE):
        return None
    try:
        payload = cbor2.loads(cbor2.loads(content).value.value[2])
        _, values = payload[BODY]
        return payload[ENDED], {METRES: values[METRES], SECONDS: values[SECONDS], CLOCK: values.get(CLOCK, UNSET)}
    except (cbor2.CBORDecodeError, AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        raise ValueError(f"the statement in it cannot be read: {error}") from None


def difference(payload, reduction):
    """How the claim differs from the ride that it carries; None where it does not, or carries none."""
    ride = ride_of(reduction)
    if ride is None:
        return None
    ended, values = ride
    begin, end = reduction[TIMES]
    said = {unit: values[key] for unit, key in UNITS.items()}
    for unit, value in reduction[QUANTITIES].items():
        if said.get(unit) != value:
            return f"claims {unit} {value}, and its lock says {said.get(unit)}"
    if "m.odometer" not in reduction[QUANTITIES]:
        return "does not claim its lock's metres"
    if end - begin != values[SECONDS]:
        return f"claims {end - begin} s, and its lock says {values[SECONDS]}"
    if values[CLOCK] != UNSET and end != ended or values[CLOCK] == UNSET and not ended <= end <= payload[RECORDED]:
        return f"claims that it ended at {end}, and its lock says {ended}"
    return None
