// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/head.hpp"

namespace greentill::engine {

Status Head::recover(outbox::Reader& reader) {
  if (known_) return Done{};
  const auto stored = reader.chain();
  if (!stored) return Failure{stored.error()};
  if (!*stored) return greentill::fail(ErrorCode::unavailable, "the chain has not been started yet");
  chain_ = (*stored)->head;
  known_ = true;
  return Done{};
}

bool Head::fail(std::uint64_t generation) {
  if (generation != generation_) return false;
  ++generation_;
  known_ = false;
  return true;
}

const char* Head::out_of_step(const std::string& source) {
  const std::uint64_t since = since_.try_emplace(source, generation_).first->second;
  if (since == generation_) return nullptr;
  if (since == kOut) return "an earlier record of its source could not be taken and comes first";
  // Every source goes back after a failed commit, whether or not its records were in it.
  return "a commit failed meanwhile: its source goes on from its last durable position";
}

}  // namespace greentill::engine
