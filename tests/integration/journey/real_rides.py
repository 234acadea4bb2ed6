# SPDX-License-Identifier: Apache-2.0
"""A hundred real rides of Helsinki's city bikes, the whole way: journal, claims, broker, two workers, ledger.

What each ride is worth is worked out here from the file alone, with exact fractions.
"""
import argparse
import collections
import csv
import sys
import tomllib
from fractions import Fraction
from math import floor, isqrt

from promises import ROOT, check_booked_once, claims_of, corpus_or_skip, fail_unless, reductions, run_test
from stack import Stack, journal_source, wait_until

RIDES = "trips-hsl/2021-05-31.csv"


def worth(metres, seconds, method):
    """(estimate_mg, credited_mg) of a ride, or None where the methodology's limits make no claim of it."""
    limits = method["limits"]
    if not limits["min"] <= metres <= limits["max_plausible"]:
        return None
    if not limits["min_duration_s"] <= seconds <= limits["max_duration_s"] or metres * 1000 > limits["max_speed_mm_per_s"] * seconds:
        return None
    terms = [(Fraction(term["share"]) * Fraction(term["factor"]), term, 1) for term in method["baseline_term"]]
    terms += [(Fraction(term["factor"]), term, -1) for term in method["project_term"]]
    net = sum(sign * value for value, _, sign in terms) * 1000  # g/km is 1,000 µg/m
    spread_squared = sum((value * 1000 * ppm(term["uncertainty"])) ** 2 for value, term, _ in terms)
    relative = -(-root_up(spread_squared) // net)
    others = [ppm(method["displacement"]["uncertainty"]), ppm(quantity(method)["uncertainty"])]
    relative = root_up(relative ** 2 + sum(other ** 2 for other in others))
    exact = floor(min(metres, limits["max_credited"]) * net * Fraction(method["displacement"]["share"]))
    return exact // 1000, max(0, exact * (10**9 - 1645 * relative) // 10**12)


def quantity(method):
    return next(each for each in method["quantity"] if each["key"] == "m.odometer")


def root_up(value):
    whole = -(-value.numerator // value.denominator) if isinstance(value, Fraction) else value
    root = isqrt(whole)
    return root if root * root >= whole else root + 1


def ppm(uncertainty):
    """Relative standard uncertainty in millionths, rounded up: as stated, or half the sources' spread over root 3 and their first value."""
    if uncertainty["rule"] == "exact":
        return 0
    if uncertainty["rule"] == "rectangular":
        values = [Fraction(value) for value in uncertainty["values"]]
        half = (max(values) - min(values)) / 2
        return root_up(Fraction(half**2 * 10**12, 3 * values[0] ** 2))
    return int(Fraction(uncertainty["relative"]) * 10**6)


def expected_amounts(rides):
    method = tomllib.loads((ROOT / "config/methodologies/gt-ride-bike-shared-1.toml").read_text())
    with open(rides, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    amounts = [worth(int(row["Covered distance (m)"] or 0), int(row["Duration (sec.)"]), method) for row in rows]
    return len(rows), collections.Counter(amount for amount in amounts if amount is not None)


def journey(folder, binaries):
    rides = corpus_or_skip(RIDES)
    count, expected = expected_amounts(rides)
    stack = Stack(folder, binaries, workers=2)
    stack.prepare(journal_source("rides", rides.resolve(), "helsinki-city-bike"))
    try:
        stack.start()
        wait_until(lambda: stack.api.status()["plugins"][-1]["state"] == "finished", 60, "the rides to be read")
        stack.wait_delivered()
        total = stack.api.json("/v1/stats")["total"]
        fail_unless(total["transactions"] == count, f"{count} rides are in the file, {total['transactions']} were reported")
        made = collections.Counter((entry["estimate_mg"], entry["credited_mg"]) for entry in reductions(claims_of(stack)))
        fail_unless(made == expected, f"claimed but not expected: {made - expected}; expected but not claimed: {expected - made}")
        check_booked_once(stack, sum(expected.values()))
        print(f"{count} real rides, {sum(expected.values())} claims, "
              f"{sum(credited * times for (_, credited), times in expected.items())} mg booked once")
    finally:
        stack.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default="build/release")
    parser.add_argument("--folder", default="build/real-rides")
    arguments = parser.parse_args()
    return run_test(lambda folder: journey(folder, arguments.bin), arguments.folder)


if __name__ == "__main__":
    sys.exit(main())
