# SPDX-License-Identifier: Apache-2.0
"""What people ask of the service, by its commands and its HTTP API, while its parts are killed: each thing until it was answered.

A command that failed while nothing was killed was refused. Else it is asked again: it finds what it did, or the change of the registry
that its file knows is made again first (docs/registry.md, "When the ledger is restored"). A request of the API has a key by which it is
done once (docs/service-api.md).
"""
import http.client
import json
import ssl
import time

from parts import PATIENCE_S, StackError

from names import chain_digits

WHY = ("--why", "as the schedule has it")
PLACE = {"latitude": 38.8, "longitude": 105.7}
NOT_DONE = (500, 502, 503)


class Differs(StackError):
    """The service answers otherwise than the model."""


class Commands:
    """`signing` makes certificates and consents."""

    def __init__(self, stack, signing, names):
        self.stack, self.signing, self.names = stack, signing, names
        self.assigned = {}  # device: how many assignments it has

    def run(self, *words, is_done=lambda: False):
        """What it printed; None where it was refused."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            kills = self.stack.kills
            code, out, error = self.stack.command(*words)
            if code == 0:
                return out
            if kills == self.stack.kills and not self.stack.is_down and "registry replay" not in error:
                return "" if is_done() else None  # it may have been done when the answer was lost
            if code == 2 or time.monotonic() > deadline:
                raise StackError(f"greentill-credit {' '.join(map(str, words))}: exit {code}: {error}")
            time.sleep(0.2)
            self.stack.command("registry", "replay")

    def hear(self, event):
        getattr(self, event["op"].replace("-", "_"))(event)

    def move_token(self, account, token):
        """Whether it was done."""
        return self.run("account", "move-token", account, token, *WHY) is not None

    def assign(self, event):
        """What a successor's devices get comes with that command; inherited roots come by themselves."""
        device = self.names.of(event["device"])
        roots = [word for root, marked in event["roots"].items() if not marked for word in ("--root", self.names.root(root))]
        number = self.assigned[device] = self.assigned.get(device, 1) + 1
        if "with_it" in event:
            return

        def is_done():
            return len(json.loads(self.stack.command("device", "show", device, "--json")[1] or "{}").get("assignments", ())) >= number
        if self.run("device", "assign", device, "--merchant", self.names.of(event["merchant"]), "--site", event["site"], *roots,
                    is_done=is_done) is None:
            raise Differs(f"device assign {device} is refused")

    def ceiling(self, event):
        self.run("device", "ceiling", self.names.of(event["device"]), event["activity"], event["mg"], *WHY)

    def key_replace(self, event):
        device, key = self.names.of(event["device"]), self.names.of(event["key"])
        self.run("key", "replace", device, self.signing.certificate(device, key), *WHY)

    def consent(self, event):
        device, key = self.names.of(event["device"]), self.names.of(event["key"])
        file = self.stack.folder / f"consent-{key}-{event['seq']}"
        file.write_bytes(self.signing.consent(self.names.number, device, key, [event["chain"], event["seq"], event["hash"]]))
        self.run("key", "consent", file)

    def successor(self, event):
        day = time.strftime("%Y-%m-%d", time.gmtime(event["from"]))
        self.run("merchant", "successor", self.names.of(event["old"]), self.names.of(event["new"]), "--from", day, *WHY)

    def withdraw(self, event):
        self.run("root", "withdraw", self.names.root(event["root"]), event["version"], *WHY)

    def retire(self, event):
        self.run("device", "retire", self.names.of(event["device"]), *WHY)

    def revoke(self, event):
        since = ("--since", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(event["since"]))) if event.get("since") else ()
        self.run("device", "revoke", self.names.of(event["device"]), *since, *WHY)

    def trust(self, event):
        self.run("device", "trust", self.names.of(event["device"]), *WHY)

    def chain(self, event):
        opens = ("--open",) if event["open"] and event["verdict"] == "release" else ()
        self.run("device", "chain", self.names.of(event["device"]), chain_digits(event["chain"]), event["verdict"], *opens, *WHY)

    def release(self, event):
        device = self.names.of(event["device"])
        chosen = ("--device", device, *(("--reason", event["reason"]) if "reason" in event else ()))
        if "seq" in event:
            chosen = self.claim_of(device, event)
        if chosen:
            self.run("held", event["op"], *chosen, *WHY)

    dismiss = release

    def claim_of(self, device, event):
        """By its number in the list; None where it is not held any more."""
        listed = self.run("held", "list", "--claims", "--device", device, "--json")
        place = (chain_digits(event["chain"]), event["seq"])
        return next(((one["claim"],) for one in json.loads(listed or '{"claims": []}')["claims"] if (one["chain"], one["seq"]) == place), None)


