// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/hex.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/listing.hpp"
#include "tools/credit-service/cli/opening.hpp"

namespace greentill::credit {
namespace {

std::string range_text(std::uint64_t first, std::uint64_t last) {
  return first == last ? std::to_string(first) : std::to_string(first) + " to " + std::to_string(last);
}

Json pending_json(const WaitingBatch& batch) {
  const Json missing = batch.missing_first == 0 ? Json() : Json{{"from", batch.missing_first}, {"to", batch.missing_last}};
  return {{"device", batch.device}, {"chain", to_hex(batch.chain)}, {"from", batch.span.first}, {"to", batch.span.last},
          {"head", batch.head},     {"missing", missing},           {"bytes", batch.bytes},     {"since", batch.span.at}};
}

}  // namespace

Status list_pending(const std::filesystem::path& config, const std::string& device, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto batches = (*reading)->books->pending(device);
  if (!batches) return Failure{batches.error()};
  Listing listing("pending",
                  {{"device"}, {"chain"}, {"claims"}, {"missing before them"}, {"bytes", Listing::Align::right}, {"since"}});
  for (const WaitingBatch& one : *batches) {
    listing.add(pending_json(one), {one.device, to_hex(one.chain), range_text(one.span.first, one.span.last),
                                    one.missing_first == 0 ? "those above" : range_text(one.missing_first, one.missing_last),
                                    tools::count_text(one.bytes), tools::time_text(one.span.at)});
  }
  listing.answer(output, "no batch waits for an earlier one\n",
                 "\nThey are booked when their device has sent what is missing, which it does by itself.\n");
  return Done{};
}

}  // namespace greentill::credit
