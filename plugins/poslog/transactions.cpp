// SPDX-License-Identifier: Apache-2.0
#include "plugins/poslog/transactions.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "daemon/base/decimal.hpp"
#include "daemon/base/text.hpp"
#include "daemon/event/fields.hpp"
#include "daemon/event/limits.hpp"
#include "daemon/event/transaction.hpp"
#include "plugins/common/values/currency.hpp"
#include "plugins/common/values/ids.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/poslog/article.hpp"

namespace greentill::poslog {
namespace {

using plugin::Transaction;
using plugin::Unusable;

/// Given up before it was a sale.
bool was_given_up(const Receipt& receipt) {
  return receipt.is_cancelled || is_one_of(receipt.status, {"Voided", "PreVoided", "SuspendedDeleted", "Cancelled", "Canceled",
                                                            "Failed", "Aborted", "RolledBack"});
}

bool is_unfinished(std::string_view status) {
  return is_one_of(status, {"Suspended", "SuspendedRetrieved", "InProcess", "Started", "Ordered", "Totaled", "Tendered"});
}

bool is_done(std::string_view status) {
  return is_one_of(status, {"", "Delivered", "Finalized", "Finished", "Completed", "Paid", "Returned", "PostVoided"});
}

bool is_void_reason(std::string_view reason) {
  return is_one_of(reason, {"Void", "Voided", "PostVoid", "PostVoided", "Cancel", "Cancelled", "Canceled"});
}

std::string day_of(const Key& key) {
  for (const std::string* text : {&key.business_day, &key.begin, &key.end}) {
    std::string day = text->substr(0, 10);
    if (day.size() == 10 && parse_time(day, "%Y-%m-%d")) return day;
  }
  return {};
}

/// Nothing where a part of it is missing. `more` is put behind.
std::optional<std::string> id_of(const Key& key, std::string_view store, std::initializer_list<std::string_view> more = {}) {
  const std::string day = day_of(key);
  if (store.empty() || key.workstation.empty() || key.sequence.empty() || day.empty()) return std::nullopt;
  std::string id = plugin::event_id_of({plain_number(store), plain_number(key.workstation), day, plain_number(key.sequence)});
  for (const std::string_view part : more) id += "/" + std::string(part);
  if (id.size() > 128) throw Unusable("the numbers that name it are too long");
  return id;
}

class Reading {
 public:
  Reading(const Receipt& receipt, const Settings& settings) : receipt_(receipt), settings_(settings) {}

  std::vector<Transaction> all() {
    require_names();
    currency_ = find_currency();
    minor_ = plugin::minor_places(currency_);
    begin_ = time();
    if (receipt_.status == "PostVoided") return {whole_reversal(id())};
    for (const Link& link : receipt_.links) {
      if (is_void_reason(link.reason)) return {whole_reversal(id_of_link(link))};
    }
    find_return_link();
    articles_ = read_articles(receipt_, minor_, return_link_ != nullptr);
    std::vector<Transaction> all;
    const bool only_returns = std::any_of(articles_.begin(), articles_.end(), is_returned) &&
                              std::all_of(articles_.begin(), articles_.end(), is_returned);
    if (!only_returns) all.push_back(sale());
    add_returns(all);
    return all;
  }

 private:
  static bool is_returned(const Article& article) { return article.is_return; }

  void require_names() const {
    if (receipt_.key.store.empty()) throw Unusable("it has no RetailStoreID");
    if (receipt_.key.workstation.empty()) throw Unusable("it has no WorkstationID");
    if (receipt_.key.sequence.empty()) throw Unusable("it has no SequenceNumber");
    if (day_of(receipt_.key).empty()) throw Unusable("it has no BusinessDayDate, and no time in its place");
  }

  /// Empty where it is not known: then why. A name of the till's own in place of a code says nothing; a code that is not known
  /// may have any decimals, whatever the configuration has for amounts without one.
  std::string find_currency() {
    const bool by_code = event::is_currency(receipt_.currency);
    const bool by_amounts = event::is_currency(receipt_.amounts_currency);
    if (receipt_.has_several_currencies) {
      no_currency_ = "its amounts are in several currencies";
    } else if (by_code && by_amounts && receipt_.currency != receipt_.amounts_currency) {
      no_currency_ = "its amounts are in another currency than its CurrencyCode";
    } else {
      std::string currency = by_code ? receipt_.currency : by_amounts ? receipt_.amounts_currency : settings_.currency;
      if (plugin::minor_places(currency)) return currency;
      no_currency_ = currency.empty() ? "it states no currency: give it as `currency` in the source's configuration"
                                      : "how many decimals its currency has is not known";
    }
    return {};
  }

