#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Many devices enrol at once, as after a delivery: each with a code and key of its own, over connections of its own, eight and more at a
time. Each gets one certificate; nobody is turned away; and it says how many a second, and what each costs the service."""
import base64
import concurrent.futures
import http.client
import json
import os
import pathlib
import ssl
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))
sys.path.insert(0, str(HERE))

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.x509.oid import NameOID  # noqa: E402
from enrolment import Office  # noqa: E402
from promises import fail_unless, journey_parser, run_journey  # noqa: E402

CLIENTS = 16


def request_of(name):
    """A new key's request, in base64."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return base64.encodebytes(request.public_bytes(serialization.Encoding.DER))


class Client:
    def __init__(self, office):
        self.port = office.port
        self.tls = ssl.create_default_context(cafile=office.folder / "ca/root.crt")

    def enrol(self, device, code, request):
        """Status and body; what is full is asked again, as a client does."""
        credentials = base64.b64encode(f"{device}:{code}".encode()).decode()
        line = http.client.HTTPSConnection("localhost", self.port, timeout=120, context=self.tls)
        line.request("POST", "/.well-known/est/simpleenroll", request,
                     {"Content-Type": "application/pkcs10", "Authorization": f"Basic {credentials}"})
        answer = line.getresponse()
        body = answer.read()
        line.close()
        return answer.status, body


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def register(office, count):
    """The devices' ids and codes."""
    names = [f"load-{number}" for number in range(count)]
    rows = office.folder / "devices.csv"
    rows.write_text("id,class,merchant,site,root\n" + "".join(f"{name},dock,cafe,x,cafe\n" for name in names))
    office.credit("device", "add", "--csv", rows)
    rows.write_text("device\n" + "".join(f"{name}\n" for name in names))
    return [(one["device"], one["code"]) for one in json.loads(office.credit("code", "add", "--csv", rows, "--json"))["added"]]


def journey(folder, options):
    office = Office(pathlib.Path(folder).resolve() / "office", pathlib.Path(options.bin).resolve())
    codes = register(office, options.devices)
    requests = [request_of(name) for name, _ in codes]
    office.start()
    with office.service:
        client = Client(office)
        before, began = cpu_s(office.service.process.pid), time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(lambda each: client.enrol(*each[0], each[1]), zip(codes, requests)))
        seconds, cpu = time.monotonic() - began, cpu_s(office.service.process.pid) - before
        statuses = {status for status, _ in answers}
        fail_unless(statuses == {200}, f"the answers were {statuses}")
        fail_unless(len({body for _, body in answers}) == options.devices, "two devices got the same certificate")
        again = client.enrol(*codes[0], requests[0])
        fail_unless(again == answers[0], "the same request had another answer")
        office.service.stop()
    office.credit("check")
    print(f"enrolments_per_second {options.devices / seconds:.0f}")
    print(f"cpu_ms_per_enrolment {1000 * cpu / options.devices:.2f}")
    print(f"{options.devices} devices enrolled over {CLIENTS} connections at a time in {seconds:.1f} s")


def arguments():
    parser = journey_parser(__doc__, "enrolment-load")
    parser.add_argument("--devices", type=int, default=3000)
    return parser


if __name__ == "__main__":
    sys.exit(run_journey(arguments(), journey))
