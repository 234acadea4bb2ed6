# SPDX-License-Identifier: Apache-2.0
"""60,000 rows of a layout that no ready mapping knows, a tenth of them wrong in twelve ways, read by a daemon that is killed on the
way: what became of each row can be asked for, and the counts add up to what was read. A dry run says the same beforehand."""
import collections
import json
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import fail_unless, journey_parser, run_journey  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from stack_texts import journal_source  # noqa: E402

MAPPING = """
delimiter = ";"
issuer = "harbour-bikes"
zone = "Europe/Copenhagen"

[begin]
column = "Fra"
formats = ["%Y-%m-%dT%H:%M:%S"]

[end]
column = "Til"
formats = ["%Y-%m-%dT%H:%M:%S"]

[mode]
column = "Slags"
values = { cykel = "bike.shared", elcykel = "ebike.shared", sporvogn = "tram.other" }

[event_id]
column = "Turnummer"

[quantities."m.odometer"]
column = "Meter"
"""
HEADER = "Turnummer;Slags;Fra;Til;Meter"


def good(number):
    minute, second = divmod(number % 3000, 60)
    hour = 6 + number // 3000 % 14
    return [f"T{number}", "cykel", f"2026-05-04T{hour:02}:{minute:02}:{second:02}", f"2026-05-04T{hour + 1:02}:{minute:02}:{second:02}",
            str(1500 + number % 4000)]


def with_field(index, value):
    def spoil(row, _):
        row[index] = value
        return row
    return spoil


def swap_times(row, _):
    row[2], row[3] = row[3], row[2]
    return row


def like_before(row, before):
    return list(before)


def other_under_its_id(row, before):
    return [before[0], *row[1:]]


# What is wrong, and what must become of the row. Times are in no daylight saving gap but for the one that is meant.
WAYS = [
    ("no number", with_field(0, ""), "refused"),
    ("no begin", with_field(2, ""), "refused"),
    ("a begin in another form", with_field(2, "04/05/2026 06:00"), "refused"),
    ("no such local time", with_field(2, "2026-03-29T02:30:00"), "refused"),
    ("an end before its begin", swap_times, "refused"),
    ("a distance that is no number", with_field(4, "far"), "refused"),
    ("a negative distance", with_field(4, "-5"), "refused"),
    ("an unknown kind", with_field(1, "ballon"), "refused"),
    ("a column too few", lambda row, _: row[:-1], "refused"),
    ("a kind that nobody measures", with_field(1, "sporvogn"), "claimless"),
    ("a ride of 300 km", with_field(4, "300000"), "guarded"),
    ("the same ride again", like_before, "repeated"),
    ("another ride under a number that was there", other_under_its_id, "guarded"),
]


def compose(rows, rng):
    """The file's text, and of each line its fate."""
    lines, fates, before = [HEADER], {}, None
    for number in range(1, rows + 1):
        row = good(number)
        fate = "claimed"
        if number % 10 == 0:
            _, spoil, fate = WAYS[rng.randrange(len(WAYS))]
            row = spoil(row, before)
        else:
            before = list(row)
        lines.append(";".join(row))
        fates[len(lines)] = fate
    return "\n".join(lines) + "\n", fates


def check_counts(what, counts, expected):
    by_fate = collections.Counter()
    for count in counts:
        by_fate[count["fate"]] += count["records"]
        fail_unless(count["reason"] or count["fate"] in ("claimed", "repeated"), f"{what}: {count} has no reason")
    fail_unless(by_fate == expected, f"{what}: {dict(by_fate)} instead of {dict(expected)}")


def ask_rows(stack, fates, lines):
    for line in lines:
        records = json.loads(stack.tool("records", "--json", "--where", f"rides.csv:{line}"))["records"]
        fail_unless([record["fate"] for record in records] == [fates[line]], f"line {line}: {records}, and not {fates[line]}")
        fail_unless(records[0]["claims"] or fates[line] != "claimed", f"line {line}: {records} names no claim")


def journey(folder, arguments):
    rng = random.Random(arguments.seed)
    text, fates = compose(arguments.rows, rng)
    expected = collections.Counter(fates.values())
    data = folder / "data"
    data.mkdir()
    (data / "rides.csv").write_text(text)
    mappings = folder / "mappings"
    mappings.mkdir()
    (mappings / "harbour.toml").write_text(MAPPING)

    stack = Stack(folder, arguments.bin)
    stack.prepare(journal_source("rides", data / "rides.csv", str(mappings / "harbour.toml")))
    dry = subprocess.run([stack.program("greentill"), "--json", "--config", stack.daemon_config, "source", "test", "rides",
                          data / "rides.csv", "--limit", "1"], stdout=subprocess.PIPE, check=False, timeout=PATIENCE_S)
    fail_unless(dry.returncode == 1, f"the dry run ended with {dry.returncode}, though rows are refused")
    check_counts("the dry run", json.loads(dry.stdout)["counts"], expected)
    fail_unless(not (folder / "state").exists() or not (folder / "state/outbox.db").exists(), "the dry run made a store")

    try:
        stack.start_daemon()
        kills = 0
        while kills < arguments.kills:
            time.sleep(rng.uniform(0.05, 0.4))
            if stack.api.status()["plugins"][-1]["state"] == "finished":
                break
            stack.daemon.kill()
            kills += 1
            stack.start_daemon()
        wait_until(lambda: stack.api.status()["plugins"][-1]["state"] == "finished", PATIENCE_S, "the rows to be read")
        status = stack.api.status()
        check_counts("the daemon", status["records"], expected)
        fail_unless(len(status["records"]) <= len(WAYS) + 1, f"a reason is told in more than one way: {status['records']}")
        sample = rng.sample(sorted(fates), 20) + [next(line for line, fate in fates.items() if fate == wanted) for wanted in expected]
        ask_rows(stack, fates, sample)
        metrics = stack.api.request("GET", "/metrics")[1].decode()
        counted = sum(int(line.rsplit(" ", 1)[1]) for line in metrics.splitlines() if line.startswith("greentill_source_records_total{"))
        fail_unless(counted == arguments.rows, f"the metrics count {counted} records, {arguments.rows} were read")
        print(f"{arguments.rows} rows, {kills} kills: {dict(expected)}, by {len(status['records'])} fates and reasons; 0 rows without a fate")
    finally:
        stack.kill()


if __name__ == "__main__":
    parser = journey_parser(__doc__.splitlines()[0], "fates")
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    sys.exit(run_journey(parser, journey))
