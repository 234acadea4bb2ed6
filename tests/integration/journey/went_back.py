# SPDX-License-Identifier: Apache-2.0
"""A device's store and the ledger go back, in each way in which files get lost or mixed up: neither is taken for a first start, the person is told
what to do, and once it is done every ride is credited once. A ledger that went back with its mark is told by both ends."""
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import check_booked_once, fail_unless, journey_parser, run_journey  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402
from stack import Stack  # noqa: E402

NEW_EPOCH = "--new-epoch"


class Files:
    """A database with what lies beside it."""

    def __init__(self, database, mark):
        self.database, self.mark = database, mark
        self.log = database.with_name(database.name + "-wal")
        self.index = database.with_name(database.name + "-shm")

    @property
    def all(self):
        return (self.database, self.log, self.mark, self.index)

    def copy(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for file in (self.database, self.log, self.mark):
            if file.exists():
                shutil.copy2(file, folder)
        return folder

    def put_back(self, folder):
        for file in self.all:
            file.unlink(missing_ok=True)
        for file in folder.iterdir():
            shutil.copy2(file, self.database.parent)


def foreign_log(folder):
    """The write-ahead log of another database."""
    folder.mkdir()
    database = sqlite3.connect(folder / "other.db")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE things(thing)")
    database.commit()
    log = folder / "kept-wal"
    shutil.copy2(folder / "other.db-wal", log)
    database.close()
    return log


def ways(files, earlier, stopped, killed, foreign):
    """(what was done, how, what must be said) with the latest files, which a kill left."""
    def without_log():
        files.log.unlink()

    def emptied():
        files.database.write_bytes(b"")

    def deleted():
        files.database.unlink()

    def moved_away():
        for file in (files.database, files.log):
            file.unlink(missing_ok=True)

    def set_back():
        files.log.unlink()
        shutil.copy2(earlier / files.database.name, files.database)

    def set_back_under_the_log():
        shutil.copy2(earlier / files.database.name, files.database)

    yield "without its log", killed, without_log, "lost its write-ahead log"
    yield "emptied", killed, emptied, "is empty, though the store was in use"
    yield "deleted", killed, deleted, "is not there, though the store was in use"
    yield "moved away after a stop", stopped, moved_away, "is not there, though the store was in use"
    yield "set back by a copy", killed, set_back, "is an older copy of the store"
    yield "set back under the latest log", killed, set_back_under_the_log, "is an older copy of the store"
    if foreign:
        yield "under a foreign log", killed, lambda: shutil.copy2(foreign, files.log), "is not the write-ahead log of the store beside it"


def said_by(command, code):
    """What a program says that must not start."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_S)
    fail_unless(done.returncode == code, f"{command[0]} ended with {done.returncode}, not {code}: {done.stderr[-500:]}")
    return done.stderr


def check_refusals(what, files, all_ways, command, code, next_step):
    for name, start, spoil, expected in all_ways:
        files.put_back(start)
        spoil()
        before = {file: file.read_bytes() for file in (files.database, files.log) if file.exists() and file.stat().st_size > 0}
        said = said_by(command, code)
        for part in (expected, next_step if "foreign" not in name else "move it away"):
            fail_unless(part in said, f"{what} {name}: {part!r} is not in {said!r}")
        for file, content in before.items():
            fail_unless(file.read_bytes() == content, f"{what} {name}: {file.name} was changed")
        print(f"{what} {name}: {said.strip()}")


class Rides:
    def __init__(self, stack):
        self.stack, self.count = stack, 0

    def report(self, count):
        lines = []
        for _ in range(count):
            self.count += 1
            begin = 1_760_000_000 + self.count * 60
            lines.append(json.dumps({"issuer": "dock", "event_id": f"ride-{self.count}", "kind": "trip", "mode": "bike.shared",
                                     "begin": begin, "end": begin + 600, "quantities": {"m.odometer": 2000}}))
        status, body = self.stack.api.post("\n".join(lines))
        fail_unless(status == 200, f"rides were answered {status}: {body[:200]!r}")


def device_goes_back(stack, rides):
    files = Files(stack.folder / "state/outbox.db", stack.folder / "state/store.mark")
    rides.report(10)
    stack.daemon.stop()
    earlier = files.copy(stack.folder / "device-earlier")
    stack.start_daemon()
    rides.report(10)
    stack.daemon.stop()
    stopped = files.copy(stack.folder / "device-stopped")
    stack.start_daemon()
    rides.report(10)
    stack.daemon.kill()
    killed = files.copy(stack.folder / "device-killed")
    all_ways = ways(files, earlier, stopped, killed, foreign_log(stack.folder / "device-foreign"))
    check_refusals("a store", files, all_ways, stack.daemon.command, 4, f"echo new > {files.mark}")

    # The whole folder moved, and put right again.
    files.put_back(killed)
    moved = stack.folder / "state-moved"
    shutil.copytree(stack.folder / "state", moved)
    shutil.rmtree(stack.folder / "state")
    moved.rename(stack.folder / "state")
    stack.start_daemon()
    stack.wait_delivered()


def ledger_goes_back(stack, rides):
    worker = stack.workers[0]
    files = Files(stack.ledger, stack.ledger.with_name("ledger.db.mark"))
    worker.stop()
    earlier = files.copy(stack.folder / "ledger-earlier")
    worker.start()
    rides.report(10)
    stack.wait_delivered()
    worker.stop()
    stopped = files.copy(stack.folder / "ledger-stopped")
    worker.start()
    rides.report(10)
    stack.wait_delivered()
    worker.kill()
    killed = files.copy(stack.folder / "ledger-killed")
    check_refusals("a ledger", files, ways(files, earlier, stopped, killed, None), worker.command, 1, f"start one worker with {NEW_EPOCH}")
    return files, earlier


def both_ends_tell(stack, rides, files, earlier):
    """The ledger is older, and so is its mark: only the devices know. They tell it, and send again what it lacks."""
    files.put_back(earlier)
    worker = stack.workers[0]
    worker.start()
    rides.report(5)
    words = "ledger went back: it ends at claim 31"
    wait_until(lambda: words in stack.daemon.log.read_text(), PATIENCE_S, "the device to say that the ledger went back")
    stack.wait_delivered()
    fail_unless(stack.daemon.log.read_text().count("ledger went back") == 1, "the device repeats itself")
    print(next(line for line in stack.daemon.log.read_text().splitlines() if words in line))
    worker.stop()
    worker.command.append(NEW_EPOCH)
    worker.start()
    rides.report(1)
    stack.wait_delivered()
    fail_unless(not stack.api.status()["link"]["last_error"], "the device goes on complaining")


def journey(folder, binaries):
    stack = Stack(folder, binaries)
    stack.prepare()
    try:
        stack.start()
        rides = Rides(stack)
        device_goes_back(stack, rides)
        files, earlier = ledger_goes_back(stack, rides)
        both_ends_tell(stack, rides, files, earlier)
        check_booked_once(stack, rides.count)
    finally:
        stack.kill()


def main():
    parser = journey_parser(__doc__.splitlines()[0], "went-back")
    return run_journey(parser, lambda folder, arguments: journey(folder, arguments.bin))


if __name__ == "__main__":
    sys.exit(main())
