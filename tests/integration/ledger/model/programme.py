# SPDX-License-Identifier: Apache-2.0
"""The programme's arithmetic: what is granted for a claim, in which period it counts, how it is shared out (docs/credit-service.md).

Methodologies are reduced to what the books need of them: so many mg for a unit of one quantity, and a least quantity below which
nothing is credited. A real one with an exact factor gives the same amounts.
"""
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from claims import DAY

MILLION = 10**6
MOST_MEASURED_MG = 2**40
WHO = ("customer", "merchant", "operator")  # equal remainders go in this order
REFUND_DAYS = 14
LEAST_DAYS_AFTER_BOOKING = 3


class Programme:
    def __init__(self, table):
        self.zone = ZoneInfo(table["zone"])
        self.ppm = [int(Decimal(table["shares"][who]) * MILLION) for who in WHO]
        if sum(self.ppm) != MILLION:
            raise ValueError("the shares do not add up to 1")
        self.activities = table["activities"]
        self.methodologies = table["methodologies"]
        self.quota = table.get("quota", 20000)
        self.most_reversals = table.get("most_reversals", 64)
        self.days = {}

    def day(self, time):
        """20261124, in the programme's zone."""
        hour = time // 900  # zones change at quarters of an hour
        found = self.days.get(hour)
        if found is None:
            local = datetime.fromtimestamp(time, self.zone)
            found = self.days[hour] = local.year * 10000 + local.month * 100 + local.day
        return found

    def credited(self, claim_event, taken):
        """mg that the methodology gives for what is left of the quantities; 0 below its least quantity."""
        methodology = self.methodologies[claim_event["methodology"]]
        unit = methodology["unit"]
        left = max(0, claim_event["quantities"].get(unit, 0) - taken.get(unit, 0))
        return left * methodology["mg_per_unit"] if left >= methodology["least"] else 0

    def grant(self, activity, credited):
        rule = self.activities.get(activity)
        if rule is None or credited <= 0:
            return 0
        return rule["fixed_mg"] if rule["grant"] == "fixed" else min(credited, MOST_MEASURED_MG)

    def split(self, mg):
        """[customer, merchant, operator], by largest remainder."""
        parts = [mg * ppm // MILLION for ppm in self.ppm]
        left = mg - sum(parts)
        if left:
            for who in sorted((0, 1, 2), key=lambda who: -(mg * self.ppm[who] % MILLION))[:left]:  # stable
                parts[who] += 1
        return parts

    def limits(self, activity, end):
        """(limit, period) of each limit that an account has."""
        rule = self.activities.get(activity)
        if rule is None:
            return
        day = self.day(end)
        if "limit_per_day_mg" in rule:
            yield rule["limit_per_day_mg"], day
        if "limit_per_month_mg" in rule:
            yield rule["limit_per_month_mg"], day // 100

    def spendable_at(self, activity, end, booked):
        days = self.activities.get(activity, {}).get("refund_days", REFUND_DAYS)
        return max(end + days * DAY, booked + LEAST_DAYS_AFTER_BOOKING * DAY)

    def too_old(self, activity, end, arrived):
        days = self.activities.get(activity, {}).get("oldest_days")
        return days is not None and end < arrived - days * DAY
