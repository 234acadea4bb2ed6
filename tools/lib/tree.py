# SPDX-License-Identifier: Apache-2.0
"""From a customer's rides to a tree that stands, and its certificate: what operator, planter and inspector do."""
import datetime
import json
import re

PRICE_G = 20
RIDES = 3
PLACE = "38.81042,105.72890"


def quick_programme(text):
    """A programme whose credit can be spent at once: nobody waits for a fortnight to see a tree."""
    return re.sub(r"(?m)^(rest_days|refund_days) += \d+", lambda match: match[1] + " = 0", text)


class Customer:
    """Who rides with an account, and what becomes of their credit. `credit` answers as greentill-credit --json does."""

    def __init__(self, stack):
        self.stack = stack
        opened = self.credit("account", "open", "--name", "A rider")
        self.account, self.token = opened["account"], opened["token"]

    def credit(self, *command):
        return json.loads(self.stack.credit(*command, "--json"))

    def rides(self, end):
        """What a dock reports, a line each."""
        return "".join(json.dumps({"issuer": "dock", "event_id": f"rider-{number}", "kind": "trip", "mode": "bike.shared",
                                   "begin": end - number * 1800 - 900,
                                   "end": end - number * 1800, "quantities": {"m.odometer": 4000},
                                   "account_token": self.token}) + "\n" for number in range(RIDES))

    def plant(self, folder):
        """A tree that is ordered, planted and inspected; its number."""
        for command in (("planter", "add", "planters", "--name", "Sample planters"),
                        ("inspector", "add", "looks", "--name", "Sample inspectors"),
                        ("site", "add", "alxa-1", "--planter", "planters", "--name", "Alxa, first field", "--region", "Alxa", "--at", PLACE,
                         "--room", "100"),
                        ("species", "add", "saxaul", "--scientific", "Haloxylon ammodendron", "--name", "saxaul", "--price", str(PRICE_G),
                         "--region", "Alxa", "--cost", "2.50", "--currency", "CNY", "--months", "3-5")):
            self.credit(*command)
        order = self.credit("tree", "order", "--species", "saxaul", "--account", self.account, "--agree")
        number = order["trees"][0]["number"]
        photo = folder / "tree.jpg"
        photo.write_bytes(b"a picture of " + number.encode())
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        self.credit("tree", "planted", number, "--by", "planters", "--photo", photo, "--taken", now, "--at", PLACE)
        self.credit("tree", "approve", number, "--by", "looks")
        return number

    def certify(self, folder):
        """The certificate, as greentill verify reads it without network."""
        year = str(datetime.date.today().year)
        certificate, paper = folder / "trees.vc.cose", folder / "trees.pdf"
        self.credit("tree", "certify", self.account, "--year", year, "--out", certificate, "--pdf", paper)
        self.credit("tree", "lists", "--out", folder)
        return certificate, [folder / f"{purpose}-1.vc.cose" for purpose in ("revocation", "suspension")]
