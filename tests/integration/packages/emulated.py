#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Run by tools/package --arch in a Debian where programs of that architecture run under QEMU's user emulation: the unit tests of a cross-built
tree that hold the same claims to be the same bytes everywhere; then the packages are installed, a device is enrolled, and one sale makes one claim that
is credited, by a daemon, broker and service of that architecture.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import ROOT, claims_of, fail_unless, journey_parser, reductions, run_journey  # noqa: E402

sys.path.insert(0, str(ROOT / "tools/lib"))

from enrolled import EnrolledStack  # noqa: E402

SLOWER = 20  # than the machine itself, at most
TESTS = ("claim", "engine")  # the published vectors, a chain of known bytes
PACKAGES = ("greentill", "greentill-credit")


def run_one(test):
    """Seconds, the number of cases that passed, and what it said where it failed."""
    properties = {one["name"]: one["value"] for one in test["properties"]}
    environment = dict(one.split("=", 1) for one in properties.get("ENVIRONMENT", []))
    begun = time.monotonic()
    try:
        done = subprocess.run(test["command"], env={**os.environ, **environment}, cwd=properties["WORKING_DIRECTORY"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SLOWER * properties.get("TIMEOUT", 60), text=True,
                              errors="replace")
        said, passed = done.stdout, done.returncode == 0
    except subprocess.TimeoutExpired as late:
        said, passed = (late.stdout or b"").decode(errors="replace") + "\nno end within its time", False
    counted = re.search(r"test cases: +\d+ \| +(\d+) passed", said)
    return time.monotonic() - begun, int(counted[1]) if counted else 0, None if passed and counted else said


def unit_tests(built):
    told = subprocess.run(["ctest", "--test-dir", built, "--show-only=json-v1", "--label-regex", "^fast$", "--tests-regex", f"^unit\\.({'|'.join(TESTS)})$"],
                          capture_output=True, text=True, check=True).stdout
    tests = json.loads(told)["tests"]
    fail_unless(len(tests) == len(TESTS), f"{built} has not all of {TESTS}")
    failed, cases = [], 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", os.cpu_count()))) as pool:
        running = {pool.submit(run_one, test): test["name"] for test in tests}
        for done in concurrent.futures.as_completed(running):
            seconds, passed, said = done.result()
            cases += passed
            print(f"{'ok    ' if said is None else 'FAILED'} {running[done]} ({passed} cases, {seconds:.0f} s)", flush=True)
            if said is not None:
                failed.append(running[done])
                print(said[-6000:], flush=True)
    fail_unless(not failed, f"failed under emulation: {' '.join(sorted(failed))}")
    print(f"{len(tests)} programs, {cases} cases passed", flush=True)


def install(packages):
    files = [file for name in PACKAGES for file in packages.glob(f"{name}_*.deb")]
    fail_unless(len(files) == len(PACKAGES), f"{packages} holds {[file.name for file in files]}")
    done = subprocess.run(["dpkg", "--install", *files], capture_output=True, text=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    fail_unless(done.returncode == 0, f"dpkg --install: {done.stdout}{done.stderr}")
    return subprocess.run(["dpkg-query", "--show", "--showformat", "${Architecture}", PACKAGES[0]], capture_output=True, text=True, check=True).stdout


def one_sale(folder, packages):
    arch = install(packages)
    with EnrolledStack(folder, "/usr") as stack:
        stack.prepare(registered=False)
        stack.start_workers()
        stack.start_broker()
        said = stack.enrol()
        fail_unless("is in service until" in said, f"greentill enrol said {said}")
        stack.start_daemon()
        sale = {"issuer": "till-1", "event_id": "first", "kind": "sale", "begin": int(time.time()), "receipt_medium": "none"}
        status, body = stack.api.post(json.dumps(sale), "application/json")
        fail_unless(status == 201, f"the sale was answered {status}: {body!r}")
        stack.wait_delivered()
        [claim] = reductions(claims_of(stack))
        listed = stack.tool("claims", "--delivery", "delivered", "--json")
        fail_unless(claim["activity"] == "receipt.paperless" and "receipt.paperless" in listed, f"greentill claims: {listed}")
        fail_unless(stack.report()["granted_mg"] == claim["credited_mg"] > 0, "the claim is not credited")
        stack.credit("check")
        stack.stop()
    print(f"{arch}: installed, enrolled, and one sale made one claim, which the service accepted and granted in full")


def journey(folder, arguments):
    if arguments.built:
        unit_tests(arguments.built)
    if arguments.packages:
        one_sale(folder, pathlib.Path(arguments.packages).resolve())


def parser():
    made = journey_parser(__doc__.partition("\n")[0], "emulated")
    made.add_argument("--built", help="a cross-built tree, whose tests are run")
    made.add_argument("--packages", help="a folder of packages, which are installed")
    return made


if __name__ == "__main__":
    sys.exit(run_journey(parser(), journey))
