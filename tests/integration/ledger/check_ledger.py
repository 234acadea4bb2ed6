# SPDX-License-Identifier: Apache-2.0
"""Random histories, booked by the service's ledger, must be what tests/integration/recompute/ledger.py makes of their claims.

    check_ledger.py --history PROGRAM --source DIR [--seeds N]
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile


def recompute(source, folder):
    return subprocess.run(
        ["/usr/bin/python3", source / "tests/integration/recompute/ledger.py", "--claims", folder / "claims.cborseq", "--methodologies",
         source / "config/methodologies", "--programme", folder / "programme.toml", "--report", folder / "report.json"],
        capture_output=True, text=True, check=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--history", required=True)
    parser.add_argument("--source", required=True, type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=12)
    arguments = parser.parse_args()
    for seed in range(1, arguments.seeds + 1):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            subprocess.run([arguments.history, str(seed), folder], check=True)
            done = recompute(arguments.source, folder)
            print(f"seed {seed}: {done.stdout.strip()}{done.stderr[-500:]}", flush=True)
            if done.returncode != 0:
                return 1
            # One milligram more in one account must not pass.
            report = json.loads((folder / "report.json").read_text())
            report["accounts"]["merchant"] += 1
            (folder / "report.json").write_text(json.dumps(report))
            if recompute(arguments.source, folder).returncode != 1:
                print("a report that is wrong by a milligram was not noticed")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
