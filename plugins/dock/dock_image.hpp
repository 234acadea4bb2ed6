// SPDX-License-Identifier: Apache-2.0
// The images that a dock may bring to locks, and which of them one lock is brought (docs/dock.md, "Settings and images").
// Threads: pure functions.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "firmware/files/image_file.hpp"
#include "plugins/dock/image_state.hpp"
#include "plugins/dock/lock_record.hpp"

namespace greentill::dock {

struct DockImage {
  explicit DockImage(firmware::ImageFile read);

  firmware::ImageFile file;
  Digest content{};  ///< SHA-256 of the file, by which it is remembered what a lock did not take
  [[nodiscard]] std::uint32_t version() const { return file.image.version; }
};

/// Newest first.
using DockImages = std::vector<std::shared_ptr<const DockImage>>;

struct ImageChoice {
  std::shared_ptr<const DockImage> image;  ///< null: there is none for it
  std::string trouble;                     ///< why it is not brought the newest one; what is wrong with its images
};

/// What a lock that says this of its images is brought, of `images`, which are for its board. What it did not hold is added to
/// `handing.refused`.
[[nodiscard]] ImageChoice choose_image(const DockImages& images, const ImageState& lock, HandingState& handing);

/// Remembers that it is not brought this image again, and why.
void refuse_image(HandingState& handing, const DockImage& image, std::string why, bool slot_fails = false);

/// "image version 7"
[[nodiscard]] std::string version_words(std::uint32_t version);
/// That a lock went back from a version: in words.
[[nodiscard]] std::string did_not_hold(const ImageState& lock);

}  // namespace greentill::dock
