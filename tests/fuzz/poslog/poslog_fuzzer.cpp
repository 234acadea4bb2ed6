// SPDX-License-Identifier: Apache-2.0
// Logs as the POSLog source reads them. In whatever pieces a log arrives, its records must be the same; what becomes a
// transaction and is within the limits must be one that the host takes, since the source would stop at it otherwise; and no
// reversal may take back all of a sale because its lines were lost.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/readers/configuration.hpp"
#include "plugins/poslog/poslog_reader.hpp"
#include "tests/fuzz/acceptable.hpp"
#include "tests/fuzz/pieces.hpp"
#include "tests/support/byte_pieces.hpp"

namespace {

using namespace greentill;

using fuzz::require;
using fuzz::require_acceptable;

bool is_within_limits(const plugin::Transaction& transaction) {
  try {
    plugin::check_limits(transaction);
    return true;
  } catch (const plugin::Unusable&) {
    return false;
  }
}

struct Seen {
  std::string id;
  std::string reversed;
  std::size_t lines = 0;
  std::int64_t total = 0;
  std::string problem;
  bool operator==(const Seen&) const = default;
};

Seen seen(const plugin::Transaction& t) {
  if (is_within_limits(t)) require_acceptable(t);
  require(t.begin == t.end);
  require(t.reversed_event_id.empty() || !t.lines.empty() || t.reversal_reason == GT_CANCELLED);
  require((t.standing == GT_DOUBTFUL) == !t.remark.empty());
  return {t.event_id, t.reversed_event_id, t.lines.size(), t.total_minor, {}};
}

std::vector<Seen> read(std::string_view log, std::size_t step, const poslog::Settings& settings) {
  test::BytePieces bytes(log, step);
  poslog::PosLogReader reader(bytes, settings);
  std::vector<Seen> all;
  for (;;) {
    plugin::Transaction transaction;
    try {
      const auto next = reader.next(transaction);
      if (next == plugin::RecordReader::Next::end) return all;
      if (next == plugin::RecordReader::Next::record) all.push_back(seen(transaction));
    } catch (const plugin::Unusable& problem) {
      all.push_back({{}, {}, 0, 0, reader.where() + fuzz::failure_of(problem.what())});
    } catch (const plugin::LeftOut& left_out) {
      all.push_back({{}, {}, 0, 0, reader.where() + left_out.what()});
    } catch (const std::runtime_error&) {
      return all;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kConfiguration = R"(
    issuer = "shop"
    zone = "Europe/Helsinki"
    receipt = { element = "Medium", values = { e = "email" } }
    category = { element = "Sale", attribute = "Department" }
  )";
  static const auto kSettings = poslog::Settings::read(plugin::read_configuration(kConfiguration, "fuzz"));
  const std::string_view log(reinterpret_cast<const char*>(data), size);
  const auto whole = read(log, SIZE_MAX, kSettings);
  require(read(log, 1 + size / 7, kSettings) == whole);
  if (size <= 2048) require(read(log, 1, kSettings) == whole);
  return 0;
}
