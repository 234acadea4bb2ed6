# SPDX-License-Identifier: Apache-2.0
"""What the credit service's worker needs: for a backlog, for claims one by one, for what it has already, and while one device floods."""
import statistics
import sys

from parts import ROOT

sys.path.insert(0, str(ROOT / "tests/integration/attacks"))

from claims import ride  # noqa: E402
from floods import a_flood, while_poured  # noqa: E402
from scene import Scene  # noqa: E402

REPLAYS = 10  # of each batch
AT_ONCE = 16  # batches of one device that a worker has room for


def measure(bench, folder):
    attempts = range(1 if bench.quick else 3)
    rows = [backlog(bench, f"service-{attempt}", bench.scaled(50_000)) for attempt in attempts]
    bench.results.add("service_cpu_per_claim_over_verification", statistics.median(rows), "ratio", "<=", 0.5, 0.2)
    rows = [backlog_in_postgres(bench, f"postgres-{attempt}", bench.scaled(20_000)) for attempt in attempts]
    bench.results.add("service_postgres_cpu_per_claim_over_verification", statistics.median(row[0] for row in rows), "ratio", "<=", 0.7, 0.4)
    bench.results.add("service_postgres_cpu_with_backends_per_claim_over_verification", statistics.median(row[1] for row in rows), "ratio",
                      "<=", 1.5, 1)
    with Scene(folder / "sent", bench.bin) as scene:
        prepare(scene)
        rows = [one_by_one(bench, scene, f"single-{attempt}", bench.scaled(5_000)) for attempt in attempts]
        bench.results.add("service_cpu_per_single_claim_over_verification", statistics.median(rows), "ratio")
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


def over_verification(bench, stack, count, work):
    """The worker's processor time a claim over that of one verification on the same machine, just before and just after."""
    verify = [bench.crypto(stack)["verify_ns"]]
    spent = used(bench, stack, work) / count
    verify.append(bench.crypto(stack)["verify_ns"])
    return spent * 1e9 / statistics.mean(verify)


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
