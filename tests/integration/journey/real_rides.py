# SPDX-License-Identifier: Apache-2.0
"""A hundred real rides of Helsinki's city bikes, the whole way: journal, claims, broker, two workers, ledger.

What each ride is worth is worked out here from the file alone, by the independent recomputation.
"""
import collections
import csv
import pathlib
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import (ROOT, TESTS, check_booked_once, claims_of, corpus_or_skip, fail_unless, journey_parser,  # noqa: E402
                      reductions, run_journey)
from parts import PATIENCE_S, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from stack_texts import journal_source  # noqa: E402

sys.path.insert(0, str(TESTS / "integration/recompute"))
import greentill_recompute as recompute  # noqa: E402

HELSINKI = ZoneInfo("Europe/Helsinki")
RIDES = "trips-hsl/2021-05-31.csv"


def expected_amounts(rides):
    """How many rides the file has, and how often each (estimate_mg, credited_mg) must be claimed."""
    method = recompute.load_methodologies(ROOT / "config/methodologies")[("gt-ride-bike-shared", 1)]
    amounts = collections.Counter()
    with open(rides, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        begin, end = (int(datetime.fromisoformat(row[column]).replace(tzinfo=HELSINKI).timestamp()) for column in ("Departure", "Return"))
        try:
            amounts[recompute.quantify(method, {"m.odometer": int(row["Covered distance (m)"])}, begin, end)] += 1
        except recompute.Unclaimable:
            continue
    return len(rows), amounts


def journey(folder, binaries):
    rides = corpus_or_skip(RIDES)
    count, expected = expected_amounts(rides)
    stack = Stack(folder, binaries, workers=2)
    stack.prepare(journal_source("rides", rides.resolve(), "helsinki-city-bike"))
    try:
        stack.start()
        wait_until(lambda: stack.api.status()["plugins"][-1]["state"] == "finished", PATIENCE_S, "the rides to be read")
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


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__.splitlines()[0], "real-rides"),
                         lambda folder, arguments: journey(folder, arguments.bin)))
