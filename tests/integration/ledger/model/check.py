# SPDX-License-Identifier: Apache-2.0
"""What must hold of the model's ledger at any moment (docs/ledger.md, "Check"); each thing that does not, in words."""
from acts import is_out
from admission import NEEDS_NO_ROOM
from chain import HELD, OPEN, PROBATION, WAITING
from claims import BEHIND


def wrong(model):
    ledger = model.ledger
    yield from ledger.books.wrong()
    yield from wrong_claims(ledger)
    yield from wrong_acts(ledger)
    yield from wrong_limits(ledger)
    yield from wrong_chains(ledger)


def wrong_claims(ledger):
    last = {(device, chain, seq): said for device, changes in ledger.changes.items() for chain, seq, *said in changes}
    booked = {}
    for claim, _, _, legs in ledger.books.bookings:
        if claim is not None:
            booked[claim] = booked.get(claim, 0) - sum(mg for account, mg in legs if account[0] == "issuance")
    for claim in ledger.claims:
        name = f"{claim.device}/{claim.chain.id}/{claim.seq}"
        if (claim.refused is not None or claim.holds) and claim.granted:
            yield f"{name} has {claim.granted} mg, and is {claim.standing()}"
        if booked.get(claim, 0) != claim.granted:
            yield f"{name} has {claim.granted} mg, and bookings of {booked.get(claim, 0)}"
        said = last.get((claim.device, claim.chain.id, claim.seq))
        if said is not None and tuple(said) != claim.standing():
            yield f"{name} was last said to be {said}, and is {claim.standing()}"


def wrong_acts(ledger):
    granted = {}
    for claim in ledger.claims:
        if claim.kind != "reduction":
            continue
        for null in claim.nulls if claim.granted else ():
            if null in granted:
                yield f"{null} is credited twice"
            granted[null] = claim
        if not claim.placed or claim.holds or (claim.refused is not None and claim.refused not in BEHIND):
            continue
        act = claim.act
        if claim.joins and any(ledger.acts.by_null[null] is not act for null in claim.nulls):
            yield f"{claim.nulls} leads elsewhere"
        if not is_out(claim, act) and claim.refused is None and act.holder is not claim:
            yield f"a claim of {claim.nulls} is neither refused nor the holder"
        if act.holder is None and not is_out(claim, act) and claim.joins:
            yield f"{claim.nulls} has no holder, and somebody is there"


def wrong_limits(ledger):
    sums = {}
    for claim in ledger.claims:
        if claim.kind == "reduction" and claim.use:
            if claim.use != max(claim.granted, claim.kept):
                yield f"{claim.nulls} counts for {claim.use} mg, and has {claim.granted}"
            for key, _, _ in ledger.limits.subjects(claim):
                sums[key] = sums.get(key, 0) + claim.use
    used = {key: mg for key, mg in ledger.limits.used.items() if mg and not str(key[0]).startswith("takes back/")}
    if used != sums:
        yield f"limits are used {used}, and by claims {sums}"


def wrong_chains(ledger):
    for name, chains in ledger.devices.items():
        if len(chains.of_state(OPEN)) > 1 or len(chains.of_state(WAITING)) > 1 or len(chains.of_state(PROBATION)) > 1:
            yield f"{name} has too many chains: {[(chain.id, chain.state) for chain in chains.chains.values()]}"
        if sum(1 for chain in chains.of_state(PROBATION, HELD) if chain.reason not in NEEDS_NO_ROOM) > 1:
            yield f"{name} has too many chains held: {[(chain.id, chain.hold()) for chain in chains.chains.values()]}"
        for chain in chains.chains.values():
            if chain.hold() and any(claim.granted and claim.arrived > chain.held_since for claim in chain.claims.values()):
                yield f"{name}: what came of chain {chain.id} after it was {chain.hold()} has credit"
