# SPDX-License-Identifier: Apache-2.0
"""Real samples and own ones, with marks in place of every name, card, signature and number of a person, go through the real daemon.

None of the marks may be found in its log, its database, the claims it exports, or the reasons beside failed files.
"""
import base64
import json
import pathlib
import re
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import corpus_or_skip, fail_unless, journey_parser, run_journey  # noqa: E402
from parts import PATIENCE_S, ROOT, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from stack_texts import DEFAULT_DETECTORS, toml_text  # noqa: E402

MARK = "ZZPERSONAL"
DIGITS = "7700990099"  # where only digits can stand
CARD = "4111 1111 1111 1111"
# What must not be found, as it is and in the ways it could have been taken apart.
TRACES = [MARK, MARK.lower(), DIGITS, CARD, CARD.replace(" ", ""), "60.1699887766", "24.9384455667"]

CHARGER_KEY = ec.generate_private_key(ec.SECP256R1())
DETECTORS = DEFAULT_DETECTORS + """
[[detector]]
name = "charge"
plugin = "charge"
"""


def mark_poslog(text):
    text = re.sub(r'(OperatorName|Birthdate)="[^"]*"', rf'\1="{MARK}"', text)
    text = re.sub(r"(<(?:\w+:)?(?:LoyaltyID|MembershipID|HouseholdID|AuthorizationCode|ReferenceNumber)\b[^>]*>)[^<]*", rf"\g<1>{DIGITS}", text)
    return re.sub(r'(<(?:\w+:)?path\b[^>]*\bd=)"[^"]*"', rf'\1"{MARK}"', text)


def mark_fiskaltrust(text):
    text = re.sub(r'("(?:cbUser|AccountNumber|CostCenter|prevSignature|fiscaloperator)"\s*:\s*)"[^"]*"', rf'\1"{MARK}"', text)
    if "cbReceiptReference" in text and "cbCustomer" not in text:
        text = text.replace("{", f'{{"cbCustomer":"{MARK}",', 1)
    return text


def mark_spanish(text):
    return re.sub(r"(<(?:\w+:)?(?:ApellidosNombreRazonSocial|NombreRazon\w*|Direccion|CodigoPostal)>)[^<]*", rf"\g<1>{MARK}", text)


INVOICE = f"""<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" \
xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" \
xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">\
<cbc:ID>R-1</cbc:ID><cbc:IssueDate>2026-09-21</cbc:IssueDate><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>\
<cac:AccountingSupplierParty><cac:Party><cbc:EndpointID schemeID="EM">{MARK}@example.org</cbc:EndpointID><cac:PartyName>\
<cbc:Name>{MARK}</cbc:Name></cac:PartyName></cac:Party></cac:AccountingSupplierParty>\
<cac:AccountingCustomerParty><cac:Party><cac:Contact><cbc:Name>{MARK}</cbc:Name><cbc:Telephone>{DIGITS}</cbc:Telephone>\
<cbc:ElectronicMail>{MARK}@example.org</cbc:ElectronicMail></cac:Contact></cac:Party></cac:AccountingCustomerParty>\
<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">10.00</cbc:PayableAmount></cac:LegalMonetaryTotal></Invoice>"""


def trips():
    begin = 1_790_000_000_000
    point = {"type": "Feature", "properties": {"timestamp": begin},
             "geometry": {"type": "Point", "coordinates": [24.9384455667, 60.1699887766]}}
    trip = {"provider_id": "c20e08cf-8488-46a6-a66c-5d8fb827f7e0", "provider_name": MARK, "device_id": "6f9a8f0a-0000-4000-8000-000000000001",
            "vehicle_id": MARK, "vehicle_type": "bicycle", "propulsion_types": ["human"], "trip_id": "7b6a5c4d-0000-4000-8000-000000000001",
            "trip_duration": 600, "trip_distance": 2400, "route": {"type": "FeatureCollection", "features": [point, point]},
            "accuracy": 5, "start_time": begin, "end_time": begin + 600_000, "parking_verification_url": f"https://example.org/{MARK}"}
    return json.dumps({"version": "1.2.0", "data": {"trips": [trip, {**trip, "trip_id": MARK}]}})


def charging_record():
    payload = json.dumps({
        "FV": "1.2", "GI": "GATEWAY", "GS": "GW-1", "GV": "1", "PG": "T1", "MV": "MAKER", "MM": "MODEL", "MS": "XM-1", "MF": "1",
        "IS": True, "IL": "VERIFIED", "IF": ["RFID_PLAIN"], "IT": "ISO14443", "ID": MARK, "CT": "EVSEID", "CI": "EVSE-1",
        "RD": [{"TM": "2026-09-21T10:00:00,000+0000 S", "TX": "B", "RV": 1000.0, "RI": "1-0:1.8.0", "RU": "kWh", "RT": "AC", "EF": "", "ST": "G"},
               {"TM": "2026-09-21T11:00:00,000+0000 S", "TX": "E", "RV": 1010.5, "RI": "1-0:1.8.0", "RU": "kWh", "RT": "AC", "EF": "", "ST": "G"}]},
        separators=(",", ":"))
    signature = CHARGER_KEY.sign(payload.encode(), ec.ECDSA(hashes.SHA256())).hex()
    return f"OCMF|{payload}|" + json.dumps({"SA": "ECDSA-secp256r1-SHA256", "SD": signature}, separators=(",", ":"))


