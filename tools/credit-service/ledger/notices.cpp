// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/notices.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "tools/common/text.hpp"

namespace greentill::credit {
namespace {

std::string why_not_taken(const BatchClaim& claim) {
  const std::string certificate = "the certificate with the SHA-256 " + to_hex(claim.message.thumbprint);
  switch (claim.reason) {
    case Reason::unknown_certificate: return certificate + " is not in the registry: greentill-credit key add registers it";
    case Reason::certificate_not_valid:
    case Reason::revoked: return certificate + ' ' + claim.detail;
    case Reason::bad_signature: return "it was not signed with the key of " + certificate;
    case Reason::malformed:
    case Reason::unsupported: return "its chain begins with what this version does not know";
    default: return "nobody vouches for what stands there";
  }
}

}  // namespace

bool Notices::may(const std::string& device, Reason about) {
  return told_.try_emplace({device, about}, 1, kLeastBetweenLines).first->second.take(clock_.monotonic()).has_value();
}

void Notices::tell(const std::string& device, const BatchClaim& claim, Reason reason, const std::string& fate,
                   const std::string& why) {
  if (!may(device, reason)) return;
  log_.write(
      LogLevel::warning, "ledger",
      device + ": claim " + std::to_string(claim.link.seq) + ' ' + fate + " (" + std::string(to_string(reason)) + "): " + why);
}

void Notices::not_taken(const std::string& device, const BatchClaim& claim) {
  tell(device, claim, claim.reason, "is not taken, nor what comes after it", why_not_taken(claim));
}

void Notices::refused(const std::string& device, const BatchClaim& claim, Reason reason) {
  switch (reason) {
    case Reason::certificate_not_valid:
    case Reason::revoked: return tell(device, claim, reason, "is refused for now", why_not_taken(claim));
    case Reason::not_assigned:
    case Reason::unknown_root:
    case Reason::unknown_key_version:
    case Reason::lock_revoked: return tell(device, claim, reason, "is refused for now", std::string(verify::in_words(reason)));
    case Reason::unknown_lock:
    case Reason::no_statement:
    case Reason::unchecked_statement:
      return tell(device, claim, reason, "is refused for now", claim.detail + ": " + std::string(verify::in_words(reason)));
    case Reason::bad_statement:
    case Reason::other_statement: return tell(device, claim, reason, "is refused", claim.detail);
    case Reason::in_the_future:
      return tell(device, claim, reason, "is refused for now",
                  "its act ends on " + utc_text(std::get<claim::Reduction>(claim.claim->entry).end) + ", and our clock shows " +
                      shown_by(clock_) + ": one of the two clocks is wrong");
    default: return;
  }
}

void Notices::gap(const Batch& batch, std::uint64_t seq, std::uint64_t head) {
  Gap& gap = gaps_.try_emplace(batch.device, Gap{0, 0, LineAllowance(1, kLeastBetweenLines)}).first->second;
  const bool again = gap.from == head && gap.to == seq;
  gap.from = head;
  gap.to = seq;
  if (!again || !gap.lines.take(clock_.monotonic())) return;
  log_.write(LogLevel::warning, "ledger",
             batch.device + ": continues at " + std::to_string(seq) + ", and this ledger ends at " + std::to_string(head) +
                 " of its chain " + to_hex(batch.chain) +
                 ": what lies between does not come. Did the ledger go back? Then start one worker with --new-epoch");
}

void Notices::ration(LinesByName& lines, LogLevel level, const std::string& name, const std::string& line) {
  if (const auto told = lines.take(name, line, clock_.monotonic())) log_.write(level, "ledger", *told);
}

void Notices::broken(const std::string& device, const std::string& trouble) {
  ration(broken_, LogLevel::warning, device, device + ": a batch is read up to a broken message: " + trouble);
}

void Notices::unreadable(const std::string& device, const std::string& trouble) {
  ration(unreadable_, LogLevel::error, device, device + ": a batch that was kept cannot be read and is dropped: " + trouble);
}

void Notices::began(const std::string& device, const Chain& chain) {
  const std::string words = device + ": its chain " + to_hex(chain.id) + ' ';
  if (chain.state == ChainStanding::waiting) {
    ration(chains_, LogLevel::info, device + " waits",
           words + "waits until the one before it has come to " + std::to_string(chain.predecessor_seq));
  } else if (chain.state == ChainStanding::on_probation) {
    ration(chains_, LogLevel::warning, device + " is on probation",
           words +
               "does not go on where the last one ended: its claims are held until the device's other chains have been "
               "silent for 72 h, or a person decides: greentill-credit device chain");
  } else if (chain.state == ChainStanding::held) {
    held(device, chain, std::string(verify::in_words(chain.reason)));
  }
}

void Notices::held(const std::string& device, const Chain& chain, const std::string& why) {
  const std::string reason(to_string(chain.reason));
  ration(chains_, LogLevel::error, device + ' ' + reason,
         device + ": its chain " + to_hex(chain.id) + " is held from claim " + std::to_string(chain.held_from) + " on (" +
             reason + "): " + why + ". greentill-credit devices " + device +
             " has its chains, greentill-credit device chain decides");
}

void Notices::contradicted(const LockFault& fault, const std::string& device) {
  ration(locks_, LogLevel::error, fault.lock,
         "lock " + fault.lock + ": its ride " + std::to_string(fault.counter) + " from " + device + ' ' +
             (fault.kind == LockFaultKind::two_rides ? "is another than came before" : "does not link to its neighbours") +
             ": two locks sign with one key. Its rides from there on are held (lock-fork) until a person has looked: "
             "greentill-credit lock show " +
             fault.lock);
}

void Notices::no_room(const std::string& device, const claim::ChainId& chain) {
  if (!may(device, Reason::wrong_start)) return;
  log_.write(LogLevel::warning, "ledger",
             device + ": another chain, " + to_hex(chain) +
                 ", is not stored: one that waits, is on probation or held has to be "
                 "decided first: greentill-credit devices " +
                 device);
}

void Notices::stood_out(const std::string& words) {
  log_.write(LogLevel::warning, "ledger",
             words + ": it is held (screening), and what comes of it: greentill-credit held list shows it");
}

void Notices::lapsed(std::int64_t month, std::size_t holders, std::int64_t mg) {
  log_.write(LogLevel::info, "ledger",
             "with the begin of " + day_text(month * 100).substr(0, 7) + " " + tools::grams_text(mg) +
                 " lapsed that nobody had spent, of " + tools::counted(holders, "account"));
}

void Notices::held_in_all(const std::vector<HeldCount>& counts) {
  std::uint64_t claims = 0;
  std::int64_t oldest = 0;
  for (const HeldCount& one : counts) {
    oldest = claims == 0 ? one.oldest : std::min(oldest, one.oldest);
    claims += one.claims;
  }
  if (claims == 0) return;
  std::string reasons;
  for (const Reason reason : kHoldReasons) {
    std::uint64_t of = 0;
    for (const HeldCount& one : counts) of += one.holds.has(reason) ? one.claims : 0;
    if (of == 0) continue;
    reasons += (reasons.empty() ? "" : ", ") + std::string(to_string(reason)) + ' ' + tools::count_text(of);
  }
  log_.write(LogLevel::warning, "ledger",
             tools::counted(claims, "claim") + (claims == 1 ? " is" : " are") + " held (" + reasons + "), the oldest since " +
                 utc_text(oldest) + ": greentill-credit held list shows them");
}

void Notices::over_quota(const std::string& device, std::int64_t again_s) {
  if (!may(device, Reason::missing)) return;
  log_.write(LogLevel::warning, "ledger",
             device + ": its quota of claims or bytes is used up; it is told to come again in " + std::to_string(again_s) + " s");
}

}  // namespace greentill::credit
