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
    std::string name;  ///< the local name
    std::string value;
  };

  std::string space;  ///< the namespace's URI, or empty
  std::string name;   ///< the local name
  std::string text;   ///< the element's own text, all pieces joined, without the blanks around it
  std::vector<Attribute> attributes;
  std::vector<XmlElement> children;

  /// The first child with that local name; null where there is none.
  [[nodiscard]] const XmlElement* child(std::string_view local) const;
  /// The element at the end of a path of local names, taking the first child of each name; null where one is missing.
  [[nodiscard]] const XmlElement* at(std::initializer_list<std::string_view> path) const;
  /// The text of the element at the path; empty where it is missing.
  [[nodiscard]] std::string_view text_at(std::initializer_list<std::string_view> path) const;
  /// As text_at(); throws Unusable, naming the path's last element, where it is missing or empty.
  [[nodiscard]] std::string required_text(std::initializer_list<std::string_view> path) const;
  [[nodiscard]] std::string_view attribute(std::string_view local) const;
};

/// Parses a document. `keep` says by its name whether an element is kept; others are dropped with everything in them. Null: all
/// are kept. Throws Unusable where the document is no XML, exceeds the limits, or has more than kMostXmlElements elements.
XmlElement parse_xml(std::string_view document, const std::function<bool(const XmlName&)>& keep = nullptr,
                     const XmlLimits& limits = {});

}  // namespace greentill::plugin
