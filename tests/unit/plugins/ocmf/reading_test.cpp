// SPDX-License-Identifier: Apache-2.0
// Sections and tables are those of the OCMF specification of S.A.F.E. e.V. (OCMF-en.md), revisions 1.0 to 1.3.1.
#include "plugins/ocmf/reading.hpp"

#include <doctest/doctest.h>

namespace greentill::ocmf {
namespace {

std::string problem(std::string_view json) {
  try {
    (void)Payload::parse(json);
  } catch (const plugin::Unusable& error) {
    return error.what();
  }
  return {};
}

std::string with(const std::string& reading) { return R"({"PG":"T1","MS":"M","RD":[)" + reading + "]}"; }

// "Example", figure 1, shortened, with other names and numbers.
constexpr std::string_view kPretty = R"({
    "FV": "1.2",
    "GI": "Example Gateway",
    "GS": "700000000001",
    "GV": "1.0",
    "PG": "T12345",
    "MS": "XM00000001",
    "IS": true,
    "IL": "VERIFIED",
    "IF": ["RFID_PLAIN", "OCPP_RS_TLS"],
    "IT": "ISO14443",
    "ID": "00112233445566",
    "LC": { "LN": "cable", "LI": 1, "LR": 2, "LU": "mOhm" },
    "RD": [
        { "TM": "2018-07-24T13:22:04,000+0200 S", "TX": "B", "RV": 2935.600, "RI": "1-b:1.8.0", "RU": "kWh", "RT": "DC", "EF": "", "ST": "G" },
        { "TM": "2018-07-24T14:22:04,900+0200 S", "TX": "E", "RV": 2965.1, "CL": 0.5 }
    ]
})";

TEST_CASE("ocmf payload: the specification's example (section Example), with white space and what a reading leaves out") {
  const Payload payload = Payload::parse(kPretty);
  CHECK(payload.gateway == "700000000001");
  CHECK(payload.meter == "XM00000001");
  CHECK(payload.page_text() == "T12345");
  CHECK(payload.user_level == "VERIFIED");
  CHECK(payload.is_personal);
  REQUIRE(payload.readings.size() == 2);
  const Reading& begin = payload.readings[0];
  CHECK(begin.time == 1532431324);
  CHECK(begin.clock == 'S');
  CHECK(begin.transaction == 'B');
  CHECK(*begin.value == *Decimal::parse("2935.6"));
  const Reading& end = payload.readings[1];
  CHECK(end.time == 1532434924);
  CHECK(end.transaction == 'E');
  CHECK(end.obis == "1-b:1.8.0");
  CHECK(end.unit == "kWh");
  CHECK(end.current == "DC");
  CHECK(end.status == "G");
  CHECK(*end.value == *Decimal::parse("2965.1"));
}

TEST_CASE("ocmf payload: readings inherit within a record (section Readings), but no value of another register") {
  const Payload payload = Payload::parse(
      R"({"FV":"1.0","GS":"G","PG":"T144","MS":"M","RD":[{"TM":"2021-10-06T13:13:56,000+0200 R","TX":"B","RV":57.584,"RI":"1-0:1.8.0","RU":"kWh","ST":"G","UC":{"UN":"x"}},
         {"RV":4.405,"RI":"1-0:2.8.0"},{"RI":"1-0:1.8.0"},{"TM":"2021-10-06T13:15:13,000+0200 R","TX":"E"}]})");
  REQUIRE(payload.readings.size() == 4);
  CHECK(payload.readings[1].transaction == 'B');
  CHECK(payload.readings[1].time == payload.readings[0].time);
  CHECK(*payload.readings[1].value == *Decimal::parse("4.405"));
  CHECK(!payload.readings[2].value);
  CHECK(payload.readings[3].transaction == 'E');
  CHECK(!payload.is_personal);
}

