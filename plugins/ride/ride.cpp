// SPDX-License-Identifier: Apache-2.0
// Trips of the modes that may stand in for a car: what was measured is passed on as it is, the methodology decides what it is
// worth.
#include <map>
#include <string>
#include <vector>

#include "greentill/plugin.hpp"
#include "greentill/version.hpp"
#include "plugins/common/readers/configuration.hpp"

namespace greentill::ride {
namespace {

using Activities = std::map<std::string, std::string, std::less<>>;

Activities known_activities() {
  return {{"bike.shared", "ride.bike.shared"},
          {"ebike.shared", "ride.ebike.shared"},
          {"metro", "ride.metro"},
          {"bus", "ride.bus"},
          {"rail.intercity", "ride.rail.intercity"},
          {"walk", "ride.walk"}};
}

/// The configuration's [activities] adds modes, or gives a known one another activity; an empty text takes a mode out.
class Ride final : public plugin::Detector {
 public:
  Ride(std::string_view configuration, plugin::Services /*services*/) : activities_(known_activities()) {
    const toml::Table toml = plugin::read_configuration(configuration, "ride");
    const toml::Table configured = toml.table_or_empty("activities");
    for (const std::string& mode : configured.keys()) {
      std::string& activity = activities_[mode] = configured.text(mode);
      if (activity.size() > 32) configured.wrong(mode, "must be at most 32 bytes");
    }
    toml.check();
  }

  void detect(const gt_transaction& transaction, const plugin::Emitter& emit) override {
    if (transaction.kind != GT_KIND_TRIP) return;
    const auto found = activities_.find(plugin::view(transaction.mode));
    if (found == activities_.end() || found->second.empty()) return;
    std::vector<gt_quantity> quantities;
    for (std::size_t i = 0; i < transaction.quantity_count; ++i) {
      const gt_quantity& given = plugin::element(transaction.quantities, i);
      quantities.push_back({sizeof(gt_quantity), given.unit, given.value});
    }
    // A trip that says nothing of its length is no act that could be measured.
    if (quantities.empty()) return;
    emit(found->second, quantities, 0, {transaction.evidence, transaction.evidence_size});
  }

 private:
  Activities activities_;
};

}  // namespace
}  // namespace greentill::ride

GREENTILL_EXPORT_PLUGIN(greentill::plugin::detector<greentill::ride::Ride>("ride", greentill::kVersion))
