// SPDX-License-Identifier: Apache-2.0
// Finds drinks that were sold into the customer's own cup. The configuration names their SKUs, one a line.
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

#include "greentill/plugin.hpp"

namespace {

using namespace greentill::plugin;

class OwnCup final : public Detector {
 public:
  OwnCup(std::string_view configuration, Services services) {
    std::istringstream lines{std::string(configuration)};
    for (std::string sku; lines >> sku;) skus_.insert(sku);
    if (skus_.empty()) throw std::runtime_error("the configuration must name one SKU a line");
    services.log(GT_LOG_INFO, "looking for " + std::to_string(skus_.size()) + " SKUs");
  }

  void detect(const gt_transaction& sale, const Emitter& emit) override {
    if (sale.kind != GT_KIND_SALE) return;
    std::int64_t cups = 0;  // a line that was voided comes once more, with a negative quantity
    for (std::size_t i = 0; i < sale.line_count; ++i) {
      const gt_line& line = element(sale.lines, i);
      if (skus_.contains(std::string(view(line.sku)))) cups += line.quantity_milli / 1000;
    }
    if (cups > 0) emit("cup.own", {{quantity("pieces", cups)}});
  }

 private:
  std::set<std::string> skus_;
};

}  // namespace

GREENTILL_EXPORT_PLUGIN(detector<OwnCup>("own-cup", "1.0.0"))
