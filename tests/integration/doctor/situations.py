# SPDX-License-Identifier: Apache-2.0
"""Each wrong situation of a device that was in service: how it comes about, what the first line says, and the exit code."""
import contextlib
import shutil
import socket
import threading
import subprocess

from est_server import clock_is_kept, openssl
from parts import PATIENCE_S, wait_until
from promises import ROOT
from scene import BROKER, CLOCK, CONFIGURATION, DAEMON, DISK, IDENTITY, LOOK, NETWORK, SERVICE, SOURCE, STORE, WELL
from stack_texts import journal_source
from trust import faked
from wrong_ends import listening, portal, refusing_broker, relay

SHORT_S = 2
LEAF = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n"


@contextlib.contextmanager
def as_it_is(_):
    yield


@contextlib.contextmanager
def no_service(scene):
    scene.stack.workers[0].stop()
    yield
    scene.stack.start_workers()


@contextlib.contextmanager
def closed_port(scene):
    scene.stack.broker.stop()
    yield
    scene.stack.start_broker()
    scene.restart()


@contextlib.contextmanager
def wrong_host(scene):
    with relay(scene.stack.broker_port, "127.0.0.2") as port, scene.server("127.0.0.2", port):
        yield


@contextlib.contextmanager
def unknown_name(scene):
    with scene.server("broker.invalid", 8883):
        yield


@contextlib.contextmanager
def silent_port(scene):
    with listening(None) as port, scene.server("localhost", port):
        yield


@contextlib.contextmanager
def captive_portal(scene):
    with portal() as port, scene.server("localhost", port):
        yield


def refused_with(reason):
    @contextlib.contextmanager
    def refused(scene):
        with refusing_broker(scene.stack.identities, reason) as port, scene.server("localhost", port):
            wait_until(lambda: f"({reason})" in (scene.stack.api.status()["link"]["last_error"] or ""), PATIENCE_S, "the refusal")
            yield
    return refused


@contextlib.contextmanager
def foreign_broker(scene):
    """Something on the way opens TLS with a certificate of its own."""
    other = scene.stack.folder / "strangers"
    subprocess.run([ROOT / "tests/support/make_ca.sh", other], check=True)
    with refusing_broker(other, 0) as port, scene.server("localhost", port):
        yield


def issued(scene, issuer=("devices-ca.crt", "ca.key"), at=None, days=10, folder=None, extensions=LEAF):
    """A certificate for the device's own key."""
    identities = scene.stack.identities
    folder = folder or identities
    public, file = identities / "device.pub", identities / "device.ext"
    public.write_bytes(openssl("pkey", "-in", identities / f"{scene.stack.device}.key", "-pubout"))
    file.write_text(extensions)
    return openssl("x509", "-new", "-force_pubkey", public, "-subj", f"/CN={scene.stack.device}", "-CA", folder / issuer[0], "-CAkey", folder / issuer[1],
                   "-days", days, "-set_serial", "0x77", "-extfile", file, at=at)


def under(make, runs=True):
    """The device shows another certificate."""
    @contextlib.contextmanager
    def situation(scene):
        certificate = scene.stack.certificate
        with scene.files(certificate):
            certificate.write_bytes(make(scene))
            scene.stack.daemon.stop()
            if runs:
                scene.stack.start_daemon()
            yield
            scene.stack.daemon.stop()
        scene.stack.start_daemon()
    return situation


def by_another(scene):
    folder = scene.stack.folder / "others"
    folder.mkdir(exist_ok=True)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "ca.key", "-out", folder / "ca.crt",
            "-subj", "/CN=Another CA", "-days", 10)
    return issued(scene, ("ca.crt", "ca.key"), folder=folder)


def without_intermediate(scene):
    """Issued by an intermediate authority, whose certificate is not behind it."""
    folder = scene.stack.folder / "intermediate"
    folder.mkdir(exist_ok=True)
    identities = scene.stack.identities
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", folder / "sub.key")
    (folder / "sub.ext").write_text("basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\n")
    request = openssl("req", "-new", "-key", folder / "sub.key", "-subj", "/CN=Intermediate CA")
    (folder / "sub.csr").write_bytes(request)
    (folder / "sub.crt").write_bytes(openssl("x509", "-req", "-in", folder / "sub.csr", "-CA", identities / "devices-ca.crt", "-CAkey", identities / "ca.key",
                                             "-days", 10, "-set_serial", "0x78", "-extfile", folder / "sub.ext"))
    return issued(scene, ("sub.crt", "sub.key"), folder=folder)


@contextlib.contextmanager
def new_service_key(scene):
    """The service signs under a certificate of another key, which is not in uplink.receipt_certificates."""
    stack, identities = scene.stack, scene.stack.identities
    key, certificate, former = identities / "service.key", identities / "service.crt", identities / "former-service.crt"
    shutil.copyfile(certificate, former)
    with scene.files(key, certificate), scene.configured(("identities/service.crt", f"identities/{former.name}")):
        stack.workers[0].stop()
        key.unlink()
        certificate.unlink()
        subprocess.run([ROOT / "tests/support/make_ca.sh", identities], check=True)  # what is not there yet
        stack.start_workers()
        scene.restart()
        yield
        stack.workers[0].stop()
    stack.start_workers()


