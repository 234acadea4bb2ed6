# SPDX-License-Identifier: Apache-2.0
"""An installation that is well, and greentill doctor as a technician calls it."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "trust"))

from promises import fail_unless  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402
from stack import Stack  # noqa: E402

CONFIGURATION, CLOCK, DISK, IDENTITY, STORE, DAEMON, NETWORK, BROKER, SERVICE, SOURCE, PRINTER = range(10, 21)
WELL, LOOK = 0, 1


class Scene:
    def __init__(self, stack):
        self.stack, self.rides, self.said = stack, 0, ""
        self.config, self.before, self.user, self.environment = stack.daemon_config, [], None, {}

    def doctor(self, *options, patience=PATIENCE_S):
        """Its exit code, and what it says. `patience`: short where nothing comes, so that no machine is too slow for what does."""
        command = [*self.before, self.stack.program("greentill"), "doctor", "--config", self.config, "--patience", patience, *options]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=10 * PATIENCE_S,
                              env={**os.environ, **self.environment}, user=self.user)
        self.said = done.stdout + done.stderr
        return done.returncode, done.stdout

    def expect(self, name, words, code, patience=PATIENCE_S):
        got, said = self.doctor(patience=patience)
        first = said.split("\n", 1)[0]
        for part in words if isinstance(words, list) else [words]:
            fail_unless(part in first, f"{name}: the first line does not say \"{part}\":\n{self.said}")
        fail_unless(got == code, f"{name}: it ended with {got}, not {code}:\n{self.said}")

    def ride(self, count=1):
        for _ in range(count):
            self.rides += 1
            trip = {"issuer": "dock", "event_id": f"ride-{self.rides}", "kind": "trip", "mode": "bike.shared", "begin": int(time.time()) - 900,
                    "end": int(time.time()) - 300, "quantities": {"m.odometer": 2400}}
            status, body = self.stack.api.post(json.dumps(trip), "application/json")
            fail_unless(status == 201, f"a trip was answered {status}: {body!r}")

    def restart(self):
        self.stack.daemon.stop()
        self.stack.start_daemon()

    @contextlib.contextmanager
    def files(self, *paths):
        """They may be spoilt, and are as before then, with their modes."""
        kept = [(path, path.read_bytes(), path.stat().st_mode & 0o7777) for path in paths]
        try:
            yield
        finally:
            for path, content, mode in kept:
                path.write_bytes(content)
                path.chmod(mode)

    @contextlib.contextmanager
    def configured(self, *changes):
        """The daemon runs with a changed configuration: (what stands there, what is to)."""
        with self.files(self.config):
            text = self.config.read_text()
            for old, new in changes:
                fail_unless(old in text, f"the configuration has no {old}")
                text = text.replace(old, new)
            self.config.write_text(text)
            self.restart()
            yield
        self.restart()

    def server(self, host, port):
        """The broker is elsewhere."""
        return self.configured((f"mqtts://localhost:{self.stack.broker_port}", f"mqtts://{host}:{port}"))

    @contextlib.contextmanager
    def stopped(self):
        """The daemon is down, and what is done to its state is undone then."""
        self.stack.daemon.stop()
        state, kept = self.stack.folder / "state", self.stack.folder / "state-kept"
        shutil.copytree(state, kept, symlinks=True)
        try:
            yield state
        finally:
            shutil.rmtree(state)
            kept.rename(state)
            self.stack.start_daemon()

    def wait_connected(self):
        wait_until(lambda: self.stack.api.status()["link"]["connected"], PATIENCE_S, "the daemon to be connected")


@contextlib.contextmanager
def scene_of(folder, binaries):
    with Stack(folder, binaries, device="till-1") as stack:
        stack.prepare()
        stack.start()
        scene = Scene(stack)
        scene.wait_connected()
        scene.ride()
        stack.wait_delivered()
        yield scene
