// SPDX-License-Identifier: Apache-2.0
// Sessions in several records, their users, and records in a file.
#include "tests/unit/plugins/ocmf/sessions.hpp"

#include "tests/unit/plugins/ocmf/signing.hpp"

namespace greentill::ocmf {
namespace {

using namespace sessions;
using test::hex;
using test::TestMeter;

TEST_CASE("ocmf: a session in two records is one charge, and its records are its evidence") {
  const std::string begin = unsigned_record(payload(kBegin, "T1"));
  const std::string middle = unsigned_record(payload(reading("C", 30, "2950"), "T2"));
  const std::string end = unsigned_record(payload(kEnd, "T3"));
  const Read all = read(begin + "\n" + middle + "\n" + end + "\n" + end + "\n", believe);
  CHECK(all.rejected.empty());
  REQUIRE(all.transactions.size() == 4);
  CHECK(shown(all.transactions[0]) == "interim 0 s");
  CHECK(shown(all.transactions[1]) == "interim 1800 s");
  CHECK(shown(all.transactions[2]) == "final 3600 s 29500 Wh");
  CHECK(all.transactions[0].event_id == "M1/T1");
  CHECK(all.transactions[2].event_id == "M1/T3");
  const auto& evidence = all.transactions[2].evidence;
  CHECK(std::string(evidence.begin(), evidence.end()) == begin + "\n" + end);
  CHECK(all.transactions[0].evidence.empty());
  // The same end once more is a copy.
  CHECK(shown(all.transactions[3]) == "reprint 0 s");
}

TEST_CASE(
    "ocmf: no record between begin and end may be missing, and all come from one gateway (Signing and Verification Process)") {
  const std::string begin = unsigned_record(payload(kBegin, "T1"));
  const auto last = [&](const std::string& rest) {
    const Read all = read(begin + "\n" + rest, believe);
    REQUIRE(all.rejected.empty());
    return shown(all.transactions.back());
  };
  CHECK(last(unsigned_record(payload(kEnd, "T3"))) ==
        "doubtful 3600 s 29500 Wh: records between its begin and its end are missing");
  std::string other = payload(kEnd, "T2");
  other.replace(other.find("GW1"), 3, "GW2");
  CHECK(last(unsigned_record(other)) == "doubtful 3600 s 29500 Wh: its records come from different gateways");
  // Two meters behind one gateway, which counts their records together.
  std::string neighbour = payload(reading("B", 1, "5"), "T2");
  neighbour.replace(neighbour.find("\"M1\""), 4, "\"M2\"");
  CHECK(last(unsigned_record(neighbour) + "\n" + unsigned_record(payload(kEnd, "T3"))) == "final 3600 s 29500 Wh");
  CHECK(shown(read(unsigned_record(payload(kEnd, "T3")), believe).transactions[0]) == "doubtful 0 s: its begin is missing");
  // A meter that reports the whole session behind its begin.
  CHECK(last(unsigned_record(payload(kBegin + "," + kEnd, "T2"))) == "final 3600 s 29500 Wh");
  CHECK(last(unsigned_record(payload(kBegin + "," + kEnd, "T2")) + "\n" + unsigned_record(payload(kEnd, "T2"))) == "reprint 0 s");
}

TEST_CASE("ocmf: a record that names its user says so, so that no claim holds it (table 4, ID)") {
  const auto is_personal = [](const std::string& fields) {
    const std::string text =
        unsigned_record(R"({"PG":"T1","MS":"M",)" + fields +
                        R"("RD":[{"TM":"2026-03-01T10:00:00,000+0100 S","TX":"B","RV":1,"RI":"1.8.0","RU":"kWh","ST":"G"},)" +
                        R"({"TM":"2026-03-01T11:00:00,000+0100 S","TX":"E","RV":9}]})");
    const Read all = read(text, believe);
    REQUIRE(all.transactions.size() == 1);
    const auto& bytes = all.transactions[0].evidence;
    CHECK(std::string(bytes.begin(), bytes.end()) == text);
    return all.transactions[0].evidence_is_personal;
  };
  CHECK_FALSE(is_personal(""));
  CHECK(is_personal(R"("ID":"00112233",)"));
  CHECK(is_personal(R"("X1":"somebody",)"));
}

TEST_CASE("ocmf: nothing of the user's identification is in a transaction, a remark or a reason") {
  const std::string secret = "04AABBCCDDEE80";
  const std::string identified = R"("IL":"MISMATCH","ID":")" + secret + R"(","TT":")" + secret + "\",";
  std::string text = unsigned_record(payload(kBegin + "," + kEnd, "T1", identified)) + "\n";
  text += unsigned_record(payload(R"({"TM":")" + secret + "\"}", "T2", identified)) + "\n";
  text += unsigned_record(payload(kBegin, secret, identified)) + "\n";
  text += "OCMF|{\"ID\":\"" + secret + "\"|{}\n" + secret + "\nOCMF|" + secret + "\n";
  const Read all = read(text, believe);
  REQUIRE(all.transactions.size() == 1);
  CHECK(all.rejected.size() == 4);
  const Transaction& t = all.transactions[0];
  for (const std::string& one :
       {t.issuer, t.event_id, t.remark, t.account_token, std::string(t.evidence.begin(), t.evidence.end())}) {
    CHECK(one.find(secret) == std::string::npos);
  }
  for (const std::string& one : all.rejected) CHECK(one.find(secret) == std::string::npos);
}

