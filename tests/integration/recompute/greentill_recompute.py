#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recomputes what claims state, from docs/methodologies.md and docs/claim-format.md alone.

It shares nothing with the daemon: exact rationals instead of 128-bit integers, tomllib and cbor2 instead of toml++ and the
daemon's own CBOR. It checks amounts, not signatures or the chain; `greentill verify` does those.

    greentill_recompute.py --claims FILE --methodologies DIR

FILE is a CBOR sequence of claim messages. Each difference is printed with its seq; the exit status is 1 if there is any.
"""
import argparse
import hashlib
import math
import pathlib
import re
import sys
import tomllib
from dataclasses import dataclass
from datetime import datetime, timezone
from fractions import Fraction

import cbor2
import lock_statement

MILLION = 10**6
INT64_MAX = 2**63 - 1
CWT_TAG, SIGN1_TAG = 61, 18
BODY, ENTRY, SEQ = -65537, 6, 1
REDUCTION = 0

MASS_IN_MICROGRAMS = {"gCO2e": 10**6, "kgCO2e": 10**9}
AMOUNT_IN_BASE_UNITS = {
    "km": ("metre", 10**3), "t": ("milligram", 10**9), "kg": ("milligram", 10**6), "piece": ("piece", 1), "kWh": ("watt-hour", 10**3)}


class Unclaimable(Exception):
    """The methodology does not count this event; the message is one of the reasons in docs/methodologies.md."""


@dataclass(frozen=True)
class Term:
    role: str  # baseline, project or leakage
    factor: int  # µg per base unit, its share applied
    uncertainty: int  # ppm


@dataclass(frozen=True)
class Measured:
    key: str
    multiplier: Fraction
    uncertainty: int  # ppm


@dataclass(frozen=True)
class Methodology:
    id: str
    version: int
    sha256: bytes
    activity: str
    valid_from: int
    valid_until: int | None
    measured: tuple[Measured, ...]
    terms: tuple[Term, ...]
    displacement: Fraction
    displacement_uncertainty: int  # ppm
    limits: dict


def decimal(text):
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise ValueError(f"{text!r} is no decimal number in quotes")
    return Fraction(text)


def isqrt_up(number):
    """The smallest integer whose square is at least the number."""
    least = math.ceil(number)
    root = math.isqrt(least)
    return root if root * root == least else root + 1


def to_ppm(number, rounding):
    return rounding(number * MILLION)


def uncertainty_ppm(table, used):
    rule = table["rule"]
    if rule == "exact":
        return 0
    if rule == "rectangular":
        values = [decimal(value) for value in table["values"]]
        half_width = (max(values) - min(values)) / 2
        return isqrt_up(half_width**2 / 3 / used**2 * MILLION**2)
    if rule not in ("stated", "expert"):
        raise ValueError(f"unknown rule {rule!r}")
    return to_ppm(decimal(table["relative"]), math.ceil)


def micrograms_per_base_unit(unit, base_unit):
    mass, amount = unit.split("/")
    of, base_units = AMOUNT_IN_BASE_UNITS[amount]
    if of != base_unit:
        raise ValueError(f"{unit} is no factor per {base_unit}")
    return Fraction(MASS_IN_MICROGRAMS[mass], base_units)


def read_term(table, role, base_unit):
    factor = decimal(table["factor"])
    exact = factor * decimal(table.get("share", "1")) * micrograms_per_base_unit(table["unit"], base_unit)
    rounding = math.floor if role == "baseline" else math.ceil
    return Term(role, rounding(exact), uncertainty_ppm(table["uncertainty"], factor))


def read_measured(table):
    multiplier = Fraction(to_ppm(decimal(table.get("multiplier", "1")), math.floor), MILLION)
    return Measured(table["key"], multiplier, uncertainty_ppm(table["uncertainty"], multiplier))


def midnight(date):
    return int(datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=timezone.utc).timestamp())


def refuse_float(text):
    raise ValueError(f"the float {text} is not allowed; decimals are texts")


def parse_methodology(data):
    table = tomllib.loads(data.decode("utf-8"), parse_float=refuse_float)
    displacement = table.get("displacement")
    share = Fraction(to_ppm(decimal(displacement["share"]), math.floor), MILLION) if displacement else Fraction(1)
    return Methodology(
        id=table["id"],
        version=table["version"],
        sha256=hashlib.sha256(data).digest(),
        activity=table["activity"],
        valid_from=midnight(table["valid_from"]),
        valid_until=midnight(table["valid_until"]) if "valid_until" in table else None,
        measured=tuple(read_measured(quantity) for quantity in table["quantity"]),
        terms=tuple(read_term(term, role, table["base_unit"])
                    for role in ("baseline", "project", "leakage") for term in table.get(role + "_term", [])),
        displacement=share,
        displacement_uncertainty=uncertainty_ppm(displacement["uncertainty"], share) if displacement else 0,
        limits=table["limits"])


def load_methodologies(folder):
    """Every *.toml of the folder, by (id, version)."""
    loaded = {}
    for path in sorted(pathlib.Path(folder).glob("*.toml")):
        try:
            methodology = parse_methodology(path.read_bytes())
        except (KeyError, ValueError) as error:
            raise ValueError(f"{path}: {error}") from error
        key = (methodology.id, methodology.version)
        if key in loaded:
            raise ValueError(f"{path}: {key[0]} version {key[1]} is there twice")
        loaded[key] = methodology
    return loaded


def check_limits(limits, amount, duration):
    if amount < limits.get("min", 1):
        raise Unclaimable("below_minimum")
    if (amount > limits.get("max_plausible", amount) or duration < limits.get("min_duration_s", duration)
            or duration > limits.get("max_duration_s", duration)):
        raise Unclaimable("implausible")
    # A distance in no time, or in negative time, is faster than any limit: compare without dividing.
    if "max_speed_mm_per_s" in limits and amount * 1000 > limits["max_speed_mm_per_s"] * duration:
        raise Unclaimable("implausible")


def counted_amount(methodology, quantities, begin, end):
    """Base units that count, and how the quantity was measured."""
    if end < methodology.valid_from or (methodology.valid_until is not None and end >= methodology.valid_until):
        raise Unclaimable("outside_validity")
    if any(value < 0 for value in quantities.values()):
        raise Unclaimable("negative")
    measured = next((one for one in methodology.measured if one.key in quantities), None)
    if measured is None:
        raise Unclaimable("no_quantity")
    amount = math.floor(quantities[measured.key] * measured.multiplier)
    if amount > INT64_MAX:
        raise Unclaimable("overflow")
    check_limits(methodology.limits, amount, quantities.get("s", end - begin))
    return min(amount, methodology.limits.get("max_credited", amount)), measured


def quantify(methodology, quantities, begin, end):
    """(estimate_mg, credited_mg) of one event; raises Unclaimable."""
    amount, measured = counted_amount(methodology, quantities, begin, end)
    net = sum(term.factor if term.role == "baseline" else -term.factor for term in methodology.terms)
    if net <= 0:
        return 0, 0
    of_factor = math.ceil(Fraction(isqrt_up(sum((term.factor * term.uncertainty) ** 2 for term in methodology.terms)), net))
    relative = isqrt_up(of_factor**2 + measured.uncertainty**2 + methodology.displacement_uncertainty**2)
    micrograms = math.floor(amount * net * methodology.displacement)
    estimate = micrograms // 1000
    if estimate > INT64_MAX:
        raise Unclaimable("overflow")
    return estimate, max(0, micrograms * (10**9 - 1645 * relative) // 10**12)


def methodology_of(reduction, methodologies):
    name, version, sha256 = reduction[4]
    methodology = methodologies.get((name, version))
    if methodology is None:
        raise LookupError(f"methodology {name} version {version} is not there")
    if methodology.sha256 != sha256:
        raise LookupError(f"methodology {name} version {version} has other bytes than the claim names")
    if methodology.activity != reduction[2]:
        raise LookupError(f"methodology {name} measures {methodology.activity}, not {reduction[2]}")
    return methodology


def recompute(reduction, methodologies):
    """(estimate_mg, credited_mg) of a reduction's CBOR map; raises LookupError or Unclaimable."""
    begin, end = reduction[1]
    return quantify(methodology_of(reduction, methodologies), reduction[3], begin, end)


