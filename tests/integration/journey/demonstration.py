# SPDX-License-Identifier: Apache-2.0
"""What tools/run leaves behind is true: the sample day, a trip history of one's own, and a customer's tree."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import ROOT, check_independently, check_ledger, fail_unless, journey_parser, run_journey  # noqa: E402
import postgres  # noqa: E402

RUN = ROOT / "tools/run"
SUMMARY_KEYS = {"transactions", "claims", "delivered", "refused", "credited_mg", "by_activity", "ledger"}
# As New York writes them: the night of 2021-11-07 has two hours from 01:00 to 02:00. The third ride was only a bike docked again,
# the last row is no ride at all.
TRIPS = """\
"ride_id","rideable_type","started_at","ended_at","start_station_name","start_station_id","end_station_name","end_station_id",\
"start_lat","start_lng","end_lat","end_lng","member_casual"
"R1","classic_bike","2021-11-06 10:00:00","2021-11-06 10:12:00","A","1","B","2",40.7500,-73.9900,40.7600,-73.9800,"member"
"R2","classic_bike","2021-11-06 11:00:00","2021-11-06 11:20:00","A","1","C","3",40.7500,-73.9900,40.7700,-73.9700,"member"
"R3","classic_bike","2021-11-06 12:00:00","2021-11-06 12:01:00","A","1","A","1",40.7500,-73.9900,40.7500,-73.9900,"casual"
"R4","electric_bike","2021-11-07 00:30:00","2021-11-07 00:45:00","B","2","C","3",40.7600,-73.9800,40.7700,-73.9700,"casual"
"R5","classic_bike","yesterday","2021-11-07 00:45:00","B","2","C","3",40.7600,-73.9800,40.7700,-73.9700,"casual"
"""


def check_left(folder, binaries, output, store):
    summary = json.loads((folder / "summary.json").read_text())
    fail_unless(SUMMARY_KEYS <= set(summary), f"summary.json lacks {SUMMARY_KEYS - set(summary)}")
    fail_unless(summary["delivered"] == summary["claims"] > 0, f"of {summary['claims']} claims {summary['delivered']} were delivered")
    fail_unless(summary["refused"] == 0, f"{summary['refused']} claims were refused")
    fail_unless(sum(each["claims"] for each in summary["by_activity"].values()) == summary["claims"], "the activities do not add up")
    fail_unless(sum(summary["ledger"].values()) == 0, f"the ledger does not balance: {summary['ledger']}")
    fail_unless(f"{summary['transactions']:,}" in output, "the table does not show the transactions")
    check_independently(folder / "claims.cborseq", folder / "device.crt")
    fail_unless("it holds" in output and (folder / "trees.pdf").read_bytes().startswith(b"%PDF"), "there is no certificate of the tree")
    if store == "postgres":
        return summary  # whose ledger ended with its PostgreSQL
    report = subprocess.run([pathlib.Path(binaries) / "bin/greentill-credit", "report", "--json", "--config", folder / "credit.toml"],
                            capture_output=True, text=True, check=True)
    report = json.loads(report.stdout)
    # Claims do not say what their credit was spent on.
    spent = report["accounts"].pop("spent")
    fail_unless(spent == 20_000 and report["accounts"].pop("reserved") == 0, f"a tree of 20 g was bought: {report['accounts']}")
    report["accounts"]["customer"] += spent
    check_ledger([folder / "claims.cborseq"], report)
    return summary


def demonstrate(folder, binaries, *options, store="sqlite"):
    done = subprocess.run(["/usr/bin/python3", ROOT / "tools/lib/run.py", "--bin", binaries, "--folder", folder, "--store", store, *options],
                          capture_output=True, text=True)
    fail_unless(done.returncode == 0, f"tools/run: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return check_left(folder, binaries, done.stdout, store)


def refuse(why, *options):
    """tools/run says what is wrong, before it installs or builds anything."""
    done = subprocess.run([RUN, *options], capture_output=True, text=True, cwd="/")
    fail_unless(done.returncode == 2 and why in done.stderr and not done.stdout, f"{options}: exit {done.returncode}\n{done.stderr}")


def refusals(folder, trips):
    refuse("unrecognized arguments", "--dance")
    refuse("go together", "--trips", trips)
    refuse("there is no file", "--trips", folder / "nothing.csv", "--mapping", "lyft-trips")
    refuse("helsinki-city-bike, helsinki-city-bike-stations, lyft-trips", "--trips", trips, "--mapping", "nothing")
    refuse("would be emptied", "--folder", folder)
    refuse("is no folder", "--folder", trips)


def journey(folder, binaries):
    day = demonstrate(folder / "day", binaries)
    fail_unless({"ride.bike.shared", "receipt.paperless"} <= set(day["by_activity"]), f"activities: {list(day['by_activity'])}")
    if (postgres.PROGRAMS / "postgres").exists() or os.environ.get("CI") == "true":
        other = demonstrate(folder / "postgres", binaries, store="postgres")
        fail_unless({**other, "seconds": 0} == {**day, "seconds": 0}, f"on PostgreSQL the day comes to something else: {other}")
    else:
        print("left out: PostgreSQL 15 is not installed")
    trips = folder / "\"our\" trips.csv"
    trips.write_text(TRIPS)
    refusals(folder, trips)
    mapping = folder / "our.own.toml"
    shutil.copyfile(ROOT / "config/mappings/lyft-trips.toml", mapping)
    own = demonstrate(folder / "own", binaries, "--trips", trips, "--mapping", mapping)
    found = own["transactions"], own["claims"], own["unusable_rows"]
    fail_unless(found == (7, 6, 1), f"4 trips and a customer's 3, 6 claims and a row that is no trip were expected: {own}")


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__.splitlines()[0], "demonstration"),
                         lambda folder, arguments: journey(folder, arguments.bin)))
