# SPDX-License-Identifier: Apache-2.0
"""A device is put into service over a line that drops half of the connections, to the EST server and to the broker: greentill enrol with one code, then
greentilld, whose first claim is credited. What was given up in the middle leaves one key and one identity; run again, it says that all is done."""
import json
import pathlib
import random
import socket
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import ROOT, claims_of, fail_unless, journey_parser, reductions, run_journey  # noqa: E402

sys.path.insert(0, str(ROOT / "tools/lib"))

from enrolled import EnrolledStack  # noqa: E402

CUT_AFTER = (0, 300, 1500)  # bytes of what the server says
MOST_S = 60  # from the code to the credited claim


class DroppingLine:
    """Passes half of the connections on, and cuts the others after some bytes. Which, goes by chance: who tries in pairs must not always meet the same."""

    def __init__(self, to):
        self.to, self.count, self.cut, self.chance = to, 0, 0, random.Random(1)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            near, _ = self.listening.accept()
            self.count += 1
            limit = self.chance.choice(CUT_AFTER) if self.count == 1 or self.chance.random() < 0.5 else None
            self.cut += limit is not None
            threading.Thread(target=self._pass_on, args=(near, limit), daemon=True).start()

    def _pass_on(self, near, limit):
        try:
            with near, socket.create_connection(("127.0.0.1", self.to)) as far:
                forth = threading.Thread(target=self._pour, args=(near, far, None), daemon=True)
                forth.start()
                self._pour(far, near, limit)
                near.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # either end has gone

    @staticmethod
    def _pour(source, target, limit):
        try:
            while limit is None or limit > 0:
                piece = source.recv(65536 if limit is None else limit)
                if not piece:
                    break
                target.sendall(piece)
                limit = None if limit is None else limit - len(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def journey(folder, binaries):
    with EnrolledStack(folder, binaries) as stack:
        stack.prepare(registered=False)
        stack.start_workers()
        stack.start_broker()
        est, broker = DroppingLine(stack.est_port), DroppingLine(stack.broker_port)
        text = stack.daemon_config.read_text()
        for line, port in ((est, stack.est_port), (broker, stack.broker_port)):
            fail_unless(f"localhost:{port}" in text, "the configuration names another port")
            text = text.replace(f"localhost:{port}", f"localhost:{line.port}")
        stack.daemon_config.write_text(text)

        begun = time.monotonic()
        said = stack.enrol()
        fail_unless("is in service until" in said, f"greentill enrol said {said}")
        stack.start_daemon()
        end = int(time.time()) - 60
        ride = {"issuer": "dock", "event_id": "first", "kind": "trip", "mode": "bike.shared", "begin": end - 600, "end": end,
                "quantities": {"m.odometer": 2000}}
        status, body = stack.api.post(json.dumps(ride), "application/json")
        fail_unless(status == 201, f"the first ride was answered {status}: {body!r}")
        stack.wait_delivered()
        seconds = time.monotonic() - begun
        fail_unless(seconds < MOST_S, f"it took {seconds:.0f} s")
        [claim] = reductions(claims_of(stack))
        fail_unless(stack.report()["granted_mg"] == claim["credited_mg"] > 0, "the first claim is not credited")
        again = stack.tool("--config", stack.daemon_config, "enrol", "--device", stack.device)
        fail_unless("is already in service until" in again, f"greentill enrol, run again, said {again}")
        [key] = json.loads(stack.credit("key", "list", "--device", stack.device, "--json"))["keys"]
        fail_unless(len(key["certificates"]) == 1, f"the device has {len(key['certificates'])} certificates")
        fail_unless(est.cut > 0 and broker.cut > 0, "nothing was cut")
        print(f"from the code to the first credited claim {seconds:.1f} s, over {est.count} connections to the EST server and {broker.count} to the "
              f"broker, of which {est.cut + broker.cut} were cut")
        stack.stop()


def main():
    parser = journey_parser(__doc__.splitlines()[0], "first-claim")
    return run_journey(parser, lambda folder, arguments: journey(folder, arguments.bin))


if __name__ == "__main__":
    sys.exit(main())