TEST_CASE("ocmf payload: general information and pagination (tables 1 to 3)") {
  const std::string reading = R"({"TM":"2021-10-06T13:13:56,000+0200 S"})";
  const auto head = [&](const std::string& fields) { return problem("{" + fields + R"(,"RD":[)" + reading + "]}"); };
  CHECK(head(R"("PG":"T1","MS":"M")").empty());
  CHECK(head(R"("FV":"1.3","PG":"T0","GS":"G")").empty());
  CHECK(head(R"("FV":"0.4","PG":"T1","MS":"M")") == "FV must be 1.0 to 1.4");
  CHECK(head(R"("FV":"2.0","PG":"T1","MS":"M")") == "FV must be 1.0 to 1.4");
  CHECK(head(R"("FV":1.0,"PG":"T1","MS":"M")").empty());
  CHECK(head(R"("FV":2,"PG":"T1","MS":"M")") == "FV must be 1.0 to 1.4");
  CHECK(head(R"("PG":"F12","MS":"M")") == "PG: a fiscal reading belongs to no charging session");
  for (const char* page : {"", "T", "T01", "T1x", "T-1", "X1", "1", "T1234567890123456789"}) {
    CAPTURE(std::string(page));
    CHECK(head(std::string(R"("MS":"M","PG":")") + page + "\"") == "PG must be T with a number");
  }
  CHECK(head(R"("PG":"T1")") == "it names neither its meter (MS) nor its gateway (GS)");
  CHECK(head(R"("PG":"T1","MS":")" + std::string(65, 'x') + "\"") == "MS has more than 64 bytes");
  CHECK(Payload::parse(R"({"PG":"T1","GS":"G","RD":[)" + reading + "]}").meter == "G");
}

TEST_CASE("ocmf payload: fields of a reading (table 7)") {
  const auto reading = [](const std::string& fields) { return problem(with("{" + fields + "}")); };
  const std::string time = R"("TM":"2021-10-06T13:13:56,000+0200 S")";
  CHECK(reading(time).empty());
  CHECK(reading(R"("TX":"B")") == "TM is missing");
  for (const char* wrong :
       {"2021-10-06 13:13:56,000+0200 S", "2021-10-06T13:13:56,000 S", "yesterday", "", "2021-02-30T13:13:56,000+0200 S"}) {
    CAPTURE(std::string(wrong));
    CHECK(reading(std::string(R"("TM":")") + wrong + "\"") == "TM must be a time such as 2018-07-24T13:22:04,000+0200 S");
  }
  CHECK(reading(time + R"(,"TX":"Q")") == "TX must be one of BCXELRAPST");
  CHECK(reading(time + R"(,"TX":"BE")") == "TX must be one of BCXELRAPST");
  for (const char* wrong : {"\"12,5\"", "\"12.5 kWh\"", "\"\"", "1e3", "true", "[]"}) {
    CAPTURE(std::string(wrong));
    CHECK(reading(time + R"(,"RV":)" + wrong) == "RV must be a plain decimal number");
  }
  CHECK(problem(with("7")) == "RD must hold objects alone");
  CHECK(problem(R"({"PG":"T1","MS":"M","RD":[]})") == "RD must be a list of readings");
  CHECK(problem(R"({"PG":"T1","MS":"M"})") == "RD must be a list of readings");
  CHECK(problem("[]") == "the payload must be an object");
  CHECK(problem(R"({"PG":"T1","PG":"T2","MS":"M"})").find("twice") != std::string::npos);
}

TEST_CASE("ocmf payload: the state of the clock (table 19) is what stands behind the time") {
  const auto clock = [](const std::string& text) {
    return Payload::parse(with(R"({"TM":"2021-10-06T13:13:56,000+0200)" + text + "\"}")).readings[0].clock;
  };
  CHECK(clock(" U") == 'U');
  CHECK(clock(" I") == 'I');
  CHECK(clock(" S") == 'S');
  CHECK(clock(" R") == 'R');
  CHECK(clock("") == '\0');
  CHECK(clock(" SR") == '\0');
}

