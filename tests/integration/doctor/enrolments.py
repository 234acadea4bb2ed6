# SPDX-License-Identifier: Apache-2.0
"""What doctor says of a device that is enrolled by EST: a fingerprint or code that is wrong, an operator who has not confirmed, a renewal that is refused."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "est-client"))

from est_server import EstServer, clock_is_kept  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402
from promises import ROOT  # noqa: E402
from scene import CLOCK, IDENTITY, LOOK, SERVICE, Scene, fail_unless  # noqa: E402
from stack import Stack  # noqa: E402
from trust import faked  # noqa: E402
from technician import CODE, DEVICE, Technician  # noqa: E402


def prepare(stack, server):
    text = stack.daemon_config.read_text()
    lines = [line for line in text.splitlines() if not line.startswith(("key =", "certificate ="))]
    text = "\n".join(lines).replace('authorities = "identities/ca.crt"', 'authorities = "state/identity/authorities.pem"')
    stack.daemon_config.write_text(f'{text}\n[enrolment]\nserver = "{server.url}"\nretry_min_s = 1\n')


def before_enrolment(scene, server, technician):
    scene.expect("not enrolled", "this device is not enrolled: greentill enrol has not been run", IDENTITY)
    wrong = server.fingerprint[:5] + "0000" + server.fingerprint[9:]
    technician.run(fingerprint=wrong)
    scene.expect("a wrong fingerprint", ["this device is not enrolled", "the server's authorities have the fingerprint " + server.fingerprint,
                                         "look at group 2"], IDENTITY)
    server.codes.clear()
    technician.run()
    scene.expect("a code that is not known", ["this device is not enrolled", "the server answers 401", "this code is not yours"], IDENTITY)
    # What the server says is the cause; one that says nothing leaves all that it may be.
    server.refusal = "the code expired on 2026-11-24 10:00:00Z; a new one is needed"
    technician.run()
    scene.expect("a code that expired", ["the server answers 401", "the code expired on 2026-11-24"], IDENTITY)
    fail_unless("not used up" not in scene.said, f"it asks for more than the server says:\n{scene.said}")
    server.refusal = ""
    technician.run()
    scene.expect("a code that is used up or expired", ["this device is not enrolled", "the server answers 401", "not expired"], IDENTITY)
    server.codes[DEVICE] = CODE
    server.keys[DEVICE], server.refusal = b"another one's", "the code was used with another key"
    technician.run()
    scene.expect("a code that another key came with first", ["this device is not enrolled", "the server answers 403", "the code was used with another key"], IDENTITY)
    server.keys.clear()
    server.refusal = ""
    server.pending = 1
    technician.run()
    scene.expect("not confirmed yet", ["this device is not enrolled", "the operator has not confirmed this device yet"], IDENTITY)
    fail_unless(CODE not in scene.said, "the code is shown")


def enrolled(scene, server, technician, stack):
    server.issue_at, server.days = "-80d", 90
    technician.succeed(code_from=None)
    server.issue_at, server.renewal_status = None, 403
    stack.start()

    def renewal_says(words):
        wait_until(lambda: words in (stack.api.status()["renewal"]["last_error"] or ""), PATIENCE_S, f"a renewal to fail, as {words}")
    renewal_says("403")
    scene.expect("a renewal is refused", ["was not renewed on", "the server answers 403"], LOOK)
    # Each is met by a renewal first: the daemon tries at its start.
    others = stack.folder / "others"
    subprocess.run([ROOT / "tests/support/make_ca.sh", others], check=True)
    for where, words in ((server.another(others), "certificate"), (server.away(), "nothing listens there")):
        with where:
            scene.restart()
            renewal_says(words)
            scene.expect("a renewal meets another server or none", ["the operator's server for certificates does not answer as it should", words], LOOK)
    scene.restart()
    # By the server's clock, without a broker.
    stack.daemon.stop()
    stack.broker.stop()
    scene.environment = faked("+2d")
    code, _ = scene.doctor()
    scene.environment = {}
    fail_unless(code == (SERVICE if clock_is_kept() else CLOCK) and "ahead of the operator's server's" in scene.said.splitlines()[0], f"a clock is not held against the server's:\n{scene.said}")


def enrolments(folder, binaries, tell):
    """How many situations there were."""
    with Stack(folder, binaries, DEVICE) as stack:
        stack.make_certificates()
        stack.write_configuration()
        stack.register_device(DEVICE)
        with EstServer(stack.identities) as server:
            server.codes[DEVICE] = CODE
            server.on_issue = lambda device, pem: None
            prepare(stack, server)
            technician = Technician(binaries, folder / "technician", server)
            technician.identity = stack.folder / "state/identity"
            scene = Scene(stack)
            before_enrolment(scene, server, technician)
            enrolled(scene, server, technician, stack)
    tell("EST", scene.said.splitlines()[0])
    return 9
