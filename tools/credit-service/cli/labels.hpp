// SPDX-License-Identifier: Apache-2.0
// A page of labels to print, each with an enrolment code as text and as a QR code. docs/enrolment.md, "Labels". Threads: pure
// functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"

namespace greentill::credit {

struct Label {
  std::string device;
  std::string code;  ///< in groups of four
  std::int64_t expires_at = 0;
};

/// Where a device enrols, and what it is to trust.
struct LabelPlace {
  std::string url;          ///< "https://est.example:8443"
  std::string fingerprint;  ///< of the anchors, in groups of four
};

/// What a label's QR code says: "greentill:enrol?url=…&device=…&code=…&anchors=…".
[[nodiscard]] std::string label_uri(const Label& label, const LabelPlace& place);

/// An HTML document that needs nothing else. invalid where a label holds more than a QR code does.
Result<std::string> labels_page(const std::vector<Label>& labels, const LabelPlace& place);

}  // namespace greentill::credit
