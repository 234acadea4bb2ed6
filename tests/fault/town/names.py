# SPDX-License-Identifier: Apache-2.0
"""What things of a street are called in the town's service, where every street has its d1, its anna and its e7."""
import hashlib

BETWEEN_ROOTS = 4  # a street's merchants at most, each with a root


class Names:
    def __init__(self, number):
        self.number = number

    def of(self, name):
        """Of a merchant, device, key, party, site or species; of a card, that is its token."""
        return f"s{self.number}-{name}"

    def root(self, number):
        return int(number) + self.number * BETWEEN_ROOTS

    def secret(self, name):
        """16 characters, whose digits are printed."""
        return f"{self.number:05d}{name.rjust(11, '-')}"

    def printed(self, name):
        return self.secret(name).encode().hex()

    def photo(self, name):
        return hashlib.sha256(self.of(name).encode()).hexdigest()

    def tree(self, number):
        programme, species, site, year, serial = number.split("/")
        return "/".join((programme, self.of(species), self.of(site), year, serial))

    def account(self, kind, name):
        """An account of the books, as (kind, name): customers are who claims name, before a token takes the name's place."""
        if kind == "merchant" or kind == "customer":
            return kind, self.of(name)
        return kind, self.secret(name) if kind == "bearer" else self.of(name) if kind == "hashed" else name

    def nulls(self, nulls):
        return [[version, self.root(root), digest] for version, root, digest in nulls]

    def event(self, event):
        """What a device sends, as the service hears it."""
        made = dict(event, device=self.of(event["device"]), key=self.of(event["key"]), merchant=self.of(event["merchant"]))
        if made.get("nulls"):
            made["nulls"] = self.nulls(made["nulls"])
        if made.get("customer"):
            made["customer"] = list(self.account(*made["customer"]))
        if made.get("pred"):
            made["pred"] = [self.of(made["pred"][0])] + list(made["pred"][1:])
        return made


def chain_digits(name):
    """A chain's id in hexadecimal digits, whose bytes are its name."""
    return name.encode().ljust(8, b"\0").hex()
