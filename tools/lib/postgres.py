# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL of an installation's own, on a unix socket, that ends with what started it. Started by root it runs as nobody, since it
refuses root."""
import contextlib
import os
import pathlib
import pwd
import signal
import subprocess
import tempfile

from parts import PATIENCE_S, Part, output_of, wait_until

PROGRAMS = pathlib.Path("/usr/lib/postgresql/15/bin")
ROLE = "greentill"
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 40
"""


def as_nobody():
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig=keep"] if os.geteuid() == 0 else []


class Postgres(Part):
    """With the database `ledger`. Its files go with it: a folder of theirs, which is nobody's where root started it."""

    def __init__(self, log, settings=""):
        self._own = tempfile.TemporaryDirectory(prefix="greentill-postgres-", ignore_cleanup_errors=True)  # a socket's path is short
        self.folder = pathlib.Path(self._own.name)
        self.url = f"postgres:///ledger?host={self.folder}&user={ROLE}"
        super().__init__("postgres", [*as_nobody(), PROGRAMS / "postgres", "-D", self.folder / "data"], log)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        subprocess.run([*as_nobody(), PROGRAMS / "initdb", "-D", self.folder / "data", "-A", "trust", "-U", ROLE, "-E", "UTF8",
                        "--locale=C", "--no-sync"], check=True, stdout=subprocess.DEVNULL)
        with open(self.folder / "data/postgresql.conf", "a", encoding="utf-8") as file:
            file.write(SETTINGS.format(folder=self.folder) + settings)
        self.start()
        self.psql("CREATE DATABASE ledger", "postgres")

    def start(self):
        """Returns once it takes connections."""
        super().start()
        ready = [PROGRAMS / "pg_isready", "-q", "-h", self.folder, "-U", ROLE, "-d", "postgres"]

        def answers():
            if not self.running and "shared memory block" in self.log.read_text(errors="replace")[-1000:]:
                super(Postgres, self).start()  # what worked for the one that was killed had not ended yet
            self.check_alive()
            return subprocess.run(ready, check=False).returncode == 0
        wait_until(answers, PATIENCE_S, "postgres to take connections")

    def psql(self, statements, database="ledger"):
        """What they printed."""
        return output_of(PROGRAMS / "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", ROLE, "-d", database, "-c", statements)

    def kill(self):
        """With all that work for it."""
        for process in self.processes() if self.running else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        super().kill()

    def stop(self, seconds=PATIENCE_S):
        """Without waiting for who is connected."""
        if self.running:
            self.process.send_signal(signal.SIGINT)
        super().stop(seconds)

    def processes(self):
        """The process ids of it and of all that work for it."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]