def self_signed(scene):
    return openssl("req", "-x509", "-new", "-key", scene.stack.identities / f"{scene.stack.device}.key", "-subj", f"/CN={scene.stack.device}", "-days", 10,
                   "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature")


@contextlib.contextmanager
def others_key(scene):
    key = scene.stack.identities / f"{scene.stack.device}.key"
    with scene.files(key):
        scene.stack.daemon.stop()
        shutil.copyfile(scene.stack.identities / "service.key", key)
        yield
    scene.stack.start_daemon()


@contextlib.contextmanager
def open_key(scene):
    key = scene.stack.identities / f"{scene.stack.device}.key"
    with scene.files(key):
        key.chmod(0o644)
        yield


def clock(offset):
    """Daemon and technician share the machine's clock."""
    @contextlib.contextmanager
    def situation(scene):
        daemon = scene.stack.daemon
        daemon.stop()
        scene.environment = daemon.environment = faked(offset)
        scene.stack.start_daemon()
        yield
        daemon.stop()
        scene.environment, daemon.environment = {}, None
        scene.stack.start_daemon()
    return situation


def spoilt(spoil):
    """The store, of a daemon that is down."""
    @contextlib.contextmanager
    def situation(scene):
        scene.ride(3)
        with scene.stopped() as state:
            spoil(state)
            yield
    return situation


def emptied(state):
    (state / "outbox.db").write_bytes(b"")


def moved_away(state):
    (state / "outbox.db").unlink()


def damaged(state):
    """Pages in the middle are noise."""
    store = state / "outbox.db"
    content = bytearray(store.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096:page * 4096 + 2048] = b"\xa5" * 2048
    store.write_bytes(content)


@contextlib.contextmanager
def without_log(scene):
    """As a kill leaves it, moved without its write-ahead log."""
    scene.ride(3)
    state = scene.stack.folder / "state"
    kept = scene.stack.folder / "state-killed"
    shutil.copytree(state, kept, symlinks=True)  # of a daemon at rest
    with scene.stopped():
        shutil.rmtree(state)
        shutil.copytree(kept, state, symlinks=True)
        (state / "outbox.db-wal").unlink()
        yield
    shutil.rmtree(kept)


@contextlib.contextmanager
def read_only(scene):
    with scene.stopped() as state:
        scene.before = ["unshare", "-m", "sh", "-c", f'mount --bind "{state}" "{state}" && mount -o remount,bind,ro "{state}" && exec "$@"', "sh"]
        yield
        scene.before = []


@contextlib.contextmanager
def full(scene):
    with scene.stopped() as state:
        scene.before = ["unshare", "-m", "sh", "-c", f'mount -t tmpfs -o size=2m none "{state}" && exec "$@"', "sh"]
        yield
        scene.before = []


@contextlib.contextmanager
def broken_configuration(scene):
    with scene.files(scene.config):
        scene.config.write_text(scene.config.read_text().replace("receipt_timeout_s = 5", 'receipt_timeout_s = "five"'))
        yield


@contextlib.contextmanager
def no_configuration(scene):
    kept, scene.config = scene.config, scene.stack.folder / "nowhere.toml"
    yield
    scene.config = kept


@contextlib.contextmanager
def down(scene):
    scene.stack.daemon.stop()
    yield
    scene.stack.start_daemon()


@contextlib.contextmanager
def something_else_listens(scene):
    scene.stack.daemon.stop()
    with socket.create_server(("127.0.0.1", scene.stack.api_port)) as listener:
        listener.settimeout(PATIENCE_S)

        def answer():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
                    connection.close()
        threading.Thread(target=answer, daemon=True).start()
        yield
        listener.shutdown(socket.SHUT_RDWR)
    scene.stack.start_daemon()


@contextlib.contextmanager
def losing_source(scene):
    """A source each row of which is refused."""
    rides = scene.stack.spool / "rides.csv"
    head = "Departure,Return,Departure station id,Departure station name,Return station id,Return station name,Covered distance (m),Duration (sec.)\n"
    rides.write_text(head + "2026-06-15T06:33:57,2026-06-15T06:53:32,008,Brick Lane,003,Old Tannery,four,1175\n" * 3)
    source = journal_source("rides", rides, "helsinki-city-bike")
    with scene.configured(("[uplink]", f"{source}\n[uplink]")):
        wait_until(lambda: scene.stack.api.status()["records"], PATIENCE_S, "the rows to be read")
        yield


