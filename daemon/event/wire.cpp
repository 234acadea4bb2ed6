// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/wire.hpp"

#include "daemon/event/fields.hpp"

namespace greentill::event {
namespace {

using claim::CborReader;
using claim::CborWriter;

template <typename Table>
constexpr std::size_t size_of(const Table& /*table*/) {
  return std::tuple_size_v<Table>;
}

/// How many items the array has: a group's fields stand among the others.
template <typename Table>
constexpr std::size_t items_of(const Table& table) {
  std::size_t items = 0;
  each(table, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::group) {
      items += size_of(field.kFields);
    } else {
      ++items;
    }
  });
  return items;
}

template <typename Table, typename From>
void write(CborWriter& out, const Table& table, const From& from, Audience audience) {
  each(table, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::text) {
      out.text(field.rule.is_for(audience) ? field.of(from) : std::string_view());
    } else if constexpr (Field::kKind == Kind::integer || Field::kKind == Kind::time) {
      if constexpr (std::is_signed_v<decltype(field.of(from))>) {
        out.integer(field.of(from));
      } else {
        out.unsigned_integer(field.of(from));
      }
    } else if constexpr (Field::kKind == Kind::choice) {
      out.unsigned_integer(field.of(from));
    } else if constexpr (Field::kKind == Kind::flag) {
      out.boolean(field.of(from));
    } else if constexpr (Field::kKind == Kind::bytes) {
      out.bytes(field.of(from));
    } else if constexpr (Field::kKind == Kind::group) {
      write(out, field.kFields, field.of(from), audience);
    } else {
      out.array(size_of(field.kFields) * field.size(from));
      for (const auto& element : from.*field.ours) write(out, field.kFields, element, audience);
    }
  });
}

void wrong(CborReader& in, const char* reason) { in.fail(claim::Fault::Kind::malformed, in.position(), reason); }

void expect_fields(CborReader& in, std::size_t count) {
  if (in.array("an array of fields") != count) wrong(in, "another number of fields");
}

template <typename Table, typename To>
void read(CborReader& in, const Table& table, To& to) {
  each(table, [&]<typename Field>(const Field& field) {
    auto& into = to.*field.ours;
    if constexpr (Field::kKind == Kind::text) {
      into = in.text("a text");
    } else if constexpr (Field::kKind == Kind::integer || Field::kKind == Kind::time) {
      if constexpr (std::is_signed_v<std::remove_reference_t<decltype(into)>>) {
        into = in.integer("a number");
      } else {
        into = in.unsigned_integer("a number");
      }
    } else if constexpr (Field::kKind == Kind::choice) {
      const std::uint64_t choice = in.unsigned_integer("a choice");
      if (choice >= field.names.size()) return wrong(in, "a choice that is not known");
      into = static_cast<typename Field::Type>(choice);
    } else if constexpr (Field::kKind == Kind::flag) {
      into = in.boolean("a flag");
    } else if constexpr (Field::kKind == Kind::bytes) {
      const ByteView bytes = in.bytes("bytes");
      into.assign(bytes.begin(), bytes.end());
    } else if constexpr (Field::kKind == Kind::group) {
      read(in, field.kFields, into);
    } else {
      const std::size_t items = in.array("a list");
      const std::size_t count = items / size_of(field.kFields);
      if (items % size_of(field.kFields) != 0 || count > field.most) return wrong(in, "too many elements, or a part of one");
      into.resize(count);
      for (std::size_t i = 0; i < count && in.ok(); ++i) read(in, field.kFields, into[i]);
    }
  });
}

constexpr std::size_t kTransactionItems = items_of(kTransactionFields);
constexpr std::size_t kActivityItems = items_of(kActivityFields);

}  // namespace

void write_transaction(CborWriter& out, const Transaction& transaction, Audience audience) {
  out.array(kTransactionItems);
  write(out, kTransactionFields, transaction, audience);
}

void write_activity(CborWriter& out, const Activity& activity) {
  out.array(kActivityItems);
  write(out, kActivityFields, activity, Audience::host);
}

Transaction read_transaction(CborReader& in) {
  Transaction transaction;
  expect_fields(in, kTransactionItems);
  read(in, kTransactionFields, transaction);
  return transaction;
}

Activity read_activity(CborReader& in) {
  Activity activity;
  expect_fields(in, kActivityItems);
  read(in, kActivityFields, activity);
  return activity;
}

}  // namespace greentill::event
