#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The service's HTTP API from outside: two riders with credit, their trees, planter, inspector and operator, each with a token of
their own, over real TLS and a real ledger. Each answer is held against docs/service-openapi.yaml, and everything that stands
there must have come up. Then it is killed between requests that have keys, which are done once all the same.

    check_service_api.py --bin build/release --folder build/release/journeys/service-api
"""
import argparse
import hashlib
import http.client
import itertools
import json
import pathlib
import random
import shutil
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools/lib"))

from described import Described  # noqa: E402
from enrolled import EnrolledStack  # noqa: E402
from parts import PATIENCE_S, Part, connects, free_port, wait_until  # noqa: E402
from tree import Customer, quick_programme  # noqa: E402

KILLS = 12
PLACE = {"latitude": 38.81042, "longitude": 105.7289}
SPECIES = {"scientific": "Haloxylon ammodendron", "name": "saxaul", "region": "Alxa", "price_mg": 5000, "cost_hundredths": 250, "currency": "CNY",
           "first_month": 3, "last_month": 5}
SITE = {"planter": "planters", "name": "Alxa, first field", "region": "Alxa", "room": 100, **PLACE}
NOBODY = "00000000"


class ApiStack(EnrolledStack):
    """With `greentill-credit api`, which shows the EST server's certificate."""

    def __init__(self, folder, binaries):
        super().__init__(folder, binaries)
        self.http_port = free_port()
        self.server = Part("api", [self.program("greentill-credit"), "api", "--config", self.folder / "credit.toml"], self._log("api"))

    def service_text(self):
        return super().service_text() + f"""
[api]
listen = "127.0.0.1:{self.http_port}"
certificate = "identities/est.crt"
key = "identities/est.key"
"""

    def start_api(self):
        self.server.start()
        wait_until(lambda: connects(self.http_port) or self.server.check_alive(), PATIENCE_S, "the API to listen")

    def access(self, *words):
        return json.loads(self.credit("access", "add", *words, "--json"))["token"]


def evidence(name):
    return {"photo_sha256": hashlib.sha256(name.encode()).hexdigest(), "taken_at": int(time.time()), **PLACE}


