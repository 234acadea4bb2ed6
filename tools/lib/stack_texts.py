# SPDX-License-Identifier: Apache-2.0
"""What the files of an installation on this machine say: the daemon's, the service's, its programme's."""
import json
import pathlib
import re

from parts import ROOT

DEFAULT_DETECTORS = f"""
[[detector]]
name = "ride"
plugin = "ride"

[[detector]]
name = "rules"
plugin = "rules"
configuration = "{ROOT}/config/rules/default.toml"
"""


def daemon_text(stack, sources, detectors, extra):
    return f"""\
[device]
state = "state"

{stack.identity_text()}
[methodologies]
folder = "{ROOT}/config/methodologies"

[api]
port = {stack.api_port}
claim_link = "https://localhost/c/{{secret}}"

[uplink]
server = "mqtts://localhost:{stack.broker_port}"
authorities = "{stack.authorities}"
receipt_certificates = "identities/service.crt"
receipt_timeout_s = 5
backoff_min_ms = 100
backoff_max_s = 2
retry_refused_after_s = 5
{detectors}{sources}{extra}"""


def credit_text(stack):
    database = f'database = "{stack.postgres.url}"\njournal = "ledger"' if stack.postgres else 'database = "ledger.db"'
    return f"""\
{database}
methodologies = "{ROOT}/config/methodologies"
programme = "programme.toml"
programme_key = "identities/programme.key"

[broker]
server = "mqtts://localhost:{stack.worker_port}"
share_group = "share-group"
authorities = "identities/ca.crt"
certificate = "identities/service.crt"
key = "identities/service.key"

{stack.service_text()}"""


def boundless_programme():
    """The shipped programme for a device that does a year's work in an hour, with acts of long ago: nothing of that is held."""
    bounds = re.compile(r"(ceiling_per_day_mg|oldest_days) =")
    lines = (ROOT / "config/programme.toml").read_text().splitlines(keepends=True)
    text = "".join(line for line in lines if not bounds.match(line))
    return re.sub(r"(?m)^(claims_per_day|bytes_per_day) = [\d_]+", lambda match: match[1] + " = 100_000_000", text)


def toml_text(value):
    """A basic string of TOML, whose escapes are JSON's."""
    return json.dumps(str(value), ensure_ascii=False)


def mapping_file(mapping):
    """The file of a mapping that is given as a name in config/mappings or as a path."""
    named = ROOT / "config/mappings" / f"{mapping}.toml"
    return named if "/" not in mapping and named.is_file() else pathlib.Path(mapping).resolve()


def journal_source(name, path, mapping=None, form="csv", once=True):
    """TOML of a journal source that reads a file; `mapping` as for mapping_file()."""
    lines = [f"path = {toml_text(path)}", f"once = {str(once).lower()}", f'format = "{form}"']
    if mapping:
        file = mapping_file(mapping)
        lines += [f"mapping = {toml_text(file.stem)}", f"mappings = {toml_text(file.parent)}"]
    configuration = toml_text("\n".join(lines))
    return f"""
[[source]]
name = "{name}"
plugin = "journal"
configuration_text = {configuration}
"""
