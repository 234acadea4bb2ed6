# SPDX-License-Identifier: Apache-2.0
"""The file that doctor makes to send home. Canaries stand wherever a secret, a name or a number of somebody's may: files, configuration,
what plugins and other servers say, names of files, the environment. None is in the file, in any form."""
import base64
import json
import os
import re

from parts import PATIENCE_S, wait_until
from promises import fail_unless
from stack_texts import toml_text
from wrong_ends import listening


class Canaries:
    def __init__(self):
        self.made = {}

    def word(self, where):
        return self.made.setdefault(where, f"canary{len(self.made):02d}q{os.urandom(3).hex()}")

    def number(self, where):
        return self.made.setdefault(where, str(10**11 + int.from_bytes(os.urandom(4), "big")))

    def secret(self, where, content):
        self.made[where] = content
        return content

    def found_in(self, text):
        """Where those stand that are in the text, as they are, or encoded."""
        low = text.lower()
        for where, canary in self.made.items():
            raw = canary.encode()
            for form in (canary, raw.hex(), base64.b64encode(raw).decode().rstrip("=")[:-1]):
                if form.lower() in low:
                    yield where


def sources(canaries, stack):
    """A program that is named, is given and says secrets, and ends; a till's file that cannot be read."""
    program = stack.spool / f"{canaries.word('a program name')}.sh"
    program.write_text(f"#!/bin/sh\necho '{canaries.word('what a program says')}' >&2\nexit 3\n")
    program.chmod(0o755)
    rows = stack.spool / f"{canaries.word('a file name')}.ndjson"
    issuer, event = canaries.word("an issuer"), canaries.word("an event")
    rows.write_text("\n".join(json.dumps({"issuer": issuer, "event_id": f"{event}{number}", "kind": canaries.word("a kind"), "till": canaries.word("a till"),
                                          "receipt_number": canaries.number("a receipt number"), "account": canaries.word("an account")})
                              for number in range(3)) + "\n")
    configuration = toml_text(f'path = {toml_text(rows)}\nformat = "ndjson"\nonce = true\n')
    return f"""
[[source]]
name = "{canaries.word('a source')}"
plugin = "journal"
configuration_text = {configuration}

[[source]]
name = "{canaries.word('another source')}"
exec = ["{program}", "{canaries.word('an argument')}"]
environment = {{ TOKEN = "{canaries.word('a program environment')}" }}
"""


def remember_files(canaries, stack):
    """What lies on the disk, line by line."""
    state = stack.folder / "state"
    for where, file in {"the device's key": stack.identities / f"{stack.device}.key", "the API token": stack.api.token_file,
                        "the bearer key": state / "bearer.key", "the settings": stack.settings()}.items():
        for number, line in enumerate(file.read_text().splitlines()):
            for part in re.findall(r"[\w+/=-]{16,}", line):
                canaries.secret(f"{where}, {number}, {part[:4]}", part)
    for where, part in {"the merchant": "demo-merchant", "the site": "demo-site"}.items():
        canaries.secret(where, part)


def sent_home(scene):
    stack, canaries = scene.stack, Canaries()
    home = stack.folder / canaries.word("a folder")
    home.mkdir()
    status, _ = stack.api.post(json.dumps({"issuer": canaries.word("a shop"), "event_id": canaries.word("a sale"), "kind": "sale", "at": 1_790_000_000,
                                           "till": canaries.word("the till"), "receipt_number": canaries.number("a receipt"),
                                           "account": canaries.word("a customer")}), "application/json")
    fail_unless(status in (200, 201, 400, 422), f"a sale was answered {status}")

    def broker(connection):
        connection.recv(4096)
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: http://{canaries.word('a portal')}/\r\n\r\n".encode())
        connection.close()
    link = f'claim_link = "https://{canaries.word("a claim link")}/c/{{secret}}"'
    hosts = f'allowed_hosts = ["{canaries.word("an allowed host")}"]\n'
    scene.environment = {"https_proxy": f"http://{canaries.word('a user')}:{canaries.word('a password')}@proxy:3128",
                         "GREENTILL_CANARY": canaries.word("the environment")}
    with listening(broker) as port, scene.configured(("[uplink]", sources(canaries, stack) + "\n[uplink]"),
                                                     ('claim_link = "https://localhost/c/{secret}"', hosts + link),
                                                     (f"mqtts://localhost:{stack.broker_port}", f"mqtts://localhost:{port}")):
        remember_files(canaries, stack)
        wait_until(lambda: any(plugin["last_fault"] for plugin in stack.api.status()["plugins"]), PATIENCE_S, "the program to end")
        wait_until(lambda: stack.api.status()["records"], PATIENCE_S, "the rows to be read")
        check_file(scene, canaries, home / "running.json")
        stack.daemon.stop()
        check_file(scene, canaries, home / "down.json")
        text = scene.config.read_text()
        scene.config.write_text(text.replace('name = "', f'nome = "{canaries.word("a broken key")}', 1) + f"\n{canaries.word('a broken line')}\n")
        check_file(scene, canaries, home / "broken.json")
        scene.config.write_text(text)
        stack.start_daemon()
    scene.environment = {}
    print(f"{len(canaries.made)} canaries, and none is in what is sent home", flush=True)


def check_file(scene, canaries, file):
    scene.doctor("--collect", file)
    fail_unless(file.stat().st_mode & 0o777 == 0o600, "others may read what is to be sent home")
    text = file.read_text()
    document = json.loads(text)
    fail_unless(document["format"] == "greentill-doctor-1" and len(document["checks"]) > 3 and document["machine"]["kernel"], f"it holds little: {text[:500]}")
    found = list(canaries.found_in(text))
    fail_unless(not found, f"{file.name} has {', '.join(found)}:\n{text}")
    # And the test could find them: the screen shows some.
    fail_unless(file.name != "running.json" or list(canaries.found_in(scene.said)), "no canary is on the screen")
