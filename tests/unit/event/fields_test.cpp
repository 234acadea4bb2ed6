// SPDX-License-Identifier: Apache-2.0
// The table of fields against everything that follows it. Whoever adds a field to it need not come here: the test fills whatever
// the table names, and follows it through each way that a transaction goes.
#include "daemon/event/fields.hpp"

#include <doctest/doctest.h>

#include "daemon/event/abi_view.hpp"
#include "daemon/event/card_mask.hpp"
#include "daemon/event/check.hpp"
#include "daemon/event/json_reader.hpp"
#include "daemon/event/json_writer.hpp"
#include "daemon/event/memory.hpp"
#include "daemon/event/wire.hpp"
#include "greentill/plugin.hpp"

namespace greentill::event {
namespace {

/// Puts into every field something of its own.
class Filler {
 public:
  template <typename Table, typename Of>
  void fill(const Table& table, Of& of) {
    each(table, [&]<typename Field>(const Field& field) {
      auto& into = of.*field.ours;
      ++count_;
      if constexpr (Field::kKind == Kind::text) {
        into = "t" + std::to_string(count_);
        for (const char* known : {"EUR", "qr", "kg"}) {
          if (field.rule.is_known != nullptr && field.rule.is_known(known)) into = known;
        }
      } else if constexpr (Field::kKind == Kind::choice) {
        into = static_cast<typename Field::Type>(field.names.size() - 1);
      } else if constexpr (Field::kKind == Kind::flag) {
        into = true;
      } else if constexpr (Field::kKind == Kind::bytes) {
        into = {static_cast<std::uint8_t>(count_), 0x18};
      } else if constexpr (Field::kKind == Kind::group) {
        fill(field.kFields, into);
      } else if constexpr (Field::kKind == Kind::list) {
        for (int i = 0; i < 2; ++i) fill(field.kFields, into.emplace_back());
      } else {
        into = static_cast<std::remove_reference_t<decltype(into)>>(count_);
      }
    });
  }

 private:
  int count_ = 0;
};

Transaction filled() {
  Transaction transaction;
  Filler().fill(kTransactionFields, transaction);
  transaction.bearer = false;  // goes with no account token
  return transaction;
}

/// The names of the fields in which two differ.
template <typename Table, typename Of>
std::string differences(const Table& table, const Of& a, const Of& b) {
  std::string names;
  each(table, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::group) {
      names += differences(field.kFields, field.of(a), field.of(b));
    } else if constexpr (Field::kKind == Kind::list) {
      if (field.size(a) != field.size(b)) names += std::string(field.name) + "[] ";
      for (std::size_t i = 0; i < std::min(field.size(a), field.size(b)); ++i) {
        names += differences(field.kFields, field.at(a, i), field.at(b, i));
      }
    } else if (a.*field.ours != b.*field.ours) {
      names += std::string(field.name) + ' ';
    }
  });
  return names;
}

std::string differences(const Transaction& a, const Transaction& b) { return differences(kTransactionFields, a, b); }

Transaction through_wire(const Transaction& transaction, Audience audience) {
  std::vector<std::uint8_t> bytes(4096);
  claim::CborWriter out(bytes);
  write_transaction(out, transaction, audience);
  REQUIRE(out.ok());
  claim::CborReader in(out.written());
  Transaction read = read_transaction(in);
  in.expect_end();
  REQUIRE(in.ok());
  return read;
}

Transaction through_abi(const Transaction& transaction, Audience audience) {
  AbiView view;
  const gt_transaction& given = view.of(transaction, audience);
  REQUIRE_FALSE(beyond_limits(given));
  return copy(given);
}

Transaction through_json(const Transaction& transaction, Audience audience) {
  const auto read = parse_transaction(to_json(transaction, audience));
  REQUIRE_MESSAGE(read.ok(), to_string(read.error()));
  return *read;
}

const std::string kOfCustomer = "account_token ";  // these two are not for detectors
const std::string kOfSale = "till receipt_number ";
const std::string kNotInJson = "evidence evidence_is_personal ";

/// Calls `use` with each text of a transaction, the table's row for it, and where it stands.
template <typename Table, typename Of, typename Use>
void each_text(const Table& table, Of& of, const std::string& where, const Use& use) {
  each(table, [&]<typename Field>(const Field& field) {
    const std::string name = where + std::string(field.name);
    if constexpr (Field::kKind == Kind::text) {
      use(of.*field.ours, field.rule, name);
    } else if constexpr (Field::kKind == Kind::group) {
      each_text(field.kFields, of.*field.ours, name + '.', use);
    } else if constexpr (Field::kKind == Kind::list) {
      auto& elements = of.*field.ours;
      for (std::size_t i = 0; i < elements.size(); ++i) {
        each_text(field.kFields, elements[i], name + '[' + std::to_string(i) + "].", use);
      }
    }
  });
}

template <typename Use>
void each_text(Transaction& transaction, const Use& use) {
  each_text(kTransactionFields, transaction, "", use);
}

}  // namespace

TEST_CASE("fields: a transaction with all of them is one that is taken") { CHECK(check_transaction(filled()).ok()); }

