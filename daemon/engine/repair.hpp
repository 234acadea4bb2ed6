// SPDX-License-Identifier: Apache-2.0
// Makes claims anew in a chain of its own: what outbox::Writer::repair() asks for. Threads: while a repair is under way nobody
// else uses the claim maker.
#pragma once

#include "daemon/base/ports.hpp"
#include "daemon/engine/claim_maker.hpp"
#include "daemon/outbox/repair.hpp"

namespace greentill::engine {

class AnewMaker final : public outbox::Remaker {
 public:
  /// `maker` must outlive it.
  AnewMaker(ClaimMaker& maker, Random& random) : maker_(maker) { random.fill(head_.chain); }
  AnewMaker(const AnewMaker&) = delete;
  AnewMaker& operator=(const AnewMaker&) = delete;
  ~AnewMaker() override {
    if (was_) maker_.adopt(*was_->first, std::move(was_->second));
  }

  Result<outbox::NewClaim> start(const claim::ChainHead& predecessor,
                                 const std::optional<outbox::ClaimedAssignment>& under) override;
  Result<outbox::NewClaim> gap(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last) override {
    return maker_.gap(chain, first, last, head_);
  }
  Result<outbox::NewClaim> anew(const claim::Claim& claim, const claim::Message& message,
                                const std::optional<claim::ClaimId>& of) override {
    return maker_.make_anew(claim, message.account, of, head_);
  }
  [[nodiscard]] const claim::ChainHead& head() const override { return head_; }

 private:
  ClaimMaker& maker_;
  claim::ChainHead head_;
  // What is made anew of another assignment says of it what its claims said, and the maker has its own back at the end.
  identity::Settings settings_;
  std::optional<std::pair<const identity::Settings*, identity::RootChoice>> was_;
};

}  // namespace greentill::engine