class Visit:
    """All that is asked. `who` has the tokens."""

    def __init__(self, stack, api, anna, ben):
        self.api, self.anna, self.ben = api, anna.account, ben.account
        self.service = stack.access("service")
        self.annas, self.bens = stack.access("account", "--for", self.anna), stack.access("account", "--for", self.ben)
        self.looks_only = stack.access("service", "--read-only")
        self.bookkeeper = stack.access("bookkeeper", "--for", "anna")
        self.stack = stack

    def catalogue(self):
        ask, service = self.api.ask, self.service
        ask(service, "POST", "/v1/planters", {"planter": "planters", "name": "Sample planters"})
        ask(service, "POST", "/v1/inspectors", {"inspector": "looks", "name": "Sample inspectors"})
        self.planter, self.inspector = self.stack.access("planter", "--for", "planters"), self.stack.access("inspector", "--for", "looks")
        ask(service, "PUT", "/v1/species/saxaul", SPECIES)
        ask(service, "PUT", "/v1/sites/alxa-1", SITE, status=201)
        ask(service, "PUT", "/v1/sites/alxa-1", {**SITE, "room": 200}, status=200)
        ask(service, "PUT", "/v1/sites/alxa-1", {**SITE, "region": "Gansu"}, status=409)
        ask(service, "PUT", "/v1/sites/alxa-2", {**SITE, "planter": "nobody"}, status=404)
        ask(service, "POST", "/v1/planters", {"planter": "planters", "name": "Again"}, status=409)
        ask(service, "POST", "/v1/inspectors", {"inspector": "looks", "name": "Again"}, status=409)
        ask(service, "POST", "/v1/inspectors", {"inspector": "two", "name": "Two", "works_for": "nobody"}, status=404)
        for path in ("/v1/species", "/v1/species/saxaul", "/v1/sites", "/v1/sites/alxa-1"):
            ask(self.annas, "GET", path)
        for path in ("/v1/species/none", "/v1/sites/none"):
            ask(self.annas, "GET", path, status=404)
        for path in ("/v1/planters", "/v1/inspectors"):
            ask(service, "GET", path)

    def accounts(self):
        ask, service = self.api.ask, self.service
        ask(None, "GET", "/healthz")
        counted = ask(service, "GET", "/metrics").decode()
        if 'greentill_api_requests_total{method="GET",route="/healthz",status="200"} 1' not in counted:
            self.api.wrong.append(f"metrics: {counted}")
        if self.api.send(self.annas, "GET", "/metrics")[0] != 404:
            self.api.wrong.append("metrics are told to an account's token")
        ask(self.annas, "GET", "/v1/me")
        family = ask(service, "POST", "/v1/accounts", {"kind": "family", "name": "Riders"})["account"]
        other = ask(service, "POST", "/v1/accounts")["account"]
        ask(service, "GET", "/v1/accounts")
        ask(service, "GET", "/v1/accounts?limit=1")
        ask(service, "GET", "/v1/accounts?limit=x", status=422)
        ask(self.annas, "GET", f"/v1/accounts/{self.anna}")
        ask(self.annas, "GET", f"/v1/accounts/{self.anna}/statement?limit=2")
        ask(self.annas, "GET", f"/v1/accounts/{self.anna}/statement?after=x", status=422)
        ask(self.annas, "POST", f"/v1/accounts/{self.anna}/tokens")
        ask(service, "POST", f"/v1/accounts/{self.anna}/tokens", {"token": "LOYALTY-7"}, status=404)
        ask(self.annas, "POST", f"/v1/accounts/{self.anna}/secrets", {"secret": "ab" * 16})
        ask(self.bens, "POST", f"/v1/accounts/{self.ben}/secrets", {"secret": "ab" * 16}, status=409)
        for token, account in ((self.annas, self.anna), (self.bens, self.ben)):
            code = ask(service, "POST", f"/v1/accounts/{family}/invitations")["code"]
            ask(token, "POST", f"/v1/accounts/{account}/memberships", {"code": code})
        second = ask(service, "POST", "/v1/accounts", {"kind": "family"})["account"]
        code = ask(service, "POST", f"/v1/accounts/{second}/invitations")["code"]
        ask(self.annas, "POST", f"/v1/accounts/{self.anna}/memberships", {"code": code}, status=409)  # one family is enough
        ask(self.annas, "POST", f"/v1/accounts/{self.anna}/invitations", status=409)
        ask(service, "POST", f"/v1/accounts/{other}/merge", {"into": other, "why": "by mistake"}, status=409)
        ask(service, "POST", f"/v1/accounts/{other}/merge", {"into": self.ben, "why": "one person"})
        third = ask(service, "POST", "/v1/accounts", {"name": "Goes"})["account"]
        ask(service, "POST", f"/v1/accounts/{third}/closure", {"why": "moves away"})
        ask(service, "POST", f"/v1/accounts/{third}/tokens", status=409)
        shop = {"kind": "merchant", "merchant": "demo-merchant"}
        business = ask(service, "POST", "/v1/accounts", shop)["account"]
        ask(service, "POST", "/v1/accounts", shop, status=409)
        ask(service, "POST", "/v1/accounts", {**shop, "merchant": "nobody"}, status=404)
        ask(service, "POST", f"/v1/accounts/{business}/erasure", {"why": "its books are kept"}, status=409)
        fourth = ask(service, "POST", "/v1/accounts")["account"]
        ask(service, "POST", f"/v1/accounts/{fourth}/erasure", {"why": "asked for it"})
        self.family = family

    def order_of(self, *parts, trees=1):
        return {"species": "saxaul", "year": time.gmtime().tm_year, "trees": trees, "parts": list(parts)}

    def orders(self):
        ask = self.api.ask
        own = self.order_of({"account": self.anna})
        placed = ask(self.annas, "POST", "/v1/orders", own, {"Idempotency-Key": "first"})
        if ask(self.annas, "POST", "/v1/orders", own, {"Idempotency-Key": "first"}) != placed:
            self.api.wrong.append("an order that came again is answered otherwise")
        ask(self.annas, "GET", f"/v1/orders/{placed['order']}")
        together = self.order_of({"account": self.anna, "mg": 2500}, {"account": self.ben, "mg": 2500})
        for end in ("agreements", "cancellation"):
            number = ask(self.annas, "POST", "/v1/orders", together)["order"]
            ask(self.bens, "POST", f"/v1/accounts/{self.ben}/closure", {"why": "with an open order"}, status=409)
            ask(self.bens, "POST", f"/v1/orders/{number}/{end}")
            ask(self.bens, "POST", f"/v1/orders/{number}/cancellation", status=409 if end == "agreements" else 200)
            if end == "cancellation":
                ask(self.bens, "POST", f"/v1/orders/{number}/agreements", status=409)
        ask(self.annas, "POST", "/v1/orders", {**own, "trees": 9999}, status=409)
        ask(self.annas, "POST", "/v1/orders", {**own, "species": "none"}, status=404)
        ask(self.service, "GET", "/v1/orders?limit=1")
        ask(self.service, "GET", "/v1/orders?after=x", status=422)
        self.tree = placed["trees"][0]["number"]

    def trees(self):
        ask, tree = self.api.ask, f"/v1/trees/{self.tree}"
        ask(self.annas, "GET", tree)
        ask(self.inspector, "POST", f"{tree}/approval", status=409)
        ask(self.service, "POST", f"{tree}/replacement", {"by": "operator"}, status=409)
        ask(self.planter, "POST", f"{tree}/evidence", evidence("one"))
        ask(self.planter, "POST", f"{tree}/evidence", evidence("one"), status=409)
        ask(self.inspector, "POST", f"{tree}/rejection", {"why": "out of focus"})
        ask(self.inspector, "POST", f"{tree}/rejection", {"why": "out of focus"}, status=409)
        ask(self.planter, "POST", f"{tree}/evidence", evidence("two"))
        ask(self.inspector, "POST", f"{tree}/approval")
        ask(self.annas, "GET", f"/v1/accounts/{self.anna}/trees")
        ask(self.annas, "GET", f"/v1/accounts/{self.anna}/trees?page=1", status=422)
        ask(self.planter, "GET", "/v1/sites/alxa-1/trees?state=standing")
        ask(self.planter, "GET", "/v1/sites/alxa-1/trees?state=dead", status=422)
        ask(self.planter, "GET", "/v1/payments?unpaid=true")
        ask(self.planter, "GET", "/v1/payments?unpaid=maybe", status=422)
        paid = {"payments": [{"tree": self.tree, "reference": "B-1", "paid_at": int(time.time())}]}
        ask(self.service, "POST", "/v1/payments", paid)
        ask(self.service, "POST", "/v1/payments", {"payments": [{"tree": self.tree, "reference": "B-2"}]}, status=409)
        ask(self.service, "POST", "/v1/payments", {"payments": [{"tree": "none", "reference": "B-2"}]}, status=404)

    def certificates(self):
        ask, path = self.api.ask, f"/v1/accounts/{self.anna}/certificates"
        made = ask(self.annas, "POST", path, {"year": time.gmtime().tm_year})["certificate"]
        ask(self.annas, "POST", path, {"year": time.gmtime().tm_year}, status=409)
        ask(self.annas, "GET", path)
        signed = ask(self.annas, "GET", f"/v1/certificates/{made}")
        file = self.stack.folder / "api.vc.cose"
        file.write_bytes(signed)
        self.stack.tool("verify", "--tree-certificate", file, "--anchors", self.stack.identities / "ca.crt")
        paper = ask(self.annas, "GET", f"/v1/certificates/{made}?language=zh-Hans", headers={"Accept": "application/pdf"})
        if not paper.startswith(b"%PDF"):
            self.api.wrong.append("what is to be printed is no PDF")
        ask(self.annas, "GET", f"/v1/certificates/{made}?page=2", headers={"Accept": "application/pdf"}, status=422)
        ask(self.service, "POST", f"/v1/certificates/{made}/revocation", {"why": "a mistake"})
        self.certificate = made
        tree = f"/v1/trees/{self.tree}"
        ask(self.inspector, "POST", f"{tree}/failure", {"why": "it died"})
        ask(self.inspector, "POST", f"{tree}/failure", {"why": "it died"}, status=409)
        ask(self.service, "POST", f"{tree}/replacement", {"by": "operator"})

    def bookkeeping(self):
        """What one person proposes another approves."""
        ask, service, first, second = self.api.ask, self.service, self.bookkeeper, self.stack.access("bookkeeper", "--for", "ben")
        same = self.stack.access("bookkeeper", "--for", "anna")

        def number(kind, **parties):
            return ask(first, "POST", "/v1/vouchers", {"kind": kind, "mg": 1, "why": "a sample", **parties}, status=201)["voucher"]

        ask(first, "POST", "/v1/vouchers", {"kind": "payout", "mg": 1, "why": "x", "from": "merchant/nobody"}, status=404)
        ask(first, "POST", "/v1/vouchers", {"kind": "correction", "mg": 1, "why": "x", "from": "issuance", "to": "loss"}, status=422)
        mends = f"/v1/vouchers/{number('correction', **{'from': 'loss', 'to': f'account/{self.anna}'})}"
        for token in (first, same):
            ask(token, "POST", f"{mends}/approval", status=409)
        ask(service, "POST", f"{mends}/approval", status=403)
        ask(service, "POST", "/v1/access", {"scope": "bookkeeper", "subject": "carl"}, status=403)
        ask(second, "POST", f"{mends}/approval")
        ask(second, "POST", f"{mends}/rejection", {"why": "too late"}, status=409)
        ask(first, "POST", f"{mends}/payment", {"reference": "RF1"}, status=409)
        ask(first, "POST", f"{mends}/return", {"why": "no payout"}, status=409)
        ask(service, "GET", mends)
        ask(second, "POST", f"/v1/vouchers/{number('funding', **{'from': 'sponsor/town', 'to': 'budget/bike-week'})}/approval")
        ask(second, "POST", f"/v1/vouchers/{number('funding', **{'from': 'sponsor/town', 'to': 'budget/b'})}/rejection", {"why": "not agreed"})
        paid = f"/v1/vouchers/{number('payout', **{'from': 'merchant/demo-merchant'})}"
        ask(second, "POST", f"{paid}/approval")
        ask(first, "POST", f"{paid}/payment", {"reference": "RF18"})
        back = ask(first, "POST", f"{paid}/return", {"why": "the account was closed"}, status=201)["voucher"]
        ask(second, "POST", f"/v1/vouchers/{back}/approval")
        if ask(first, "GET", paid)["state"] != "returned":
            self.api.wrong.append("a payout that was returned does not say so")
        ask(service, "GET", "/v1/vouchers?kind=payout&state=returned&limit=1")
        ask(service, "GET", "/v1/vouchers?state=open", status=422)
        ask(service, "GET", "/v1/budgets")
        self.stack.credit("year", "close", "2020")
        ask(service, "GET", "/v1/years")
        ask(self.annas, "GET", f"/v1/accounts/{self.anna}/statement")

    def access(self):
        ask, service = self.api.ask, self.service
        made = ask(service, "POST", "/v1/access", {"scope": "account", "subject": self.anna, "note": "an app", "days": 2, "read_only": True})
        ask(made["token"], "GET", "/v1/me")
        ask(service, "GET", "/v1/access")
        ask(service, "DELETE", f"/v1/access/{made['access']}")
        ask(made["token"], "GET", "/v1/me", status=401)
        ask(service, "DELETE", "/v1/access/0000000000", status=404)
        ask(service, "POST", "/v1/access", {"scope": "planter", "subject": "nobody"}, status=404)

    def paths(self):
        """Each operation's path, as the things are called here, with the token that may."""
        names = {"account": self.anna, "group": self.family, "order": "1", "species": "saxaul", "site": "alxa-1", "certificate": self.certificate,
                 "access": "0000000000", "voucher": "1"}
        programme, species, site, year, serial = self.tree.split("/")
        for path, operations in self.api.description["paths"].items():
            is_tree = path.startswith("/v1/trees/")
            told = {**names, **(dict(programme=programme, species=species, site=site, year=year, serial=serial) if is_tree else {})}
            target = path
            for name, value in told.items():
                target = target.replace("{" + name + "}", value)
            for method, operation in operations.items():
                if method != "parameters" and path != "/healthz":
                    yield path, target, method.upper(), operation

    def refusals(self):
        """What any operation may answer: without a token, with one of another scope, to a body that is none, to names that are none."""
        ask = self.api.ask
        tokens = {"service": self.service, "account": self.annas, "planter": self.planter, "inspector": self.inspector, "bookkeeper": self.bookkeeper}
        for path, target, method, operation in list(self.paths()):
            documented = operation["responses"]
            changes = method != "GET"
            may = self.may(path)
            ask(None, method, target, {} if method in ("POST", "PUT") else None, status=401)
            if "304" in documented:
                ask(may, method, target, headers={"If-None-Match": "*"}, status=304)
            if "403" in documented:
                # One whose scope has no right here, or that may only look.
                refused = self.looks_only if changes else next(token for name, token in tokens.items() if self.is_refused(token, method, target))
                ask(refused, method, target, {} if method in ("POST", "PUT") else None, status=403)
            if "400" in documented:
                ask(may, method, target, {} if method != "DELETE" else None, {"Idempotency-Key": "no spaces here"}, status=400)
            if "422" in documented and method == "GET":
                ask(may, method, f"{target}?unheard=1", status=422)
            if "415" in documented:
                ask(may, method, target, b"{}", {"Content-Type": "text/plain"}, status=415)
            if "422" in documented and method == "DELETE":
                ask(may, method, f"{target}?unheard=1", status=422)
            elif "422" in documented and method != "GET":
                ask(may, method, target, {"unheard": 1}, status=422)
            if "404" in documented and "{" in path:
                self.ask_of_none(path, method)
            if "412" in documented:
                ask(may, method, target, SPECIES if "species" in path else SITE, {"If-Match": '"old"'}, status=412)
        ask(self.service, "GET", "/v1/none", status=404)
        ask(self.service, "PATCH", "/v1/me", status=405)
        ask(self.service, "POST", "/v1/accounts", None, {"Content-Length": str((1 << 20) + 1)}, status=413)
        leaves = f"/v1/accounts/{self.anna}/memberships/{self.family}"
        ask(self.annas, "DELETE", leaves)
        ask(self.annas, "DELETE", leaves, status=404)

    def may(self, path):
        """The token of whoever may all that is there."""
        return self.bookkeeper if path.startswith("/v1/vouchers") else self.service

    def is_refused(self, token, method, target):
        return self.api.send(token, method, target)[0] == 403

    def ask_of_none(self, path, method):
        """The same of what is not there."""
        target = path.replace("{account}", NOBODY)
        for name in ("group", "order", "species", "site", "certificate", "access", "programme", "year", "serial"):
            target = target.replace("{" + name + "}", "9" if name in ("order", "serial") else "none")
        target = target.replace("/v1/orders/9", "/v1/orders/999999").replace("{voucher}", "999999")
        if method == "PUT":
            return
        bodies = {"secrets": {"secret": "cd" * 16}, "memberships": {"code": "x"}, "merge": {"into": NOBODY, "why": "x"}, "closure": {"why": "x"},
                  "erasure": {"why": "x"}, "certificates": {"year": 2026}, "evidence": {"by": "planters", **evidence("x")}, "approval": {"by": "looks"},
                  "rejection": {"by": "looks", "why": "x"}, "failure": {"by": "looks", "why": "x"}, "replacement": {"by": "operator"},
                  "revocation": {"why": "x"}, "agreements": {"account": self.anna}}
        if path.startswith("/v1/vouchers"):
            bodies = {"rejection": {"why": "x"}, "return": {"why": "x"}, "payment": {"reference": "x"}}
        body = bodies.get(target.rsplit("/", 1)[1], {}) if method == "POST" else None
        self.api.ask(self.may(path), method, target, body, status=404)

    def guesses(self):
        for what, body in (("secrets", {"secret": "zz"}), ("memberships", {"code": "0000-0000-0000-0000"})):
            path = f"/v1/accounts/{self.anna}/{what}"
            for _ in range(30):
                if self.api.send(self.annas, "POST", path, body)[0] == 429:
                    break
            self.api.ask(self.annas, "POST", path, body, status=429)


