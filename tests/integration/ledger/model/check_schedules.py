#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Random schedules, played on the service's ledger by two workers, must lead to the books that the model has.

    check_schedules.py --played PROGRAM [--schedules N] [--first SEED] [--jobs N] [--keep FILE]

And so must the examples of the pages, which acts_test.py and its like have.

The first schedule that leads elsewhere is told with what differs, and written to --keep as JSON.
"""
import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import unittest

import acts_test
import chains_test
import devices_test
import held_test
from scene import Scene
from schedules import make_street

AT_ONCE = 100


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--played", required=True)
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep")
    parser.add_argument("--all", action="store_true", help="go on after a difference")
    arguments = parser.parse_args()
    wrong = play_examples(arguments.played)
    if wrong and not arguments.all:
        return 1
    end = arguments.first + arguments.schedules
    parts = [(arguments.played, first, min(first + AT_ONCE, end)) for first in range(arguments.first, end, AT_ONCE)]
    counts, different = {}, 0
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        for found, seen in pool.map(play_part, parts):
            for key, count in seen.items():
                counts[key] = counts.get(key, 0) + count
            for schedule, words in found:
                different += 1
                print(f"seed {schedule['seed']}:\n" + "\n".join(words), flush=True)
                if arguments.keep and different == 1:
                    with open(arguments.keep, "w", encoding="utf-8") as file:
                        json.dump(schedule, file)
            if different and not arguments.all:
                break
    print(f"{counts.get('schedules', 0)} schedules, {counts.get('claims', 0)} claims, {different} different")
    print(", ".join(f"{key} {count}" for key, count in sorted(counts.items()) if key not in ("schedules", "claims")))
    return 1 if different or wrong else 0


def play_examples(program):
    """How many examples end otherwise on the service."""
    loader, suite = unittest.TestLoader(), unittest.TestSuite()
    for module in (acts_test, held_test, chains_test, devices_test):
        suite.addTests(loader.loadTestsFromModule(module))
    names = {}
    for test in each_test(suite):
        before = len(Scene.made)
        test.run(unittest.TestResult())
        names.update({number: test.id() for number in range(before, len(Scene.made))})
    played = [(names[number], scene) for number, scene in enumerate(Scene.made) if scene.model.log and can_be_played(scene)]
    schedules = [{"seed": 1, "world": scene.world, "events": scene.model.log} for _, scene in played]
    answers, trouble = ask(program, schedules)
    wrong = 1 if trouble else 0
    for (name, scene), answer in zip(played, answers):
        words = differences(answer, json.loads(json.dumps(scene.model.totals())))
        if words:
            print(f"{name}:\n" + "\n".join(words), flush=True)
            wrong += 1
    print(trouble or f"{len(answers)} examples, {wrong} different")
    return wrong


def each_test(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from each_test(one)
        else:
            yield one


def can_be_played(scene):
    """A day that stood out the service finds by itself, and how many reversals are kept it knows without being told. What was heard
    of a restored ledger is not what happened: schedules have that."""
    return "most_reversals" not in scene.world["programme"] and all(isinstance(event, list) or event["op"] not in ("screen", "again", "epoch") for _, event in scene.model.log)


def ask(program, schedules):
    """(the service's totals, trouble)."""
    lines = "".join(json.dumps(schedule) + "\n" for schedule in schedules)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        os.chmod(folder, 0o755)  # PostgreSQL, which is nobody there, goes through it
        done = subprocess.run([program], input=lines, capture_output=True, text=True, check=False, env=dict(os.environ, TMPDIR=folder))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    ended = done.returncode == 0 and len(answers) == len(schedules)
    return answers, "" if ended else f"it ends with {done.returncode} after {len(answers)}: {done.stderr[-2000:]}"


def play_part(part):
    """([(schedule, what differs)], how often what came up)."""
    program, first, end = part
    streets = [make_street(seed, to_come=False) for seed in range(first, end)]
    schedules = [dict(street.schedule(), seed=seed) for seed, street in zip(range(first, end), streets)]
    answers, trouble = ask(program, schedules)
    if trouble:
        return [(schedules[min(len(answers), len(schedules) - 1)], [trouble])], {}
    found, seen = [], {"schedules": len(schedules)}
    for schedule, street, answer in zip(schedules, streets, answers):
        model = street.model.totals()
        words = differences(answer, json.loads(json.dumps(model)))
        if words:
            found.append((schedule, words))
        seen["claims"] = seen.get("claims", 0) + len(model["claims"])
        for standing, _, reasons in model["claims"].values():
            for key in reasons.split(",") if reasons else [standing]:
                seen[key] = seen.get(key, 0) + 1
    return found, seen


def differences(service, model):
    if "broken" in service:
        return ["  " + service["broken"]]
    words = [f"  the audit: {line}" for line in service["wrong"].splitlines()]
    for chain in model["chains"].values():
        if chain[0] == "waiting":
            chain[1] = 0
        elif chain[0] == "probation":
            chain[0] = "on-probation"
        chain[2] = chain[2] or "accepted"  # the service has no word for none
    model["accounts"] = {kind: {name: mg for name, mg in names.items() if mg} for kind, names in model["accounts"].items()}
    model["accounts"] = {kind: names for kind, names in model["accounts"].items() if names}
    for part in ("chains", "claims", "accounts"):
        words += compare(part, flat(service[part]), flat(model[part]))
    return words


def flat(table):
    found = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found.update({f"{key} {name}": one for name, one in value.items()})
        else:
            found[key] = [",".join(sorted(one.split(","))) if isinstance(one, str) else one for one in value]
    return found


def compare(what, service, model):
    return [f"  {what} {key}: the service has {service.get(key)}, the model {model.get(key)}"
            for key in sorted(set(service) | set(model)) if service.get(key) != model.get(key)]


if __name__ == "__main__":
    sys.exit(main())
