// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/memory.hpp"

#include "daemon/event/fields.hpp"

namespace greentill::event {
namespace {

/// How many bytes the fields of `of` own beyond the struct itself.
template <typename Table, typename Of>
std::size_t owned(const Table& table, const Of& of) {
  std::size_t bytes = 0;
  each(table, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::text || Field::kKind == Kind::bytes) {
      bytes += field.of(of).size();
    } else if constexpr (Field::kKind == Kind::group) {
      bytes += owned(field.kFields, field.of(of));
    } else if constexpr (Field::kKind == Kind::list) {
      for (const auto& element : of.*field.ours) bytes += sizeof element + owned(field.kFields, element);
    }
  });
  return bytes;
}

}  // namespace

std::size_t memory_of(const Transaction& transaction) { return sizeof transaction + owned(kTransactionFields, transaction); }

}  // namespace greentill::event
