# SPDX-License-Identifier: Apache-2.0
"""What a programme grants, and who shares it: docs/credit-service.md."""
import tomllib
from datetime import datetime, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

MOST_MEASURED_MG = 2**40


class Programme:
    """What config/programme.toml says."""

    def __init__(self, path):
        with open(path, "rb") as file:
            table = tomllib.load(file)
        self.zone = ZoneInfo(table["zone"])
        self.shares = {who: Fraction(table["shares"][who]) for who in ("customer", "merchant", "operator")}
        if sum(self.shares.values()) != 1:
            raise ValueError(f"{path}: the shares add up to {sum(self.shares.values())}")
        self.rules = {rule["name"]: rule for rule in table.get("activity", [])}

    def grant(self, activity, credited_mg):
        """Before limits."""
        rule = self.rules.get(activity)
        if rule is None or credited_mg <= 0:
            return 0
        return rule["fixed_mg"] if rule["grant"] == "fixed" else min(credited_mg, MOST_MEASURED_MG)

    def split(self, mg):
        """By largest remainder; equal remainders in the order customer, merchant, operator."""
        exact = {who: share * mg for who, share in self.shares.items()}
        parts = {who: int(amount) for who, amount in exact.items()}
        by_remainder = sorted(exact, key=lambda who: parts[who] - exact[who])  # stable
        for who in by_remainder[:mg - sum(parts.values())]:
            parts[who] += 1
        return parts

    def periods(self, activity, end):
        """(limit, name of the period) of each limit of the activity."""
        local = datetime.fromtimestamp(end, timezone.utc).astimezone(self.zone)
        rule = self.rules.get(activity, {})
        for key, period in (("limit_per_day_mg", local.strftime("%Y-%m-%d")), ("limit_per_month_mg", local.strftime("%Y-%m"))):
            if key in rule:
                yield rule[key], period
