// SPDX-License-Identifier: Apache-2.0
// POST /v1/transactions: reads the document, asks the desk in groups, answers in order. Lines are taken in as they arrive, so a
// request of any size holds one group of transactions at a time. Private to daemon/api.
#pragma once

#include <httplib.h>

#include "daemon/api/connection.hpp"
#include "daemon/api/desk.hpp"
#include "daemon/api/document.hpp"
#include "daemon/api/problem.hpp"
#include "daemon/api/server.hpp"

namespace greentill::api {

inline constexpr std::size_t kMaxTransactionsPerRequest = 10'000;  ///< the answer is held in memory

class Intake {
 public:
  Intake(Desk& desk, const Options& options) : desk_(desk), options_(options) {}

  /// Requires: the gate let it through.
  void answer(const httplib::Request& request, httplib::Response& response, Connection& connection);

 private:
  /// Hands a body to the receiver, all of it or up to where that stops it; false where not all was taken.
  using BodyReader = std::function<bool(const Receiver&)>;

  void answer_lines(httplib::Response& response, const BodyReader& body);
  void answer_object(httplib::Response& response, std::string_view document);
  void answer_array(httplib::Response& response, std::string_view document);
  /// False, and the response says why, where the body cannot be had.
  bool read_whole(httplib::Response& response, const BodyReader& body, std::string& into);

  Desk& desk_;
  const Options& options_;
};

}  // namespace greentill::api
