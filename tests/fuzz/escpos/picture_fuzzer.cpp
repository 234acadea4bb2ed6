// SPDX-License-Identifier: Apache-2.0
// Print jobs of whatever bytes, as pictures. What is drawn must be a whole picture within the limits, the same each time, and the
// same for a receipt whether or not those before it were asked for.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "plugins/common/values/limits.hpp"
#include "plugins/escpos/job.hpp"
#include "plugins/escpos/picture_job.hpp"
#include "tests/fuzz/acceptable.hpp"

namespace {

using namespace greentill::escpos;
using greentill::fuzz::require;

std::optional<picture::Bitmap> drawn(PictureJob& job, const Receipt& receipt) {
  try {
    return job.on(receipt);
  } catch (const greentill::plugin::Unusable&) {
    return std::nullopt;  // larger than a receipt is
  }
}

void check(const picture::Bitmap& bitmap) {
  require(bitmap.width <= picture::kMostWidth && bitmap.height <= picture::kMostRows);
  require(bitmap.width * bitmap.height <= picture::Paper::kMostDots);
  require(bitmap.rows.size() == bitmap.stride() * bitmap.height);
  const unsigned beyond = bitmap.width % 8 == 0 ? 0 : 0xffu >> bitmap.width % 8;
  for (std::size_t y = 0; y < bitmap.height && bitmap.width > 0; ++y) {
    require((bitmap.rows[(y + 1) * bitmap.stride() - 1] & beyond) == 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::vector<Receipt> receipts;
  try {
    receipts = read_receipts({data, size}, {});
  } catch (const greentill::plugin::Unusable&) {
    return 0;  // more paper than a job can be
  }
  PictureJob all(bytes);
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    const auto bitmap = drawn(all, receipts[i]);
    if (bitmap) check(*bitmap);
    if (i + 1 < receipts.size() || !bitmap) continue;
    PictureJob last(bytes);
    const auto again = drawn(last, receipts[i]);
    require(again && again->width == bitmap->width && again->height == bitmap->height && again->rows == bitmap->rows);
  }
  return 0;
}
