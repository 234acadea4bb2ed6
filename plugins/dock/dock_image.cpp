// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/dock_image.hpp"

#include <algorithm>

#include "daemon/crypto/hasher.hpp"
#include "plugins/dock/hello.hpp"

namespace greentill::dock {
namespace {

/// Of one lock: more images than a dock has.
constexpr std::size_t kMostRefused = 32;

}  // namespace

DockImage::DockImage(firmware::ImageFile read)
    : file(std::move(read)), content(crypto::hasher().sha256({as_bytes(*file.bytes)})) {}

std::string version_words(std::uint32_t version) { return "image version " + std::to_string(version); }

std::string did_not_hold(const ImageState& lock) {
  return version_words(lock.tried) + " did not hold on it (" + reset_words(lock.reason) + "), and it went back to " +
         std::to_string(lock.version);
}

void refuse_image(HandingState& handing, const DockImage& image, std::string why, bool slot_fails) {
  if (handing.refused.size() >= kMostRefused) handing.refused.erase(handing.refused.begin());
  handing.refused.push_back({image.content, std::move(why), slot_fails});
}

ImageChoice choose_image(const DockImages& images, const ImageState& lock, HandingState& handing) {
  ImageChoice choice;
  const bool rotted = lock.version < lock.floor;
  for (const auto& image : images) {
    // The version of the floor comes again where it rotted.
    if (image->version() < lock.floor || (image->version() == lock.floor && !rotted)) break;
    const auto known = [&] { return std::ranges::find(handing.refused, image->content, &RefusedImage::content); };
    // The lock says which version failed. Where that was sent from here, it is known whether it was this file.
    const bool other_content = handing.version == image->version() && handing.image != image->content;
    if (known() == handing.refused.end() && lock.has_failed(image->version()) && !other_content) {
      refuse_image(handing, *image, did_not_hold(lock));
    }
    const auto refused = known();
    if (refused == handing.refused.end()) {
      choice.image = image;
      break;
    }
    if (choice.trouble.empty()) choice.trouble = refused->why;
    if (refused->slot_fails) break;
  }
  if (rotted && choice.trouble.empty()) {
    choice.trouble = version_words(lock.floor) + " rotted on its flash, and it runs version " + std::to_string(lock.version) +
                     (choice.image ? "; it is brought " + version_words(choice.image->version())
                                   : " until a dock brings it that version or a newer one");
  }
  return choice;
}

}  // namespace greentill::dock
