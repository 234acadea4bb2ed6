# SPDX-License-Identifier: Apache-2.0
"""Of a daemon and a service at work, what a core dump would hold is searched for their secrets: none may be in it.

Looked for are the private numbers of the keys (as bytes, and in the order in which big integers lie in memory), the programme's
key, the key behind customers' secrets, and the API's token; each also as hexadecimal digits.
"""
import os
import pathlib
import re
import sys
import tomllib

from cryptography.hazmat.primitives import serialization

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import fail_unless, journey_parser, run_journey  # noqa: E402
from stack import Stack  # noqa: E402

SALE = b'{"issuer":"till","event_id":"%d","kind":"sale","begin":1790000000,"receipt_medium":"none","lines":[],"bearer":true}\n'


def private_number(path):
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    return key.private_numbers().private_value.to_bytes(32, "big")


def pem_form(name, path):
    """Letters of the file that stand for bytes of the private number: PKCS #8 has it from its byte 36 on."""
    lines = path.read_text().splitlines()
    return {f"{name}, as its file has it": "".join(lines[1:-1])[48:64].encode()}


def forms(name, secret, digits=True):
    """What the secret may look like in memory. Half of it is as bad as the whole."""
    found = {f"{name}, as it is": secret[:16], f"{name}, as a big integer": secret[::-1][:16]}
    if digits:
        found[f"{name}, in hexadecimal"] = secret.hex().encode()[:32]
    return found


def mappings(pid):
    """(start, end, whether a core dump has it) of all memory that can be written."""
    block = None
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        head = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) ", line)
        if head:
            block = (int(head[1], 16), int(head[2], 16), head[3])
        elif line.startswith("VmFlags:") and block and "w" in block[2]:
            yield block[0], block[1], "dd" not in line.split()


def search(pid, wanted):
    """What is found where a dump would hold it, and what only where it would not."""
    dumped, kept_out = set(), set()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for start, end, is_dumped in mappings(pid):
            try:
                memory.seek(start)
                content = memory.read(end - start)
            except OSError:  # a guard page
                continue
            for what, pattern in wanted.items():
                if pattern in content:
                    (dumped if is_dumped else kept_out).add(what)
    return dumped, kept_out


def check(name, pid, wanted, must_hold):
    dumped, kept_out = search(pid, wanted)
    fail_unless(not dumped, f"a core dump of {name} would hold: {', '.join(sorted(dumped))}")
    # Found somewhere at all: or the search would be blind.
    for what in must_hold:
        fail_unless(any(one.startswith(what) for one in kept_out), f"{name} does not hold {what} where it was looked for: {sorted(kept_out)}")
    print(f"{name}: {len(wanted)} forms of secrets looked for, none where a dump would have it; apart lie {', '.join(sorted(kept_out))}")


def journey(folder, binaries):
    stack = Stack(folder, binaries)
    stack.prepare()
    try:
        stack.start()
        for i in range(300):
            status, _ = stack.api.post(SALE % i)[:2]
            fail_unless(status == 200, f"a sale was answered {status}")
        stack.wait_delivered()
        key = private_number(stack.identities / f"{stack.device}.key")
        state = stack.folder / "state"
        root = tomllib.loads(stack.settings().read_text())["root"][0]
        programme = bytes.fromhex((stack.identities / "programme.key").read_text().strip())
        bearer = bytes.fromhex((state / "bearer.key").read_text().strip())
        token = bytes.fromhex((state / "api.token").read_text().strip())
        wanted = {**forms("the device's key", key), **pem_form("the device's key", stack.identities / f"{stack.device}.key"), **forms("the root's key", bytes.fromhex(root["version"][0]["key"])),
                  **forms("the root's key for reversals", bytes.fromhex(root["reversal_key"])),
                  **forms("the programme's key", programme), **forms("the customers' key", bearer),
                  **forms("the API's token", token, digits=False)}
        check("greentilld", stack.daemon.process.pid, wanted, ["the device's key", "the root's key", "the root's key for reversals", "the customers' key"])
        service = private_number(stack.identities / "service.key")
        check("greentill-credit", stack.workers[0].process.pid,
              {**forms("the service's key", service), **pem_form("the service's key", stack.identities / "service.key")}, ["the service's key"])
        stack.stop()
    finally:
        stack.kill()


def main():
    if os.geteuid() != 0 and pathlib.Path("/proc/sys/kernel/yama/ptrace_scope").exists():
        print("note: reading another process's memory may need root here")
    return run_journey(journey_parser(__doc__.splitlines()[0], "secrets-in-memory"), lambda folder, arguments: journey(folder, arguments.bin))


if __name__ == "__main__":
    sys.exit(main())
