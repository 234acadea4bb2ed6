// SPDX-License-Identifier: Apache-2.0
#include "plugins/fiscal/receipt_case.hpp"

#include <array>
#include <charconv>
#include <span>

#include "daemon/base/text.hpp"

namespace greentill::fiscal {
namespace {

using plugin::Unusable;
using Nature = ReceiptCase::Nature;

constexpr std::uint64_t kGermany = 0x4445;
constexpr std::uint64_t kAustria = 0x4154;

std::uint64_t country_of(std::uint64_t code) { return code >> 48; }
/// The highest bit of these four is a flag of the versions before 2.
bool is_version_2(std::uint64_t code) { return (code >> 44 & 7) == 2; }

// Flags of receipts that all versions share.
constexpr std::uint64_t kTraining = 0x0002'0000;
constexpr std::uint64_t kVoid = 0x0004'0000;
constexpr std::uint64_t kHandwritten = 0x0008'0000;
// The refund has a flag with version 2 alone, and the repeated request another one before.
constexpr std::uint64_t kRefund2 = 0x0100'0000;
constexpr std::uint64_t kRepeated2 = 0x8000'0000;
constexpr std::uint64_t kRepeated1 = 0x0000'8000'0000'0000;

// Flags of lines with version 2.
constexpr std::uint64_t kLineVoid = 0x0001'0000;
constexpr std::uint64_t kLineRefund = 0x0002'0000;
constexpr std::uint64_t kLineDiscount = 0x0004'0000;
constexpr std::uint64_t kLineReturnable = 0x0010'0000;

struct Entry {
  std::uint32_t number;
  Nature nature;
};

constexpr std::array kGermanCases{
    Entry{0x00, Nature::sale},        // unknown: taken for a receipt at the till
    Entry{0x01, Nature::sale},        // pos-receipt
    Entry{0x02, Nature::other},       // zero-receipt
    Entry{0x03, Nature::other},       // start
    Entry{0x04, Nature::other},       // stop
    Entry{0x05, Nature::other},       // monthly closing
    Entry{0x06, Nature::other},       // yearly closing
    Entry{0x07, Nature::other},       // daily closing
    Entry{0x08, Nature::unfinished},  // start-transaction
    Entry{0x09, Nature::unfinished},  // update-transaction
    Entry{0x0a, Nature::unfinished},  // delta-transaction
    Entry{0x0b, Nature::other},       // fail-transaction: what was begun is given up
    Entry{0x0c, Nature::sale},        // b2b-invoice
    Entry{0x0d, Nature::sale},        // b2c-invoice
    Entry{0x0e, Nature::unfinished},  // info-invoice
    Entry{0x0f, Nature::unfinished},  // info-delivery-note
    Entry{0x10, Nature::unfinished},  // info-order
    Entry{0x11, Nature::other},       // cash deposit and the like
    Entry{0x12, Nature::other},       // material consumption
    Entry{0x13, Nature::other},       // info-internal
    Entry{0x14, Nature::other},       // protocol
    Entry{0x15, Nature::sale},        // foreign sales
};

constexpr std::array kAustrianCases{
    Entry{0x00, Nature::sale},        // unknown: taken for a receipt at the till
    Entry{0x01, Nature::sale},        // cash transaction
    Entry{0x02, Nature::other},       // zero receipt
    Entry{0x03, Nature::other},       // start
    Entry{0x04, Nature::other},       // stop
    Entry{0x05, Nature::other},       // monthly receipt
    Entry{0x06, Nature::other},       // annual receipt
    Entry{0x07, Nature::sale},        // cash transaction without the duty to sign
    Entry{0x08, Nature::sale},        // outgoing invoice
    Entry{0x09, Nature::unfinished},  // delivery note
    Entry{0x0a, Nature::other},       // cash deposit
    Entry{0x0b, Nature::other},       // cash pay-out
    Entry{0x0c, Nature::other},       // transfer between means of payment
    Entry{0x0d, Nature::other},       // protocol
    Entry{0x0e, Nature::other},       // own consumption
    Entry{0x0f, Nature::sale},        // online shop, telephone
    Entry{0x10, Nature::sale},        // foreign sales
};

constexpr std::array kVersion2Cases{
    Entry{0x0000, Nature::sale},        // unknown: taken for a receipt at the till
    Entry{0x0001, Nature::sale},        // point of sale
    Entry{0x0002, Nature::other},       // payment transfer
    Entry{0x0003, Nature::sale},        // without the duty to sign
    Entry{0x0004, Nature::sale},        // e-commerce
    Entry{0x0005, Nature::unfinished},  // delivery note
    Entry{0x1000, Nature::sale},        // invoice
    Entry{0x1001, Nature::sale},        // invoice to a consumer
    Entry{0x1002, Nature::sale},        // invoice to a business
    Entry{0x1003, Nature::sale},        // invoice to an authority
    Entry{0x2000, Nature::other},       // zero receipt
    Entry{0x2001, Nature::other},       // one receipt
    Entry{0x2010, Nature::other},       // shift closing
    Entry{0x2011, Nature::other},       // daily closing
    Entry{0x2012, Nature::other},       // monthly closing
    Entry{0x2013, Nature::other},       // yearly closing
    Entry{0x3000, Nature::other},       // protocol
    Entry{0x3001, Nature::other},       // protocol of a technical event
    Entry{0x3002, Nature::other},       // protocol of an accounting event
    Entry{0x3003, Nature::other},       // own consumption
    Entry{0x3004, Nature::unfinished},  // order
    Entry{0x3010, Nature::copy},        // copy of a receipt
    Entry{0x4001, Nature::other},       // start
    Entry{0x4002, Nature::other},       // stop
    Entry{0x4011, Nature::other},       // switch of the signature unit begins
    Entry{0x4012, Nature::other},       // switch of the signature unit ends
};

std::string letters(std::uint64_t country) {
  std::string both{static_cast<char>(country >> 8), static_cast<char>(country & 0xff)};
  for (const char c : both) {
    if (c < 'A' || c > 'Z') throw Unusable("ftReceiptCase does not begin with a country's two letters");
  }
  return both;
}

std::span<const Entry> cases_of(std::uint64_t code, const std::string& country) {
  if (is_version_2(code)) return kVersion2Cases;
  if (country_of(code) == kGermany) return kGermanCases;
  if (country_of(code) == kAustria) return kAustrianCases;
  throw Unusable("the list of receipt cases that " + country + " had before version 2 is not known");
}

Nature nature_of(std::uint64_t code, const std::string& country) {
  const auto number = static_cast<std::uint32_t>(code & 0xffff);
  for (const Entry& entry : cases_of(code, country)) {
    if (entry.number == number) return entry.nature;
  }
  std::array<char, 4> hex{};
  const auto end = std::to_chars(hex.begin(), hex.end(), number, 16).ptr;
  throw Unusable("receipt case 0x" + std::string(hex.begin(), end) + " of " + country + " is not known");
}

using Payment = std::array<const char*, 19>;  // by the number of the kind of payment
constexpr Payment kGermanPayments{"", "cash", "cash", "", "card", "card", "app", "", "", "",
                                  "", "cash", "cash", "", "",     "",     "",    "", ""};
constexpr Payment kAustrianPayments{"",     "cash", "cash", "", "card", "card", "", "app", "", "card",
                                    "card", "",     "",     "", "",     "",     "", "",    ""};
constexpr Payment kVersion2Payments{"", "cash", "", "", "card", "card", "", "app", "", "", "", "", "", "", "", "", "", "", ""};

}  // namespace

ReceiptCase receipt_case(std::uint64_t code) {
  const bool version_2 = is_version_2(code);
  ReceiptCase read;
  read.country = letters(country_of(code));
  read.nature = nature_of(code, read.country);
  read.training = (code & kTraining) != 0;
  read.voided = (code & kVoid) != 0;
  read.handwritten = (code & kHandwritten) != 0;
  read.refunded = version_2 && (code & kRefund2) != 0;
  read.repeated = (code & (version_2 ? kRepeated2 : kRepeated1)) != 0;
  return read;
}

LineCase line_case(std::uint64_t code) {
  LineCase read;
  const std::uint64_t number = code & 0xffff;
  if (is_version_2(code)) {
    read.voided = (code & kLineVoid) != 0;
    read.refunded = (code & kLineRefund) != 0;
    read.discount = (code & kLineDiscount) != 0;
    read.deposit = (code & kLineReturnable) != 0;
  } else if (country_of(code) == kGermany) {
    read.deposit = number >= 0x21 && number <= 0x2f;
    read.discount = number >= 0x31 && number <= 0x3f;
  }
  return read;
}

std::string tender(std::uint64_t code) {
  const bool version_2 = is_version_2(code);
  const std::uint64_t number = code & (version_2 ? 0xff : 0xffff);
  const Payment& payments = version_2 ? kVersion2Payments : country_of(code) == kAustria ? kAustrianPayments : kGermanPayments;
  return number < payments.size() ? payments[number] : "";
}

std::uint64_t code_of(const plugin::JsonValue* value, const std::string& field) {
  if (value == nullptr) throw Unusable(field + " is missing");
  const auto code = value->is(plugin::JsonValue::Type::number) ? parse_integer<std::uint64_t>(value->text) : std::nullopt;
  if (!code) throw Unusable(field + " must be an integer of 64 bits");
  return *code;
}

}  // namespace greentill::fiscal
