// SPDX-License-Identifier: Apache-2.0
// One retail transaction of a POSLog as it is written there, in texts: what is read of it, and nothing else. Clerks, customers,
// loyalty numbers, cards and signatures have no field here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::poslog {

/// The names of a transaction: of its own, or of another one in a TransactionLink.
struct Key {
  std::string store;
  std::string workstation;
  std::string business_day;
  std::string sequence;
  std::string begin;  ///< BeginDateTime and EndDateTime: their day stands in for a business day that is not given
  std::string end;
};

struct Link {
  std::string reason;  ///< "Return", "Void", "Resume", …
  Key key;
};

struct Line {
  bool is_return = false;  ///< a Return, not a Sale
  bool is_void = false;    ///< VoidFlag or CancelFlag
  bool refers = false;     ///< it has an ItemLink to another line
  std::string id_type;     ///< of the POSIdentity being read
  std::string scanned;     ///< POSItemID under a type that is a GTIN's
  std::string keyed;       ///< POSItemID under any other type
  std::string item_id;
  std::string name;
  std::string category;
  std::string quantity;
  std::string unit;   ///< UnitOfMeasureCode of the Quantity
  std::string units;  ///< Units of the Quantity
  std::string amount;
  std::optional<Link> link;
};

struct Tender {
  bool is_void = false;
  std::string type;
  std::string currency;
  std::string amount;
};

struct Receipt {
  bool is_retail = false;  ///< it has a RetailTransaction; else a control transaction, an order, an inventory count
  bool is_training = false;
  bool is_cancelled = false;
  std::string status;  ///< TransactionStatus
  Key key;
  std::string receipt_time;
  std::string currency;                 ///< CurrencyCode
  std::string amounts_currency;         ///< an attribute of the total or of a line's amount
  bool has_several_currencies = false;  ///< they do not all have the same
  std::string total;
  std::string medium;
  std::vector<Line> lines;
  std::vector<Tender> tenders;
  std::vector<Link> links;
  std::size_t bytes = 0;  ///< of the texts kept
  std::string problem;    ///< why it is of no use, where that showed while it was read
};

}  // namespace greentill::poslog
