// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/abi_view.hpp"

#include "daemon/event/fields.hpp"

namespace greentill::event {
namespace {

/// Fills an ABI struct with views of our struct; `lists` owns the arrays that the views of lists point to.
template <typename Table, typename From, typename To, typename Lists>
void view(const Table& table, const From& from, To& to, Audience audience, Lists& lists) {
  each(table, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::text) {
      to.*field.abi = field.rule.is_for(audience) ? to_abi(field.of(from)) : gt_text{};
    } else if constexpr (Field::kKind == Kind::bytes) {
      to.*field.abi = field.of(from).data();
      to.*field.abi_size = field.of(from).size();
    } else if constexpr (Field::kKind == Kind::group) {
      view(field.kFields, field.of(from), to, audience, lists);
    } else if constexpr (Field::kKind == Kind::list) {
      auto& elements = std::get<std::vector<typename Field::AbiType>>(lists);
      elements.resize(field.size(from));
      for (std::size_t i = 0; i < elements.size(); ++i) {
        elements[i].size = sizeof elements[i];
        view(field.kFields, field.at(from, i), elements[i], audience, lists);
      }
      to.*field.abi = elements.data();
      to.*field.abi_count = elements.size();
    } else {
      to.*field.abi = field.of(from);
    }
  });
}

template <typename Table, typename From, typename To>
void take(const Table& table, const From& from, To& to) {
  each(table, [&]<typename Field>(const Field& field) {
    auto& into = to.*field.ours;
    if constexpr (Field::kKind == Kind::text) {
      if (field.rule.is_known == nullptr || field.rule.is_known(field.of(from))) into = field.of(from);
    } else if constexpr (Field::kKind == Kind::choice) {
      into = static_cast<typename Field::Type>(field.of(from));
    } else if constexpr (Field::kKind == Kind::bytes) {
      into.assign(field.of(from).begin(), field.of(from).end());
    } else if constexpr (Field::kKind == Kind::group) {
      take(field.kFields, from, into);
    } else if constexpr (Field::kKind == Kind::list) {
      into.reserve(field.size(from));
      for (std::size_t i = 0; i < field.size(from); ++i) {
        if (!field.leaves_out(field.at(from, i))) take(field.kFields, field.at(from, i), into.emplace_back());
      }
    } else {
      into = field.of(from);
    }
  });
}

}  // namespace

const gt_transaction& AbiView::of(const Transaction& transaction, Audience audience) {
  view_.size = sizeof view_;
  view(kTransactionFields, transaction, view_, audience, elements_);
  return view_;
}

Transaction copy(const gt_transaction& from) {
  Transaction to;
  take(kTransactionFields, from, to);
  if (!to.account_token.empty()) to.bearer = false;
  return to;
}

Activity copy(const gt_activity& from) {
  Activity to;
  take(kActivityFields, from, to);
  return to;
}

}  // namespace greentill::event