def situations():
    """(name, how it comes about, what the first line says, exit code, how long an answer is waited for where none comes)"""
    expired = under(lambda scene: issued(scene, at="-20d"))
    # Whom a time server keeps is believed: then the other one's clock is wrong, and certificates have ended.
    kept = clock_is_kept()
    return [
        ("all is well", as_it_is, "nothing is wrong", WELL),
        ("the service is down", no_service, "the broker takes this device, but the credit service does not answer", SERVICE, SHORT_S),
        ("the broker is down", closed_port, "nothing listens there (connection refused)", NETWORK),
        ("a silent port", silent_port, "does not answer with TLS", NETWORK, SHORT_S),
        ("a captive portal", captive_portal, "a captive portal that wants a login", NETWORK),
        ("a name that nobody knows", unknown_name, "the host name broker.invalid cannot be looked up", NETWORK),
        ("the wrong host", wrong_host, "the broker's certificate names another host than 127.0.0.2", BROKER),
        ("a broker of another authority", foreign_broker, ["the broker's certificate is not vouched for by", "'localhost' by 'Greentill throw-away CA'"], BROKER),
        ("a quota is exceeded", refused_with(151), "the broker refuses the connection: Quota exceeded (151)", BROKER),
        ("a broker of MQTT 3.1.1 alone", refused_with(132), "Greentill speaks MQTT 5, which the broker must allow", BROKER),
        ("a broker that is busy", refused_with(137), "the broker refuses the connection: Server busy (137)", BROKER),
        ("banned", refused_with(138), "the broker refuses the connection: Banned (138)", BROKER),
        ("an expired certificate", expired, "it expired on", IDENTITY),
        ("a certificate of the future", under(lambda scene: issued(scene, at="+20d")), "it is valid only from", IDENTITY),
        ("another authority's certificate", under(by_another), "it was issued by 'Another CA'", IDENTITY),
        ("an intermediate is missing", under(without_intermediate), "it was issued by 'Intermediate CA', whose certificate is neither behind it", IDENTITY),
        ("a certificate that may not sign", under(lambda scene: issued(scene, extensions=LEAF.replace("digitalSignature", "keyAgreement")), runs=False),
         "its key usage lacks digitalSignature", IDENTITY),
        ("the service's key is another one", new_service_key, "was the service's certificate renewed under a new key?", IDENTITY, SHORT_S),
        ("a self-signed certificate", under(self_signed, runs=False), "it is self-signed", IDENTITY),
        ("another one's key", others_key, "key", IDENTITY),
        ("a key that others may read", open_key, "chmod 600", IDENTITY),
        ("the clock is years ahead", clock("+5y"), "expired on" if kept else "this machine's clock must be ahead", IDENTITY if kept else CLOCK),
        ("the clock was never set", clock("-20y"), "before this version was made", CLOCK),
        ("the clock is days ahead", clock("+3d"), "ahead of the credit service's", SERVICE if kept else CLOCK),
        ("the store is emptied", spoilt(emptied), "is empty, though the store was in use", STORE),
        ("the store is moved away", spoilt(moved_away), "is not there, though the store was in use", STORE),
        ("the store lost its log", without_log, "lost its write-ahead log", STORE),
        ("the store is damaged", spoilt(damaged), "is damaged", STORE),
        ("a read-only disk", read_only, "it is mounted read-only", DISK),
        ("a full disk", full, "the disk is full", DISK),
        ("a broken configuration", broken_configuration, "receipt_timeout_s", CONFIGURATION),
        ("no configuration", no_configuration, "nowhere.toml", CONFIGURATION),
        ("the daemon is down", down, "greentilld does not run", DAEMON),
        ("another program has its port", something_else_listens, "what answers there is no greentilld", DAEMON),
        ("a source loses all", losing_source, "loses all it reads: each of its 3 records was refused", SOURCE),
    ]


def went_back(scene):
    """An older ledger with its mark, as from a backup: the device alone knows."""
    stack = scene.stack
    ledger = [stack.ledger, stack.ledger.with_name("ledger.db.mark"), stack.ledger.with_name("ledger.db-wal")]
    stack.workers[0].stop()
    kept = [(file, file.read_bytes()) for file in ledger if file.exists()]
    stack.start_workers()
    scene.ride(3)
    stack.wait_delivered()
    stack.workers[0].stop()
    for file in (*ledger, stack.ledger.with_name("ledger.db-shm")):
        file.unlink(missing_ok=True)
    for file, content in kept:
        file.write_bytes(content)
    stack.start_workers()
    scene.restart()
    scene.ride()
    stack.wait_delivered()
    scene.expect("an older ledger", "the credit service's ledger went back: it ends at claim", LOOK)


def held(scene):
    """The state's folder goes back twice: the second repair within a month waits for a person."""
    stack, state = scene.stack, scene.stack.folder / "state"
    kept = stack.folder / "state-earlier"
    for _ in range(2):
        stack.daemon.stop()
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(state, kept, symlinks=True)
        stack.start_daemon()
        scene.ride(2)
        stack.wait_delivered()
        stack.daemon.stop()
        shutil.rmtree(state)
        shutil.copytree(kept, state, symlinks=True)
        stack.start_daemon()
        wait_until(lambda: stack.api.status()["link"]["chain"], PATIENCE_S, "the service to tell of the chain")
        scene.ride()
    scene.expect("a held chain", "held", SERVICE)


def revoked(scene):
    scene.stack.credit("device", "revoke", scene.stack.device, "--why", "lost in the harbour")
    wait_until(lambda: "(135)" in (scene.stack.api.status()["link"]["last_error"] or ""), PATIENCE_S, "the guard to keep the device out")
    scene.expect("a revoked device", "Not authorized (135)", BROKER)
