// SPDX-License-Identifier: Apache-2.0
// address set and list: where devices find broker and service.
#include "daemon/base/printable.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/listing.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/cli/registry_change.hpp"
#include "tools/credit-service/registry/json.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

constexpr const char* kAsConfigured = "as configured";

/// Left out: nothing; "none": the empty text.
std::optional<std::string> said(const std::string& option) {
  if (option.empty()) return std::nullopt;
  return option == "none" ? std::string() : option;
}

std::string shown(const std::string& server) { return server.empty() ? kAsConfigured : printable(server); }

}  // namespace

Status set_address(const std::filesystem::path& config, const Given& given, const Output& output) {
  if (Status why = check_why(given["why"]); !why) return why;
  const auto broker = said(given["broker"]);
  const auto est = said(given["est"]);
  if (!broker && !est) return fail(ErrorCode::invalid, "say --broker, --est or both; none takes one away again");
  ServiceAddress is;
  Status changed = change(config, given, [&](Registry& registry) -> Status {
    auto set = registry.set_address(given["device"], broker, est);
    if (!set) return Failure{set.error()};
    is = std::move(*set);
    return Done{};
  });
  if (!changed) return changed;
  const std::string whom = is.device.empty() ? "all devices that have none of their own" : printable(is.device);
  output.answer(to_json(is), whom + ": broker " + shown(is.broker) + ", service " + shown(is.est) +
                                 "\nthey hear of it with their settings, within a day; leave the former ones on until then\n");
  return Done{};
}

Status list_addresses(const std::filesystem::path& path, const Given&, const Output& output) {
  const auto reading = Reading::open(path);
  if (!reading) return Failure{reading.error()};
  const auto all = (*reading)->books->registry().addresses();
  if (!all) return Failure{all.error()};
  Listing listing("addresses", {{"device"}, {"broker"}, {"service"}});
  for (const ServiceAddress& one : *all) {
    listing.add(to_json(one), {one.device.empty() ? "all others" : one.device, shown(one.broker), shown(one.est)});
  }
  listing.answer(output, "devices are told nothing of it: as configured\n");
  return Done{};
}

}  // namespace greentill::credit
