# SPDX-License-Identifier: Apache-2.0
"""A shop on a metered line: what the daemon counts is what went over it, also where it is killed, and at the cap claims wait for the month's end.

Between daemon and broker stands a relay that counts by itself.
"""
import json
import pathlib
import random
import socket
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import check_booked_once, fail_unless, journey_parser, run_journey  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402
from stack import Stack  # noqa: E402

CAP = 1_000_000
STEP = 16_384  # by which the count is written ahead, at this cap
RIDES = 4_000  # more than the cap carries
HEADERS = 0.5  # of IP and TCP, and what TLS takes, over the payload, where messages are small


class Relay:
    """Passes connections on, and counts their payload both ways."""

    def __init__(self, to):
        self.to, self.bytes, self.connections, self._lock = to, 0, 0, threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            near, _ = self._socket.accept()
            with self._lock:
                self.connections += 1
            try:
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                near.close()
                continue
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _pump(self, one, other):
        try:
            while piece := one.recv(65_536):
                with self._lock:
                    self.bytes += len(piece)
                other.sendall(piece)
        except OSError:
            pass  # a killed daemon's
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Shop:
    def __init__(self, stack):
        self.stack, self.sold = stack, 0
        self.relay = Relay(stack.broker_port)
        text = stack.daemon_config.read_text()
        stack.daemon_config.write_text(text.replace(f"localhost:{stack.broker_port}\"", f"localhost:{self.relay.port}\"\ndata_cap_mb = 1"))

    def sell(self, count):
        lines = []
        for _ in range(count):
            begin = 1_760_000_000 + self.sold * 60
            lines.append(json.dumps({"issuer": "till", "event_id": f"ride-{self.sold}", "kind": "trip", "mode": "bike.shared", "begin": begin,
                                     "end": begin + 900, "quantities": {"m.odometer": 500 + self.sold % 4000}}))
            self.sold += 1
        status, body = self.stack.api.post("\n".join(lines))
        answers = [json.loads(line) for line in body.decode().splitlines()]
        fail_unless(status == 200 and all(len(answer.get("claims", [])) == 1 for answer in answers), f"sales were refused: {status} {body[:300]}")

    def link(self):
        return self.stack.api.status()["link"]

    def data(self):
        return self.link()["data"]

    def kept(self):
        """The file's month and bytes."""
        return tuple(int(word) for word in (self.stack.folder / "state/data-use").read_text().split())


def counted_rightly(shop):
    """At rest the count is the relay's, and the headers that it does not see."""
    shop.sell(300)
    shop.stack.wait_delivered()
    wait_until(lambda: shop.data()["bytes"] >= shop.relay.bytes, PATIENCE_S, "the count to reach what the relay saw")
    counted, payload = shop.data()["bytes"], shop.relay.bytes
    fail_unless(counted <= payload * (1 + HEADERS), f"{counted} bytes were counted where {payload} went over the line")
    fail_unless(shop.data()["cap_bytes"] == CAP and shop.data()["stage"] == "free", f"{shop.data()}")
    print(f"counted {counted} bytes; the relay saw {payload} of payload", flush=True)


def killed(shop, kills, seed):
    """Whenever it is killed, what went over the line is not forgotten, and each kill costs a step at most."""
    choice = random.Random(seed)
    for _ in range(kills):
        shop.sell(10)
        time.sleep(choice.random() / 4)
        shop.stack.daemon.kill()
        month, kept = shop.kept()
        fail_unless(kept >= shop.relay.bytes, f"{kept} bytes are kept (month {month}), and {shop.relay.bytes} went over the line")
        shop.stack.start_daemon()
    shop.sell(1)  # its receipt is behind the last connection's beginning, which is counted, too
    shop.stack.wait_delivered()
    most = shop.relay.bytes * (1 + HEADERS) + (kills + 1) * STEP
    counted = shop.data()["bytes"]
    fail_unless(counted <= most, f"{counted} bytes are counted behind {kills} kills, where {shop.relay.bytes} went over the line")
    shop.stack.daemon.stop()
    month, kept = shop.kept()
    fail_unless(kept <= counted + 2_000, f"an end in good order kept {kept} where {counted} were counted")
    print(f"{kills} kills: counted {counted} bytes; the relay saw {shop.relay.bytes}", flush=True)
    shop.stack.start_daemon()