  [[nodiscard]] bool has_amounts() const {
    return !receipt_.total.empty() ||
           std::any_of(receipt_.lines.begin(), receipt_.lines.end(), [](const Line& line) { return !line.amount.empty(); });
  }

  [[nodiscard]] std::string id(std::initializer_list<std::string_view> more = {}) const {
    return *id_of(receipt_.key, receipt_.key.store, more);
  }

  [[nodiscard]] std::int64_t time() const {
    const Key& key = receipt_.key;
    const std::string& text = !key.end.empty() ? key.end : !receipt_.receipt_time.empty() ? receipt_.receipt_time : key.begin;
    if (text.empty()) throw Unusable("it has no EndDateTime");
    const auto wall = parse_iso_time(text);
    if (!wall) throw Unusable("its EndDateTime is no time");
    const auto moment = settings_.zone.moment(wall);
    if (!moment) throw Unusable("its EndDateTime is in an hour that the clocks skipped in " + settings_.zone.name());
    return *moment;
  }

  void find_return_link() {
    std::vector<const Link*> found;
    for (const Link& link : receipt_.links) {
      if (is_one_of(link.reason, {"Return", "Exchange"})) found.push_back(&link);
    }
    if (found.size() == 1) return_link_ = found.front();
  }

  [[nodiscard]] std::optional<std::string> id_of_link(const Link& link) const {
    return id_of(link.key, link.key.store.empty() ? receipt_.key.store : link.key.store);
  }

  /// What every transaction of the receipt has.
  [[nodiscard]] Transaction base(std::string event_id) const {
    Transaction transaction;
    transaction.issuer = settings_.issuer;
    transaction.event_id = std::move(event_id);
    transaction.begin = transaction.end = begin_;
    if (receipt_.key.workstation.size() <= event::kMaxIssuerBytes) transaction.till = receipt_.key.workstation;
    transaction.receipt_number = plugin::printed_number({receipt_.key.sequence});
    transaction.currency = currency_;
    transaction.attributes = {
        {"store", receipt_.key.store}, {"workstation", receipt_.key.workstation}, {"business_day", day_of(receipt_.key)}};
    if (receipt_.is_training) {
      transaction.standing = GT_TRAINING;
    } else if (is_unfinished(receipt_.status)) {
      transaction.standing = GT_INTERIM;
    } else if (!is_done(receipt_.status)) {
      doubt(transaction, "its TransactionStatus is not one that is known");
    }
    return transaction;
  }

  static void doubt(Transaction& transaction, std::string remark) {
    if (transaction.standing != GT_FINAL) return;
    transaction.standing = GT_DOUBTFUL;
    transaction.remark = std::move(remark);
  }

  static void name_sale(Transaction& reversal, const std::optional<std::string>& sale, const std::string& what) {
    if (sale) {
      reversal.reversed_event_id = *sale;
    } else {
      doubt(reversal, what + " that does not name its sale: what was claimed for that stands");
    }
  }

  [[nodiscard]] Transaction sale() const {
    Transaction transaction = base(id());
    bool gives = false;
    std::int64_t sum = 0;
    std::int64_t returned = 0;
    for (const Article& article : articles_) {
      if (article.is_return) {
        returned = add(returned, std::abs(article.line.amount_minor));
        continue;
      }
      gives = gives || !article.is_negative;
      sum = add(sum, article.line.amount_minor);
      transaction.lines.push_back(article.line);
    }
    const auto minor = minor_units(receipt_.total, minor_);
    transaction.total_minor = minor ? add(*minor, returned) : sum;
    transaction.tender = tender();
    const auto medium = settings_.media.find(receipt_.medium);
    if (medium != settings_.media.end()) transaction.receipt_medium = medium->second;
    // What is returned is taken back all the same.
    if (!minor_ && has_amounts()) doubt(transaction, no_currency_);
    const bool is_called_return = return_link_ != nullptr || receipt_.status == "Returned";
    if (is_called_return && std::none_of(articles_.begin(), articles_.end(), is_returned)) {
      doubt(transaction, "it is called a return, but no line of it comes back");
    }
    if (!gives && !transaction.lines.empty()) doubt(transaction, "it gives money back and does not name the sale");
    return transaction;
  }

  static std::int64_t add(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) throw Unusable("its amounts are too large");
    return sum;
  }

