# SPDX-License-Identifier: Apache-2.0
"""Sales, refunds, cancellations and an undo at two tills, in every order, while both are offline; then the line comes up.

What stays credited is recomputed from both tills' exported claims by a program that shares no code with the service. One ride that
both tills report is booked once.
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import BOX_DETECTOR, check_ledger, fail_unless, journey_parser, run_journey  # noqa: E402
from parts import ROOT  # noqa: E402
from stack import Stack  # noqa: E402
from stack_texts import DEFAULT_DETECTORS  # noqa: E402

BEGIN = 1_790_000_000


def sale(event, *boxes, issuer="till-1", **more):
    """A line for each number of boxes, or (number, line it takes back)."""
    lines = []
    for line in boxes:
        pieces, reversed_line = line if isinstance(line, tuple) else (line, None)
        lines.append({"sku": "BOX", "quantity_milli": pieces * 1000, **({"reversed_line": reversed_line} if reversed_line else {})})
    return {"issuer": issuer, "event_id": event, "kind": "sale", "begin": BEGIN, "lines": lines, **more}


def ride(event, **more):
    return {"issuer": "dock", "event_id": event, "kind": "trip", "mode": "bike.shared", "begin": BEGIN, "end": BEGIN + 900,
            "quantities": {"m.odometer": 3000}, **more}


def second_till(first, name):
    """Another device of the same programme, with a folder and a store of its own."""
    till = Stack(first.folder / name, first.binaries, device=name)
    (till.folder / "identities").symlink_to(first.identities)
    till.broker_port = first.broker_port
    till.prepare(detectors=DEFAULT_DETECTORS + BOX_DETECTOR)
    first.register(name)
    return till


def report(till, document):
    status, body = till.api.post(json.dumps(document), "application/json")
    answer = json.loads(body)
    fail_unless(status in (200, 201), f"{document['event_id']}: {status} {answer}")
    return answer


def reversed_in(answer):
    return [(act["of_seq"], act.get("taken_back")) for act in answer.get("reversals", [])]


def expect(got, wanted, what):
    fail_unless(got == wanted, f"{what}: {got} in place of {wanted}")


def sell_offline(first, second):
    expect(reversed_in(report(second, sale("r1", (1, 2), issuer="till-2", reverses={"issuer": "till-1", "event_id": "a"}))),
           [(None, {"pieces": 1})], "a return at another till, before the sale")
    a = report(first, sale("a", 2, 3, account_token="anna"))
    expect(len(a["claims"]), 2, "claims of sale a")
    b = report(first, sale("b", 1))
    first.tool("undo", b["claims"][0]["seq"])
    early = report(first, sale("c-return", 1, reverses={"event_id": "c"}))
    expect(reversed_in(early), [], "a return before its sale, with no line known")
    fail_unless("waits" in early["remark"], f"nobody said that it waits: {early}")
    first.daemon.kill()
    first.start_daemon()
    c = report(first, sale("c", 4))
    expect(reversed_in(c), [(c["claims"][0]["seq"], {"pieces": 1})], "a sale whose return was there before it")
    expect(report(first, ride("gone"))["claims"][0]["activity"], "ride.bike.shared", "a ride")
    cancelled = ride("gone-cancelled", reverses={"event_id": "gone", "reason": "cancelled"})
    expect(reversed_in(report(second, {**cancelled, "quantities": {}})), [(None, None)], "a ride cancelled at another dock")
    expect(len(reversed_in(report(first, {**cancelled, "quantities": {}}))), 1, "a cancelled ride")
    for till in (first, second):
        expect(len(report(till, ride("both"))["claims"]), 1, "a ride that both report")
    for standing in ("training", "interim", "reprint", "doubtful"):
        expect(report(first, sale("d", 9, standing=standing))["claims"], [], standing)
    expect(len(report(first, sale("d", 1))["claims"]), 1, "the final sale after them")
    return a


def check_books(stack, tills):
    for till in tills:
        till.wait_delivered()
    exports = []
    for till in tills:
        export = till.folder / "claims.cborseq"
        till.tool("export", "--out", export)
        till.tool("verify", export, "--certificate", till.identities / f"{till.device}.crt", "--methodologies",
                  ROOT / "config/methodologies")
        exports.append(export)
    found = stack.report()
    check_ledger(exports, found)
    expect(found["refused"], {"duplicate": 1}, "refused claims")
    expect(found["pending"], 0, "pending batches")
    expect(sum(found["accounts"].values()), 0, "the sum of all accounts")
    return found["granted_mg"]


def journey(folder, binaries):
    first = Stack(folder, binaries, workers=2)
    first.prepare(detectors=DEFAULT_DETECTORS + BOX_DETECTOR)
    second = second_till(first, "device-2")
    try:
        first.start_daemon()
        second.start_daemon()
        a = sell_offline(first, second)
        first.start_broker()
        first.start_workers()
        before = check_books(first, (first, second))
        # Days later, at the first till: what is left of sale a.
        rest = report(first, sale("a-void", reverses={"event_id": "a"}))
        expect([of_seq for of_seq, _ in reversed_in(rest)], [act["seq"] for act in a["claims"]], "the rest of sale a")
        after = check_books(first, (first, second))
        fail_unless(after < before, f"{before} mg before the void, {after} mg after it")
        print(f"{before} mg stood after the returns, {after} mg after the last one")
    finally:
        second.kill()
        first.kill()


def main():
    return run_journey(journey_parser(__doc__.splitlines()[0], "refunds"), lambda folder, arguments: journey(folder, arguments.bin))


if __name__ == "__main__":
    sys.exit(main())
