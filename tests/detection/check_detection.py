#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds what detection promises: the labelled set is large enough, about half of it should not match, its parts are as the hash
of each case says, and no activity is below what docs/detection.md promises of either part. Then, with small sets of its own, that
the report sees every kind of mistake."""
import argparse
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import look_alikes

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LABELLED = sorted((ROOT / "tests/detection/labelled").glob("*.ndjson"))
MEASURED = sorted((ROOT / "tests/detection/measured").glob("*.ndjson"))
LEAST_TRANSACTIONS = 1500

SALE = {"issuer": "till", "event_id": "1", "kind": "sale", "begin": 1781503814, "lines": [{"name": "Latte own cup"}]}
OWN_CUP = {"activity": "cup.own", "quantities": {"pieces": 1}, "line": 1}


class Program:
    def __init__(self, arguments, folder):
        self.command = [arguments.report, "--plugins", arguments.plugins, "--rules", ROOT / "config/rules"]
        self.folder = pathlib.Path(folder)
        self.out = self.folder / "detection.json"

    def run(self, *files):
        return subprocess.run([*self.command, "--out", self.out, *files], capture_output=True, text=True)

    def labelled(self, *lines):
        file = self.folder / "labelled.ndjson"
        file.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))
        return self.run(file)


def line(expect, **more):
    return {"rules": "cafe", "why": "it is a test", "transaction": SALE, "expect": expect, **more}


def is_measured(case):
    """Which part a case of public texts belongs to, by its id alone."""
    transaction = case["transaction"]
    return hashlib.sha256(f"{transaction['issuer']}/{transaction['event_id']}".encode()).digest()[0] & 1 == 1


def cases_of(files):
    return [json.loads(text) for file in files for text in file.read_text(encoding="utf-8").splitlines()]


def check_parts():
    for files, measured in ((LABELLED, False), (MEASURED, True)):
        for case in cases_of(files):
            if ("from" in case or measured) and is_measured(case) != measured:
                yield f"{case['transaction']['event_id']} of {case['transaction']['issuer']} is in the wrong part"


def check_set():
    """The set itself; nothing of a program."""
    cases = cases_of(LABELLED + MEASURED)
    events = [(case["transaction"]["issuer"], case["transaction"]["event_id"]) for case in cases]
    without = sum(not case["expect"] for case in cases)
    chinese = sum(bool(re.search("[\u4e00-\u9fff]", json.dumps(case["transaction"], ensure_ascii=False))) for case in cases)
    if len(cases) < LEAST_TRANSACTIONS:
        yield f"{len(cases)} transactions, {LEAST_TRANSACTIONS} are the least"
    if without < len(cases) * 0.45:
        yield f"{without} of {len(cases)} transactions should not match: too few"
    if chinese < len(cases) / 5:
        yield f"{chinese} of {len(cases)} transactions are in Chinese: less than a fifth"
    if len(set(events)) != len(events):
        yield "an event stands twice"
    if any(not case["why"] for case in cases):
        yield "a transaction does not say why it is there"


def check_shares(program):
    """The report itself says whether they are reached."""
    done = program.run(*LABELLED, "--measured", *MEASURED)
    print(done.stdout)
    if done.returncode != 0:
        yield f"exit {done.returncode}: {done.stderr}"
        return
    rows = json.loads(program.out.read_text())
    if not rows or any(set(row) != {"part", "activity", "cases", "precision", "recall"} for row in rows):
        yield f"the rows are not in their form: {rows[:1]}"
    measured = {row["activity"] for row in rows if row["part"] == "measured" and row["cases"] >= 20}
    if not {"cup.own", "cutlery.none", "bag.own", "dish.plantbased", "linen.reuse"} <= measured:
        yield f"too few cases are measured: {measured}"
    if "public-" in "".join(line for line in done.stdout.splitlines() if "/measured/" in line):
        yield "a mistake of the measured part is told"


def check_names(program, count):
    """Names that are made of the rules' own words and are no acts."""
    file = program.folder / "names.txt"
    file.write_text("\n".join(look_alikes.names(count)), encoding="utf-8")
    done = subprocess.run([*program.command, "--names", file], capture_output=True, text=True)
    if done.returncode != 0:
        yield f"exit {done.returncode}: {done.stdout[-4000:]}{done.stderr}"
    file.write_text("Own cup holder\nLatte, own cup\n", encoding="utf-8")
    done = subprocess.run([*program.command, "--names", file], capture_output=True, text=True)
    if done.returncode != 1 or ":2: cup.own pieces=1 of cafe" not in done.stdout or ":1: " in done.stdout:
        yield f"an act in a name is not told: exit {done.returncode}, {done.stdout}"


def check_mistakes(program):
    right = program.labelled(line([OWN_CUP]))
    if right.returncode != 0 or json.loads(program.out.read_text()) != [
            {"part": "written", "activity": "cup.own", "cases": 1, "precision": 1.0, "recall": 1.0}]:
        yield f"a right set: exit {right.returncode}, {program.out.read_text()}"
    wrong = {
        "false alarm: ": line([]),
        "missed: ": line([{"activity": "bag.own", "quantities": {"pieces": 1}}]),
        "pieces=2": line([{**OWN_CUP, "quantities": {"pieces": 2}}]),
        "in line 1": line([{**OWN_CUP, "line": 0}]),
    }
    for told, case in wrong.items():
        done = program.labelled(case)
        if done.returncode != 1 or told not in done.stdout or "labelled.ndjson:1" not in done.stdout:
            yield f"{case['expect']}: exit {done.returncode}, {done.stdout}"
    unusable = ["{\n", line([], note="x"), line([], rules="no-such-shop"), line([{"activity": "x"}]),
                line([], transaction={**SALE, "kind": "swap"})]
    for case in unusable:
        done = program.labelled(case)
        if done.returncode != 3 or "labelled.ndjson:1: " not in done.stderr:
            yield f"{case}: exit {done.returncode}, {done.stderr}"
    if program.run(program.folder / "none.ndjson").returncode != 3 or program.run().returncode != 2:
        yield "no file, or none that is there, is taken as one"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--report", required=True)
    parser.add_argument("--plugins", required=True)
    parser.add_argument("--names", type=int, required=True, help="how many names that look alike are tried")
    parser.add_argument("--names-only", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="greentill-detection-") as folder:
        program = Program(arguments, folder)
        faults = [*check_names(program, arguments.names)]
        if not arguments.names_only:
            faults += [*check_parts(), *check_set(), *check_shares(program), *check_mistakes(program)]
    for fault in faults:
        print(f"FAULT {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
