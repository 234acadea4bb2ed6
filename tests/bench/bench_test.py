# SPDX-License-Identifier: Apache-2.0
"""tools/bench runs from end to end and writes every figure in its form. How good the figures are is not asked: counts are small."""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
AIMS = {
    "cpu_per_claim_over_signature.ndjson": ("<=", 3.5, 2.5),
    "cpu_per_claim_over_signature.32_connections": ("<=", 7, 5),
    "claims_per_second.ndjson": None,
    "claims_per_second.32_connections": None,
    "sale_latency_over_post_fsync_signature": ("<=", 1.6, 1.25),
    "drain_rate_over_mosquitto_bridge": (">=", 3, 5),
    "service_cpu_per_claim_over_verification": ("<=", 0.5, 0.2),
    "service_cpu_per_single_claim_over_verification": None,
    "service_cpu_per_replayed_batch_over_fresh": ("<=", 0.1, 0.05),
    "answer_to_another_while_one_floods.most": ("<=", 1, 0.25),
    "answer_to_another_while_one_floods": None,
    "relay_delay_over_plain_relay": ("<=", 1.2, 1.1),
    "relay_round_trip": None,
    "plain_relay_round_trip": None,
    "printer_round_trip_without_relay": None,
    "bytes_a_claim_on_the_wire": ("<=", 450, 400),
    "bytes_on_disk_over_claims": ("<=", 1.3, 1.2),
    "rss_anon_with_backlog": ("<=", 5, 4),
    "rss_anon_growth_with_backlog": ("<=", 1, 0.5),
    "first_answer_with_backlog": ("<=", 50, 25),
    "tools_run_download": ("<=", 140, 100),
    "detectors_transactions_per_second": None,
    "detectors_transactions_per_second.40_lines": None,
}
INSTRUCTIONS = ("ride", "charge", "rules", "rules.40_lines")
if shutil.which("valgrind"):
    AIMS.update({f"detector_instructions.{name}": None for name in INSTRUCTIONS})
if (ROOT / "build/firmware/greentill-lock.elf").exists() and shutil.which("qemu-system-arm"):
    AIMS.update({"lock_flash": ("<=", 49152, 40960), "lock_ram_with_stack": ("<=", 12288, 10240), "lock_charge_of_a_year": None})
    AIMS.update({f"lock_instructions.{name}": None for name in ("signature", "pulse", "end_of_ride")})


def faults(rows):
    named = {row["name"]: row for row in rows}
    for name, aim in AIMS.items():
        row = named.get(name)
        if row is None:
            yield f"{name} is missing"
        elif not isinstance(row["value"], (int, float)) or not row["unit"]:
            yield f"{name}: {row}"
        elif row["aim"] != (aim and {"op": aim[0], "value": aim[1], "goal": aim[2]}):
            yield f"{name}: the aim is {row['aim']}"
    # These do not depend on how fast the machine is, nor on how many claims there are.
    for name in ("bytes_a_claim_on_the_wire", "rss_anon_with_backlog", "tools_run_download"):
        if name in named and named[name]["value"] > named[name]["aim"]["value"]:
            yield f"{name} is {named[name]['value']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="greentill-bench-") as folder:
        out = pathlib.Path(folder) / "bench.json"
        done = subprocess.run(["/usr/bin/python3", ROOT / "tools/lib/bench.py", "--quick", "--bin", arguments.bin, "--out", out],
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"tools/bench --quick: exit {done.returncode}\n{done.stdout}{done.stderr}")
        found = list(faults(json.loads(out.read_text())))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
