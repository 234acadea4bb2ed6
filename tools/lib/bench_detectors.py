# SPDX-License-Identifier: Apache-2.0
"""How fast the detectors are, and how many instructions a transaction costs them."""
import re
import shutil
import statistics
import sys

from bench_results import run_json
from parts import ROOT


def measure(bench):
    """All of them in one process, as the daemon calls them, on the labelled transactions."""
    rounds = bench.scaled(20_000) // 100
    for suffix, options in (("", []), (".40_lines", ["--lines", 40])):
        rates = [run_json(*program(bench, rounds, *options))["transactions_per_second"] for _ in range(3)]
        bench.results.add(f"detectors_transactions_per_second{suffix}", statistics.median(rates), "transactions/s")
    if not shutil.which("valgrind"):
        print("note: valgrind is not installed, so detector_instructions are left out")
        return
    for name in ("ride", "charge", "rules"):
        bench.results.add(f"detector_instructions.{name}", instructions(bench, "--only", name), "instructions")
    long_sales = instructions(bench, "--only", "rules", "--lines", 40)
    bench.results.add("detector_instructions.rules.40_lines", long_sales, "instructions")


def program(bench, rounds, *options):
    labelled = sorted((ROOT / "tests/detection/labelled").glob("*.ndjson"))
    return [bench.program("bench-detectors"), bench.bin / "lib/greentill/plugins", ROOT / "config/rules", rounds, *options, *labelled]


def instructions(bench, *options):
    """A transaction, of one round behind another that warms up: callgrind counts within the function measured_round alone."""
    counts = bench.folder / "callgrind.out"
    done = run_json("valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=measured_round",
                    f"--callgrind-out-file={counts}", "--quiet", *program(bench, 1, *options))
    summary = re.search(r"^(?:summary|totals): (\d+)", counts.read_text(), re.MULTILINE)
    if not summary or int(summary[1]) == 0:
        sys.exit("callgrind counted nothing")
    return int(summary[1]) / done["transactions"]
