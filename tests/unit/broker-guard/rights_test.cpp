// SPDX-License-Identifier: Apache-2.0
#include "tools/broker-guard/rights.hpp"

#include <doctest/doctest.h>

#include "tools/broker-guard/names.hpp"

namespace greentill::guard {
namespace {

constexpr const char* kGroup = "0123456789abcdef";
constexpr Who kDock{Side::device, "dock-7"};
constexpr Who kWorker{Side::worker, "credit"};

TEST_CASE("a device publishes its own claims and status alone, and retains the status alone") {
  CHECK(may_publish(kDock, "greentill/v1/dock-7/claims", false));
  CHECK(may_publish(kDock, "greentill/v1/dock-7/status", true));
  CHECK_FALSE(may_publish(kDock, "greentill/v1/dock-7/claims", true));
  for (const char* other : {"greentill/v1/dock-8/claims", "greentill/v1/dock-71/claims", "greentill/v1/dock-7/receipts",
                            "greentill/v1/dock-7/claims/", "greentill/v1/dock-7", "greentill/v1/guard/revoked", "claims", ""}) {
    CAPTURE(other);
    CHECK_FALSE(may_publish(kDock, other, false));
  }
}

TEST_CASE("a device subscribes to its own receipts and to nothing else, whatever it is written like") {
  CHECK(may_subscribe(kDock, "greentill/v1/dock-7/receipts", kGroup));
  CHECK(may_receive(kDock, "greentill/v1/dock-7/receipts"));
  for (const char* other : {"#", "+/#", "greentill/v1/dock-7/#", "greentill/v1/dock-7/+", "greentill/v1/+/receipts", "$SYS/#",
                            "greentill/v1/dock-8/receipts", "greentill/v1/guard/revoked", "greentill/v1/dock-7/claims",
                            "$share/0123456789abcdef/greentill/v1/+/claims", "$share/x/greentill/v1/dock-7/receipts"}) {
    CAPTURE(other);
    CHECK_FALSE(may_subscribe(kDock, other, kGroup));
    CHECK_FALSE(may_receive(kDock, other));
  }
}

TEST_CASE("a device hears the programme's methodologies, and says nothing there") {
  CHECK(may_subscribe(kDock, kMethodologiesTopic, kGroup));
  CHECK(may_receive(kDock, kMethodologiesTopic));
  CHECK_FALSE(may_publish(kDock, kMethodologiesTopic, true));
  CHECK_FALSE(may_subscribe(kDock, "greentill/v1/programme/+", kGroup));
  CHECK_FALSE(may_subscribe(kDock, "greentill/v1/programme/#", kGroup));
  CHECK(may_subscribe(kWorker, kMethodologiesTopic, kGroup));
  CHECK(may_publish(kWorker, kMethodologiesTopic, true));
}

TEST_CASE("a worker subscribes to claims by the share group alone") {
  CHECK(may_subscribe(kWorker, share_subscription(kGroup), kGroup));
  for (const char* other :
       {"greentill/v1/+/status", "greentill/v1/guard/revoked", "greentill/v1/+/receipts", "$SYS/broker/load/#"}) {
    CAPTURE(other);
    CHECK(may_subscribe(kWorker, other, kGroup));
  }
  for (const char* other : {"$share/credit/greentill/v1/+/claims", "$share/0123456789abcdef/greentill/v1/dock-7/claims",
                            "$share/0123456789abcdef/#", "greentill/v1/+/claims", "greentill/v1/dock-7/claims", "#",
                            "greentill/#", "greentill/v1/dock-7/#", "greentill/v1/dock-7/claims/#", "+/+/+/+", "$share"}) {
    CAPTURE(other);
    CHECK_FALSE(may_subscribe(kWorker, other, kGroup));
  }
}

TEST_CASE("two filters overlap where a topic can match both") {
  for (const auto& [a, b] :
       {std::pair("a/b", "a/b"), {"a/+", "+/b"}, {"a/#", "a"}, {"#", "x/y"}, {"a/+/c", "a/#"}, {"+/#", "a"}}) {
    CAPTURE(a);
    CAPTURE(b);
    CHECK(overlap(a, b));
    CHECK(overlap(b, a));
  }
  for (const auto& [a, b] : {std::pair("a/b", "a"), {"a/+", "a"}, {"a/b/c", "a/+"}, {"a/#", "b"}, {"a/+", "b/+"}, {"a/", "a"}}) {
    CAPTURE(a);
    CAPTURE(b);
    CHECK_FALSE(overlap(a, b));
    CHECK_FALSE(overlap(b, a));
  }
}

TEST_CASE("no device has a name that a worker's client id could be") {
  for (const char* ours : {"credit", "credit-1", "guard", "broker", "programme"}) CHECK(is_ours(ours));
  for (const char* free : {"dock-7", "creditor", "guard-1"}) CHECK_FALSE(is_ours(free));
}

}  // namespace
}  // namespace greentill::guard
