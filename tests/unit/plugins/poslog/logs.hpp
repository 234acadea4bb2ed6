// SPDX-License-Identifier: Apache-2.0
// POSLogs of our own making, and what is read from them. Their shape follows the ARTS POSLog schema, versions 2.1 and 6.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/readers/configuration.hpp"
#include "plugins/poslog/poslog_reader.hpp"

namespace greentill::poslog::test {

inline const std::string kSpace = "http://www.nrf-arts.org/IXRetail/namespace/";

inline std::string log_of(const std::string& transactions) {
  return "<POSLog xmlns=\"" + kSpace + "\" xmlns:acs=\"urn:vendor\">" + transactions + "</POSLog>";
}

/// A Transaction of store 9, workstation 2 and its number; `inside` is what its RetailTransaction holds.
inline std::string receipt(int number, const std::string& inside, const std::string& attributes = {},
                           const std::string& retail_attributes = {}) {
  return "<Transaction " + attributes + "><RetailStoreID>9</RetailStoreID><WorkstationID>2</WorkstationID><SequenceNumber>" +
         std::to_string(number) +
         "</SequenceNumber><BusinessDayDate>2026-03-01</BusinessDayDate><EndDateTime>2026-03-01T10:00:00</EndDateTime>"
         "<OperatorID OperatorName=\"Clerk Name\">77</OperatorID><CurrencyCode>EUR</CurrencyCode><RetailTransaction " +
         retail_attributes + ">" + inside + "</RetailTransaction></Transaction>";
}

inline std::string line(const std::string& item, const std::string& attributes = {}) {
  return "<LineItem " + attributes + "><SequenceNumber>1</SequenceNumber>" + item + "</LineItem>";
}

inline std::string item(const std::string& element, const std::string& name, const std::string& quantity,
                        const std::string& amount, const std::string& more = {}) {
  return "<" + element + " ItemType=\"Stock\"><ItemID>" + name + "-1</ItemID><Description>" + name +
         "</Description><ExtendedAmount>" + amount + "</ExtendedAmount><Quantity>" + quantity + "</Quantity>" + more + "</" +
         element + ">";
}
inline std::string sale(const std::string& name, const std::string& quantity = "1", const std::string& amount = "2.50") {
  return line(item("Sale", name, quantity, amount));
}

inline std::string link(const std::string& reason, int number, const std::string& day = "2026-02-20") {
  return "<TransactionLink ReasonCode=\"" + reason +
         "\"><RetailStoreID>9</RetailStoreID><WorkstationID>4</WorkstationID><BusinessDayDate>" + day +
         "</BusinessDayDate><SequenceNumber>" + std::to_string(number) + "</SequenceNumber></TransactionLink>";
}

inline Settings settings(const std::string& more = {}) {
  return Settings::read(plugin::read_configuration("issuer = \"shop\"\nzone = \"Europe/Helsinki\"\n" + more, "poslog"));
}

struct Outcome {
  std::vector<plugin::Transaction> transactions;
  std::vector<std::string> rejected;  ///< "where: reason"
  std::vector<std::string> left_out;  ///< likewise
  std::string failure;                ///< of the file

  [[nodiscard]] std::vector<std::string> ids() const {
    std::vector<std::string> all;
    for (const auto& transaction : transactions) all.push_back(transaction.event_id);
    return all;
  }
};

inline Outcome read(plugin::ByteInput& bytes, const Settings& with) {
  Outcome outcome;
  PosLogReader reader(bytes, with);
  for (;;) {
    plugin::Transaction transaction;
    try {
      const auto next = reader.next(transaction);
      if (next == plugin::RecordReader::Next::end) return outcome;
      if (next == plugin::RecordReader::Next::nothing) continue;
      plugin::check_limits(transaction);
      outcome.transactions.push_back(std::move(transaction));
    } catch (const plugin::Unusable& problem) {
      outcome.rejected.push_back(reader.where() + ": " + problem.what());
    } catch (const plugin::LeftOut& left_out) {
      outcome.left_out.push_back(reader.where() + ": " + left_out.what());
    } catch (const std::runtime_error& failure) {
      outcome.failure = failure.what();
      return outcome;
    }
  }
}

inline Outcome read(std::string_view log, const Settings& with = settings()) {
  plugin::MemoryBytes bytes(log);
  return read(bytes, with);
}

/// "name quantity_milli amount_minor" of each line.
inline std::vector<std::string> lines_of(const plugin::Transaction& transaction) {
  std::vector<std::string> all;
  for (const auto& line : transaction.lines) {
    all.push_back(line.name + " " + std::to_string(line.quantity_milli) + " " + std::to_string(line.amount_minor));
  }
  return all;
}

}  // namespace greentill::poslog::test
