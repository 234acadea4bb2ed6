# SPDX-License-Identifier: Apache-2.0
"""Whether the suite would notice: a rule that the model has wrong, a row of the store that is."""
import collections

import accounts
import programme
import trees
from truth import Service, differences


def _rest():
    programme.LEAST_DAYS_AFTER_BOOKING = 2


def _order():
    trees.DAYS_TO_AGREE = 8


def _purses():
    """The newest purse pays first."""
    accounts.Accounts.purses_of = lambda self, known: sorted(known.purses, key=lambda purse: -self.books.numbers[purse])


RULES = {"rest": _rest, "order": _order, "purses": _purses}
# One thing in the store that is otherwise than it was.
ROWS = ("UPDATE legs SET mg = mg + 1 WHERE claim = (SELECT max(claim) FROM legs)",
        "UPDATE accounts SET balance = balance + 1 WHERE no = (SELECT max(no) FROM accounts WHERE kind = 'customer')",
        "UPDATE spends SET state = 3 - state WHERE no = (SELECT max(no) FROM spends)",
        "UPDATE trees SET state = 3 WHERE number = (SELECT max(number) FROM trees WHERE state <> 3)",
        "UPDATE chains SET seq = seq + 1 WHERE no = (SELECT max(no) FROM chains)")


def unnoticed(stack, players, town, there, wanted):
    """Words for each fault that nobody would see. The store is spoilt afterwards."""
    words = []
    for part, rows in there.items():
        if rows:
            spoilt = {**there, part: collections.Counter(rows) - collections.Counter([next(iter(rows))])}
            words += [] if differences(spoilt, wanted) else [f"a row of {part} may be missing, and nobody sees it"]
    for statement in ROWS:
        before = differences(Service(stack, players, town.ticks).tables(), wanted)
        changed = stack.write(statement)
        if changed and differences(Service(stack, players, town.ticks).tables(), wanted) == before:
            words.append(f"nobody sees: {statement}")
    if stack.command("check")[0] == 0:
        words.append("check finds nothing in a store that was spoilt")
    return words
