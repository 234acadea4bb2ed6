#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds docs/openapi.yaml against a running server.

Sends requests, good and bad, to every operation and validates each answer's status, headers, content type and body against
the description; the bodies sent are held against the request schema too, so that the schema refuses what the server refuses.
Fails where an answer differs, and where an operation, a documented response or a documented content type was never met.

    check_openapi.py --base-url http://127.0.0.1:8480 --token TOKEN      a running greentilld
    check_openapi.py --server build/dev/bin/api-test-server              starts that program and checks it
"""
import argparse
import http.client
import json
import pathlib
import subprocess
import sys
import time
import urllib.parse

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]

# For an answer, and for the server's end: so wide that no machine is too busy for it.
PATIENCE_S = 300

# What a client on the same machine cannot provoke in a healthy daemon.
UNPROVOKED = {
    ("*", "401", "GET"): "only a reader on another machine needs the token",
    ("*", "500", "GET"): "the store would have to be damaged",
    ("/healthz", "503", "GET"): "the daemon would have to be in trouble",
    ("/v1/question", "404", "POST"): "likewise",
    ("/v1/retry", "404", "POST"): "the daemon would have to be configured without a service",
}
# These the test desk provokes, by the issuers "busy", "full" and "broken", and by undoing claim 900000500 and so on.
NEEDS_TEST_DESK = {
    ("*", "500", "POST"): "the store would have to be damaged",
    ("*", "503", "POST"): "the daemon would have to be overloaded",
    ("*", "507", "POST"): "the disk would have to be full",
}

GOOD = {"issuer": "openapi", "event_id": "1", "kind": "trip", "begin": 1795500000, "end": 1795500600, "mode": "bike.shared",
        "quantities": {"m.odometer": 2400, "s": 600}}
FULL_SALE = {"issuer": "openapi", "event_id": "2", "kind": "sale", "begin": "2026-11-24T08:15:00+02:00",
             "lines": [{"sku": "C1", "gtin": "4006381333931", "name": "Coffee", "category": "drinks", "quantity_milli": 1000,
                        "amount_minor": 320}],
             "currency": "EUR", "total_minor": 320, "tender": "card", "receipt_medium": "none", "account_token": "acct-9",
             "bearer": False, "attributes": {"cup": "own"}, "till": "Till 3", "receipt_number": "1702"}


def without(document, field):
    return {name: value for name, value in document.items() if name != field}


# Refused with 422 and that field; the request schema must refuse them as well.
BAD_BY_SCHEMA = [
    (without(GOOD, "issuer"), "issuer"),
    (without(GOOD, "begin"), "begin"),
    ({**GOOD, "issuer": ""}, "issuer"),
    ({**GOOD, "issuer": "x" * 65}, "issuer"),
    ({**GOOD, "event_id": "x" * 129}, "event_id"),
    ({**GOOD, "kind": "gift"}, "kind"),
    ({**GOOD, "begin": -1}, "begin"),
    ({**GOOD, "begin": 1.5}, "begin"),
    ({**GOOD, "begin": 253402300800}, "begin"),
    ({**GOOD, "begin": "yesterday"}, "begin"),
    ({**GOOD, "mode": "x" * 4097}, "mode"),
    ({**GOOD, "mode": None}, "mode"),
    ({**GOOD, "quantities": {"s": -1}}, "quantities.s"),
    ({**GOOD, "quantities": {"s": 1.5}}, "quantities.s"),
    ({**GOOD, "quantities": {str(i): 1 for i in range(65)}}, "quantities"),
    ({**GOOD, "quantities": {"": 1}}, "quantities"),
    ({**GOOD, "quantities": []}, "quantities"),
    ({**GOOD, "lines": [{"gtin": 7}]}, "lines[0].gtin"),
    ({**GOOD, "lines": [{"price": 7}]}, "lines[0].price"),
    ({**GOOD, "lines": [{}, 7]}, "lines[1]"),
    ({**GOOD, "lines": [{}] * 10001}, "lines"),
    ({**GOOD, "currency": "eur"}, "currency"),
    ({**GOOD, "total_minor": 2**63}, "total_minor"),
    ({**GOOD, "receipt_medium": "papyrus"}, "receipt_medium"),
    ({**GOOD, "account_token": "x" * 33}, "account_token"),
    ({**GOOD, "bearer": "yes"}, "bearer"),
    ({**GOOD, "till": "x" * 65}, "till"),
    ({**GOOD, "receipt_number": "x" * 129}, "receipt_number"),
    ({**GOOD, "attributes": {"a": 1}}, "attributes.a"),
    ({**GOOD, "attributes": {"a": "x" * 4097}}, "attributes.a"),
    ({**GOOD, "colour": "red"}, "colour"),
    ({**GOOD, "standing": "lost"}, "standing"),
    ({**GOOD, "remark": "x" * 4097}, "remark"),
    ({**GOOD, "reverses": {}}, "reverses.event_id"),
    ({**GOOD, "reverses": {"event_id": "0", "reason": "mood"}}, "reverses.reason"),
    ({**GOOD, "reverses": {"event_id": "0", "line": 1}}, "reverses.line"),
    ({**GOOD, "reverses": "0"}, "reverses"),
    ({**GOOD, "lines": [{"reversed_line": 0}]}, "lines[0].reversed_line"),
    ({**GOOD, "lines": [{"gtin": "x" * 4097}]}, "lines[0].gtin"),
    ({**GOOD, "tender": "x" * 4097}, "tender"),
    ({**GOOD, "quantities": {"x" * 33: 1}}, "quantities"),
    ({**GOOD, "attributes": {str(i): "" for i in range(257)}}, "attributes"),
    ({**GOOD, "attributes": {"x" * 4097: ""}}, "attributes"),
]
# As much as there may be of everything, in texts of one byte a character.
FULLEST = {**GOOD, "issuer": "x" * 64, "mode": "x" * 4096, "tender": "x" * 4096, "remark": "x" * 4096,
           "quantities": {f"{i:032}": 1 for i in range(64)}, "attributes": {f"{i:0400}": "x" * 400 for i in range(256)},
           "lines": [{"sku": "x" * 4096, "gtin": "x" * 4096, "name": "x" * 4096, "category": "x" * 4096}]}
MOST_LINES = {**GOOD, "lines": [{}] * 10000}
# What no schema can say.
BAD_BY_SENSE = [
    ({**GOOD, "end": GOOD["begin"] - 1}, "end"),
    ({**GOOD, "account_token": "4111111111111111"}, "account_token"),
    ({**GOOD, "account_token": "a", "bearer": True}, "bearer"),
    ({**GOOD, "reverses": {"event_id": GOOD["event_id"]}}, "reverses.event_id"),
]


class Checker:
    def __init__(self, base_url, token, test_desk):
        self.description = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text(encoding="utf-8"))
        self.resolver = jsonschema.RefResolver.from_schema(self.description)
        self.address = urllib.parse.urlsplit(base_url)
        self.token = token
        self.test_desk = test_desk
        self.met = set()
        self.failures = []
        self.requests = 0

    def fail(self, what, why):
        self.failures.append(f"{what}: {why}")

    def resolve(self, node):
        while "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def errors(self, schema, value):
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]

    def send(self, method, target, headers, body):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=PATIENCE_S)
        try:
            connection.putrequest(method, target, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None and "Content-Length" not in headers:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            if body:
                connection.send(body)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def ask(self, method, path, status, target=None, headers=None, body=None, content_type=None):
        """One request; `path` as in the description. Returns the parsed body."""
        self.requests += 1
        what = f"{method} {target or path} -> {status}"
        try:
            got, got_headers, data = self.send(method, target or path, headers or {}, body)
        except (OSError, http.client.HTTPException) as error:
            self.fail(what, f"no answer: {error}")
            return None
        if got != status:
            self.fail(what, f"answered {got}: {data[:200]!r}")
            return None
        operation = self.description["paths"][path][method.lower()]
        if str(got) not in operation["responses"]:
            self.fail(what, "the status is not in the description")
            return None
        response = self.resolve(operation["responses"][str(got)])
        for name, header in response.get("headers", {}).items():
            if name not in got_headers:
                self.fail(what, f"the header {name} is missing")
            elif header["schema"]["type"] == "integer" and not got_headers[name].isdigit():
                self.fail(what, f"the header {name} is not a number: {got_headers[name]}")
        return self.check_body(what, (path, str(got), method), response, got_headers.get("Content-Type", ""), data, content_type)

    def check_body(self, what, key, response, type_header, data, wanted_type):
        media_type = type_header.split(";")[0].strip()
        content = response.get("content", {})
        self.met.add((*key, media_type if content else ""))
        if not content:
            if data:
                self.fail(what, "there is a body where the description has none")
            return None
        if media_type not in content or (wanted_type and media_type != wanted_type):
            self.fail(what, f"the content type {type_header!r} is not the described one")
            return None
        schema = content[media_type]["schema"]
        if media_type in ("application/cose", "application/cbor-seq"):
            if not data:
                self.fail(what, "the body is empty")
            return data
        text = data.decode("utf-8")
        if media_type == "text/plain":
            values = [text]
        elif media_type == "application/x-ndjson":
            values = [json.loads(line) for line in text.splitlines()]
        else:
            values = [json.loads(text)]
        for value in values:
            for error in self.errors(schema, value):
                self.fail(what, error)
        if media_type == "application/problem+json" and values[0]["status"] != int(key[1]):
            self.fail(what, "the problem's status is another one")
        return values if media_type == "application/x-ndjson" else values[0]

    def post(self, document, status, field=None, content_type="application/json", **headers):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        all_headers = {"Content-Type": content_type, "Authorization": f"Bearer {self.token}",
                       **{name.replace("_", "-"): value for name, value in headers.items()}}
        answer = self.ask("POST", "/v1/transactions", status, headers=all_headers, body=body)
        if field and answer and answer.get("field") != field:
            self.fail(f"POST {body[:100]!r}", f"the problem names {answer.get('field')!r}, not {field!r}")
        return answer

    def expect(self, holds, what, why):
        if not holds:
            self.fail(what, why)

    def check_schema_of(self, document, valid):
        schema = {"$ref": "#/components/schemas/Transaction"}
        if bool(self.errors(schema, document)) == valid:
            self.fail(f"schema of {json.dumps(document)[:120]}", "does not refuse it" if not valid else "refuses it")

    def check_transactions(self):
        run = str(time.time_ns())
        ride, sale = {**GOOD, "event_id": run + "-r"}, {**FULL_SALE, "event_id": run + "-s"}
        for document in (ride, sale):
            self.check_schema_of(document, True)
            first = self.post(document, 201)
            again = self.post(document, 200)
            self.expect(first and again and first["claims"] == again["claims"] and again["repeated"], "repeat", "answers differ")
        for document, letter in ((FULLEST, "f"), (MOST_LINES, "m")):
            document = {**document, "event_id": run + "-" + letter}
            self.check_schema_of(document, True)
            self.post(document, 201)
        array = self.post([ride, {"issuer": 7}, {**ride, "event_id": run + "-a"}], 200)
        statuses = [result["status"] for result in array["results"]] if array else None
        self.expect(statuses == [200, 422, 201], "array", f"statuses {statuses}")
        lines = b"\n".join([json.dumps({**ride, "event_id": run + "-l"}).encode(), b"", b"not json", json.dumps(ride).encode()])
        results = self.post(lines, 200, content_type="application/x-ndjson")
        places = [(result["line"], result["status"]) for result in results] if results else None
        self.expect(places == [(1, 201), (3, 400), (4, 200)], "lines", f"lines and statuses {places}")
        for document, field in BAD_BY_SCHEMA:
            self.check_schema_of(document, False)
            self.post(document, 422, field)
        for document, field in BAD_BY_SENSE:
            self.check_schema_of(document, True)
            self.post(document, 422, field)
        self.post(b'{"issuer":"a","issuer":"a"}', 422, "issuer")
        for broken in (b"{", b'{"issuer": "\xff"}', b"{} {}", b""):
            self.post(broken, 400)
        self.check_reversals(run, ride, again)
        if self.test_desk:
            self.post({**GOOD, "issuer": "busy"}, 503)
            self.post({**GOOD, "issuer": "full"}, 507)
            self.post({**GOOD, "issuer": "broken"}, 500)

    def check_reversals(self, run, ride, answer):
        """A cancelled ride, a record that is not final, one that is doubted, and a claim undone."""
        token = {"Authorization": f"Bearer {self.token}"}
        cancelled = {**ride, "event_id": run + "-c", "reverses": {"event_id": ride["event_id"], "reason": "cancelled"}}
        training = {**ride, "event_id": run + "-t", "standing": "training"}
        doubtful = {**ride, "event_id": run + "-d", "standing": "doubtful", "remark": "the clock was never set"}
        for document in (cancelled, training, doubtful):
            self.check_schema_of(document, True)
        first = self.post(cancelled, 201)
        self.expect(first and len(first.get("reversals", [])) == 1, "cancelled", f"answered {first}")
        self.expect(self.post(training, 201).get("remark"), "training", "there is no remark")
        self.post(doubtful, 201)
        page = self.ask("GET", "/v1/guarded", 200, target="/v1/guarded?limit=1")
        self.expect(page and "clock" in page["guarded"][0]["reason"], "guarded", f"answered {page}")
        for query in ("limit=0", "limit=1001", "before=x", "page=1", "limit=1&limit=2"):
            self.ask("GET", "/v1/guarded", 400, target=f"/v1/guarded?{query}")
        self.ask("GET", "/v1/records", 200, target="/v1/records?limit=1&fate=refused&where=rides.csv")
        for query in ("limit=0", "limit=1001", "before=x", "fate=lost", "page=1", "source=", "issuer=a", "where=a&where=b"):
            self.ask("GET", "/v1/records", 400, target=f"/v1/records?{query}")
        other = self.post({**ride, "event_id": run + "-u"}, 201)
        path, seq = "/v1/claims/{seq}/undo", other["claims"][0]["seq"]
        undo = lambda status, seq, headers: self.ask("POST", path, status, target=f"/v1/claims/{seq}/undo", headers=headers)
        undone = undo(201, seq, token)
        self.expect(undone and undone["reversals"][0]["of_seq"] == seq, "undo", f"answered {undone}")
        self.expect(undo(200, seq, token)["repeated"], "undo", "the second answer is not a repeated one")
        undo(404, 999999999, token)
        undo(404, 0, token)
        undo(422, 1, token)
        undo(401, seq, {})
        undo(403, seq, {**token, "Origin": "https://evil.example"})
        undo(421, seq, {**token, "Host": "evil.example"})
        if self.test_desk:
            for status in (500, 503, 507):
                undo(status, 900000000 + status, token)
        self.ask("GET", path, 405, target=f"/v1/claims/{seq}/undo", headers=token)
        self.check_sales(run, token)

    def check_sales(self, run, token):
        """A sale that is found by its receipt's number, seen with the token alone, and refunded."""
        sale = {**FULL_SALE, "event_id": run + "-n", "receipt_number": run}
        seq = self.post(sale, 201)["claims"][0]["seq"]
        found = self.ask("GET", "/v1/sales", 200, target=f"/v1/sales?receipt_number={run}&till=Till%203", headers=token)
        self.expect(found and [one["claims"] for one in found["sales"]] == [[seq]], "sales", f"answered {found}")
        early = self.ask("GET", "/v1/sales", 200, target=f"/v1/sales?receipt_number={run}&until=1", headers=token)
        self.expect(early and early["sales"] == [], "sales before 1970-01-01T00:00:01Z", f"answered {early}")
        for query in ("", "receipt_number=", "receipt_number=1&limit=0", "receipt_number=1&page=1", "receipt_number=1&since=noon"):
            self.ask("GET", "/v1/sales", 400, target=f"/v1/sales?{query}", headers=token)
        self.ask("GET", "/v1/sales", 401, target=f"/v1/sales?receipt_number={run}")
        self.ask("GET", "/v1/sales", 403, headers={**token, "Origin": "https://evil.example"})
        self.ask("GET", "/v1/sales", 421, headers={**token, "Host": "evil.example"})
        for path, target in (("/v1/claims", f"/v1/claims?receipt_number={run}"), ("/v1/claims/{seq}", f"/v1/claims/{seq}"),
                             ("/v1/guarded", "/v1/guarded?since=0"), ("/v1/records", "/v1/records?until=1")):
            answer = self.ask("GET", path, 200, target=target, headers=token)
            self.expect(path != "/v1/claims/{seq}" or answer["sale"]["receipt_number"] == run, target, f"answered {answer}")
        self.ask("GET", "/v1/claims", 401, target=f"/v1/claims?receipt_number={run}")
        for query in ("since=noon", "by=sales", "till="):
            self.ask("GET", "/v1/claims", 400, target=f"/v1/claims?{query}", headers=token)
        for query in ("since=noon", "activity="):
            self.ask("GET", "/v1/guarded", 400, target=f"/v1/guarded?{query}")
        self.ask("GET", "/v1/stats", 200, target="/v1/stats?date=2026-11-24")
        self.ask("GET", "/v1/stats", 400, target="/v1/stats?date=noon")
        self.check_refund(run, found["sales"][0]["id"], token)
        self.check_action("/v1/retry", token)
        self.check_action("/v1/question", token)

    def check_refund(self, run, sale, token):
        path, json_type = "/v1/sales/{id}/refund", {"Content-Type": "application/json"}
        document = {"issuer": "openapi-refunds", "event_id": run, "kind": "sale", "begin": 1795500000}

        def refund(status, headers=None, query="", body=None, sale=sale):
            return self.ask("POST", path, status, target=f"/v1/sales/{sale}/refund{query}", headers={**json_type, **token, **(headers or {})},
                            body=json.dumps(body or document).encode())

        refund(404, sale="0" * 32)
        refund(400, query="?reason=mood")
        refund(422, body={**document, "reverses": {"event_id": "1"}})
        refund(401, {"Authorization": "Bearer wrong"})
        refund(403, {"Origin": "https://evil.example"})
        refund(421, {"Host": "evil.example"})
        refund(413, {"Content-Length": str(1 << 40)})
        refund(415, {"Content-Type": "text/plain"})
        self.ask("POST", path, 411, target=f"/v1/sales/{sale}/refund", headers={**json_type, **token})
        if self.test_desk:
            for issuer, status in (("busy", 503), ("full", 507), ("broken", 500)):
                refund(status, body={**document, "issuer": issuer})
        done = refund(201, query="?reason=cancelled")
        self.expect(done and len(done.get("reversals", [])) == 1, "refund", f"answered {done}")
        self.expect(refund(200, query="?reason=cancelled")["repeated"], "refund", "the second answer is not a repeated one")
        self.ask("GET", path, 405, target=f"/v1/sales/{sale}/refund", headers=token)

    def check_action(self, path, token):
        self.ask("POST", path, 202, headers=token)
        self.ask("POST", path, 401)
        self.ask("POST", path, 403, headers={**token, "Origin": "https://evil.example"})
        self.ask("POST", path, 421, headers={**token, "Host": "evil.example"})
        self.ask("GET", path, 405, headers=token)

    def check_gate(self):
        path, good = "/v1/transactions", json.dumps(GOOD).encode()
        token = {"Authorization": f"Bearer {self.token}"}
        json_type = {"Content-Type": "application/json"}
        self.ask("POST", path, 401, headers=json_type, body=good)
        self.ask("POST", path, 401, headers={**json_type, "Authorization": "Bearer wrong"}, body=good)
        self.ask("POST", path, 403, headers={**json_type, **token, "Origin": "https://evil.example"}, body=good)
        self.ask("POST", path, 421, headers={**json_type, **token, "Host": "evil.example"}, body=good)
        self.ask("POST", path, 411, headers={**json_type, **token})
        self.ask("POST", path, 413, headers={**json_type, **token, "Content-Length": str(1 << 40)}, body=b"{")
        self.ask("POST", path, 415, headers={"Content-Type": "text/plain", **token}, body=good)
        self.ask("GET", path, 405)
        own = f"http://{self.address.netloc}"
        preflight = {"Access-Control-Request-Method": "POST"}
        self.ask("OPTIONS", path, 204, headers={**preflight, "Origin": own})
        self.ask("OPTIONS", path, 403, headers={**preflight, "Origin": "https://evil.example"})
        for path in ("/v1/claims", "/v1/receipts"):
            self.ask("POST", path, 405, headers=token)
        sequences = {"/v1/receipts": "application/cbor-seq"}
        reads = {"/v1/claims": None, "/v1/receipts": None, "/v1/guarded": None, "/v1/records": None,
                 "/v1/claims/{seq}": "/v1/claims/1", "/v1/status": None, "/v1/stats": None, "/metrics": None,
                 "/healthz": None, "/livez": None}
        for read, target in reads.items():
            self.ask("GET", read, 200, target=target, **({"content_type": sequences[read]} if read in sequences else {}))
            self.ask("GET", read, 421, target=target, headers={"Host": "evil.example"})
            self.ask("GET", read, 403, target=target, headers={"Origin": "https://evil.example"})
            self.ask("GET", read, 403, target=target, headers={"Sec-Fetch-Site": "cross-site"})

    def check_claims(self):
        page = self.ask("GET", "/v1/claims", 200, target="/v1/claims?limit=2&order=newest")
        self.expect(page and len(page["claims"]) == 2 and page["next_after"], "claims", "there is no second page")
        if page:
            following = self.ask("GET", "/v1/claims", 200, target=f"/v1/claims?limit=2&order=newest&after={page['next_after']}")
            self.expect(following and following["claims"][0]["seq"] == page["next_after"] - 1, "claims", "the second page is not next")
        self.ask("GET", "/v1/claims", 200, target="/v1/claims?delivery=waiting&after=0")
        for query in ("after=x", "limit=0", "limit=1001", "delivery=lost", "order=up", "page=1", "after=1&after=2"):
            self.ask("GET", "/v1/claims", 400, target=f"/v1/claims?{query}")
        self.ask("GET", "/v1/claims", 200, headers={"Accept": "application/cbor-seq"}, content_type="application/cbor-seq")
        self.ask("GET", "/v1/receipts", 400, target="/v1/receipts?after=1")
        self.ask("GET", "/v1/claims/{seq}", 200, target="/v1/claims/1", headers={"Accept": "application/cose"},
                 content_type="application/cose")
        for seq in ("0", "999999999", "x"):
            self.ask("GET", "/v1/claims/{seq}", 404, target=f"/v1/claims/{seq}")

    def check_coverage(self):
        excused = dict(UNPROVOKED) if self.test_desk else {**UNPROVOKED, **NEEDS_TEST_DESK}
        for path, operations in self.description["paths"].items():
            for method, operation in operations.items():
                for status, response in operation["responses"].items():
                    for media_type in self.resolve(response).get("content", {}) or [""]:
                        key = (path, status, method.upper())
                        if (*key, media_type) in self.met or key in excused or ("*", *key[1:]) in excused:
                            continue
                        self.fail(f"{method.upper()} {path} {status} {media_type}", "is described and was never met")

    def run(self):
        self.check_transactions()
        self.check_gate()
        self.check_claims()
        self.check_coverage()
        for failure in self.failures:
            print(f"FAIL {failure}")
        print(f"{self.requests} requests, {len(self.met)} kinds of answers, {len(self.failures)} failures")
        return 1 if self.failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url")
    parser.add_argument("--token")
    parser.add_argument("--server", help="a program that prints its address and token in one line and serves until its input ends")
    options = parser.parse_args()
    if not options.server:
        if not (options.base_url and options.token):
            parser.error("--base-url with --token, or --server")
        return Checker(options.base_url, options.token, False).run()
    with subprocess.Popen([options.server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        base_url, token = server.stdout.readline().split()
        result = Checker(base_url, token, True).run()
        server.stdin.close()
        return result or (1 if server.wait(timeout=PATIENCE_S) != 0 else 0)


if __name__ == "__main__":
    sys.exit(main())
