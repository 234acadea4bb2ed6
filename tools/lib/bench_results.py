# SPDX-License-Identifier: Apache-2.0
"""The figures, and how they stand to what is aimed at."""
import json
import pathlib

from parts import output_of


class Results:
    def __init__(self):
        self.rows = []

    def add(self, name, value, unit, op=None, aim=None, goal=None):
        row = {"name": name, "value": round(value, 4), "unit": unit, "aim": None if op is None else {"op": op, "value": aim, "goal": goal}}
        self.rows.append(row)
        verdict = "" if op is None else f"  {grade(row)} (aim {op} {aim}, goal {goal})"
        print(f"{name:<44} {value:>12.3f} {unit}{verdict}", flush=True)

    def write(self, path):
        pathlib.Path(path).write_text(json.dumps(self.rows, indent=2) + "\n")


def grade(row):
    """GOAL, ok or MISSED."""
    def holds(bound):
        return row["value"] <= bound if row["aim"]["op"] == "<=" else row["value"] >= bound
    return "GOAL" if holds(row["aim"]["goal"]) else "ok" if holds(row["aim"]["value"]) else "MISSED"


def run_json(*command):
    """What a measuring program found."""
    return json.loads(output_of(*command).strip().splitlines()[-1])
