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

inline constexpr std::size_t kMaxTransactionsPerRequest = 10'000;  ///< their answers are held in memory

class Intake {
 public:
  Intake(Desk& desk, const Options& options) : desk_(desk), options_(options) {}

  /// Answers the request. Requires: the gate let it through.
  void answer(const httplib::Request& request, httplib::Response& response, Connection& connection);
  /// Answers a request whose document is what came back: a transaction of its own without `reverses`, in place of which
  /// `reversed` stands. Requires: as answer().
  void answer_refund(httplib::Response& response, Connection& connection, const event::Reversed& reversed);

 private:
  /// Hands the body to the receiver, which may stop it early; false where the body was not taken to its end.
  using BodyReader = std::function<bool(const Receiver&)>;

  void answer_lines(httplib::Response& response, const BodyReader& body);
  void answer_object(httplib::Response& response, std::string_view document, const event::Reversed* reversed = nullptr);
  void answer_array(httplib::Response& response, std::string_view document);
  /// Reads the whole body into `into`. False where it cannot be had; the response then says why.
  bool read_whole(httplib::Response& response, const BodyReader& body, std::string& into);

  Desk& desk_;
  const Options& options_;
};

}  // namespace greentill::api
