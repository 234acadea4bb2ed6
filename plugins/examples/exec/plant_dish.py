#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A detector in Python: plant-based dishes. Its configuration names their SKUs, one a line.

    [[detector]]
    name = "plant-dish"
    exec = ["/usr/bin/python3", "/usr/local/share/greentill/plant_dish.py"]
    configuration_text = '''
    4711
    4712
    '''
"""
import json
import sys

PROTOCOL = "greentill-exec-1"


def say(message):
    print(json.dumps(message), flush=True)


def dishes_in(sale, skus):
    """Whole pieces; a line that was voided comes once more, with a negative quantity."""
    lines = sale.get("lines", []) if sale["kind"] == "sale" else []
    return sum(line["quantity_milli"] for line in lines if line.get("sku") in skus) // 1000


def main():
    greeting = json.loads(sys.stdin.readline())
    skus = set(greeting["configuration"].split())
    if greeting["protocol"] != PROTOCOL or greeting["role"] != "detector":
        return say({"error": "this program is a detector that speaks " + PROTOCOL})
    if not skus:
        return say({"error": "the configuration must name one SKU a line"})
    say({"protocol": PROTOCOL, "name": "plant-dish", "version": "1.0.0"})
    print(f"looking for {len(skus)} SKUs", file=sys.stderr, flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        dishes = dishes_in(question["transaction"], skus)
        found = [{"name": "dish.plantbased", "quantities": {"pieces": dishes}}] if dishes > 0 else []
        say({"call": question["call"], "activities": found})


main()