  /// The one that paid the most, change and cash-back taken off.
  [[nodiscard]] std::string tender() const {
    std::map<std::string_view, std::int64_t> paid;
    for (const Tender& tender : receipt_.tenders) {
      // Which of two currencies paid more is not known.
      if (!tender.currency.empty() && tender.currency != currency_) return {};
      const auto amount = minor_units(tender.amount, minor_);
      if (!amount || (tender.is_void && *amount > 0)) continue;
      const bool is_card = is_one_of(tender.type, {"CreditDebit", "Credit", "Debit", "CreditCard", "DebitCard"});
      std::int64_t& sum = paid[tender.type == "Cash" ? "cash" : is_card ? "card" : ""];
      sum = add(sum, *amount);
    }
    const auto most =
        std::max_element(paid.begin(), paid.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == paid.end() || most->second <= 0 ? std::string() : std::string(most->first);
  }

  void add_returns(std::vector<Transaction>& all) const {
    std::vector<std::optional<std::string>> sales;  // in the order of the lines; nothing: not said
    std::vector<std::vector<plugin::Transaction::Line>> lines;
    for (const Article& article : articles_) {
      if (!article.is_return) continue;
      const Link* link = article.from->link ? &*article.from->link : return_link_;
      const auto of = link ? id_of_link(*link) : std::nullopt;
      const auto known = std::find(sales.begin(), sales.end(), of);
      const auto at = static_cast<std::size_t>(known - sales.begin());
      if (known == sales.end()) {
        sales.push_back(of);
        lines.emplace_back();
      }
      lines[at].push_back(article.line);
    }
    for (std::size_t i = 0; i < sales.size(); ++i) all.push_back(one_return(i + 1, sales[i], std::move(lines[i])));
  }

  [[nodiscard]] Transaction one_return(std::size_t number, const std::optional<std::string>& sale,
                                       std::vector<plugin::Transaction::Line> lines) const {
    Transaction transaction = base(id({"return", std::to_string(number)}));
    name_sale(transaction, sale, "a return");
    const std::int64_t sign = sale ? 1 : -1;
    for (plugin::Transaction::Line& line : lines) {
      line.quantity_milli = sign * std::abs(line.quantity_milli);
      line.amount_minor = sign * std::abs(line.amount_minor);
      transaction.total_minor = add(transaction.total_minor, line.amount_minor);
    }
    transaction.lines = std::move(lines);
    return transaction;
  }

  [[nodiscard]] Transaction whole_reversal(const std::optional<std::string>& sale) const {
    Transaction transaction = base(id({"void"}));
    transaction.reversal_reason = GT_CANCELLED;
    name_sale(transaction, sale, "a void");
    return transaction;
  }

  const Receipt& receipt_;
  const Settings& settings_;
  std::string currency_;
  const char* no_currency_ = "";
  std::optional<unsigned> minor_;
  std::int64_t begin_ = 0;
  const Link* return_link_ = nullptr;
  std::vector<Article> articles_;
};

}  // namespace

namespace {

Told read_told(const toml::Table& toml) {
  return {toml.filled_text("element"), toml.has("attribute") ? toml.filled_text("attribute") : std::string()};
}

}  // namespace

Settings Settings::read(const toml::Table& toml) {
  Settings settings{toml.filled_text("issuer", event::kMaxIssuerBytes), plugin::Zone(toml.text("zone")), {}, {}, {}, {}};
  settings.currency = toml.text_or("currency", "");
  if (toml.has("currency") && !plugin::minor_places(settings.currency)) {
    toml.wrong("currency", "must be a code of ISO 4217 such as \"EUR\"");
  }
  if (toml.has("category")) settings.category = read_told(toml.table("category"));
  if (!toml.has("receipt")) return settings;
  const toml::Table receipt = toml.table("receipt");
  settings.medium = read_told(receipt);
  const toml::Table values = receipt.table("values");
  for (const std::string& word : values.keys()) {
    settings.media.emplace(word, event::kMediumNames[values.choice(word, event::kMediumNames)]);
  }
  return settings;
}

std::vector<Transaction> transactions_of(const Receipt& receipt, const Settings& settings) {
  if (!receipt.is_retail) throw plugin::LeftOut("it is no retail transaction: nothing was sold");
  if (was_given_up(receipt)) throw plugin::LeftOut("it was cancelled or voided before it was a sale");
  if (!receipt.problem.empty()) throw Unusable(receipt.problem);
  return Reading(receipt, settings).all();
}

}  // namespace greentill::poslog
