# SPDX-License-Identifier: Apache-2.0
"""Ceilings, an account's limits, what devices may take back, quotas and screening (docs/ledger.md).

What counts is what stands: a claim's use follows its grant, but for what is taken back after it could be spent.
"""
from statistics import median

from claims import DAY

SCREENED_FROM = 6
LEAST_OWN_DAYS, LEAST_MERCHANTS, OWN_PAST_DAYS = 14, 20, 90
LEAST_SPREAD_MG = 1000
QUOTA_DAYS, FIRST_QUOTA_DAYS = 90, 14


class Limits:
    def __init__(self, programme, registry):
        self.programme, self.registry = programme, registry
        self.used = {}  # (subject, activity, period): mg
        self.together = lambda purse: [purse]  # the customers' accounts that share its limits

    def subjects(self, claim):
        """(key of use, reason to hold or None, limit) in the order of the steps."""
        activity, day = claim.activity, self.programme.day(claim.end)
        ceilings = self.programme.activities.get(activity, {}).get("ceiling_per_day_mg", {})
        device = self.registry.devices[claim.device]
        yield ("device/" + claim.device, activity, day), "ceiling-device", device.ceilings.get(activity, ceilings.get(device.kind))
        yield ("merchant/" + claim.merchant, activity, day), "ceiling-merchant", ceilings.get("merchant")
        customer = claim.event.get("customer")
        if customer and customer[0] == "customer":  # the claim had a token, whatever became of that since
            for limit, period in self.programme.limits(activity, claim.end):
                yield (claim.purse, activity, period), None, limit

    def pass_all(self, claim, mg):
        """(granted, None), cut by the account's limits, or (0, the ceiling that it would go over)."""
        for key, reason, limit in self.subjects(claim):
            if limit is None or reason in claim.lifted:
                continue
            left = limit - (self.used_with(key) - claim.use)
            if reason is None:
                mg = min(mg, max(0, left))
            elif mg > max(0, left):
                return 0, reason
        return mg, None

    def used_with(self, key):
        """Of an account's limits, by all tokens that its holder has."""
        subject, *of = key
        keys = [(one, *of) for one in self.together(subject)] if isinstance(subject, tuple) else [key]
        return sum(self.used.get(one, 0) for one in keys)

    def rename(self, purse, new):
        for key in [key for key in self.used if key[0] == purse]:
            self.used[(new,) + key[1:]] = self.used.pop(key)

    def follow(self, claim, mg, late):
        """The claim's use becomes mg; late, what is taken back gives nothing back: else a day could be earned twice."""
        if late:
            claim.kept = max(claim.kept, claim.use)
        use = max(claim.kept, mg)
        if use != claim.use:
            for key, _, _ in self.subjects(claim):
                self.used[key] = self.used.get(key, 0) + use - claim.use
            claim.use = use

    def may_take_back(self, reversal, activity, mg, now):
        """Whether the device's day has room for it: then it counts."""
        if "ceiling-reversals" not in reversal.lifted:
            ceilings = self.programme.activities.get(activity, {}).get("takes_back_per_day_mg", {})
            limit = ceilings.get(self.registry.devices[reversal.device].kind, 0)
            key = ("takes back/" + reversal.device, activity, self.programme.day(now))
            if self.used.get(key, 0) + mg > limit:
                return False
            if mg:
                self.used[key] = self.used.get(key, 0) + mg
        return True


class Quota:
    """A bucket of claims that fills with a day's worth a day. In 86,400ths of a claim, so that nothing is rounded."""

    def __init__(self, a_day, now):
        self.a_day, self.at = a_day, now
        self.left = FIRST_QUOTA_DAYS * a_day * DAY

    def take(self, now, count=1):
        """A whole batch or nothing; one that is larger than the bucket ever gets needs a full one."""
        full = QUOTA_DAYS * self.a_day * DAY
        self.left = min(full, self.left + max(0, now - self.at) * self.a_day)
        self.at = max(self.at, now)
        if self.left < min(count * DAY, full):
            return False
        self.left = max(0, self.left - count * DAY)
        return True

    def give_back(self, count):
        self.left = min(QUOTA_DAYS * self.a_day * DAY, self.left + count * DAY)


def score(value, days):
    """How many spreads the value is above the days' median; as a pair (numerator, denominator), to be exact."""
    middle = median(days)
    spread = max(1.4826 * median(abs(day - middle) for day in days), middle / 4, LEAST_SPREAD_MG)
    return (value - middle) / spread


def stands_out(value, own_days, others, device_age_days):
    """Whether a day's mg are held: against the device's days of the last 90 that had any, and against {merchant: [mg of a day]}."""
    if device_age_days < LEAST_OWN_DAYS:
        return False
    scores = []
    if len(own_days) >= LEAST_OWN_DAYS:
        scores.append(score(value, own_days))
    if len(others) >= LEAST_MERCHANTS:
        scores.append(score(value, [day for days in others.values() for day in days]))
    return bool(scores) and all(one >= SCREENED_FROM for one in scores)