def killed(stack, api, visit):
    """Requests with keys, the process killed among them, and each sent until it is answered: every key has one token, and it is the
    one that was told."""
    path, told, rng = f"/v1/accounts/{visit.anna}/tokens", {}, random.Random(7)
    before = len(api.ask(visit.service, "GET", f"/v1/accounts/{visit.anna}")["purses"])
    for kill in range(KILLS):
        asked = []
        killer = threading.Timer(rng.uniform(0.01, 0.6), stack.server.kill)
        killer.start()
        try:
            for number in itertools.count():
                asked.append(f"kill-{kill}-{number}")
                status, _, body = api.send(visit.annas, "POST", path, None, {"Idempotency-Key": asked[-1]})
                if status != 201:
                    api.wrong.append(f"{asked[-1]}: answered {status}: {body[:200]!r}")
                    return
                told[asked[-1]] = json.loads(body)["token"]
        except (OSError, http.client.HTTPException, ValueError):
            pass  # killed: nobody knows what became of the last one
        killer.join()
        stack.start_api()
        for key in asked:
            answer = api.ask(visit.annas, "POST", path, None, {"Idempotency-Key": key}, status=201)
            token = answer.get("token")
            if told.setdefault(key, token) != token:
                api.wrong.append(f"{key}: another token than was told")
    after = len(api.ask(visit.service, "GET", f"/v1/accounts/{visit.anna}")["purses"])
    if after - before != len(told):
        api.wrong.append(f"{len(told)} requests made {after - before} tokens")
    print(f"{KILLS} kills, {len(told)} keys, each done once")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    shutil.rmtree(arguments.folder, ignore_errors=True)
    with ApiStack(arguments.folder, arguments.bin) as stack, stack.server:
        stack.prepare(registered=False)
        programme = stack.folder / "programme.toml"
        programme.write_text(quick_programme(programme.read_text()))
        stack.start_workers()
        stack.enrol()
        anna, ben = Customer(stack), Customer(stack)
        stack.start_broker()
        stack.start_daemon()
        for number, rider in enumerate((anna, ben)):
            rides = stack.folder / f"rides-{number}.ndjson"
            rides.write_text(rider.rides(int(time.time()) - 60 - number).replace("rider-", f"rider-{number}-"))
            stack.tool("submit", rides)
        stack.wait_delivered()
        stack.start_api()
        api = Described(stack.http_port, stack.identities / "ca.crt")
        visit = Visit(stack, api, anna, ben)
        for part in (visit.catalogue, visit.accounts, visit.orders, visit.trees, visit.certificates, visit.bookkeeping, visit.access, visit.refusals, visit.guesses):
            part()
        killed(stack, api, visit)
        api.wrong += api.unmet()
        stack.credit("check")
        stack.server.stop()
        print(f"{len(api.met)} answers of the description")
        for line in api.wrong:
            print("WRONG:", line)
        return 1 if api.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
