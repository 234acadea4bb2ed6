#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plays a random town on the real service, whose workers, broker, HTTP API and PostgreSQL are killed throughout, and holds the books,
accounts, orders and trees against the model of docs/ledger.md, docs/chains.md, docs/accounts.md and docs/trees.md.

    check_town.py --store postgres --seed 7         10,000 claims of 250 devices
    check_town.py --streets 100 --claims 100        100,000 of 1,000
    check_town.py --seed 7 --only 12 --kills 0      one street of that town alone: the seed makes it again, event by event
    check_town.py --fault rest                      the model has a wrong rule: it must be noticed

A command or request is asked until it is answered (doors.py), a batch until a receipt has come (post.py), so that what happened is known,
and what is asked is known before: model/town.py makes all of it from the seed. Where something differs, the street is told and the event.
"""
import collections
import concurrent.futures
import json
import pathlib
import random
import sys
import threading
import time

TESTS = pathlib.Path(__file__).resolve().parents[2]
for folder in ("support", "integration/ledger/model"):
    sys.path.insert(0, str(TESTS / folder))

from promises import fail_unless, kill_parser, run_kills  # noqa: E402
from parts import PATIENCE_S, StackError, wait_until  # noqa: E402
from claims import DAY  # noqa: E402
from schedules import BEGIN  # noqa: E402
from town import ROOT_BEGINS, Town  # noqa: E402
from world import HOLDINGS  # noqa: E402
import faults  # noqa: E402
from doors import Commands, Differs, Requests  # noqa: E402
from installation import Installation  # noqa: E402
from names import Names, chain_digits  # noqa: E402
from post import Post  # noqa: E402
from signing import Signing  # noqa: E402
from truth import Model, Service, bearer_hash, differences  # noqa: E402

FOLLOWED = ("release", "dismiss", "chain", "revoke", "trust", "withdraw")  # what workers may have to go on with
KNOWN_S = 1.2  # workers know of a change of the registry within a second
UNANSWERED_S = 0.3  # for so long an answer is waited for to what nobody need answer
LONGEST_TICK_S = 420


def is_time(event):
    return isinstance(event, dict) and event.get("op") == "elapse"


class Player:
    """A street on the service: one thing after the other."""

    def __init__(self, quarter, number, stack, signing, post, token):
        self.quarter, self.names, self.stack, self.signing, self.post = quarter, Names(number), stack, signing, post
        self.random = random.Random(quarter.seed)
        self.commands = Commands(stack, signing, self.names)
        self.requests = Requests(stack, token, self.names, self.random, self.commands)
        self.at, self.sent_at, self.known_at = 0, 0.0, 0.0
        events = [[at, [self.names.event(one) for one in ([event] if isinstance(event, dict) else event)]]
                  for at, event in quarter.events if not isinstance(event, dict) or "op" not in event]
        signing.ask(schedule=number, **{"is": {"world": {"programme": stack.programme}, "events": events}})

    def hashes(self):
        """What accounts of hashes stand for."""
        told = {digits: name for digits, name in self.signing.ask(schedule=self.names.number, names=True).items()}
        secrets = {event["secret"] for _, event in self.quarter.events if isinstance(event, dict) and event.get("op") == "account-redeem"}
        return {**told, **{bearer_hash(self.names.secret(name)): self.names.secret(name) for name in secrets}}

    def play(self, until, progress):
        while self.at < until:
            now, event = self.quarter.events[self.at]
            try:
                self.hear(now, event, self.quarter.stored[self.at])
            except Differs as differs:
                raise Differs(f"street {self.names.number}, event {self.at}: {differs}") from None
            self.at += 1
            if not is_time(event):
                progress.step()

    def hear(self, now, event, is_stored):
        if isinstance(event, list) or "op" not in event:
            self.send(event if isinstance(event, list) else [event], is_stored)
        elif event["op"].startswith(HOLDINGS):
            self.requests.hear(dict(event, now=now), f"{self.names.number}-{self.at}")
        elif event["op"] != "elapse":
            time.sleep(max(0.0, self.sent_at + 1.1 - time.monotonic()))  # what came before came earlier, by a clock of seconds
            self.commands.hear(event)
            self.known_at = time.monotonic() + KNOWN_S
            if event["op"] in FOLLOWED:
                await_work(self.stack)

    def send(self, batch, is_stored):
        time.sleep(max(0.0, self.known_at - time.monotonic()))
        tokens = {self.names.of(name): token for name, token in self.requests.tokens.items()}
        payload = self.signing.messages(self.names.number, [event["hash"] for event in batch], tokens)
        device, chain = self.names.of(batch[0]["device"]), chain_digits(batch[0]["chain"])
        copies = 2 if self.random.random() < 0.1 else 1
        self.sent_at = time.monotonic()
        if not self.post.ask(device, payload, chain, copies, PATIENCE_S if is_stored else UNANSWERED_S) and is_stored:
            raise StackError(f"no receipt for a batch of {device}")

    def finish(self):
        for device in self.quarter.devices:
            self.post.ask(self.names.of(device))


class Progress:
    def __init__(self, total):
        self.total, self.done, self.lock = total, 0, threading.Lock()

    def step(self):
        with self.lock:
            self.done += 1

    def part(self):
        return self.done / self.total


class Killer(threading.Thread):
    """Kills one part at a time and starts it again, at equal steps of the progress."""

    def __init__(self, stack, kills, seed, progress):
        super().__init__(name="killer", daemon=True)
        self.stack, self.kills, self.random, self.progress = stack, kills, random.Random(seed), progress
        self.counts, self.error = collections.Counter(), None
        self.done, self.over = threading.Event(), threading.Event()

    def run(self):
        try:
            for number in range(self.kills):
                while self.progress.part() < (number + 0.5) / self.kills:
                    time.sleep(0.005)
                self.kill(self.random.choice(self.stack.killable()))
        except StackError as error:
            self.error = error
        self.done.set()
        self.over.wait()  # what a thread has started ends with it

    def kill(self, part):
        self.stack.kills += 1
        self.stack.is_down = True
        part.kill()
        self.counts[part.name] += 1
        if self.random.random() < 0.3:
            time.sleep(self.random.uniform(0.0, 0.3))
        self.stack.start_part(part)
        self.stack.kills += 1
        self.stack.is_down = False


def register(stack, town, numbers, signing):
    """Everything that the streets' worlds have, long before they begin: a root's next version is made known 90 days ahead."""
    files = {kind: [",".join(columns)] for kind, columns in (("merchant", ("id", "name", "zone")), ("root", ("name", "owner")), ("device", (
        "id", "class", "merchant", "site", "root")), ("key", ("device", "file")))}
    more, owners = [], {}
    for number, quarter in zip(numbers, town.quarters):
        names, world = Names(number), quarter.world
        for merchant in world["merchants"]:
            files["merchant"].append(f"{names.of(merchant)},{names.of(merchant)},{world['programme']['zone']}")
        for root, table in world["roots"].items():
            owners[names.root(root)] = names.of(table["owner"])
            if len(table["begins"]) > 1:
                more.append(("root", "version", names.root(root), "--from", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ROOT_BEGINS))))
        for device, table in world["devices"].items():
            first = table["assignments"][0]
            roots = [names.root(root) for root in first["roots"]]
            more += [("root", "reporter", root, names.of(first["merchant"])) for root in roots if owners[root] != names.of(first["merchant"])]
            files["device"].append(f"{names.of(device)},{table['class']},{names.of(first['merchant'])},{first['site']},{';'.join(map(str, roots))}")
            files["key"].append(f"{names.of(device)},{signing.certificate(names.of(device), names.of(table['key']))}")
    nobody = next(iter(owners.values()))
    for root in range(1, max(owners) + 1):  # numbers are given in order
        files["root"].append(f"root-{root},{owners.get(root, nobody)}")
    for kind in ("merchant", "root"):
        add(stack, kind, files[kind])
    for words in dict.fromkeys(more):
        stack.credit(*words, "--why", "as the world has it")
    for kind in ("device", "key"):
        add(stack, kind, files[kind])


def add(stack, kind, lines):
    file = stack.folder / f"{kind}.csv"
    file.write_text("\n".join(lines) + "\n")
    stack.credit(kind, "add", "--csv", file)


def pass_tick(stack, post, tick):
    """The clock goes on: orders expire, then the hour counts, and what was on probation for long enough is open."""
    fail_unless(tick["time"] > stack.clock.now(), "the machine is so slow that the town's next hour has begun before it")
    stack.clock.set(tick["time"])
    await_count(stack, "SELECT count(*) FROM tree_orders WHERE state = 0", *tick["open"])
    if not post.ask("clock"):
        raise StackError("no answer to the clock's question")
    await_count(stack, "SELECT count(*) FROM chains WHERE state = 2", *tick["probation"])


def await_count(stack, statement, before, wanted):
    if before != wanted:
        wait_until(lambda: stack.count(statement) == wanted, PATIENCE_S, f"{statement} to be {wanted}, as the model has it")
        await_work(stack)


def await_work(stack):
    wait_until(lambda: stack.count(f"SELECT count(*) FROM work WHERE due <= {stack.clock.now()}") == 0, PATIENCE_S,
               "workers to go on with what was decided")


def play(stack, town, players, post, progress, killer, threads, verbose):
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for number, tick in enumerate(town.ticks):
            pass_tick(stack, post, tick)
            began = time.monotonic()
            for done in [pool.submit(player.play, player.quarter.ticks[number], progress) for player in players]:
                done.result()
            if killer.error:
                raise killer.error
            if verbose:
                print(f"{number}: {time.monotonic() - began:.1f} s, {progress.done} of {progress.total}, {sum(killer.counts.values())} kills", flush=True)
            fail_unless(time.monotonic() - began < LONGEST_TICK_S, "a tick lasts so long that rules' times end within it: take fewer claims")
        killer.done.wait()
        if killer.error:
            raise killer.error
        list(pool.map(Player.finish, players))
    await_work(stack)


def run(arguments, folder):
    if not arguments.fault:
        return run_town(arguments, folder)
    faults.RULES[arguments.fault]()
    try:
        run_town(arguments, folder)
    except StackError as error:
        print(f"noticed, as it must be: {str(error)[:300]}")
        return None
    raise StackError(f"the model has the rule {arguments.fault} wrong, and nobody noticed")


def run_town(arguments, folder):
    began = time.monotonic()
    town = Town(arguments.seed, arguments.streets, arguments.devices, arguments.claims, arguments.only)
    numbers = [arguments.only] if arguments.only is not None else list(range(arguments.streets))
    programme = json.loads(json.dumps(town.quarters[0].world["programme"]))
    stack = Installation(folder, arguments.bin, arguments.store, programme)
    signing = Signing(stack.program("signed-schedules"), stack.folder)
    post, killer = Post(stack.town_port), None
    try:
        stack.make(signing.ask(authorities=True))
        stack.clock.set(BEGIN - 100 * DAY)
        register(stack, town, numbers, signing)
        stack.clock.set(town.ticks[0]["time"] - 60)
        stack.start_all()
        token = json.loads(stack.credit("access", "add", "service", "--json"))["token"]
        post.start()
        players = [Player(quarter, number, stack, signing, post, token) for number, quarter in zip(numbers, town.quarters)]
        progress = Progress(sum(not is_time(event) for quarter in town.quarters for _, event in quarter.events))
        killer = Killer(stack, arguments.kills, arguments.seed, progress)
        killer.start()
        ready = time.monotonic()
        play(stack, town, players, post, progress, killer, arguments.threads, arguments.verbose)
        played = time.monotonic()
        post.stop()
        words = hold(stack, town, players)
    finally:
        stack.kill()
        signing.close()
        if killer is not None:
            killer.over.set()
    tell(town, players, post, killer, ready - began, played - ready, time.monotonic() - played)
    (stack.folder / "differences").write_text("\n".join(words))
    fail_unless(not words, f"{len(words)} differences:\n" + "\n".join(words[:40]))


def hold(stack, town, players):
    """What differs, and what `check` finds."""
    for part in (stack.http, *stack.workers):
        part.stop()
    there, wanted = Service(stack, players, town.ticks).tables(), Model(players, town.ticks).tables()
    words = differences(there, wanted)
    code, out, _ = stack.command("check")
    if code != 0:
        words += [f"check: {line}" for line in out.splitlines()]
    if not words:
        words = faults.unnoticed(stack, players, town, there, wanted)
    return words


def tell(town, players, post, killer, made, played, held):
    claims = collections.Counter()
    asked = collections.Counter()
    for player in players:
        claims.update((standing[2] or standing[0]) for standing in player.quarter.model.totals()["claims"].values())
        asked.update(f"{event['op']}{'' if event['expect'] == 200 else ' refused'}" for _, event in player.quarter.events
                     if isinstance(event, dict) and "expect" in event)
    print(f"{sum(claims.values())} claims of {sum(len(one.quarter.devices) for one in players)} devices in {len(town.ticks)} hours: {dict(claims.most_common())}")
    print(f"asked: {dict(asked.most_common())}")
    print(f"{post.sent} batches sent, {post.again} again; {sum(killer.counts.values())} kills: {dict(killer.counts)}; "
          f"made in {made:.0f} s, played in {played:.0f} s, held against the model in {held:.0f} s", flush=True)


def main():
    parser = kill_parser(__doc__.splitlines()[0], kills=50)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--streets", type=int, default=25)
    parser.add_argument("--devices", type=int, default=10, help="of a street")
    parser.add_argument("--claims", type=int, default=40, help="of a device")
    parser.add_argument("--only", type=int, help="this street of the town alone")
    parser.add_argument("--threads", type=int, default=32, help="streets at once")
    parser.add_argument("--verbose", action="store_true", help="tell each hour")
    parser.add_argument("--fault", choices=sorted(faults.RULES), help="a rule that the model has wrong")
    return run_kills(parser, run)


if __name__ == "__main__":
    sys.exit(main())
