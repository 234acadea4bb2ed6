// SPDX-License-Identifier: Apache-2.0
// A whole XML document as a tree, for documents that are small by nature: one invoice, one receipt. Longer ones are for
// XmlParser. Threads: values; const calls concurrent.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/readers/xml.hpp"

namespace greentill::plugin {

inline constexpr std::size_t kMostXmlElements = 400'000;  ///< an invoice of 10,000 lines has some 300,000

struct XmlElement {
  struct Attribute {
    std::string name;  ///< local
    std::string value;
  };

  std::string space;  ///< the namespace's URI, or empty
  std::string name;   ///< local
  std::string text;   ///< its own, all pieces together, without the blanks around it
  std::vector<Attribute> attributes;
  std::vector<XmlElement> children;

  /// The first child of that local name, or null.
  [[nodiscard]] const XmlElement* child(std::string_view local) const;
  /// Child by child by their local names, the first of each; null where one is missing.
  [[nodiscard]] const XmlElement* at(std::initializer_list<std::string_view> path) const;
  /// The text there; empty where one is missing.
  [[nodiscard]] std::string_view text_at(std::initializer_list<std::string_view> path) const;
  /// The same; throws Unusable, naming the last of the way, where it is missing or empty.
  [[nodiscard]] std::string required_text(std::initializer_list<std::string_view> path) const;
  [[nodiscard]] std::string_view attribute(std::string_view local) const;
};

/// Throws Unusable where the document is no XML, beyond the limits, or has more than kMostXmlElements elements.
/// `keep`: which elements stay, by their names; the others go with all that is in them. Null: all.
XmlElement parse_xml(std::string_view document, const std::function<bool(const XmlName&)>& keep = nullptr,
                     const XmlLimits& limits = {});

}  // namespace greentill::plugin
