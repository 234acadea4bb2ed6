# SPDX-License-Identifier: Apache-2.0
"""Asks the service's HTTP API, and holds each answer against docs/service-openapi.yaml."""
import http.client
import json
import pathlib
import re
import ssl

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
# Those that any operation may answer, besides its own.
EVERYWHERE = {"405", "408", "411", "413", "500", "503", "507"}


class Described:
    """Requests that are counted by operation and status. A difference is kept, not thrown."""

    def __init__(self, port, anchors):
        self.port = port
        self.tls = ssl.create_default_context(cafile=str(anchors))
        self.description = yaml.safe_load((ROOT / "docs/service-openapi.yaml").read_text(encoding="utf-8"))
        self.resolver = jsonschema.RefResolver.from_schema(self.description)
        self.patterns = [(re.compile("^" + re.sub(r"\{\w+\}", "[^/]+", path) + "$"), path) for path in self.description["paths"]]
        self.met, self.wrong = set(), []

    def resolve(self, node):
        while "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def fits(self, schema, value):
        errors = jsonschema.Draft202012Validator(schema, resolver=self.resolver).iter_errors(value)
        return [f"{error.json_path}: {error.message[:200]}" for error in errors]

    def send(self, token, method, target, body=None, headers=None):
        """(status, headers, body), without looking at it; an OSError where none came."""
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=60, context=self.tls)
        try:
            given = {"Authorization": f"Bearer {token}"} if token else {}
            if isinstance(body, (dict, list)):
                body, given["Content-Type"] = json.dumps(body).encode(), "application/json"
            connection.request(method, target, body, {**given, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def ask(self, token, method, target, body=None, headers=None, status=None):
        """The body, parsed where it is JSON. `status`: what it must be; 200 or 201 where it is left out."""
        what = f"{method} {target}"
        got, got_headers, data = self.send(token, method, target, body, headers)
        if got not in ([status] if status else (200, 201)):
            self.wrong.append(f"{what}: answered {got}, not {status or 'done'}: {data[:300]!r}")
        path = next((path for pattern, path in self.patterns if pattern.match(target.split("?")[0])), None)
        operation = self.description["paths"].get(path, {}).get(method.lower())
        if operation is None:
            return json.loads(data) if data else None
        self.hold_body(what, operation, body, got)
        self.met.add((path, method, str(got)))
        if str(got) in EVERYWHERE:
            return json.loads(data)
        if str(got) not in operation["responses"]:
            self.wrong.append(f"{what}: {got} is not in the description")
            return None
        return self.hold(what, self.resolve(operation["responses"][str(got)]), got_headers, data)

    def hold_body(self, what, operation, body, status):
        """What was taken must be right by the request's schema too."""
        if "requestBody" in operation and isinstance(body, dict) and status < 300:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            self.wrong += [f"{what}: was taken, and by its schema {error}" for error in self.fits(schema, body)]

    def hold(self, what, response, headers, data):
        self.wrong += [f"{what}: the header {name} is missing" for name in response.get("headers", {}) if name not in headers]
        media_type = headers.get("Content-Type", "").split(";")[0]
        content = response.get("content", {})
        if not content:
            self.wrong += [f"{what}: there is a body where the description has none"] if data else []
            return None
        if media_type not in content:
            self.wrong.append(f"{what}: {media_type} is not in the description")
            return None
        if "json" not in media_type:
            return data
        value = json.loads(data)
        self.wrong += [f"{what}: {error}" for error in self.fits(content[media_type]["schema"], value)]
        return value

    def unmet(self):
        """What the description has, and no answer was."""
        for path, operations in self.description["paths"].items():
            for method, operation in operations.items():
                if method == "parameters":
                    continue
                for status in operation["responses"]:
                    if (path, method.upper(), status) not in self.met:
                        yield f"{method.upper()} {path}: {status} was never answered"
