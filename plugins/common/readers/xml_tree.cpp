// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/readers/xml_tree.hpp"

#include "daemon/base/text.hpp"

namespace greentill::plugin {
namespace {

class XmlTreeBuilder final : public XmlHandler {
 public:
  explicit XmlTreeBuilder(const std::function<bool(const XmlName&)>& keep) : keep_(keep) {}

  void start(const XmlName& name, const std::vector<XmlAttribute>& attributes) override {
    if (skipped_ > 0 || (keep_ && !keep_(name))) {
      ++skipped_;
      return;
    }
    if (++elements_ > kMostXmlElements) throw Unusable("it has more than " + std::to_string(kMostXmlElements) + " elements");
    XmlElement element{std::string(name.space), std::string(name.local), {}, {}, {}};
    for (const XmlAttribute& attribute : attributes) {
      element.attributes.push_back({std::string(attribute.name.local), std::string(attribute.value)});
    }
    open_.push_back(std::move(element));
  }

  void text(std::string_view piece) override {
    if (skipped_ == 0) open_.back().text += piece;
  }

  void end(const XmlName& /*name*/) override {
    if (skipped_ > 0) {
      --skipped_;
      return;
    }
    XmlElement closed = std::move(open_.back());
    open_.pop_back();
    closed.text = std::string(trimmed(closed.text));
    if (open_.empty()) {
      root_ = std::move(closed);
    } else {
      open_.back().children.push_back(std::move(closed));
    }
  }

  [[nodiscard]] XmlElement take() { return std::move(root_); }

 private:
  const std::function<bool(const XmlName&)>& keep_;
  std::vector<XmlElement> open_;  // from the root to the innermost
  std::size_t skipped_ = 0;       // how many levels deep the reader is in an element that is not kept
  std::size_t elements_ = 0;
  XmlElement root_;
};

}  // namespace

const XmlElement* XmlElement::child(std::string_view local) const {
  for (const XmlElement& one : children) {
    if (one.name == local) return &one;
  }
  return nullptr;
}

const XmlElement* XmlElement::at(std::initializer_list<std::string_view> path) const {
  const XmlElement* element = this;
  for (const std::string_view local : path) {
    if (element != nullptr) element = element->child(local);
  }
  return element;
}

std::string_view XmlElement::text_at(std::initializer_list<std::string_view> path) const {
  const XmlElement* element = at(path);
  return element == nullptr ? std::string_view() : element->text;
}

std::string XmlElement::required_text(std::initializer_list<std::string_view> path) const {
  const std::string_view found = text_at(path);
  if (found.empty()) throw Unusable(std::string(*(path.end() - 1)) + " is missing");
  return std::string(found);
}

std::string_view XmlElement::attribute(std::string_view local) const {
  for (const Attribute& one : attributes) {
    if (one.name == local) return one.value;
  }
  return {};
}

XmlElement parse_xml(std::string_view document, const std::function<bool(const XmlName&)>& keep, const XmlLimits& limits) {
  XmlTreeBuilder builder(keep);
  XmlParser parser(builder, limits);
  parser.feed(document, true);
  return builder.take();
}

}  // namespace greentill::plugin
