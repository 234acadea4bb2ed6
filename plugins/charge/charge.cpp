// SPDX-License-Identifier: Apache-2.0
// Charging sessions of electric cars: the energy is passed on as it was metered, with the meter's signed record.
#include <span>

#include "greentill/plugin.hpp"
#include "greentill/version.hpp"
#include "plugins/common/readers/configuration.hpp"

namespace greentill::charge {
namespace {

class Charge final : public plugin::Detector {
 public:
  Charge(std::string_view configuration, plugin::Services /*services*/) {
    plugin::read_configuration(configuration, "charge").check();
  }

  void detect(const gt_transaction& transaction, const plugin::Emitter& emit) override {
    if (transaction.kind != GT_KIND_CHARGE) return;
    for (std::size_t i = 0; i < transaction.quantity_count; ++i) {
      const gt_quantity& given = plugin::element(transaction.quantities, i);
      if (plugin::view(given.unit) != "Wh") continue;
      const gt_quantity energy = plugin::quantity("Wh", given.value);
      emit("charge.ev", std::span(&energy, 1), 0, std::span(transaction.evidence, transaction.evidence_size));
    }
  }
};

}  // namespace
}  // namespace greentill::charge

GREENTILL_EXPORT_PLUGIN(greentill::plugin::detector<greentill::charge::Charge>("charge", greentill::kVersion))
