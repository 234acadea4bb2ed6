// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/chain_owner.hpp"

#include "daemon/outbox/stored_claim.hpp"

namespace greentill::engine {
namespace {

constexpr const char* kWhatToDo =
    "; give the device its former certificate back, or let its claims be delivered first and then set the store aside";

}  // namespace

Result<ChainOwner> chain_owner(outbox::Reader& reader, identity::DeviceIdentity& identity, identity::DeviceIdentity* former) {
  const auto chain = reader.chain();
  if (!chain) return Failure{chain.error()};
  if (!*chain || (*chain)->head.seq == 0) return ChainOwner::this_key;
  const std::uint64_t seq = (*chain)->head.seq;
  const auto stored = reader.claim(seq);
  if (!stored) return Failure{stored.error()};
  if (!*stored) return fail(ErrorCode::corrupt, "outbox: the chain's last claim " + std::to_string(seq) + " is missing");
  const auto last = outbox::open_claim(seq, (*stored)->message);
  if (!last) return Failure{last.error()};
  if (last->claim.device != identity.device_id()) {
    return fail(ErrorCode::invalid, "outbox: its chain belongs to the device '" + std::string(last->claim.device) +
                                        "', and the certificate names '" + identity.device_id() + "'" + kWhatToDo);
  }
  if (identity.has_signed(last->message)) return ChainOwner::this_key;
  return former != nullptr && former->has_signed(last->message) ? ChainOwner::former_key : ChainOwner::other_unit;
}

}  // namespace greentill::engine
