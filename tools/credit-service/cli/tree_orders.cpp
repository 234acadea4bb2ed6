// SPDX-License-Identifier: Apache-2.0
// tree order, agree, cancel and orders.
#include "daemon/base/base32.hpp"
#include "daemon/base/text.hpp"
#include "tools/common/table.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/holdings.hpp"
#include "tools/credit-service/holdings/token.hpp"

namespace greentill::credit {
namespace {

Result<Orders::Request> read_request(Counter& counter, const Given& given) {
  Orders::Request request;
  request.key = given["key"].empty() ? make_token(counter.random) : given["key"];
  request.species = given["species"];
  request.site = given["site"];
  const auto trees = read_number("--trees", given["trees"].empty() ? "1" : given["trees"], 1, Orders::kMostTrees);
  if (!trees) return Failure{trees.error()};
  request.trees = *trees;
  if (given["year"].empty()) {
    request.year = static_cast<int>(std::stol(tools::time_text(counter.now).substr(0, 4)));
  } else {
    const auto year = read_number("--year", given["year"], 2000, 2999);
    if (!year) return Failure{year.error()};
    request.year = static_cast<int>(*year);
  }
  for (const std::string& part : given.parts) {
    const std::size_t sign = part.find('=');
    Orders::Part one{part.substr(0, sign), 0};
    if (sign != std::string::npos) {
      const auto mg = read_grams("--account " + part.substr(0, sign), part.substr(sign + 1));
      if (!mg) return Failure{mg.error()};
      one.mg = *mg;
    }
    request.parts.push_back(std::move(one));
  }
  return request;
}

std::string text_of(const TreeOrder& order) {
  std::string text = "order " + std::to_string(order.no) + ": " +
                     tools::counted(static_cast<std::uint64_t>(order.trees), "tree") + " of " + order.species + " at " +
                     order.site + ", " + std::string(to_words(order.state));
  if (order.state == TreeOrder::State::open)
    text += "; each account agrees by " + tools::time_text(order.until) + ", or it expires";
  return text + '\n';
}

/// The order, who pays for it, and its trees.
Result<Deed> told(Counter& counter, const TreeOrder& order) {
  auto json = view_of(counter, order);
  if (!json) return Failure{json.error()};
  std::string text = text_of(order);
  for (const Json& part : (*json)["accounts"]) {
    text += "  " + in_fours(part["account"].get<std::string>()) + ": " + tools::grams_text(part["mg"].get<std::int64_t>()) + ' ' +
            part["state"].get<std::string>() + '\n';
  }
  for (const Json& tree : (*json)["trees"])
    text += "  " + tree["number"].get<std::string>() + ' ' + tree["state"].get<std::string>() + '\n';
  return Deed{{std::move(*json), std::move(text)}, "order " + std::to_string(order.no), {{"state", to_words(order.state)}}};
}

}  // namespace

Status change_order(const std::filesystem::path& config, const Given& given, const Output& output) {
  const std::string verb = given.command.substr(given.command.rfind(' ') + 1);
  return do_at_counter(config, given, output, [&](Counter& counter) -> Result<Deed> {
    if (verb == "order") {
      const auto request = read_request(counter, given);
      if (!request) return Failure{request.error()};
      auto order = counter.orders.place(*request);
      if (!order) return Failure{order.error()};
      if (given.confirm) order = counter.orders.agree(order->no, request->parts.front().account);
      return order ? told(counter, *order) : Result<Deed>(Failure{order.error()});
    }
    const auto no = read_number("ORDER", given["order"], 1, std::int64_t{1} << 53);
    if (!no) return Failure{no.error()};
    const auto order = verb == "agree" ? counter.orders.agree(*no, given["account"]) : counter.orders.cancel(*no);
    return order ? told(counter, *order) : Result<Deed>(Failure{order.error()});
  });
}

Status list_orders(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    std::int64_t after = 0;
    if (!given["after"].empty()) {
      const auto read = read_number("--after", given["after"], 0, std::int64_t{1} << 53);
      if (!read) return Failure{read.error()};
      after = *read;
    }
    const auto all = counter.trees.orders(after, kMostListed);
    if (!all) return Failure{all.error()};
    Json list = Json::array();
    std::string text;
    for (const TreeOrder& order : *all) {
      const auto spends = counter.holders.spends_of(order.no);
      if (!spends) return Failure{spends.error()};
      list.push_back(to_json(order, *spends));
      text += text_of(order);
    }
    if (all->empty()) text = "nothing is ordered\n";
    if (all->size() == kMostListed) text += "more behind --after " + std::to_string(all->back().no) + '\n';
    return Outcome{{{"orders", list}}, text};
  });
}

}  // namespace greentill::credit
