# SPDX-License-Identifier: Apache-2.0
"""What is kept with an act, and which of it counts: the rules of docs/ledger.md."""
from dataclasses import dataclass, field

NAMED_CLAIM, CAUSE, TAKEN_BACK = 2, 3, 4  # of a reversal
CORRECTION = 2
SAME_ACT_S = 26 * 3600


@dataclass(eq=False)
class Told:
    """A reduction that is kept with its act."""
    id: bytes
    device: str
    merchant: str
    place: tuple  # chain and seq
    recorded: int
    reduction: dict
    account: str | None  # the token, where limits hold
    granted: int = 0
    reason: str | None = None  # why it is refused


@dataclass(eq=False)
class Takes:
    """A reversal that is kept with an act."""
    id: bytes
    device: str
    merchant: str
    place: tuple
    recorded: int
    reversal: dict

    @property
    def is_correction(self):
        return self.reversal[CAUSE] == CORRECTION

    @property
    def is_whole(self):
        return TAKEN_BACK not in self.reversal

    def is_no_earlier(self, claim):
        if claim.place[0] == self.place[0]:
            return claim.place[1] < self.place[1]
        return claim.recorded <= self.recorded


@dataclass(eq=False)
class Act:
    told: list = field(default_factory=list)  # in the order in which they came
    takes: list = field(default_factory=list)
    holder: Told | None = None
    applied: list = field(default_factory=list)  # the reversals that apply

    def corrects(self, correction, claim):
        """Rule 5: whether the correction means the claim."""
        if claim.merchant != correction.merchant:
            return False
        named = correction.reversal.get(NAMED_CLAIM)
        if named is None:
            return correction.is_no_earlier(claim)
        if claim.id == named:
            return True
        by_name = next((one for one in self.told if one.id == named), None)
        return (by_name is not None and by_name.merchant == correction.merchant and by_name.device == claim.device
                and correction.is_no_earlier(claim))

    def is_out(self, claim):
        """Rule 1, where nothing is dismissed or revoked."""
        return any(one.is_correction and one.is_whole and self.corrects(one, claim) for one in self.takes)

    def find_holder(self):
        """Rule 2, where nothing is held."""
        if self.holder is not None and not self.is_out(self.holder):
            return self.holder
        return next((claim for claim in self.told if not self.is_out(claim)), None)

    def told_it_too(self, takes, holder):
        """The third rule of who takes back."""
        if takes.device == holder.device:
            return False
        return any(one.device == takes.device and not self.is_out(one) and one.reduction[2] == holder.reduction[2]
                   and abs(one.reduction[1][1] - holder.reduction[1][1]) <= SAME_ACT_S for one in self.told if one is not holder)

    def applying(self, holder):
        """Rules 4 and 5: the reversals that take back something of the holder."""
        return [one for one in self.takes
                if (self.corrects(one, holder) if one.is_correction else one.merchant == holder.merchant or self.told_it_too(one, holder))]
