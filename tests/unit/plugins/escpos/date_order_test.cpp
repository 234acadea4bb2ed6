// SPDX-License-Identifier: Apache-2.0
// Dates whose numbers can be read in more than one order, beside the moment of printing.
#include <doctest/doctest.h>

#include "plugins/escpos/job_folder.hpp"
#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/escpos/sales.hpp"

namespace greentill::escpos::date_order_test {
namespace {

using namespace test;

constexpr std::int64_t kTwelfth = 1'794'496'510;  // 2026-11-12 15:15:10 UTC
constexpr std::int64_t kDay = 86'400;

Understood printed_on(const std::string& date, Arrival arrived, const std::string& profile = "generic-en",
                      const std::string& more = {}) {
  const std::string text = more + "Receipt # 4711\n" + date + " 10:15\nFlat white 3.80\nTotal 3.80\n";
  return understand(paper(text), shipped(profile, {"America/New_York", "USD"}), "till-1", arrived);
}
std::string event(const Understood& understood) {
  const auto found = sale(understood);
  return found.event_id + (found.standing == GT_FINAL ? "" : " " + found.remark);
}
const std::string kNotTold = " nothing tells which of the date's numbers is the day and which the month";
const std::string kFarOff = " the date on it is days from when it was printed";

TEST_CASE("order of day and month: the moment of printing tells it") {
  const Arrival certain(kTwelfth, true);
  CHECK(event(printed_on("11/12/2026", certain)) == "2026-11-12/4711");
  CHECK(event(printed_on("12/11/2026", certain)) == "2026-11-12/4711");
  CHECK(event(printed_on("11-12-2026", certain)) == "2026-11-12/4711");
  CHECK(event(printed_on("11/12/26", certain)) == "2026-11-12/4711");
  CHECK(event(printed_on("26/11/12", certain)) == "2026-11-12/4711");
  CHECK(event(printed_on("2026-11-12", certain)) == "2026-11-12/4711");
  CHECK(event(printed_on("11/13/2026", Arrival(kTwelfth + kDay, true))) == "2026-11-13/4711");
  // A till's day may end in the small hours.
  CHECK(event(printed_on("11/12/2026", Arrival(kTwelfth + 2 * kDay, true))) == "2026-11-12/4711");
  // The time of a file does as well, while it is near.
  CHECK(event(printed_on("11/12/2026", kTwelfth)) == "2026-11-12/4711");
  CHECK(sale(printed_on("11/12/2026", certain)).begin == kTwelfth - 10);
}

TEST_CASE("order of day and month: what nothing bears out is doubtful") {
  CHECK(event(printed_on("11/12/2026", kTwelfth + 10 * kDay)) == "2026-12-11/4711" + kNotTold);
  CHECK(event(printed_on("11/12/2026", Arrival(kTwelfth + 10 * kDay, true))) == "2026-12-11/4711" + kNotTold);
  CHECK(event(printed_on("2026-01-09", Arrival(kTwelfth, true))) == "2026-01-09/4711" + kFarOff);  // a clock that was not set
  CHECK(event(printed_on("24/11/2020", Arrival(kTwelfth, true))) == "2020-11-24/4711" + kFarOff);
  // A capture that was handed in by hand says itself when it was, where it can be read in one way.
  CHECK(event(printed_on("24/11/2020", kTwelfth)) == "2020-11-24/4711");
  CHECK(event(printed_on("10/10/2020", kTwelfth)) == "2020-10-10/4711");
  // Points are not used for months that come first.
  CHECK(event(printed_on("11.12.2026", kTwelfth)) == "2026-12-11/4711");
  // What is not claimed needs no doubt.
  CHECK(sale(printed_on("11/12/2026", kTwelfth + 10 * kDay, "generic-en", "** COPY **\n")).standing == GT_REPRINT);
}

TEST_CASE("order of day and month: the receipt that goods come back of is dated in the same order") {
  const auto refund = [](const std::string& date, const std::string& original) {
    const std::string text =
        "REFUND\nReceipt # 4712\n" + date + " 10:15\nOriginal receipt: 4700 of " + original + "\nFlat white -3.80\nTotal -3.80\n";
    const auto found =
        sale(understand(paper(text), shipped("generic-en", {"America/New_York", "USD"}), "till-1", Arrival(kTwelfth, true)));
    return found.standing == GT_FINAL ? found.reversed_event_id : found.remark;
  };
  CHECK(refund("11/12/2026", "11/03/2026") == "2026-11-03/4700");
  CHECK(refund("12/11/2026", "03/11/2026") == "2026-11-03/4700");
  CHECK(refund("12/11/2026", "30/10/2026") == "2026-10-30/4700");
  const std::string dayless = "it takes goods back and does not say of which day the receipt is whose number it names";
  CHECK(refund("2026-11-12", "11/03/2026") == "2026-03-11/4700");  // the format's order: the own date is in no other
  const auto eleventh =
      sale(understand(paper("REFUND\nReceipt # 4712\n11/11/2026 10:15\nOriginal receipt: 4700 of 11/03/2026\nFlat white "
                            "-3.80\nTotal -3.80\n"),
                      shipped("generic-en", {"America/New_York", "USD"}), "till-1", Arrival(kTwelfth, true)));
  CHECK(eleventh.remark == dayless);
  const auto numberless = sale(understand(paper("Receipt # 4712\n12/11/2026 10:15\nOriginal receipt: 03/11/2026\nFlat white "
                                                "3.80\nTotal 3.80\n"),
                                          shipped("generic-en", {"America/New_York", "USD"}), "till-1", Arrival(kTwelfth, true)));
  CHECK(numberless.remark == "it takes goods back and does not say of which receipt");
}

TEST_CASE("order of day and month: jobs of a till that prints the month first") {
  const auto folder = greentill::test::corpus("cases/escpos-us-date");
  if (!folder) return;
  for (const std::string name : {"generic-en", "us"}) {
    const Profile profile = shipped(name, {"America/New_York", "USD"});
    std::vector<std::string> events;
    const JobFolder jobs(*folder);
    for (const Job& job : jobs.jobs()) {
      const std::string text = jobs.read(job);
      const auto found =
          sale(understand(read_receipts(bytes(text), profile.text)[0], profile, "till-1", {job.begin, job.is_timed}));
      CHECK(found.standing == GT_FINAL);
      events.push_back(found.event_id);
    }
    CHECK(events == std::vector<std::string>{"2026-11-12/4711", "2026-11-13/4712"});
  }
}

}  // namespace
}  // namespace greentill::escpos::date_order_test
