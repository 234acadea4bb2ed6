# SPDX-License-Identifier: Apache-2.0
"""The whole way of a claim on this machine: till and dock, daemon, broker, credit service, ledger."""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

from enrolled import EnrolledStack
from parts import ROOT, StackError, wait_until
from stack_texts import journal_source, mapping_file
from tree import Customer, PRICE_G, quick_programme

SAMPLES = ROOT / "config/samples"
DEFAULT_FOLDER = ROOT / "build/run"
OURS = ".made-by-tools-run"  # marks a folder that a later run may empty


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tools/run", description="Installs what is missing, builds, makes throw-away authorities, enrols a device with a one-time code, starts Mosquitto, the credit "
        "service and greentilld, feeds in transactions, takes the broker away for a while, and prints what became of them. "
        "Leaves build/run/summary.json, claims.cborseq (every claim) and device.crt (who signed them).")
    parser.add_argument("--trips", metavar="FILE", help="a trip history of your own in place of the sample day")
    parser.add_argument("--mapping", metavar="NAME", help="how its columns are read: a name in config/mappings, or a path to a mapping file")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite", help="where the ledger is: in a file, or in a PostgreSQL that is "
                        "started for it (default: sqlite)")
    parser.add_argument("--keep", action="store_true", help="leave everything running and print the addresses; Ctrl-C ends it")
    parser.add_argument("--folder", type=pathlib.Path, default=DEFAULT_FOLDER,
                        help="where everything is kept: a new or empty one, or an earlier run's, which is emptied (default: build/run)")
    parser.add_argument("--bin", default=ROOT / "build/release", help=argparse.SUPPRESS)
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # the arguments alone, before anything is built
    arguments = parser.parse_args()
    problem = check_trips(arguments.trips, arguments.mapping) or check_folder(arguments.folder)
    if problem:
        parser.error(problem)
    return arguments


def check_trips(trips, mapping):
    """What is wrong with the two, or None."""
    if bool(trips) != bool(mapping):
        return "--trips and --mapping go together"
    if not trips:
        return None
    for option, file in (("--trips", pathlib.Path(trips)), ("--mapping", mapping_file(mapping))):
        if not file.is_file():
            ready = ", ".join(sorted(path.stem for path in (ROOT / "config/mappings").glob("*.toml")))
            return f"{option}: there is no file {file}" + (f"; ready mappings: {ready}" if option == "--mapping" else "")
        if not os.access(file, os.R_OK):
            return f"{option}: {file} may not be read"
    return None if mapping_file(mapping).suffix == ".toml" else f"--mapping: {mapping} is no .toml file"


def check_folder(folder):
    """What is wrong with a folder that is about to be emptied, or None."""
    if not folder.exists() or folder.resolve() == DEFAULT_FOLDER or (folder / OURS).exists():
        return None
    if not folder.is_dir():
        return f"--folder: {folder} is no folder"
    if any(folder.iterdir()):
        return f"--folder: {folder} holds what no run of this made, and would be emptied; name a new folder"
    return None


def say(text):
    print(text, flush=True)


def finished_source(stack, name):
    """The source's status once it has read its file to the end and everything it brought is durable."""
    source = next(plugin for plugin in stack.api.status()["plugins"] if plugin["name"] == name)
    # The daemon never gives a source up; here nobody comes to mend what it fails at.
    if source["state"] == "restarting" and source["faults"] >= 3:
        raise StackError(f"the source '{name}' fails again and again: {source['last_fault']}")
    return source if source["state"] == "finished" else None


def unusable_records(stack, name):
    """How many records the source could make no transaction of, and what the daemon's log says of the first."""
    mark, number, first = f" warning {name}: ", 0, None
    for line in stack.daemon.log.read_text(errors="replace").splitlines():
        _, found, line = line.partition(mark)
        if found:
            left_out = re.fullmatch("([0-9]+) lines were left out here", line)
            number += int(left_out[1]) if left_out else 1
            first = first or line
    return number, first


def feed(stack, arguments):
    """Everything is fed in; the broker goes away in the middle and comes back."""
    stack.start_broker()
    stack.start_daemon()
    if arguments.trips:
        say("The broker goes away while the trips are read.")
        stack.broker.kill()
        wait_until(lambda: finished_source(stack, "trips"), 3600, "the trips to be read")
        number, first = unusable_records(stack, "trips")
        if number > 0:
            say(f"{counted(number, 'row')} could not be used, as {stack.daemon.log} says; the first: {first}")
    else:
        wait_until(lambda: finished_source(stack, "bike-dock"), 120, "the dock's day to be read")
        stack.wait_delivered()
        say("The broker goes away; the café goes on selling.")
        stack.broker.kill()
        stack.tool("submit", SAMPLES / "cafe-day.ndjson")
    waiting = stack.api.status()["backlog"]["waiting"]
    say(f"Meanwhile {counted(waiting, 'claim')} {'waits' if waiting == 1 else 'wait'}, signed and durable. The broker comes back.")
    stack.start_broker()
    stack.wait_delivered(600)


def ride(stack, customer):
    """A customer with an account rides; the dock reads the token from their card."""
    rides = stack.folder / "rides.ndjson"
    rides.write_text(customer.rides(int(time.time()) - 60))
    stack.tool("submit", rides)
    stack.wait_delivered()


