# SPDX-License-Identifier: Apache-2.0
"""What must hold of any installation at rest, checked by programs that share no code with the daemon or the service."""
import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
ROOT = TESTS.parent
sys.path.insert(0, str(ROOT / "tools/lib"))

from parts import StackError  # noqa: E402
from stack_texts import toml_text  # noqa: E402

CORPORA = pathlib.Path(os.environ.get("GREENTILL_CORPORA", ROOT.parent / "shared/corpora"))

BOX_RULES = """
[[rule]]
id = "boxes"
activity = "parcelbox.return"
sku = ["BOX"]
quantity = { unit = "pieces", value = 1, per = "piece" }
"""
# Claims each piece of a line of SKU BOX, so that a test can count them.
BOX_DETECTOR = f"""
[[detector]]
name = "boxes"
plugin = "rules"
configuration_text = {toml_text(BOX_RULES)}
"""


def corpus_or_skip(name):
    """The corpus, or the end of this test: skipped and counted, a failure where CI=true."""
    if (CORPORA / name).exists():
        return CORPORA / name
    if os.environ.get("CI") == "true":
        sys.exit(f"the corpus {name} is missing, and CI=true")
    print(f"SKIPPED: the corpus {name} is missing")
    sys.exit(0)


def fail_unless(condition, message):
    if not condition:
        raise StackError(message)


def claims_of(stack):
    """Every claim of the daemon, the chain's starts included, in order."""
    return json.loads(stack.tool("claims", "--json", "--limit", "100000000"))["claims"]


def reductions(claims):
    return [claim["entry"] for claim in claims if claim["entry"]["kind"] == "reduction"]


def check_ledger(claims_files, report):
    """The books against an independent recomputation from the claims that each device exported, to the milligram."""
    report_file = claims_files[0].with_name("report.json")
    report_file.write_text(json.dumps(report))
    exports = [word for file in claims_files for word in ("--claims", file)]
    _run("/usr/bin/python3", TESTS / "integration/recompute/ledger.py", *exports, "--methodologies",
         ROOT / "config/methodologies", "--programme", ROOT / "config/programme.toml", "--report", report_file)


def check_independently(claims_file, certificates, locks=None, rides=0):
    """Signatures by npm's cose-js, those of `rides` locks' rides with the keys of the file `locks` too; encoding by Python's cbor2."""
    checks = TESTS / "integration/claim"
    _run("/usr/bin/python3", checks / "check_cbor.py", claims_file)
    of_locks = ["--locks", locks] if locks else []
    told = _run(checks / "check_cose.mjs", "--claims", claims_file, "--certificates", certificates, *of_locks)
    fail_unless(not locks or f" {rides} rides of locks," in told, f"{rides} rides of locks were expected; {told}")


def check_export(stack, independently, lock_rides=0):
    """Exports the whole chain with its receipts and verifies it with our own tool and, where wanted, the independent ones. Answers
    the export's path and what the receipts say."""
    export, receipts = stack.folder / "claims.cborseq", stack.folder / "receipts.cborseq"
    certificates = stack.certificate
    stack.tool("export", "--out", export, "--receipts", receipts)
    verified = stack.tool("verify", export, "--json", "--certificate", certificates, "--methodologies",
                          ROOT / "config/methodologies", "--signer", stack.identities / "service.crt", "--receipts", receipts)
    if independently:
        locks = stack.folder / "locks-exported.toml" if lock_rides else None
        if locks:
            stack.credit("lock", "export", "--out", locks)
        check_independently(export, certificates, locks, lock_rides)
    return export, json.loads(verified)["receipts"]


def check_booked_once(stack, expected, independently=True, lock_rides=0):
    """Each of `expected` transactions made one claim that was granted what it asked for; the books balance and are recomputable. So many
    of the claims hold a lock's ride."""
    made = reductions(claims_of(stack))
    fail_unless(len(made) == expected, f"{expected} claims were expected, {len(made)} were made")
    acts = {one["digest"] for entry in made for one in entry["nullifiers"]}
    fail_unless(len(acts) == sum(len(entry["nullifiers"]) for entry in made), "one outside event made two claims")
    export, told = check_export(stack, independently, lock_rides)
    _run(stack.program("greentill-credit"), "check", "--config", stack.folder / "credit.toml")
    report = stack.report()
    asked = sum(entry["credited_mg"] for entry in made)
    fail_unless(report["granted_mg"] == asked, f"{asked} mg were asked for, {report['granted_mg']} mg granted")
    fail_unless((told["accepted"], told["granted_mg"]) == (expected, asked), f"what the receipts say is not what was booked: {told}")
    fail_unless(report["refused"] == {}, f"claims were refused: {report['refused']}")
    fail_unless(report["held"] == {}, f"claims are held: {report['held']}")
    fail_unless(report["pending"] == 0, "batches are still pending at the service")
    check_ledger([export], report)


def run_test(body, folder, note=""):
    """Runs body(folder); keeps the folder for a look where it failed. The note tells how to run the same again."""
    folder = pathlib.Path(folder).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        body(folder)
    except (StackError, subprocess.CalledProcessError) as error:
        print(f"FAILED{note}: {error}\nEverything is kept in {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


def journey_parser(description, name):
    """The command line of a journey; run_journey() reads it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bin", default="build/release")
    parser.add_argument("--folder", default=f"build/{name}")
    return parser


def run_journey(parser, journey):
    """Runs journey(folder, arguments)."""
    arguments = parser.parse_args()
    return run_test(lambda folder: journey(folder, arguments), arguments.folder)


def kill_parser(description, kills):
    """The command line of a test that kills; run_kills() reads it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--bin", default="build/release")
    return parser


def run_kills(parser, run):
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="greentill-kill-")
    return run_test(lambda inside: run(arguments, inside), folder, f" with --seed {arguments.seed}")


def _run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise StackError(f"{command[1] if str(command[0]).startswith('/usr/bin/') else command[0]}: exit {done.returncode}\n"
                         f"{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout
