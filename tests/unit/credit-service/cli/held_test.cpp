// SPDX-License-Identifier: Apache-2.0
// What an operator sees of what is held.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "daemon/base/hex.hpp"
#include "tests/unit/credit-service/written_books.hpp"
#include "tools/credit-service/cli/commands.hpp"

namespace greentill::credit::held_test {
namespace {

struct Desk : greentill::test::WrittenBooks {
  Desk() {
    std::ofstream(folder / "programme.toml") << test::kPlainProgramme;
    std::ofstream(config)
        << "database = \"ledger.db\"\nmethodologies = \"none\"\nprogramme = \"programme.toml\"\n[broker]\nserver = "
           "\"mqtts://localhost:1\"\nshare_group = \"none\"\nauthorities = \"none\"\ncertificate = \"none\"\nkey = \"none\"\n";
  }
  std::string list(const HeldRequest& request, bool json = false) const {
    std::ostringstream out;
    ok(list_held(config, request, Output{json, out}));
    return out.str();
  }
  std::string show(std::uint64_t seq, bool json = false) const {
    std::ostringstream out;
    ok(show_held(config, id(seq), Output{json, out}));
    return out.str();
  }
  std::filesystem::path config = folder / "credit.toml";
};

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST_CASE("what is held is listed in groups, with a sentence for each reason and what screening found") {
  const Desk desk;
  const std::string text = desk.list({});
  CAPTURE(text);
  CHECK(has(text, "2026-11-24"));
  CHECK(has(text, "ceiling-device: with it the device has claimed more"));
  CHECK(has(text, "screening (dock-7): dock-7 claimed 41,200 g"));
  const Json groups = Json::parse(desk.list({}, true)).at("groups");
  REQUIRE(groups.size() == 2);
  CHECK(groups[0]["reason"] == "ceiling-device");
  CHECK(groups[1]["reason"] == "screening");
  CHECK(groups[1]["words"] == "dock-7 claimed 41,200 g");
  CHECK(groups[1]["day"] == "2026-11-24");
  CHECK(groups[1]["merchants"] == Json::array({"cafe"}));
  CHECK(groups[1]["claims"] == 1);
  CHECK(groups[1]["asked_mg"] == 700);
  CHECK(groups[1]["oldest"] == Desk::kArrived);
  HeldRequest csv;
  csv.csv = true;
  csv.reason = "screening";
  csv.day = "2026-11-24";
  CHECK(desk.list(csv) == "device,day,reason,merchants,claims,asked_mg,oldest,words\r\ndock-7,2026-11-24,screening,cafe,1,700," +
                              std::to_string(Desk::kArrived) + ",\"dock-7 claimed 41,200 g\"\r\n");
  csv.day = "2026-11-25";
  csv.csv = false;
  CHECK(desk.list(csv) == "no claim is held\n");
}

TEST_CASE("claims that are held are listed one by one, and any is shown") {
  const Desk desk;
  HeldRequest request;
  request.claims = true;
  const Json claims = Json::parse(desk.list(request, true)).at("claims");
  REQUIRE(claims.size() == 1);
  CHECK(claims[0]["chain"] == to_hex(desk.chain.id));
  CHECK(claims[0]["claim"] == desk.id(3));
  CHECK(claims[0]["seq"] == 3);
  CHECK(claims[0]["activity"] == Desk::kRide);
  CHECK(claims[0]["reasons"] == Json::array({"ceiling-device", "screening"}));
  CHECK(claims[0]["ended_at"] == Desk::kEnd);
  CHECK(has(desk.list(request), "ceiling-device screening"));
  CHECK(has(desk.show(3), "as screening: dock-7 claimed 41,200 g\n"));
  CHECK(has(desk.show(3), "as ceiling-device: with it the device has claimed more"));
  CHECK(Json::parse(desk.show(3, true))["found"] == "dock-7 claimed 41,200 g");
  CHECK(has(desk.show(5), "it is not held"));
  const Json shown = Json::parse(desk.show(2, true));
  CHECK(shown["granted_mg"] == 1000);
  CHECK(shown["reasons"].empty());
  CHECK(shown["refused"].is_null());
  CHECK(shown["found"].is_null());
}

TEST_CASE("a claim that is not there, and a reason for which nothing is held, are said to be so") {
  const Desk desk;
  std::ostringstream out;
  const Output output{false, out};
  const auto code_of = [](const Status& status) { return status ? std::optional<ErrorCode>() : status.error().code; };
  CHECK(code_of(show_held(desk.config, desk.id(9), output)) == ErrorCode::not_found);
  HeldRequest request;
  request.reason = "duplicate";
  CHECK(code_of(list_held(desk.config, request, output)) == ErrorCode::invalid);
  request.reason.clear();
  request.day = "yesterday";
  CHECK(code_of(list_held(desk.config, request, output)) == ErrorCode::invalid);
  request.day.clear();
  request.csv = true;
  CHECK(code_of(list_held(desk.config, request, Output{true, out})) == ErrorCode::invalid);
  CHECK(out.str().empty());
}

}  // namespace
}  // namespace greentill::credit::held_test
