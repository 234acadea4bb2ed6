# SPDX-License-Identifier: Apache-2.0
"""What the credit service's worker needs: for a backlog, for claims one by one, for what it has already, and while one device floods."""
import http.client
import json
import sqlite3
import ssl
import statistics
import sys
import time

from parts import PATIENCE_S, ROOT, Part, connects, free_port, wait_until

sys.path.insert(0, str(ROOT / "tests/integration/attacks"))

from claims import ride  # noqa: E402
from floods import a_flood, while_poured  # noqa: E402
from scene import Scene  # noqa: E402

REPLAYS = 10  # of each batch
AT_ONCE = 16  # batches of one device that a worker has room for
POSTINGS = 1_000_000
DEVICES = 16
ACTS_A_YEAR = 3 * 365  # of one person
VISITS = 100


def measure(bench, folder):
    attempts = range(1 if bench.quick else 3)
    rows = [backlog(bench, f"service-{attempt}", bench.scaled(50_000)) for attempt in attempts]
    bench.results.add("service_cpu_per_claim_over_verification", statistics.median(row[0] for row in rows), "ratio", "<=", 0.5, 0.2)
    bench.results.add("service_cpu_of_a_persons_year", statistics.median(row[1] for row in rows) * ACTS_A_YEAR / 1e6, "ms")
    rows = [backlog_in_postgres(bench, f"postgres-{attempt}", bench.scaled(20_000)) for attempt in attempts]
    bench.results.add("service_postgres_cpu_per_claim_over_verification", statistics.median(row[0] for row in rows), "ratio", "<=", 0.7, 0.4)
    bench.results.add("service_postgres_cpu_with_backends_per_claim_over_verification", statistics.median(row[1] for row in rows), "ratio",
                      "<=", 1.5, 1)
    claim_bytes, statement, nothing = statement_of_many(bench, "statement", bench.scaled(20_000), bench.scaled(POSTINGS))
    bench.results.add("ledger_bytes_per_claim", claim_bytes, "bytes")
    bench.results.add("account_statement_with_a_million_postings", statement, "ms", "<=", 20, 5)
    bench.results.add("service_api_request", nothing, "ms")
    ratios = [shared_backlog(bench, folder / f"shared-{attempt}", bench.scaled(2_000)) for attempt in attempts]
    bench.results.add("service_two_workers_cpu_per_claim_over_one", statistics.median(ratios), "ratio", "<=", 1.05, 1.02)
    few, many = (memory_of_worker(bench, f"memory-{postings}", bench.scaled(20_000), postings) for postings in (0, bench.scaled(10 * POSTINGS)))
    bench.results.add("service_rss_anon", few, "MiB")
    bench.results.add("service_rss_anon_growth_with_ten_million_postings", many - few, "MiB", "<=", 1, 0.5)
    with Scene(folder / "sent", bench.bin) as scene:
        prepare(scene)
        rows = [one_by_one(bench, scene, f"single-{attempt}", bench.scaled(5_000)) for attempt in attempts]
        bench.results.add("service_cpu_per_single_claim_over_verification", statistics.median(row[0] for row in rows), "ratio")
        rows = [replayed(bench, scene, f"replayer-{attempt}", bench.scaled(20_000)) for attempt in attempts]
        bench.results.add("service_cpu_per_replayed_batch_over_fresh", statistics.median(rows), "ratio", "<=", 0.1, 0.05)
        waits = flooded(scene, 1 if bench.quick else 10)
        bench.results.add("answer_to_another_while_one_floods.most", max(waits), "s", "<=", 1, 0.25)
        bench.results.add("answer_to_another_while_one_floods", statistics.median(waits), "s")


def backlog(bench, name, count):
    """One worker takes a backlog over MQTT, as it does in use."""
    with bench.stack(name) as stack:
        bench.fill(stack, count)
        stack.start_broker()
        stack.start_workers()

        def deliver():
            stack.start_daemon()
            stack.wait_delivered(600)
        return over_verification(bench, stack, count, deliver)


def backlog_in_postgres(bench, name, count):
    """The same with the ledger in PostgreSQL: the worker's, and with that of all of PostgreSQL's processes."""
    with bench.stack(name, store="postgres") as stack:
        bench.fill(stack, count)
        stack.start_broker()
        stack.start_workers()
        verify = [bench.crypto(stack)["verify_ns"]]
        before = sum(map(bench.cpu_seconds, stack.postgres.processes()))

        def deliver():
            stack.start_daemon()
            stack.wait_delivered(600)
        worker = used(bench, stack, deliver)
        backends = sum(map(bench.cpu_seconds, stack.postgres.processes())) - before
        verify.append(bench.crypto(stack)["verify_ns"])
        return [spent / count * 1e9 / statistics.mean(verify) for spent in (worker, worker + backends)]


def shared_backlog(bench, folder, claims):
    """Two workers' processor time a claim over one's, for the same backlogs of many devices, whose batches the broker deals out."""
    spent = []
    for workers in (1, 2):
        with Scene(f"{folder}-{workers}", bench.bin, workers=workers) as scene:
            scene.merchant("harbour")
            names = [f"shared-{number}" for number in range(DEVICES)]
            for name in names:
                scene.register(name, "harbour")
            scene.start()
            devices = [scene.device_of(name) for name in names]
            for name, device in zip(names, devices):
                for number in range(claims):
                    device.chain.add(ride([device.act(f"{name}-{number}")]))
            rounds = list(zip(*(device.chain.batches(2) for device in devices)))
            pids = [worker.process.pid for worker in scene.stack.workers]
            before = sum(map(bench.cpu_seconds, pids))
            for batches in rounds:
                asked = [(device, device.publish(payload, device.chain, None)) for device, (_, _, payload) in zip(devices, batches)]
                for device, correlation in asked:
                    device.wait(correlation)
            spent.append(sum(map(bench.cpu_seconds, pids)) - before)
    return spent[1] / spent[0]


