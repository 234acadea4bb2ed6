// SPDX-License-Identifier: Apache-2.0
// Takes a POSLog apart, whatever its size: one receipt is held at a time. Elements of other namespaces than the log's own, and
// all that is in them, are passed over, so that a vendor's GTIN inside a reward is not taken for an article. Threads: one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/readers/xml.hpp"
#include "plugins/poslog/receipt.hpp"

namespace greentill::poslog {

inline constexpr std::size_t kMostTextBytes = 1024;         ///< of one element that is read
inline constexpr std::size_t kMostReceiptBytes = 1u << 20;  ///< of all texts of a receipt
inline constexpr std::size_t kMostLines = 10'000;           ///< of a receipt, articles and tenders each

/// Where these tills say something that POSLog has no element for: the text of an element, by its local name and in whatever
/// namespace, or an attribute of it. Without a name: nowhere.
struct Told {
  std::string element;
  std::string attribute;
};

class LogParser final : private plugin::XmlHandler {
 public:
  /// `medium`: an element of the transaction or its RetailTransaction, or one of these two; how the receipt was given.
  /// `category`: an element of a Sale or Return, or one of these two; with its category. `take` gets every Transaction element,
  /// retail or not, in order.
  LogParser(Told medium, Told category, std::function<void(Receipt&&)> take);
  /// Throws plugin::Unusable where the document is no XML, and std::runtime_error where it is no POSLog. The receipts before
  /// were taken.
  void feed(std::string_view bytes, bool last) { parser_.feed(bytes, last); }

 private:
  /// What an element is, where it stands. Anything else is `other`, and so is all that is in it.
  enum class Node { other, log, transaction, retail, line_item, item, identity, tender, link, unit, category, text };
  struct Open {
    Node node = Node::other;
    std::string* text = nullptr;  ///< where its text goes
  };
  using Attributes = std::vector<plugin::XmlAttribute>;

  void start(const plugin::XmlName& name, const Attributes& attributes) override;
  void text(std::string_view piece) override;
  void end(const plugin::XmlName& name) override;

  Open open_root(const plugin::XmlName& name);
  Open open_in(Node parent, std::string_view name, const Attributes& attributes);
  Open open_in_transaction(std::string_view name, const Attributes& attributes);
  Open open_in_retail(std::string_view name, const Attributes& attributes);
  Open open_in_line_item(std::string_view name, const Attributes& attributes);
  Open open_in_item(std::string_view name, const Attributes& attributes);
  Open open_in_key(std::string_view name);
  bool open_told(Node parent, std::string_view name);
  void note_told(Node parent, std::string_view name, const Attributes& attributes);
  void note_currency(const Attributes& attributes);
  Open open_category(const Attributes& attributes);
  Open open_quantity(const Attributes& attributes);
  Open open_link(std::vector<Link>& links, const Attributes& attributes);
  static Open once(std::string& into);
  void close(Node node);

  plugin::XmlParser parser_;
  Told medium_;
  Told category_;
  std::function<void(Receipt&&)> take_;
  std::string space_;
  std::vector<Open> open_;
  Receipt receipt_;
  Key* key_ = nullptr;    // that an element of a transaction or a link goes to
  Line* line_ = nullptr;  // that is being read
  bool void_line_ = false;
  std::string scrap_;      // a POSItemID, until its type is known to matter
  std::string hierarchy_;  // what the attributes of a MerchandiseHierarchy say, where it has no text
};

}  // namespace greentill::poslog