TEST_CASE("fields: each comes back from the wire, from the ABI and from JSON as it went") {
  Transaction sent = filled();
  CHECK(differences(through_wire(sent, Audience::host), sent).empty());
  CHECK(differences(through_abi(sent, Audience::host), sent).empty());
  CHECK(differences(through_json(sent, Audience::host), sent) == kNotInJson);
  sent.account_token.clear();
  sent.bearer = true;
  CHECK(differences(through_wire(sent, Audience::host), sent).empty());
  CHECK(differences(through_abi(sent, Audience::host), sent).empty());
  CHECK(differences(through_json(sent, Audience::host), sent) == kNotInJson);
}

TEST_CASE("fields: what JSON is made of the ABI's struct is what it is of ours") {
  const Transaction sent = filled();
  AbiView view;
  CHECK(to_json(view.of(sent, Audience::host), Audience::host) == to_json(sent, Audience::host));
}

TEST_CASE("fields: a detector gets all but what it has no need of") {
  const Transaction sent = filled();
  CHECK(differences(through_wire(sent, Audience::detector), sent) == kOfCustomer + kOfSale);
  CHECK(differences(through_abi(sent, Audience::detector), sent) == kOfCustomer + kOfSale);
  CHECK(differences(through_json(sent, Audience::detector), sent) == kOfCustomer + kNotInJson + kOfSale);
}

TEST_CASE("fields: an empty transaction has nothing in JSON that it need not have") {
  Transaction least;
  least.issuer = "i";
  least.event_id = "e";
  CHECK(to_json(least, Audience::host) == R"({"issuer":"i","event_id":"e","kind":"sale","standing":"final","begin":0,"end":0})");
}

TEST_CASE("fields: every text counts for memory, to the byte") {
  Transaction transaction = filled();
  each_text(transaction, [&](std::string& text, const TextRule&, const std::string& name) {
    CAPTURE(name);
    const std::size_t before = memory_of(transaction);
    text += "x";
    CHECK(memory_of(transaction) == before + 1);
  });
  const std::size_t before = memory_of(transaction);
  transaction.lines.emplace_back();
  CHECK(memory_of(transaction) == before + sizeof(Line));
  transaction.evidence.push_back(0);
  CHECK(memory_of(transaction) == before + sizeof(Line) + 1);
}

TEST_CASE("fields: a card number is masked in every text but those that name something") {
  const std::string card = "4111111111111111";
  const std::string article = "4006381334013";  // satisfies Luhn's check as well
  for (const std::string& number : {card, article}) {
    Transaction transaction = filled();
    each_text(transaction, [&](std::string& text, const TextRule&, const std::string&) { text = number; });
    mask_card_numbers(transaction);
    std::string left;
    each_text(transaction, [&](const std::string& text, const TextRule& rule, const std::string& name) {
      if (text != number) CHECK(text == std::string(number.size() - 4, '*') + number.substr(number.size() - 4));
      if (text == number && rule.is_known == nullptr) left += name + ' ';
    });
    CHECK(left == std::string("issuer event_id reverses.issuer reverses.event_id ") +
                      (number == article ? "lines[0].sku lines[0].gtin lines[1].sku lines[1].gtin " : "") + "account_token ");
  }
}

TEST_CASE("fields: a text may be as long as its rule says, at every door, and no longer") {
  Transaction transaction = filled();
  each_text(transaction, [&](std::string& text, const TextRule& rule, const std::string& name) {
    if (rule.is_known != nullptr) return;
    CAPTURE(name);
    const std::string before = text;
    text.assign(rule.most, 'x');
    CHECK(check_transaction(transaction).ok());
    CHECK(differences(through_abi(transaction, Audience::host), transaction).empty());
    CHECK(differences(through_json(transaction, Audience::host), transaction) == kNotInJson);
    text += 'x';
    const std::string wrong = name + ": must be at most " + std::to_string(rule.most) + " bytes long";
    CHECK(check_transaction(transaction).error().message == wrong);
    AbiView view;
    CHECK(to_string(*beyond_limits(view.of(transaction, Audience::host))) == wrong);
    CHECK_FALSE(parse_transaction(to_json(transaction, Audience::host)).ok());
    text = before;
  });
}

// --- the header that a plugin in C++ is written with stands alone: it must know as many fields as the table.

namespace {

struct Any {
  template <typename T>
  operator T() const;  // NOLINT(google-explicit-constructor)
};

template <typename Struct, typename... Given>
constexpr std::size_t members() {
  if constexpr (requires { Struct{Given{}..., Any{}}; }) {
    return members<Struct, Given..., Any>();
  } else {
    return sizeof...(Given);
  }
}

template <typename Table>
constexpr std::size_t rows(const Table& table) {
  std::size_t count = 0;
  each(table, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::group) {
      count += rows(field.kFields);
    } else {
      ++count;
    }
  });
  return count;
}

static_assert(members<plugin::Transaction>() == rows(kTransactionFields));
static_assert(members<plugin::Transaction::Line>() == rows(kLineFields));
static_assert(members<Line>() == rows(kLineFields));
static_assert(members<Transaction>() == std::tuple_size_v<decltype(kTransactionFields)>);
static_assert(members<gt_line>() == rows(kLineFields) + 1);                // its size
static_assert(members<gt_transaction>() == rows(kTransactionFields) + 5);  // its size, and those of three lists and the evidence
static_assert(members<Activity>() == rows(kActivityFields));

}  // namespace

}  // namespace greentill::event
