# SPDX-License-Identifier: Apache-2.0
"""Kills the daemon, or the source's child alone, at random instants while POSLogs of sales and returns are dropped into its folder. Then
each sale has exactly one claim and each return exactly one reversal, and every file is where read files go.

    folder_kill.py --kills 10             what CI runs
    folder_kill.py --kills 500 --seed 7   the seed repeats the schedule, not the kernel's timing
"""
import collections
import json
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from kills import kill_some  # noqa: E402
from promises import BOX_DETECTOR, kill_parser, run_kills  # noqa: E402
from parts import PATIENCE_S, StackError, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from stack_texts import toml_text  # noqa: E402

RECEIPT = """\
<Transaction{flags}><RetailStoreID>9</RetailStoreID><WorkstationID>1</WorkstationID><SequenceNumber>{number}</SequenceNumber>\
<BusinessDayDate>2026-09-21</BusinessDayDate><EndDateTime>2026-09-21T12:00:00</EndDateTime><CurrencyCode>EUR</CurrencyCode>\
<RetailTransaction>{lines}{link}<Total TotalType="TransactionGrandAmount">0.00</Total></RetailTransaction></Transaction>"""
LINE = "<LineItem><{kind}><ItemID>BOX</ItemID><Description>Box</Description><Quantity>{pieces}</Quantity>" \
       "<ExtendedAmount>0.00</ExtendedAmount></{kind}></LineItem>"
LINK = '<TransactionLink ReasonCode="Return"><RetailStoreID>9</RetailStoreID><WorkstationID>1</WorkstationID>' \
       "<SequenceNumber>{of}</SequenceNumber><BusinessDayDate>2026-09-21</BusinessDayDate></TransactionLink>"


class Till(threading.Thread):
    """Writes logs of sales, and of returns of one piece of earlier sales; renames most of them in, and writes some in place."""

    def __init__(self, folder, rng):
        super().__init__(name="till", daemon=True)
        self.folder, self.random = folder, rng
        self.sales, self.returns, self.files = {}, [], 0
        self.stopping = threading.Event()
        self.number = 0

    def receipt(self):
        self.number += 1
        open_sales = [number for number, pieces in self.sales.items() if pieces > 1 and number not in self.returns]
        if open_sales and self.random.random() < 0.3:
            of = self.random.choice(open_sales)
            self.returns.append(of)
            line = LINE.format(kind="Return", pieces=1)
            return RECEIPT.format(flags="", number=self.number, lines=line, link=LINK.format(of=of))
        pieces = self.random.randint(1, 5)
        self.sales[self.number] = pieces
        return RECEIPT.format(flags="", number=self.number, lines=LINE.format(kind="Sale", pieces=pieces), link="")

    def drop(self):
        self.files += 1
        log = "<POSLog>" + "".join(self.receipt() for _ in range(self.random.randint(1, 25))) + "</POSLog>"
        path = self.folder / f"{self.files:06}.xml"
        if self.random.random() < 0.8:
            part = self.folder / f".{path.name}"
            part.write_text(log)
            part.rename(path)
            return
        cut = self.random.randint(0, len(log))
        with open(path, "w", encoding="ascii") as file:
            file.write(log[:cut])
            file.flush()
            time.sleep(self.random.uniform(0, 0.1))
            file.write(log[cut:])

    def run(self):
        while not self.stopping.is_set():
            self.drop()
            time.sleep(self.random.uniform(0, 0.1))


def entries_of(stack):
    claims = json.loads(stack.tool("claims", "--json", "--limit", "10000000"))["claims"]
    if [claim["seq"] for claim in claims] != list(range(1, len(claims) + 1)):
        raise StackError("the chain's seqs have a hole")
    return [claim["entry"] for claim in claims]


def check(stack, till):
    entries = entries_of(stack)
    claimed = collections.Counter(e["quantities"]["pieces"] for e in entries if e["kind"] == "reduction")
    sold = collections.Counter(till.sales.values())
    if claimed != sold:
        raise StackError(f"sold by pieces {dict(sold)}, claimed {dict(claimed)}")
    taken = [e for e in entries if e["kind"] == "reversal"]
    if len(taken) != len(till.returns) or any(e["taken_back"] != {"pieces": 1} for e in taken):
        raise StackError(f"{len(till.returns)} returns, {len(taken)} reversals: {taken[:3]}")
    if len({e["nullifiers"][0]["digest"] for e in taken}) != len(taken):
        raise StackError("a sale was taken back twice")


def run(arguments, folder):
    rng = random.Random(arguments.seed)
    stack = Stack(folder, arguments.bin, workers=0)  # nobody listens at the broker's port
    logs = stack.folder / "logs-in"
    logs.mkdir()
    till = Till(logs, random.Random(rng.random()))
    configuration = f'path = {toml_text(logs)}\nissuer = "shop"\nzone = "UTC"\nsettle_ms = 300\n'
    stack.prepare(f'[[source]]\nname = "tills"\nplugin = "poslog"\nconfiguration_text = {toml_text(configuration)}\n',
                  detectors=BOX_DETECTOR)

    def all_moved():
        stack.daemon.check_alive()
        return not list(logs.glob("*.xml")) and len(list((logs / "done").glob("*.xml*"))) == till.files
    try:
        stack.start_daemon()
        till.start()
        counts = kill_some(stack, arguments.kills, rng)
        till.stopping.set()
        till.join(30)
        wait_until(all_moved, PATIENCE_S, f"{till.files} files to be moved to done")
        check(stack, till)
        if list((logs / "failed").glob("*")):
            raise StackError(f"files failed: {list((logs / 'failed').glob('*'))[:3]}")
    finally:
        stack.kill()
    print(f"{sum(counts.values())} kills ({dict(counts)}), {till.files} files: {len(till.sales)} sales each claimed once, "
          f"{len(till.returns)} returns each taken back once")


if __name__ == "__main__":
    sys.exit(run_kills(kill_parser(__doc__.splitlines()[0], kills=10), run))
