// SPDX-License-Identifier: Apache-2.0
// quantify-samples FOLDER SEED COUNT: what the daemon's arithmetic gives for COUNT seeded random events, spread over the folder's
// methodologies, as JSON lines for recompute_test.py to compare.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include "daemon/crypto/hasher.hpp"
#include "daemon/measure/integer_math.hpp"
#include "daemon/measure/library.hpp"
#include "daemon/measure/quantify.hpp"
#include "tests/support/test_signer.hpp"

namespace {

using namespace greentill;

constexpr std::int64_t kBegin2026 = 1'767'225'600;

class Events {
 public:
  explicit Events(std::uint64_t seed) : random_(seed) {}

  void print(const measure::Methodology& methodology) {
    claim::Quantities quantities;
    for (const measure::Measured& measured : methodology.measured) {
      if (below(3) != 0) static_cast<void>(quantities.push_back({measured.key, amount(methodology, measured)}));
    }
    if (below(8) == 0) static_cast<void>(quantities.push_back({"other", amount(methodology, methodology.measured[0])}));
    const std::int64_t begin = time(methodology);
    const std::int64_t end = begin + duration(methodology);
    if (below(3) == 0) static_cast<void>(quantities.push_back({"s", duration(methodology)}));
    print(methodology, quantities, begin, end);
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  // A third within the limits, a third at one of their edges, a third of any size up to the largest.
  std::int64_t amount(const measure::Methodology& methodology, const measure::Measured& measured) {
    const measure::Limits& limits = methodology.limits;
    const std::int64_t most = limits.max_plausible.value_or(1'000'000);
    const std::int64_t edges[] = {0, limits.min, limits.max_credited.value_or(most), most,
                                  std::numeric_limits<std::int64_t>::max() - 1};
    switch (below(3)) {
      case 0: return static_cast<std::int64_t>(below(static_cast<std::uint64_t>(as_measured(most, measured)) + 1)) + 1;
      case 1: return as_measured(edges[below(std::size(edges))], measured) - 1 + static_cast<std::int64_t>(below(3));
      default: return static_cast<std::int64_t>(random_() >> (1 + below(63)));
    }
  }

  // Limits are in base units, what is reported is in the key's own.
  static std::int64_t as_measured(std::int64_t base_units, const measure::Measured& measured) {
    const measure::Int128 reported =
        measure::Int128{base_units} * 1'000'000 / static_cast<measure::Int128>(measured.multiplier_ppm);
    return static_cast<std::int64_t>(std::min<measure::Int128>(reported, std::numeric_limits<std::int64_t>::max() - 1));
  }

  std::int64_t duration(const measure::Methodology& methodology) {
    const std::int64_t edges[] = {0, methodology.limits.min_duration_s.value_or(1),
                                  methodology.limits.max_duration_s.value_or(90'000)};
    if (below(4) == 0) return edges[below(std::size(edges))] - 1 + static_cast<std::int64_t>(below(3));
    return static_cast<std::int64_t>(below(20'000));
  }

  std::int64_t time(const measure::Methodology& methodology) {
    if (below(16) == 0) return methodology.valid_from - 10'000 + static_cast<std::int64_t>(below(20'000));
    if (below(16) == 0 && methodology.valid_until) return *methodology.valid_until - 10'000;
    return kBegin2026 + static_cast<std::int64_t>(below(10'000'000));
  }

  static void print(const measure::Methodology& methodology, const claim::Quantities& quantities, std::int64_t begin,
                    std::int64_t end) {
    std::printf(R"({"id": "%s", "version": %llu, "begin": %lld, "end": %lld, "quantities": {)", methodology.id.c_str(),
                static_cast<unsigned long long>(methodology.version), static_cast<long long>(begin), static_cast<long long>(end));
    const char* between = "";
    for (const claim::Quantity& quantity : quantities) {
      std::printf(R"(%s"%.*s": %lld)", between, static_cast<int>(quantity.unit.size()), quantity.unit.data(),
                  static_cast<long long>(quantity.value));
      between = ", ";
    }
    const auto result = measure::quantify(methodology, quantities, begin, end);
    if (result) {
      std::printf("}, \"result\": [%lld, %lld]}\n", static_cast<long long>(result->estimate_mg),
                  static_cast<long long>(result->credited_mg));
    } else {
      std::printf("}, \"result\": \"%s\"}\n", name_of(result.error()));
    }
  }

  // The names of docs/methodologies.md.
  static const char* name_of(measure::Unclaimable reason) {
    switch (reason) {
      case measure::Unclaimable::no_quantity: return "no_quantity";
      case measure::Unclaimable::negative: return "negative";
      case measure::Unclaimable::below_minimum: return "below_minimum";
      case measure::Unclaimable::implausible: return "implausible";
      case measure::Unclaimable::outside_validity: return "outside_validity";
      case measure::Unclaimable::overflow: return "overflow";
    }
    return "unknown";
  }

  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: quantify-samples FOLDER SEED COUNT\n", stderr);
    return 2;
  }
  const auto library = measure::Library::load(argv[1], crypto::Hasher());
  if (!library) {
    std::fprintf(stderr, "%s\n", library.error().message.c_str());
    return 1;
  }
  Events events(std::strtoull(argv[2], nullptr, 10));
  const unsigned long count = std::strtoul(argv[3], nullptr, 10);
  for (unsigned long i = 0; i < count; ++i) events.print(library->all()[i % library->all().size()]);
  return 0;
}