def print_job():
    """A receipt with a cashier, a customer and a card, and a slip that is no sale."""
    lines = ["CAFE", f"Bediener: {MARK}", f"Kunde {MARK}", "21.09.2026 12:00", "Bon-Nr. 17", "Kaffee 2,50", "Summe EUR 2,50", "Karte EUR 2,50",
             f"Kartennummer {CARD}", f"Telefon {DIGITS}"]
    slip = [f"Sehr geehrte Frau {MARK}", f"Ihre Nummer {DIGITS}"]
    return "\x1b@" + "\n".join(lines) + "\n\n\x1dV\x00" + "\n".join(slip) + "\n\n\x1dV\x00"


def charger_key():
    der = CHARGER_KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def marked_files(corpora):
    """{source: {file name: text}}."""
    poslog = {path.name: mark_poslog(path.read_text()) for path in sorted((corpora / "poslog").glob("*.xml"))}
    fiscal = {f"{path.parent.name}-{path.name}": mark_fiskaltrust(path.read_text(encoding="utf-8-sig"))
              for path in sorted((corpora / "fiskaltrust").glob("*/*.json"))}
    fiscal.update({path.name: mark_spanish(path.read_text(encoding="utf-8-sig")) for path in sorted((corpora / "fiskaltrust/es").glob("*.xml"))})
    fail_unless(all(MARK in text for text in poslog.values()), "no mark could be set in a POSLog: has the corpus changed?")
    fail_unless(sum(MARK in text for text in fiscal.values()) > 20, "too few marks in the fiscal receipts: has the corpus changed?")
    return {"poslog": poslog, "fiscal": fiscal, "invoice": {"invoice.xml": INVOICE, "broken.xml": INVOICE.replace("</Invoice>", MARK)},
            "escpos": {"job.escpos": print_job()}, "mds": {"trips.json": trips()}, "ocmf": {"session.ocmf": charging_record(), "broken.ocmf": f"OCMF|{MARK}|{MARK}"}}


EXTRA_KEYS = {"poslog": 'issuer = "shop"\nzone = "UTC"\n', "invoice": 'zone = "UTC"\n',
              "escpos": f'issuer = "till-7"\nprofile = "generic-de"\nprofiles = "{ROOT}/config/escpos"\n',
              "ocmf": f'[[meter]]\nserial = "XM-1"\nkey = "{charger_key()}"\n'}


def source(name, folder):
    settle = "" if name == "escpos" else "settle_ms = 0\n"
    configuration = f"path = {toml_text(folder)}\n{settle}{EXTRA_KEYS.get(name, '')}"
    return f'\n[[source]]\nname = "{name}"\nplugin = "{name}"\nconfiguration_text = {toml_text(configuration)}\n'


def sell_with_a_card(stack):
    sale = {"issuer": "till", "event_id": "1", "kind": "sale", "begin": 1_790_000_000, "receipt_medium": "none", "tender": f"card {CARD}",
            "lines": [{"name": f"COFFEE {CARD}"}], "attributes": {"paid": CARD}, "standing": "final"}
    doubtful = {**sale, "event_id": "2", "standing": "doubtful", "remark": f"paid with {CARD}"}
    for document in (sale, doubtful, {**sale, "event_id": "3", "account_token": CARD.replace(" ", "")}):
        stack.api.post(json.dumps(document), "application/json")


def journey(folder, binaries):
    corpora = corpus_or_skip("poslog").parent
    stack = Stack(folder, binaries, workers=0)
    files = marked_files(corpora)
    folders = {name: stack.folder / "in" / name for name in files}
    for name, texts in files.items():
        folders[name].mkdir(parents=True)
        for file, text in texts.items():
            (folders[name] / file).write_text(text)
    stack.prepare("".join(source(name, path) for name, path in folders.items()), DETECTORS, '\n[log]\nlevel = "debug"\n')
    try:
        stack.start_daemon()
        sell_with_a_card(stack)

        def all_read():
            stack.daemon.check_alive()
            return not any(entry.is_file() for path in folders.values() for entry in path.iterdir())
        wait_until(all_read, PATIENCE_S, "all files to be read")
        totals = stack.api.json("/v1/stats")["total"]
        export = stack.folder / "claims.cborseq"
        stack.tool("export", "--out", export)
        stack.daemon.stop()
    finally:
        stack.kill()
    for activity in ("charge.ev", "ride.bike.shared", "receipt.paperless"):
        fail_unless(activity in totals["by_activity"], f"no {activity} was claimed: {totals}")
    fail_unless(totals["transactions"] > 30, f"only {totals['transactions']} transactions came in")
    kept = [stack.daemon.log, export, *sorted((stack.folder / "state").glob("outbox*")),
            *sorted((stack.folder / "in").glob("*/failed/*.reason.txt"))]
    fail_unless(len(kept) > 5, f"what was to be looked at is not there: {kept}")
    for path in kept:
        content = path.read_bytes()
        for trace in TRACES:
            fail_unless(trace.encode() not in content, f"{path} holds {trace}: ...{excerpt(content, trace)}...")
    print(f"{totals['transactions']} transactions, {totals['claims']} claims; no mark in {len(kept)} files")


def excerpt(content, trace):
    at = content.find(trace.encode())
    return content[max(0, at - 80):at + 80]


def main():
    return run_journey(journey_parser(__doc__.splitlines()[0], "personal-data"), lambda folder, arguments: journey(folder, arguments.bin))


if __name__ == "__main__":
    sys.exit(main())