TEST_CASE("ocmf payload: which user is never kept, only that there is one (table 4), as with the vendor's fields") {
  const auto personal = [](const std::string& fields) {
    return Payload::parse(R"({"PG":"T1","MS":"M",)" + fields + R"("RD":[{"TM":"2021-10-06T13:13:56,000+0200 S"}]})").is_personal;
  };
  CHECK(!personal(""));
  CHECK(!personal(R"("IS":false,"IT":"NONE","ID":"",)"));
  CHECK(personal(R"("IS":true,"IT":"ISO14443","ID":"00112233",)"));
  CHECK(personal(R"("X2":"contract of somebody",)"));
  CHECK(personal(R"("U":1,)"));
}

TEST_CASE("ocmf payload: OBIS codes say which register it is, however they are spelled") {
  for (const char* code : {"1-b:1.8.0", "1-0:1.8.0", "1-0:1.8.0*198", "01-00:01.08.00*FF", "01-00:B0.08.00*FF",
                           "01-00:B1.08.00*FF", "01-00:B2.08.00*FF", "01-00:B3.08.00.FF", "1.8.0", "1-b:1.8.e", "1.8.e",
                           "1-0:98.8.0.FF", "98.8.0", "1-0:98.8.0*255", "01-00:b2.08.00*ff"}) {
    CAPTURE(std::string(code));
    CHECK(register_of(code) == Register::import);
  }
  for (const char* code : {"1-0:1.8.1", "1.8.2", "01-00:01.08.63.FF", "01-00:B2.08.01*FF"}) {
    CAPTURE(std::string(code));
    CHECK(register_of(code) == Register::import_tariff);
  }
  for (const char* code : {"1-0:2.8.0", "1-b:2.8.e", "2.8.1", "01-00:C0.08.00*FF", "01-00:C3.08.00*FF"}) {
    CAPTURE(std::string(code));
    CHECK(register_of(code) == Register::export_back);
  }
  for (const char* code : {"", "1-0:1.7.0", "1-0:16.7.0", "01-00:00.08.06*FF", "1-0:11.8.0", "kWh", "1-0:3.8.0", "1-0:1.8.x",
                           "1-0:1.8.255", "6-0:1.8.0", "1-b:1.9.0", "1.8", ":", "1-0:1.8.0.FF.0"}) {
    CAPTURE(std::string(code));
    CHECK(register_of(code) == Register::other);
  }
}

TEST_CASE("ocmf payload: one register is the same, however it is filled up with zeros") {
  CHECK(plain_obis("01-00:01.08.00*FF") == "1-0:1.8.0");
  CHECK(plain_obis("1-0:1.8.0.FF") == "1-0:1.8.0");
  CHECK(plain_obis("1-0:1.8.0*198") == "1-0:1.8.0*198");
  CHECK(plain_obis("1-b:1.8.e") == "1-b:1.8.e");
  CHECK(plain_obis("01-00:B3.08.00") == "1-0:b3.8.0");
  CHECK(plain_obis("1.8.0") == "1.8.0");
  CHECK(plain_obis("").empty());
}

TEST_CASE("ocmf payload: numbers written as texts, texts written as numbers, and the other forms of ISO 8601") {
  const Payload read = Payload::parse(
      R"({"FV":1.0,"GS":4711,"PG":"T1","MS":12345678901234567890,"RD":[)"
      R"({"TM":"2022-07-25T08:37:19.962+00:00 S","TX":"B","RV":"00000446.540","RI":"1-b:1.8.e","RU":"kWh","ST":"G"},)"
      R"({"TM":"2022-07-25T08:45:38Z S","TX":"E","RV":"447","ST":"G"}]})");
  CHECK(read.gateway == "4711");
  CHECK(read.meter == "12345678901234567890");
  REQUIRE(read.readings.size() == 2);
  CHECK(read.readings[0].time == 1'658'738'239);
  CHECK(read.readings[0].clock == 'S');
  CHECK(read.readings[0].value == Decimal::parse("446.54"));
  CHECK(read.readings[1].time == 1'658'738'738);
  CHECK(read.readings[1].value == Decimal::parse("447"));
}

}  // namespace
}  // namespace greentill::ocmf
