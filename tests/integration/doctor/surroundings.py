# SPDX-License-Identifier: Apache-2.0
"""What stands around a daemon that is well: who reads its log, what the broker announces, the line's data, a source, the printer relay."""
import contextlib
import fcntl
import json
import os
import re
import time

from parts import PATIENCE_S, Part, connects, free_port, wait_until
from promises import ROOT
from scene import LOOK, NETWORK, PRINTER, SERVICE, WELL
from stack_texts import journal_source, toml_text

TALKERS = 16  # each may say 5 KB a second, so that the daemon's log soon has more to say than it keeps
TALKER = """#!/bin/sh
read -r _
echo '{"protocol":"greentill-exec-1","name":"talker","version":"1"}'
words=$(printf 'nothing of importance %.0s' $(seq 40))
while true; do echo "$words" >&2; sleep 0.05; done
"""
PROFILE = ROOT / "config/escpos/generic-en.toml"


@contextlib.contextmanager
def unread_log(scene):
    """Standard error is a pipe that nobody reads."""
    talker = scene.stack.spool / "talker.sh"
    talker.write_text(TALKER)
    talker.chmod(0o755)
    sources = "".join(f'[[source]]\nname = "talker-{number}"\nexec = ["{talker}"]\n' for number in range(TALKERS))
    reader, scene.stack.daemon.standard_error = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    with scene.configured(("[uplink]", f"{sources}\n[uplink]")):
        wait_until(lambda: scene.stack.api.status()["log_lines_lost"], PATIENCE_S, "lines to be left out")
        yield
        os.close(scene.stack.daemon.standard_error)
        scene.stack.daemon.standard_error = None
    os.close(reader)


def announcing(limits, happens=lambda _: None):
    """The broker's own limits, as it announces them when a device logs in."""
    @contextlib.contextmanager
    def situation(scene):
        stack = scene.stack
        file = stack.folder / "mosquitto.conf"

        def start_anew():
            stack.broker.stop()
            stack.start_broker()
            scene.restart()
        with scene.files(file):
            file.write_text(re.sub(r"(?m)^max_(packet_size|keepalive) .*\n", "", file.read_text()) + limits)
            start_anew()
            happens(scene)
            yield
        start_anew()
    return situation


def claim_waits(scene):
    scene.wait_connected()
    scene.ride()
    wait_until(lambda: "bytes, and" in (scene.stack.api.status()["link"]["last_error"] or ""), PATIENCE_S, "the daemon to find that nothing fits")


@contextlib.contextmanager
def used_up(scene):
    """A metered line, in a month whose data is gone."""
    file = scene.stack.folder / "state/data-use"
    with scene.configured(("receipt_timeout_s = 5", "receipt_timeout_s = 5\ndata_cap_mb = 1")):
        scene.wait_connected()
        scene.stack.daemon.stop()
        month, _ = file.read_text().split()
        file.write_text(f"{month} 1000000\n")
        scene.stack.start_daemon()
        yield
    file.unlink()


@contextlib.contextmanager
def unmeasured(scene):
    """Trips in a mode that no methodology measures."""
    trips, end = scene.stack.spool / "hoverboards.ndjson", int(time.time()) - 300
    trips.write_text("".join(json.dumps({"issuer": "dock", "event_id": f"hover-{number}", "kind": "trip", "mode": "hoverboard", "begin": end - 600,
                                         "end": end, "quantities": {"m.odometer": 2400}}) + "\n" for number in range(3)))
    with scene.configured(("[uplink]", f"{journal_source('hoverboards', trips, form='ndjson')}\n[uplink]")):
        wait_until(lambda: scene.stack.api.status()["records"], PATIENCE_S, "the trips to be read")
        yield


@contextlib.contextmanager
def wrong_address(scene):
    """The settings name a broker that nobody reaches; the device stays with its own."""
    stack = scene.stack

    def name_broker(address):
        stack.credit("address", "set", "--device", stack.device, "--broker", address, "--why", "a slip")
        stack.settings().unlink()
        stack.write_settings()
        scene.restart()
    name_broker("mqtts://localhost:1")
    wait_until(lambda: stack.api.status()["link"]["moving"], PATIENCE_S, "the device to say that it cannot move")
    yield
    name_broker("none")


def relayed(runs):
    """A till that prints: a source reads the copies, and a relay makes them or does not. The printer is off."""
    @contextlib.contextmanager
    def situation(scene):
        spool = scene.stack.spool / "jobs"
        spool.mkdir(exist_ok=True)
        port = free_port()
        relay = Part("greentill-printer-relay", [scene.stack.program("greentill-printer-relay"), "--listen", f"127.0.0.1:{port}", "--printer",
                                                 f"127.0.0.1:{free_port()}", "--spool", spool], scene.stack.folder / "logs/relay.log")
        configuration = toml_text(f'path = {toml_text(spool)}\nprofile = {toml_text(PROFILE)}\nissuer = "till"\nzone = "Europe/London"\ncurrency = "GBP"\n')
        source = f'[[source]]\nname = "till"\nplugin = "escpos"\nconfiguration_text = {configuration}\n'
        with relay, scene.configured(("[uplink]", f"{source}\n[uplink]")):
            if runs:
                relay.start()
                wait_until(lambda: connects(port), PATIENCE_S, "the relay to listen")
            yield
    return situation


def surroundings():
    """As situations() has them."""
    return [
        ("a log that nobody reads", unread_log, "since its start: what reads its standard error takes no more", LOOK),
        ("packets of 2,000 bytes, a sign of life every 10 s", announcing("max_packet_size 2000\nmax_keepalive 10\n"), "nothing is wrong", WELL),
        ("packets that are less than a claim", announcing("max_packet_size 600\n", claim_waits),
         ["the broker takes packets of at most 600 bytes, and claim", "it waits, with all behind it"], SERVICE),
        ("the line's data is used up", used_up, "the line's data is used up: 1 of 1 MB", NETWORK),
        ("a mode that nothing measures", unmeasured, "of the source 'hoverboards' none of its 3 records was claimed", LOOK),
        ("a new broker that is not to be used", wrong_address, "mqtts://localhost:1", LOOK),
        ("no relay runs", relayed(runs=False), "no printer relay runs on this machine", LOOK),
        ("the printer is off", relayed(runs=True), "the printer behind the relay is not reached", PRINTER),
    ]
