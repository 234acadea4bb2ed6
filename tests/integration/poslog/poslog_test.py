# SPDX-License-Identifier: Apache-2.0
"""Reads every receipt of the sample logs a second time, as a whole document with ElementTree and decimals, and holds what the
plugin reads in them against it, field by field.

    poslog_test.py --print-poslog build/dev/bin/print-poslog
"""
import argparse
import datetime
import decimal
import json
import pathlib
import subprocess
import sys
import xml.etree.ElementTree
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import corpus_or_skip  # noqa: E402

SPACE = "{http://www.nrf-arts.org/IXRetail/namespace/}"
ZONE = "America/Los_Angeles"
FINAL = 0


def minor(text):
    return int(decimal.Decimal(text).scaleb(2))


def text(element, name):
    return element.findtext(SPACE + name).strip()


def check_digit_holds(digits):
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(reversed(digits)))
    return total % 10 == 0


def gtin(scanned):
    """Fewer than eight digits are a till's own number; the others are written with 12 at least."""
    digits = scanned.lstrip("0")
    if len(digits) < 8:
        return ""
    digits = digits if len(digits) == 8 else digits.zfill(12)
    return digits if check_digit_holds(digits) else ""


def line(sale):
    hierarchy = sale.findtext(SPACE + "MerchandiseHierarchy") or ""
    return {
        "sku": text(sale, "ItemID").lstrip("0"),
        "gtin": gtin(sale.find(SPACE + "POSIdentity").findtext(SPACE + "POSItemID")),
        "name": text(sale, "Description"),
        "category": hierarchy.strip(),
        "quantity_milli": int(decimal.Decimal(text(sale, "Quantity")).scaleb(3)),
        "amount_minor": minor(text(sale, "ExtendedAmount")),
    }


def tender(retail):
    paid = {}
    for one in retail.findall(f"{SPACE}LineItem/{SPACE}Tender"):
        kind = {"Cash": "cash", "CreditDebit": "card"}[one.get("TenderType")]
        paid[kind] = paid.get(kind, 0) + minor(text(one, "Amount"))
    return max(paid, key=paid.get)


def receipts(path):
    for transaction in xml.etree.ElementTree.parse(path).getroot():
        retail = transaction.find(SPACE + "RetailTransaction")
        if retail is None:
            continue
        local = datetime.datetime.fromisoformat(text(transaction, "EndDateTime")).replace(tzinfo=zoneinfo.ZoneInfo(ZONE))
        (total,) = [one.text for one in retail.findall(SPACE + "Total") if one.get("TotalType") == "TransactionGrandAmount"]
        names = ("RetailStoreID", "WorkstationID", "BusinessDayDate", "SequenceNumber")
        yield {
            "event_id": "/".join(text(transaction, name) for name in names),
            "standing": FINAL,
            "begin": int(local.timestamp()),
            "total_minor": minor(total),
            "currency": text(transaction, "CurrencyCode"),
            "tender": tender(retail),
            "reversed": "",
            "lines": [line(sale) for sale in retail.findall(f"{SPACE}LineItem/{SPACE}Sale")],
        }


def compare(program, path):
    run = subprocess.run([program, path, ZONE], check=True, capture_output=True, text=True)
    read = [json.loads(one) for one in run.stdout.splitlines()]
    expected = list(receipts(path))
    for ours, theirs in zip(read, expected):
        if ours != theirs:
            raise SystemExit(f"{path.name}: the plugin reads\n{ours}\nwhere there is\n{theirs}")
    if not expected or len(read) != len(expected):
        raise SystemExit(f"{path.name}: the plugin reads {len(read)} receipts where there are {len(expected)}")
    print(f"{path.name}: {len(expected)} receipts with {sum(len(one['lines']) for one in expected)} lines are the same")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--print-poslog", required=True)
    arguments = parser.parse_args()
    for name in ("ncr_acs_poslog21_dev.xml", "ncr_acs_poslog21_small.xml"):
        compare(arguments.print_poslog, corpus_or_skip(f"poslog/{name}"))


if __name__ == "__main__":
    main()