def plant(stack, customer):
    """What a customer's rides come to in the end."""
    credit = customer.credit("account", "show", customer.account)["credit"]
    number = customer.plant(stack.folder)
    certificate, lists = customer.certify(stack.folder)
    statuses = [word for file in lists for word in ("--status", file)]
    checked = stack.tool("verify", "--tree-certificate", certificate, "--anchors", stack.identities / "ca.crt", *statuses)
    say("")
    say(f"A customer's rides earned {grams(credit['balance_mg'])} of credit. {PRICE_G} g of it are the price of a tree, which was ordered, planted "
        f"and inspected: {number}.")
    say("Its certificate is in trees.vc.cose, to print in trees.pdf. Checked offline:")
    say(checked.rstrip())
    stack.credit("check")


def activities(claims_report):
    return {name: {"claims": amounts["claims"], "estimate_mg": amounts["estimate_mg"], "credited_mg": amounts["credited_mg"]}
            for name, amounts in sorted(claims_report.items())}


def summarise(stack, seconds):
    total = stack.api.json("/v1/stats")["total"]
    backlog = stack.api.status()["backlog"]
    report = stack.report()
    delivered = backlog["claims"] - backlog["waiting"] - backlog["refused_retry"] - backlog["refused_final"]
    return {
        "transactions": total["transactions"],
        "unusable_rows": unusable_records(stack, "trips")[0],
        "claims": total["claims"],
        "delivered": delivered,
        "refused": backlog["refused_final"] + backlog["refused_retry"],
        "credited_mg": total["credited_mg"],
        "granted_mg": report["granted_mg"],
        "by_activity": activities(total["by_activity"]),
        "ledger": report["accounts"],
        "seconds": round(seconds, 1),
    }


def counted(count, noun):
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def grams(mg):
    return f"{mg / 1000:,.1f} g"


def print_table(summary):
    say("")
    rows = [("transactions", f"{summary['transactions']:,}"), ("claims", f"{summary['claims']:,}")]
    for name, amounts in summary["by_activity"].items():
        rows.append((f"  {name}", f"{counted(amounts['claims'], 'claim')}, {grams(amounts['credited_mg'])} CO2e (estimate {grams(amounts['estimate_mg'])})"))
    rows += [("delivered", f"{summary['delivered']:,}"), ("refused", f"{summary['refused']:,}"),
             ("credited", grams(summary["credited_mg"]) + " CO2e, a cautious estimate of avoided emissions"),
             ("ledger", "milligrams by account")]
    rows += [(f"  {account}", f"{mg:,}") for account, mg in sorted(summary["ledger"].items())]
    rows.append(("time", f"{summary['seconds']} s"))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        say(f"{name:<{width}}  {value}")


def leave_results(stack, summary):
    (stack.folder / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    stack.tool("export", "--out", stack.folder / "claims.cborseq")
    shutil.copyfile(stack.certificate, stack.folder / "device.crt")
    checked = stack.tool("verify", stack.folder / "claims.cborseq", "--certificate", stack.folder / "device.crt",
                         "--methodologies", ROOT / "config/methodologies")
    say("")
    say(f"Left in {stack.folder.relative_to(pathlib.Path.cwd()) if stack.folder.is_relative_to(pathlib.Path.cwd()) else stack.folder}: "
        "summary.json, claims.cborseq, device.crt. Checked offline: " + checked.splitlines()[0] + ".")


def keep_running(stack):
    say("")
    say(f"API      http://127.0.0.1:{stack.api_port} (token in {stack.api.token_file})")
    say(f"broker   mqtts://localhost:{stack.broker_port} (CA {stack.identities / 'ca.crt'})")
    say(f"ledger   {stack.postgres.url if stack.postgres else stack.ledger}")
    say("Ctrl-C ends it.")
    signal.sigwait({signal.SIGINT, signal.SIGTERM})


def source_of(arguments, stack):
    """The source of what is run, as TOML."""
    if not arguments.trips:
        return journal_source("bike-dock", SAMPLES / "bike-dock-day.csv", "helsinki-city-bike")
    # In a folder of its own: who reads the mapping shall not read all that lies beside it.
    mapping = stack.folder / "mappings" / mapping_file(arguments.mapping).name
    mapping.parent.mkdir()
    shutil.copyfile(mapping_file(arguments.mapping), mapping)
    return journal_source("trips", pathlib.Path(arguments.trips).resolve(), str(mapping))


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if arguments.check:
        return 0
    try:
        shutil.rmtree(arguments.folder, ignore_errors=True)
        with EnrolledStack(arguments.folder, arguments.bin, store=arguments.store) as stack:
            (arguments.folder / OURS).touch()
            stack.prepare(source_of(arguments, stack), registered=False)
            programme = arguments.folder / "programme.toml"
            programme.write_text(quick_programme(programme.read_text()))
            say("A throw-away programme is made: authorities, and a registry that expects a device. The credit service starts"
                + (", and PostgreSQL for its ledger." if stack.postgres else "."))
            stack.start_workers()
            say(stack.enrol())
            customer = Customer(stack)
            say("Mosquitto and greentilld start.")
            started = time.monotonic()
            feed(stack, arguments)
            ride(stack, customer)
            summary = summarise(stack, time.monotonic() - started)
            print_table(summary)
            leave_results(stack, summary)
            plant(stack, customer)
            if arguments.keep:
                keep_running(stack)
            stack.stop()
    except (StackError, OSError, subprocess.SubprocessError) as error:
        say(f"tools/run: {error}")
        return 1
    except KeyboardInterrupt:
        say("tools/run: interrupted")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
