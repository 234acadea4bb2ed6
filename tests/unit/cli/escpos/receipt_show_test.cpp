// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/escpos/receipt_show.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "tests/unit/cli/temp_folder.hpp"

namespace greentill::cli {
namespace {

using namespace std::string_literals;

struct Shown {
  ExitCode code;
  std::string out;
  std::string err;
};

Shown show(ShowReceiptsOptions options, bool json = false) {
  std::ostringstream out;
  std::ostringstream err;
  if (options.profiles.empty()) options.profiles = GREENTILL_SOURCE_DIR "/config/escpos";
  const ExitCode code = show_receipts(options, {json, out, err});
  return {code, out.str(), err.str()};
}

ShowReceiptsOptions of(const std::string& file, const std::string& profile = "generic-en") {
  ShowReceiptsOptions options;
  options.file = file;
  options.profile = profile;
  return options;
}

const std::string kSale =
    "\x1b@Caf\x82 \x1b[31m\nReceipt No 7\n24/11/2026 08:15\n2 x Tea 1.50 3.00\nTOTAL 3.00\nCash 5.00\n\x1dV\x00\x1bp0<x"s;

TEST_CASE("escpos show: the paper, and below it what is made of it") {
  const test::TempFolder folder;
  const std::string file = folder.write("job", kSale + "hello\n").string();
  const Shown shown = show({file, "generic-en", {}, "Europe/London", "GBP"});
  CHECK(shown.code == ExitCode::does_not_hold);
  CHECK(shown.out ==
        "Café 31m\nReceipt No 7\n24/11/2026 08:15\n2 x Tea 1.50 3.00\nTOTAL 3.00\nCash 5.00\n\n----- cut -----\nhello\n\n"
        "receipt 1\n  drawer   opened\n  event    2026-11-24/7\n  time     2026-11-24 08:15:00Z\n  item     2.000 x Tea  3.00\n"
        "  total    3.00 GBP\n  tender   cash\n"
        "receipt 2, not cut\n  no sale  no line begins with one of the profile's words for the total and has an amount\n");
  CHECK(show(of(folder.write("sale", kSale).string())).code == ExitCode::ok);
  const std::string order = folder.write("order", "Cutlery: No\n" + kSale).string();
  CHECK(show(of(order)).out.find("  field    Cutlery: No\n") != std::string::npos);
  CHECK(Json::parse(show(of(order), true).out)["receipts"][0]["transaction"]["attributes"]["Cutlery"] == "No");
}

TEST_CASE("escpos show: what steers a terminal is visible, wherever it is printed") {
  const test::TempFolder folder;
  const std::string profile =
      folder
          .write("utf8.toml",
                 "zone = \"Etc/UTC\"\n[text]\nencoding = \"utf-8\"\n[numbers]\n[[item]]\npattern = \"{name} {amount}\"\n[time]\n"
                 "dates = [\"%d/%m/%Y\"]\ntimes = [\"%H:%M\"]\n[words]\ntotal = [\"total\"]\nnumber = [\"no\"]\n")
          .string();
  const std::string tea =
      "T\xc2\x9b"
      "2Jea\xe2\x80\xae";
  const std::string job = folder
                              .write("job", "No 7\n24/11/2026 08:15\n" + tea +
                                                " 1.50\nTOTAL 1.50\n\x1d(k\x06\x00\x31P0\xc2\x9bJ\x1d(k\x03\x00\x31Q0"s)
                              .string();
  for (const bool json : {false, true}) {
    const Shown shown = show({job, profile, {}, {}, {}}, json);
    CHECK(shown.code == ExitCode::ok);
    CHECK(shown.out.find("T\\u009b2Jea\\u202e") != std::string::npos);
    CHECK(shown.out.find("\\u009bJ") != std::string::npos);
    CHECK(shown.out.find("\xc2\x9b") == std::string::npos);
    CHECK(shown.out.find("\xe2\x80\xae") == std::string::npos);
    if (json) CHECK(Json::parse(shown.out)["receipts"][0]["transaction"]["lines"][0]["name"] == tea);
  }
}

TEST_CASE("escpos show: a file that the relay named tells when it was printed") {
  const test::TempFolder folder;
  const std::string job = "Receipt No 7\n11/12/2026 08:15\nTea 1.50\nTOTAL 1.50\n\x1dV\x00"s;
  const auto told = [&](const char* name) { return show(of(folder.write(name, job).string())).out; };
  CHECK(told("20261112T081507000Z-0a0b0c0d-00000042-00001-end.escpos").find("event    2026-11-12/7") != std::string::npos);
  CHECK(told("20261211T081507000Z-0a0b0c0d-00000042-00001-end.escpos").find("event    2026-12-11/7") != std::string::npos);
}

TEST_CASE("escpos show: as JSON") {
  const test::TempFolder folder;
  const std::string code =
      "\x1dk\x02"
      "4006381333931\x00"s;
  const Shown shown = show({folder.write("job", code + kSale).string(), "generic-en", {}, "Europe/London", {}}, true);
  const Json json = Json::parse(shown.out);
  CHECK(shown.code == ExitCode::ok);
  REQUIRE(json["receipts"].size() == 1);
  const Json& receipt = json["receipts"][0];
  CHECK(receipt["codes"] == Json::array({{{"symbology", "ean13"}, {"payload", "4006381333931"}, {"line", 0}}}));
  CHECK(receipt["cut"] == true);
  CHECK(receipt["drawer_pulses"] == 1);
  CHECK(receipt["problem"].is_null());
  CHECK(receipt["transaction"]["event_id"] == "2026-11-24/7");
  CHECK(receipt["transaction"]["lines"][0]["quantity_milli"] == 2000);
  CHECK(receipt["lines"].size() == 6);
}

TEST_CASE("escpos show: what cannot be read is told") {
  const test::TempFolder folder;
  const std::string job = folder.write("job", kSale).string();
  CHECK(show(of("/nowhere/job")).code == ExitCode::bad_file);
  const Shown nothing = show(of(folder.write("nothing", "").string()));
  CHECK(nothing.code == ExitCode::bad_file);
  CHECK(nothing.err.ends_with("/nothing: there is nothing in it\n"));
  const Shown unknown = show(of(job, "generic-xx"));
  CHECK(unknown.code == ExitCode::bad_file);
  CHECK(unknown.err.find("generic-xx.toml: cannot open: No such file or directory") != std::string::npos);
  const Shown wrong = show(of(job, folder.write("till.toml", "currency = 7\n").string()));
  CHECK(wrong.code == ExitCode::bad_file);
  CHECK(wrong.err.find("till.toml:1:12: key 'currency' must be a text in quotes") != std::string::npos);
  std::string endless;
  for (int i = 0; i < 100; ++i)
    endless +=
        "\x1b"
        "d\xff"s;
  const Shown beyond = show(of(folder.write("endless", endless).string()));
  CHECK(beyond.code == ExitCode::does_not_hold);
  CHECK(beyond.err.find("the job feeds more than 20000 lines") != std::string::npos);
}

}  // namespace
}  // namespace greentill::cli
