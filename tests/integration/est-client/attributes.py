#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What an EST server of Debian's parts asks requests for (RFC 7030, 4.5): done as far as a device can, as OpenSSL reads its request, and
told clearly where it cannot. What OpenSSL's generator encodes is asked for."""
import base64
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from est_server import EstServer, openssl  # noqa: E402
from promises import ROOT, fail_unless, journey_parser, run_journey  # noqa: E402
from technician import CODE, DEVICE, Technician  # noqa: E402

DENIED = 5
EXAMPLE = "MEEGCSqGSIb3DQEJBzASBgcqhkjOPQIBMQcGBSuBBAAiMBYGCSqGSIb3DQEJDjEJBgcrBgEBAQEWBggqhkjOPQQDAw=="  # of RFC 7030, 4.5.2


def encoded(folder, entries, sections=""):
    """A CsrAttrs in base64, of openssl's configuration."""
    config = folder / "attributes.cnf"
    lines = "\n".join(f"entry{number} = {entry}" for number, entry in enumerate(entries))
    config.write_text(f"asn1 = SEQUENCE:all\n[all]\n{lines}\n{sections}\n")
    openssl("asn1parse", "-genconf", config, "-noout", "-out", folder / "attributes.der")
    return base64.encodebytes((folder / "attributes.der").read_bytes()).decode()


def on_curve(*curves):
    named = "\n".join(f"curve{number} = OID:{curve}" for number, curve in enumerate(curves))
    return f"[key]\ntype = OID:id-ecPublicKey\nvalues = SET:curves\n[curves]\n{named}\n"


EXTENSIONS = """[wanted]
type = OID:extReq
values = SET:lists
[lists]
list = SEQUENCE:extensions
[extensions]
name = SEQUENCE:name
empty = SEQUENCE:empty
[name]
id = OID:subjectAltName
value = OCTWRAP,SEQUENCE:names
[names]
uri = IMPLICIT:6,IA5STRING:urn:example:what
[empty]
id = OID:keyUsage
value = OCT:
"""


def journey(folder, arguments):
    subprocess.run([ROOT / "tests/support/make_ca.sh", folder / "identities"], check=True)
    cases = 0

    def technician(server):
        nonlocal cases
        cases += 1
        server.keys.clear()
        return Technician(arguments.bin, folder / f"case-{cases}", server)

    def request_for(server):
        technician(server).succeed()
        return openssl("req", "-inform", "DER", "-noout", "-text", "-verify", stdin=server.requests[-1]).decode()

    with EstServer(folder / "identities") as server:
        server.codes[DEVICE] = CODE
        for status in (404, 204, 401, 501):
            server.attributes_status = status
            said = request_for(server)
            fail_unless("ecdsa-with-SHA256" in said and "(none)" in said, said)
        server.attributes = encoded(folder, ["SEQUENCE:key", "OID:ecdsa-with-SHA384", "OID:1.2.3.4.5", "SEQUENCE:wanted"],
                                    on_curve("secp384r1", "prime256v1") + EXTENSIONS)
        said = request_for(server)
        fail_unless("ecdsa-with-SHA384" in said and "URI:urn:example:what" in said and "Key Usage" not in said, said)
        # In any order of what a server lists, the least that is signed with will do.
        server.attributes = encoded(folder, ["OID:ecdsa-with-SHA512", "OID:sha256WithRSAEncryption", "OID:ecdsa-with-SHA256", "OID:rsaEncryption", "OID:id-ecPublicKey"])
        fail_unless("ecdsa-with-SHA256" in request_for(server), "another signature")
        for attributes, words in ((encoded(folder, ["OID:rsaEncryption"]), "a key of another kind (rsaEncryption)"),
                                  (encoded(folder, ["SEQUENCE:key"], on_curve("secp384r1", "secp521r1")), "a key of another kind (secp384r1, secp521r1)"),
                                  (encoded(folder, ["OID:sha256WithRSAEncryption"]), "a signature of another kind (sha256WithRSAEncryption)"),
                                  (EXAMPLE, "(challengePassword), which TLS 1.3 has no means for"),
                                  ("MAMCAQE=", "neither an OID nor an attribute"), ("MAUGCSqG", "/csrattrs"), ("%%%%", "is not base64")):
            server.attributes = attributes
            asked = technician(server)
            code, said = asked.run()
            fail_unless(code != 0 and words in said, f"exit {code}: {said}")
            fail_unless((code == DENIED) == ("asks requests for" in said), f"exit {code}: {said}")
            # Once the operator has put it right, it goes on with the same key and code.
            server.attributes = None
            asked.succeed(code_from=None if (asked.identity / "enrolment.code").exists() else "file")
            asked.check_whole()
    print(f"{cases} devices were asked for what they can do, or said why not")


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__, "attributes"), journey))