def used_up(shop):
    """The cap is not passed; selling goes on; everything says why claims wait; a restart changes nothing."""
    shop.sell(RIDES)
    wait_until(lambda: shop.data()["stage"] == "used-up", PATIENCE_S, "the line to be given up", pause=0.1)
    wait_until(lambda: not shop.link()["connected"], PATIENCE_S, "the connection to end")
    fail_unless(shop.data()["bytes"] <= CAP and shop.relay.bytes <= CAP, f"{shop.data()} and {shop.relay.bytes} bytes went over the line")
    fail_unless(shop.data()["bytes"] >= CAP * 0.8, f"it was given up with {shop.data()}")
    backlog = shop.stack.api.status()["backlog"]
    fail_unless(backlog["waiting"] > 0, "nothing waits")
    for where, words in ((shop.link()["last_error"], "the data cap of 1 MB is used up"),
                         (shop.stack.tool("status"), "used up, claims wait for the next month"),
                         (shop.stack.tool("today"), "the line's data cap is used up"),
                         (shop.stack.api.request("GET", "/metrics")[1].decode(), 'greentill_link_data_stage{stage="used-up"} 1')):
        fail_unless(words in where, f"\"{words}\" is not said: {where}")
    before = shop.relay.connections, shop.relay.bytes
    shop.sell(5)
    shop.stack.tool("retry")
    shop.stack.daemon.stop()
    shop.stack.start_daemon()
    shop.sell(5)
    shop.stack.tool("retry")
    wait_until(lambda: shop.data()["stage"] == "used-up", PATIENCE_S, "the line to stay given up")
    fail_unless((shop.relay.connections, shop.relay.bytes) == before, "a line that is used up was used")
    log = (shop.stack.folder / "logs/greentilld.log").read_text()
    fail_unless("nine tenths of the data cap of 1 MB are used" in log, "the log does not say that the cap came near")


def month_turns(shop):
    """The service's time begins another month: the rest goes out until that one is used up, too, or all is delivered."""
    shop.stack.daemon.stop()
    month, _ = shop.kept()
    before = month - 1 if month % 100 > 1 else month - 89
    (shop.stack.folder / "state/data-use").write_text(f"{before} {CAP * 9 // 10}\n")
    shop.stack.start_daemon()
    wait_until(lambda: shop.data()["month"] == f"{month // 100}-{month % 100:02}", PATIENCE_S, "the next month", pause=0.1)
    for _ in range(5):
        def at_rest():
            status = shop.stack.api.status()
            return status["backlog"]["waiting"] == 0 or status["link"]["data"]["stage"] == "used-up"
        wait_until(at_rest, PATIENCE_S, "all to be delivered, or the next month's data to be used up", pause=0.1)
        if shop.stack.api.status()["backlog"]["waiting"] == 0:
            break
        shop.stack.daemon.stop()
        (shop.stack.folder / "state/data-use").write_text(f"{month} 0\n")
        shop.stack.start_daemon()
    shop.stack.wait_delivered()


def journey(folder, arguments):
    print(f"seed {arguments.seed}", flush=True)
    with Stack(folder, arguments.bin) as stack:
        stack.prepare()
        shop = Shop(stack)
        stack.start()
        counted_rightly(shop)
        killed(shop, arguments.kills, arguments.seed)
        used_up(shop)
        month_turns(shop)
        check_booked_once(stack, shop.sold, independently=False)  # cose-js takes 5 ms a signature


def main():
    parser = journey_parser(__doc__.splitlines()[0], "metered-line")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    return run_journey(parser, journey)


if __name__ == "__main__":
    sys.exit(main())
