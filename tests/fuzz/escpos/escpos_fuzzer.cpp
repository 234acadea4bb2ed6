// SPDX-License-Identifier: Apache-2.0
// Print jobs of whatever bytes. The first byte chooses how they are read: by one of three profiles, one of them also with the
// moment of printing, or by a profile of its own that stands before a NUL. No byte may be left out or read twice, text must be
// UTF-8, what becomes a transaction must be within the limits of the ABI, since the host takes nothing else and the source would
// stop at it, and a second reading must give the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/printable.hpp"
#include "daemon/base/utf8.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/escpos/frames.hpp"
#include "plugins/escpos/job.hpp"
#include "plugins/escpos/sale_reader.hpp"
#include "tests/fuzz/acceptable.hpp"

namespace {

using namespace greentill;
using namespace greentill::escpos;

constexpr std::int64_t kArrived = 1'795'510'800;

constexpr std::string_view kProfile = R"(
currency = "EUR"
zone = "Europe/Berlin"
[numbers]
symbols = ["EUR", "€"]
units = ["kg", "lb"]
[[item]]
pattern = "{qty} {unit?} x {price} {amount}"
joins = "name-above"
[[item]]
pattern = "{qty} x {price}"
joins = "item-above"
[[item]]
pattern = "{qty} x {price}"
joins = "item-below"
[[item]]
pattern = "{sku?} {name} {qty} {price} {amount} {tax?}"
[[item]]
pattern = "{name} {amount} {tax?}"
[time]
dates = ["%d.%m.%Y", "%d/%m/%Y", "%m/%d/%y", "%A %d%o of %B %Y"]
times = ["%I:%M %p", "%H:%M:%S", "%H:%M"]
months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
[words]
total = ["total"]
not_total = ["subtotal"]
counted = ["items"]
not_items = ["tax", "customer"]
notes = ["note"]
fields = ["cup"]
voided = ["void"]
number = ["no"]
original = ["of receipt"]
training = ["=training"]
interim = ["=quote"]
beside = ["no", "for"]
refund = ["=refund"]
cancelled = ["cancelled"]
[tender]
cash = ["cash"]
)";
constexpr std::string_view kChinese = "[text]\ntwo_byte_at_start = true\ntable = 1\n";
// Amounts without decimals look like numbers of receipts.
constexpr std::string_view kWhole = "least_places = 0\n";

std::string whole_amounts() {
  std::string text(kProfile);
  const std::string_view numbers = "[numbers]\n";
  return text.insert(text.find(numbers) + numbers.size(), kWhole);
}

using fuzz::require;
using fuzz::require_acceptable;

void check_scanner(ByteView job) {
  Scanner scanner(job);
  std::size_t size = 0;
  while (const auto token = scanner.next()) {
    size += token->bytes.size() + (token->kind == Token::Kind::command ? 2u : token->kind == Token::Kind::control ? 1u : 0u);
  }
  require(size == job.size());
}

void check_receipts(ByteView job, const Profile& profile, Arrival arrived) {
  std::size_t behind = 0;
  const auto receipts = read_receipts(job, profile.text);
  for (const Receipt& receipt : receipts) {
    require(receipt.begin == behind && receipt.end >= behind);
    behind = receipt.end;
    for (const Line& line : receipt.lines) require(is_utf8(line.text) && is_utf8(without_frames(line.text)));
    for (const Code& code : receipt.codes) require(code.line <= receipt.lines.size() && is_utf8(printable(code.payload)));
    const Understood understood = understand(receipt, profile, "till", arrived);
    require(!understood.transaction || understood.problem.empty());
    if (!understood.transaction) continue;
    require_acceptable(*understood.transaction);
    const Understood again = understand(receipt, profile, "till", arrived);
    require(again.transaction && again.transaction->event_id == understood.transaction->event_id);
  }
  require(behind == job.size());
}

void check(ByteView job, const Profile& profile, Arrival arrived = kArrived) {
  check_scanner(job);
  try {
    require(is_utf8(printed_text(job, profile.text)));
    check_receipts(job, profile, arrived);
  } catch (const plugin::Unusable&) {
    // More paper than a job can be.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const Profile kProfiles[] = {Profile::parse(kProfile, "plain"),
                                      Profile::parse(std::string(kProfile) + std::string(kChinese), "chinese"),
                                      Profile::parse(whole_amounts(), "whole")};
  const ByteView rest(data + 1, size - 1);
  switch (data[0]) {
    case 'e': check(rest, kProfiles[0]); break;
    case 'c': check(rest, kProfiles[1]); break;
    case 't': check(rest, kProfiles[0], {kArrived, true}); break;
    case 'w': check(rest, kProfiles[2]); break;
    default: {
      const auto end = static_cast<std::size_t>(std::find(rest.begin(), rest.end(), 0) - rest.begin());
      try {
        Profile profile = Profile::parse({reinterpret_cast<const char*>(rest.data()), end}, "profile");
        if (!profile.zone) profile.zone.emplace("Etc/UTC");
        check(rest.subspan(std::min(end + 1, rest.size())), profile);
      } catch (const std::runtime_error&) {
        // The profile is wrong, which whoever configured it is told.
      }
    }
  }
  return 0;
}
