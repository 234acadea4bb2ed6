// SPDX-License-Identifier: Apache-2.0
// What the source `mds` reads. The first byte says what the rest is: a page of MDS, a history in CSV with stations, a page of
// stations or of vehicles.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "plugins/common/readers/configuration.hpp"
#include "plugins/mds/fleet.hpp"
#include "plugins/mds/history.hpp"
#include "plugins/mds/page.hpp"
#include "tests/fuzz/pieces.hpp"

namespace {

using namespace greentill;

constexpr std::string_view kMapping = R"(
issuer = "city"
zone = "Europe/Helsinki"
begin = { column = "from", formats = ["%Y-%m-%dT%H:%M:%S", "%H:%M"] }
end = { column = "to", formats = ["%Y-%m-%dT%H:%M:%S", "%H:%M"] }
mode = { constant = "bike.shared" }
event_id = { whole_row = true }
leave_out = [{ columns = ["a", "b"], values = ["7*"] }]
quantities = { "m.odometer" = { column = "m", optional = true }, "m.stations" = { stations = ["a", "b"], substitute = true } }
)";

/// A trip is one event with its metres, or takes one back.
void check_trip(const plugin::Transaction& t) {
  fuzz::require(t.kind == GT_KIND_TRIP && (t.standing == GT_FINAL || (t.standing == GT_DOUBTFUL && !t.remark.empty())) &&
                t.attributes.empty() && t.evidence.empty());
  fuzz::require(t.quantities.size() == (t.reversed_event_id.empty() ? 1 : 0));
}

std::optional<journal::Station> find_station(std::string_view id) {
  if (id.empty() || id.front() == '9') return std::nullopt;
  if (id.front() == '8') return journal::Station{std::nullopt, "stands twice, with two places"};
  return journal::Station{plugin::Coordinates{60.0 + id.front() / 1000.0, 24.9}, "", {std::string(id)}};
}

std::unique_ptr<plugin::RecordReader> page(plugin::ByteInput& bytes) {
  static const mds::Modes kModes(plugin::read_configuration("", "mds"));
  return std::make_unique<mds::Page>(bytes,
                                     mds::Surroundings{kModes, [](const std::string& device) -> std::optional<mds::Vehicle> {
                                                         if (device.empty()) return std::nullopt;
                                                         return mds::Vehicle{"bicycle", mds::Drive::electric};
                                                       }});
}

std::unique_ptr<plugin::RecordReader> history(plugin::ByteInput& bytes) {
  static const journal::Mapping kRead = journal::Mapping::parse(kMapping, "mapping", {"", "", find_station});
  return std::make_unique<mds::History>(bytes, kRead);
}

template <typename T>
void parse(std::string_view text) {
  try {
    plugin::MemoryBytes bytes(text);
    fuzz::require(T::parse(bytes).size() <= text.size());
  } catch (const std::runtime_error&) {
    // It is no such page, which the log says.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'c': fuzz::check_records(text, history, [](const plugin::Transaction&) {}); break;
    case 's': parse<mds::Stations>(text); break;
    case 'v': parse<mds::Vehicles>(text); break;
    default: fuzz::check_records(text, page, check_trip);
  }
  return 0;
}