def read_claims(path):
    """The decoded payloads of a CBOR sequence of claim messages, in file order."""
    payloads = []
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        while file.tell() < size:
            at = file.tell()
            message = cbor2.load(file)
            sign1 = message.value if isinstance(message, cbor2.CBORTag) and message.tag == CWT_TAG else None
            if not isinstance(sign1, cbor2.CBORTag) or sign1.tag != SIGN1_TAG:
                raise ValueError(f"{path}: no claim message at byte {at}")
            payloads.append(cbor2.loads(sign1.value[2]))
    return payloads


def differences(payloads, methodologies):
    """One line for each reduction whose amounts are not what its methodology gives, and for each that says other than its lock."""
    for payload in payloads:
        kind, content = payload[BODY][ENTRY][:2]
        if kind != REDUCTION:
            continue
        seq, stated = payload[BODY][SEQ], (content[5], content[6])
        try:
            computed = recompute(content, methodologies)
        except (LookupError, Unclaimable) as error:
            yield f"seq {seq}: {type(error).__name__}: {error}"
            continue
        try:
            other = lock_statement.difference(payload, content)
        except ValueError as error:
            other = str(error)
        if other:
            yield f"seq {seq}: {other}"
        if computed != stated:
            yield f"seq {seq}: states {stated[0]} mg, credited {stated[1]} mg; recomputed {computed[0]} mg, credited {computed[1]} mg"


def main():
    parser = argparse.ArgumentParser(description="Recompute the amounts of claims.")
    parser.add_argument("--claims", required=True, help="a CBOR sequence of claim messages")
    parser.add_argument("--methodologies", required=True, help="the folder of the methodologies' files")
    arguments = parser.parse_args()
    payloads = read_claims(arguments.claims)
    found = list(differences(payloads, load_methodologies(arguments.methodologies)))
    for line in found:
        print(line)
    print(f"{len(payloads)} claims, {len(found)} differences", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