def memory_of_worker(bench, name, claims, postings):
    """A worker's anonymous memory in MiB once it has booked so many claims on top of so many postings of a thousand accounts."""
    with bench.stack(name) as stack:
        bench.fill(stack, claims)
        with sqlite3.connect(stack.ledger) as ledger:
            ledger.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
                           "INSERT INTO legs SELECT 1 + i % 1000, 1000 + i, i, 1, 1, 0 FROM n", (postings,))
        stack.start()
        stack.wait_delivered(600)
        return bench.memory_mib(stack.workers[0].process.pid)[0]


def statement_of_many(bench, name, claims, postings):
    """What a claim takes of the ledger's file; how long a page of 100 lines takes of an account that so many postings lie behind, TLS and all, and how long a request takes
    that reads nothing; medians, in ms."""
    with bench.stack(name) as stack:
        bench.fill(stack, claims)
        stack.start()
        stack.wait_delivered(600)
        stack.stop()
        account = json.loads(stack.credit("account", "open", "--kind", "merchant", "--merchant", "demo-merchant", "--json"))["account"]
        token = json.loads(stack.credit("access", "add", "service", "--json"))["token"]
        claim_bytes = stack.ledger.stat().st_size / claims
        with sqlite3.connect(stack.ledger) as ledger:
            # Older than what was booked, so that the page is of bookings that are there.
            ledger.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
                           "INSERT INTO legs SELECT account, 1000 + i, i, 1, 1, 0 FROM purses, n WHERE participant = ?", (postings, account))
        port = free_port()
        with open(stack.folder / "credit.toml", "a") as config:
            config.write(f'[api]\nlisten = "127.0.0.1:{port}"\ncertificate = "identities/broker.crt"\nkey = "identities/broker.key"\n')
        tls = ssl.create_default_context(cafile=str(stack.identities / "ca.crt"))
        with Part("api", [stack.program("greentill-credit"), "api", "--config", stack.folder / "credit.toml"], stack.folder / "logs/api.log") as api:
            api.start()
            wait_until(lambda: connects(port) or api.check_alive(), PATIENCE_S, "the API to listen")
            return [claim_bytes] + [statistics.median(visit(tls, port, token, path) for _ in range(VISITS))
                    for path in (f"/v1/accounts/{account}/statement?limit=100", "/v1/me")]


def visit(tls, port, token, path):
    began = time.perf_counter()
    connection = http.client.HTTPSConnection("localhost", port, context=tls)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        sys.exit(f"GET {path} answered {answer.status}: {body[:200]!r}")
    return (time.perf_counter() - began) * 1000


def over_verification(bench, stack, count, work):
    """The worker's processor time a claim over that of one verification on the same machine, just before and just after; and in ns."""
    verify = [bench.crypto(stack)["verify_ns"]]
    spent = used(bench, stack, work) / count
    verify.append(bench.crypto(stack)["verify_ns"])
    return spent * 1e9 / statistics.mean(verify), spent * 1e9


def used(bench, stack, work):
    """The worker's processor time, of all its threads, for what that does."""
    pid = stack.workers[0].process.pid
    before = bench.cpu_seconds(pid)
    work()
    return bench.cpu_seconds(pid) - before


def prepare(scene):
    scene.merchant("harbour")
    numbered = [f"{name}-{number}" for name in ("single", "replayer") for number in range(3)]
    for name in (*numbered, "flood-1", "other-1"):
        scene.register(name, "harbour")
    scene.start()


def one_by_one(bench, scene, name, count):
    """Each claim is a batch of its own and waits for its receipt, as where a shop's sales are minutes apart."""
    device = scene.device_of(name)
    for number in range(count):
        device.chain.add(ride([device.act(f"{name}-{number}")]))

    def send():
        for message in device.chain.messages[2:]:  # behind the chain's start
            device.wait(device.publish(message, device.chain))
    return over_verification(bench, scene.stack, count, send)


def replayed(bench, scene, name, count):
    """Full batches that the worker books, and the same bytes again from a device that says that it has stored nothing."""
    device = scene.device_of(name)
    for number in range(count):
        device.chain.add(ride([device.act(f"{name}-{number}")]))
    batches = [payload for _, _, payload in device.chain.batches(2)]

    def send(payloads, stored):
        for first in range(0, len(payloads), AT_ONCE):
            correlations = [device.publish(payload, device.chain, stored) for payload in payloads[first:first + AT_ONCE]]
            for correlation in correlations:
                device.wait(correlation, take=stored is None)
    fresh = used(bench, scene.stack, lambda: send(batches, None))
    again = used(bench, scene.stack, lambda: send(batches * REPLAYS, (0, 0)))
    return again / (REPLAYS * fresh)


def flooded(scene, seconds):
    """How long another device's claims wait for their receipts, one by one, while one device pours all that the line takes."""
    other = scene.device_of("other-1")
    device, chain, _, beyond = a_flood(scene, "flood-1")
    return while_poured(lambda: device.torrent(chain, beyond, seconds), device, chain, other, seconds)