TEST_CASE("ocmf: the three sections, and records one behind the other, in whatever pieces they come (section Sections)") {
  const std::string good = unsigned_record(payload(kBegin + "," + kEnd));
  const std::string text = "\xef\xbb\xbf\n" + good + "\r\n\nOCMF|{}\nOCMF|{}|{}|{}\nOCMF|{\n}|{}\n" + good;
  const Seen expected{"line 4: it has no signature", "line 5: it has more than three sections",
                      "line 6: PG must be T with a number"};
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
    CAPTURE(step);
    const Read all = read(text, believe, {}, step);
    REQUIRE(all.rejected.size() == 3);
    CHECK(all.rejected[0] == expected[0]);
    CHECK(all.rejected[1] == expected[1]);
    CHECK(all.transactions.size() == 2);
  }
  CHECK(read("", believe).rejected.empty());
  CHECK(read("\n \r\n", believe).rejected.empty());
  CHECK(read("EDL|x\n", believe).rejected == Seen{"line 1: it does not begin with OCMF|"});
}

TEST_CASE("ocmf: begin and end of a session in two values of a container are one charge, and each bad value is named") {
  const auto value = [](const std::string& record) {
    return "<value><signedData format=\"OCMF\">" + record + "</signedData></value>";
  };
  const Read all = read("<values>" + value(unsigned_record(payload(kBegin, "T7"))) + value("OCMF|{}|{}") +
                            value(unsigned_record(payload(kEnd, "T8"))) + "</values>",
                        believe);
  REQUIRE(all.transactions.size() == 2);
  CHECK(shown(all.transactions[0]) == "interim 0 s");
  CHECK(shown(all.transactions[1]) == "final 3600 s 29500 Wh");
  CHECK(all.rejected == Seen{"value 2: it names neither its meter (MS) nor its gateway (GS)"});
}

TEST_CASE("ocmf: a record beyond 16 KiB costs itself alone, and no more memory than others") {
  const std::string good = unsigned_record(payload(kBegin + "," + kEnd));
  const std::string text = good + "\nOCMF|" + std::string(3u << 20, 'x') + "\n" + good;
  const Read all = read(text, believe);
  CHECK(all.rejected == Seen{"line 2: it has more than 16 KiB"});
  CHECK(all.transactions.size() == 2);
}

}  // namespace
}  // namespace greentill::ocmf