class Requests:
    """By a token of scope `service`. `tokens`: what the service called what the schedule has names for."""

    def __init__(self, stack, token, names, rng, commands):
        self.stack, self.token, self.names, self.random, self.commands = stack, token, names, rng, commands
        self.tls = ssl.create_default_context(cafile=str(stack.identities / "ca.crt"))
        self.accounts, self.tokens, self.codes, self.orders = {}, {}, {}, {}
        self.asked = 0

    def send(self, method, path, body=None, key=None):
        """(status, body)."""
        connection = http.client.HTTPSConnection("localhost", self.stack.http_port, timeout=60, context=self.tls)
        try:
            headers = {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}
            if body is not None:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def ask(self, method, path, body=None, key=None):
        """Until it is answered; and once more, now and then, which must be answered alike."""
        deadline = time.monotonic() + PATIENCE_S
        first, repeats = None, key is not None and self.random.random() < 0.1
        while time.monotonic() < deadline:
            try:
                status, said = self.send(method, path, body, key)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.05)
                continue
            if status in NOT_DONE:
                time.sleep(0.1)
                continue
            self.asked += 1
            if first is None and repeats and status < 300:
                first = (status, said)
                continue
            if first is not None and first != (status, said):
                raise Differs(f"{method} {path} with the key {key} was answered {first}, and then {(status, said)}")
            return status, said
        raise StackError(f"{method} {path}: no answer")

    def hear(self, event, key):
        """Asks it; it must be answered as the model does."""
        status, said = getattr(self, event["op"].replace("-", "_"))(event, key)
        if (200 if str(status).startswith("2") else status) != event["expect"]:
            raise Differs(f"{event}: answered {status}: {said}")
        return said

    def account(self, event, part, body, key):
        return self.ask("POST", f"/v1/accounts/{self.accounts[event['account']]}/{part}", body, key)

    def account_open(self, event, key):
        status, said = self.ask("POST", "/v1/accounts", {"kind": event["kind"], "name": self.names.of(event["account"])}, key)
        if status < 300:
            self.accounts[event["account"]], self.tokens[event["token"]] = said["account"], said["token"]
        return status, said

    def account_token(self, event, key):
        status, said = self.account(event, "tokens", {}, key)
        if status < 300:
            self.tokens[event["token"]] = said["token"]
        return status, said

    def token_of(self, name):
        return self.tokens.get(name, self.names.of(name))

    def account_take_token(self, event, key):
        return self.account(event, "tokens", {"token": self.token_of(event["token"])}, key)

    def account_move_token(self, event, _key):
        """A command's alone."""
        done = self.commands.move_token(self.accounts[event["account"]], self.token_of(event["token"]))
        return (200 if done else event["expect"] if event["expect"] != 200 else "nothing"), None

    def account_redeem(self, event, key):
        status, said = self.account(event, "secrets", {"secret": self.names.printed(event["secret"])}, key)
        if status < 300 and said["mg"] != event["said"]:
            raise Differs(f"{event}: worth {said['mg']} mg")
        return status, said

    def account_invite(self, event, key):
        status, said = self.account(event, "invitations", {}, key)
        if status < 300:
            self.codes[event["code"]] = said["code"]
        return status, said

    def account_join(self, event, key):
        return self.account(event, "memberships", {"code": self.codes[event["code"]]}, key)

    def account_leave(self, event, key):
        return self.ask("DELETE", f"/v1/accounts/{self.accounts[event['account']]}/memberships/{self.accounts[event['group']]}", None, key)

    def account_merge(self, event, key):
        return self.account(event, "merge", {"into": self.accounts[event["into"]], "why": "one person"}, key)

    def account_close(self, event, key):
        return self.account(event, "closure", {"why": "moves away"}, key)

    def account_erase(self, event, key):
        return self.account(event, "erasure", {"why": "asked for it"}, key)

    # The catalogue

    def tree_planter(self, event, key):
        name = self.names.of(event["name"])
        return self.ask("POST", "/v1/planters", {"planter": name, "name": name}, key)

    def tree_inspector(self, event, key):
        name = self.names.of(event["name"])
        works = {"works_for": self.names.of(event["works_for"])} if event["works_for"] else {}
        return self.ask("POST", "/v1/inspectors", {"inspector": name, "name": name, **works}, key)

    def tree_site(self, event, key):
        name = self.names.of(event["site"])
        return self.ask("PUT", f"/v1/sites/{name}", {"planter": self.names.of(event["planter"]), "name": name, "region": self.names.of("region"),
                                                     "room": event["room"], **PLACE}, key)

    def tree_species(self, event, key):
        name = self.names.of(event["species"])
        return self.ask("PUT", f"/v1/species/{name}", {"scientific": name, "name": name, "region": self.names.of("region"), "price_mg": event["mg"],
                                                       "cost_hundredths": event["cost"], "currency": "CNY", "on_offer": event["offered"]}, key)

    # Orders and trees

    def tree_order(self, event, _key):
        parts = [{"account": self.accounts[name], "mg": mg} for name, mg in event["parts"]]
        status, said = self.ask("POST", "/v1/orders", {"species": self.names.of(event["species"]), "site": self.names.of(event["site"]),
                                                       "trees": event["trees"], "year": event["year"], "parts": parts}, self.names.of(event["key"]))
        if status < 300:
            self.orders[event["key"]] = said["order"]
        return status, said

    def tree_agree(self, event, key):
        return self.ask("POST", f"/v1/orders/{self.orders[event['key']]}/agreements", {"account": self.accounts[event["account"]]}, key)

    def tree_cancel(self, event, key):
        return self.ask("POST", f"/v1/orders/{self.orders[event['key']]}/cancellation", {}, key)

    def tree(self, event, part, body, key):
        return self.ask("POST", f"/v1/trees/{self.names.tree(event['tree'])}/{part}", body, key)

    def tree_planted(self, event, key):
        """A photo of now is later than the order by the seconds that went by since."""
        is_of_now = event["taken"] == event["now"]
        body = {"by": self.names.of(event["by"]), "photo_sha256": self.names.photo(event["photo"]),
                "taken_at": self.stack.clock.now() if is_of_now else event["taken"], "latitude": PLACE["latitude"] + event["km"] / 111,
                "longitude": PLACE["longitude"]}
        return self.tree(event, "evidence", body, key)

    def tree_approve(self, event, key):
        return self.tree(event, "approval", {"by": self.names.of(event["by"])}, key)

    def tree_reject(self, event, key):
        return self.tree(event, "rejection", {"by": self.names.of(event["by"]), "why": "out of focus"}, key)

    def tree_fail(self, event, key):
        return self.tree(event, "failure", {"by": self.names.of(event["by"]), "why": "it died"}, key)

    def tree_replace(self, event, key):
        return self.tree(event, "replacement", {"by": "operator"}, key)

    def tree_pay(self, event, key):
        return self.ask("POST", "/v1/payments", {"payments": [{"tree": self.names.tree(event["tree"]), "reference": event["reference"]}]}, key)
