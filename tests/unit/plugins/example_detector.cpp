// SPDX-License-Identifier: Apache-2.0
// Finds plant-based dishes. The configuration names their SKUs, one a line.
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

#include "greentill/plugin.hpp"

namespace {

using namespace greentill::plugin;

class PlantDish final : public Detector {
 public:
  PlantDish(std::string_view configuration, Services services) {
    std::istringstream lines{std::string(configuration)};
    for (std::string sku; lines >> sku;) skus_.insert(sku);
    if (skus_.empty()) throw std::runtime_error("the configuration must name one SKU a line");
    services.log(GT_LOG_INFO, "looking for " + std::to_string(skus_.size()) + " SKUs");
  }

  void detect(const gt_transaction& sale, const Emitter& emit) override {
    if (sale.kind != GT_KIND_SALE) return;
    std::int64_t dishes = 0;  // a line that was voided comes once more, with a negative quantity
    for (std::size_t i = 0; i < sale.line_count; ++i) {
      const gt_line& line = element(sale.lines, i);
      if (skus_.contains(std::string(view(line.sku)))) dishes += line.quantity_milli / 1000;
    }
    if (dishes > 0) emit("dish.plantbased", {{quantity("pieces", dishes)}});
  }

 private:
  std::set<std::string> skus_;
};

}  // namespace

GREENTILL_EXPORT_PLUGIN(detector<PlantDish>("plant-dish", "1.0.0"))
