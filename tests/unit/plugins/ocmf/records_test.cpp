// SPDX-License-Identifier: Apache-2.0
// What a session's records say, and what makes it doubtful.
#include "tests/unit/plugins/ocmf/sessions.hpp"

#include <algorithm>
#include <functional>
#include <span>

#include "plugins/common/readers/configuration.hpp"
#include "tests/unit/plugins/ocmf/signing.hpp"

namespace greentill::ocmf {
namespace {

using namespace sessions;
using test::hex;
using test::TestMeter;

TEST_CASE("ocmf: a signed session is a charge with the energy in Wh, its ids, its times and its record as evidence") {
  const TestMeter meter;
  const Meters meters(
      plugin::read_configuration("[[meter]]\nserial = \"M1\"\nkey = \"" + hex(meter.public_key()) + "\"\n", "ocmf"));
  const CheckSignature check = [&](const std::string& serial, std::string_view bytes, const Signature& signature) {
    meters.check(serial, bytes, signature);
  };
  const std::string record = meter.record(payload(kBegin + "," + reading("E", 60, "2965.1", R"(,"RT":"DC")")));
  const Read all = read(record + "\n", check);
  REQUIRE(all.transactions.size() == 1);
  const Transaction& t = all.transactions[0];
  CHECK(t.issuer == "GW1");
  CHECK(t.event_id == "M1/T7");
  CHECK(t.kind == GT_KIND_CHARGE);
  CHECK(t.begin == 1772355600);
  CHECK(shown(t) == "final 3600 s 29500 Wh");
  REQUIRE(t.attributes.size() == 1);
  CHECK(t.attributes[0].key == "current");
  CHECK(t.attributes[0].value == "DC");
  CHECK(std::string(t.evidence.begin(), t.evidence.end()) == record);
  CHECK(read(record, check).transactions[0].event_id == t.event_id);
}

TEST_CASE(
    "ocmf: one changed byte of the payload, white space included, and the record is rejected (Signing and Verification "
    "Process)") {
  const TestMeter meter;
  const Meters meters(
      plugin::read_configuration("[[meter]]\nserial = \"M1\"\nkey = \"" + hex(meter.public_key()) + "\"\n", "ocmf"));
  const CheckSignature check = [&](const std::string& serial, std::string_view bytes, const Signature& signature) {
    meters.check(serial, bytes, signature);
  };
  const std::string record = meter.record(payload(kBegin + "," + kEnd));
  const std::string wrong = "line 1: its signature is wrong: it was changed, or another meter signed it";
  std::string more_energy = record;
  more_energy.replace(more_energy.find("2965.1"), 6, "2995.1");
  CHECK(read(more_energy, check).rejected == Seen{wrong});
  std::string spaced = record;
  spaced.insert(spaced.find("\"PG\""), " ");
  CHECK(read(spaced, check).rejected == Seen{wrong});
  std::string other = record;
  other.replace(other.find("\"M1\""), 4, "\"M2\"");
  CHECK(read(other, check).rejected ==
        Seen{"line 1: there is no public key for its meter: add its serial number as a [[meter]], if it is yours"});
  // Pretty-printed, as the format allows, and signed as it stands.
  const std::string pretty =
      meter.record("{\n  \"PG\": \"T1\",\n  \"MS\": \"M1\",\n  \"RD\": [\n" + kBegin + ",\n" + kEnd + "\n  ]\n}\n");
  CHECK(read(pretty + "\r\n\r\n" + record + "\r\n", check).transactions.size() == 2);
}

struct Case {
  const char* from;
  std::string readings;
  std::string expected;
};

TEST_CASE("ocmf: what makes a session doubtful, and what does not") {
  const std::string good = R"(,"RI":"1-b:1.8.0","RU":"kWh","EF":"","ST":"G")";
  const auto state = [&](const std::string& st) { return R"(,"RI":"1-b:1.8.0","RU":"kWh","EF":"","ST":")" + st + "\""; };
  const auto errors = [&](const std::string& ef) { return R"(,"RI":"1-b:1.8.0","RU":"kWh","EF":")" + ef + R"(","ST":"G")"; };
  const Case cases[] = {
      {"table 7, TX: E, or more precisely L and R", kBegin + "," + reading("L", 60, "2965.1"), "final 3600 s 29500 Wh"},
      {"table 7, TX: R", kBegin + "," + reading("R", 60, "2965.1"), "final 3600 s 29500 Wh"},
      {"table 7, TX: A, aborted by an error: what was metered until then was charged", kBegin + "," + reading("A", 60, "2965.1"),
       "final 3600 s 29500 Wh"},
      {"table 7, TX: P, ended by a power failure", kBegin + "," + reading("P", 60, "2965.1"), "final 3600 s 29500 Wh"},
      {"table 7, TX: C, S and T on the way",
       kBegin + "," + reading("C", 15, "2940") + "," + reading("S", 20, "2940") + "," + reading("T", 30, "2950") + "," + kEnd,
       "final 3600 s 29500 Wh"},
      {"table 7, TX: X, no longer usable from here on", kBegin + "," + reading("X", 15, "2940") + "," + kEnd,
       "doubtful 3600 s 29500 Wh: an error was met while charging"},
      {"table 7, TX: no end yet", kBegin + "," + reading("C", 15, "2940"), "interim 900 s"},
      {"table 7, TX: no begin", reading("C", 15, "2940") + "," + kEnd, "doubtful 2700 s: its begin is missing"},
      {"table 7, TX: begins again", kBegin + "," + kEnd + "," + reading("B", 61, "2965.1"),
       "doubtful 3600 s 29500 Wh: it begins again after its end"},
      {"table 7, TX: goes on behind its end", kBegin + "," + kEnd + "," + reading("C", 61, "2966"),
       "doubtful 3600 s 30400 Wh: it goes on after its end"},
      {"table 7, EF: energy not usable", kBegin + "," + reading("E", 60, "2965.1", errors("E")),
       "doubtful 3600 s 29500 Wh: its energy is flagged as unusable"},
      {"table 7, EF: time not usable", kBegin + "," + reading("E", 60, "2965.1", errors("t")),
       "doubtful 3600 s 29500 Wh: its time is flagged as unusable"},
      {"table 7, EF: both, on a reading in between",
       kBegin + "," + reading("C", 5, "2936", errors("Et")) + "," + reading("E", 60, "2965.1", good),
       "doubtful 3600 s 29500 Wh: its energy is flagged as unusable; its time is flagged as unusable"},
      {"table 7, EF: unknown", kBegin + "," + reading("E", 60, "2965.1", errors("q")),
       "doubtful 3600 s 29500 Wh: an error is flagged that OCMF does not have"},
      {"table 10, ST: timeout, in between",
       kBegin + "," + reading("C", 5, "2936", state("T")) + "," + reading("E", 60, "2965.1", good),
       "doubtful 3600 s 29500 Wh: the meter did not answer in time"},
      {"table 10, ST: manipulated", kBegin + "," + reading("E", 60, "2965.1", state("M")),
       "doubtful 3600 s 29500 Wh: the meter was manipulated"},
      {"table 10, ST: substitute", kBegin + "," + reading("E", 60, "2965.1", state("S")),
       "doubtful 3600 s 29500 Wh: the meter's value is a substitute"},
      {"table 10, ST: unknown", kBegin + "," + reading("E", 60, "2965.1", state("?")),
       "doubtful 3600 s 29500 Wh: the meter's state is none that OCMF has"},
      {"table 10, ST is required",
       reading("B", 0, "1", R"(,"RI":"1-b:1.8.0","RU":"kWh")") + "," + reading("E", 60, "11", R"(,"EF":"")"),
       "doubtful 3600 s 10000 Wh: the meter's state is none that OCMF has"},
      {"table 19: synchronised, relative and informative clocks will do",
       reading("B", 0, "2935.6", good, " R") + "," + reading("E", 60, "2965.1", good, " I"), "final 3600 s 29500 Wh"},
      {"table 19: unsynchronised", reading("B", 0, "2935.6", good, " U") + "," + kEnd,
       "doubtful 3600 s 29500 Wh: its clock was not synchronised"},
      {"table 7, TM: no state of the clock", kBegin + "," + reading("E", 60, "2965.1", good, ""),
       "doubtful 3600 s 29500 Wh: its clock is not known to be good enough"},
      {"table 7, TM: readings out of order",
       kBegin + "," + reading("C", 30, "2940") + "," + reading("C", 20, "2941") + "," + kEnd,
       "doubtful 3600 s 29500 Wh: its readings are not in the order of their times"},
      {"table 7, TM: ends before it begins", reading("B", 60, "1") + "," + reading("E", 0, "2"),
       "doubtful 0 s 1000 Wh: its readings are not in the order of their times; it ends before it begins"},
      {"a register that goes backwards", kBegin + "," + reading("E", 60, "2935.5"),
       "doubtful 3600 s: a register goes backwards; it has no energy to the car (OBIS 1.8, 98.8 or B0 to B3)"},
      {"backwards on the way", kBegin + "," + reading("C", 5, "2934") + "," + kEnd,
       "doubtful 3600 s 29500 Wh: a register goes backwards"},
      {"section Readings: import and export side by side",
       kBegin + "," + R"({"RV":4.405,"RI":"1-0:2.8.0"},)" + reading("E", 60, "2965.1", R"(,"RI":"1-b:1.8.0")") +
           R"(,{"RV":4.405,"RI":"1-0:2.8.0"})",
       "final 3600 s 29500 Wh"},
      {"energy back from the car",
       kBegin + "," + R"({"RV":4.405,"RI":"1-0:2.8.0"},)" + reading("E", 60, "2965.1", R"(,"RI":"1-b:1.8.0")") +
           R"(,{"RV":4.5,"RI":"1-0:2.8.0"})",
       "doubtful 3600 s 29500 Wh: the car gave energy back"},
      {"registers before and behind the cable: the least counts",
       reading("B", 0, "0", R"(,"RI":"01-00:B2.08.00*FF","RU":"kWh","ST":"G")") + R"(,{"RV":0,"RI":"01-00:B3.08.00*FF"},)" +
           reading("E", 60, "30.0", R"(,"RI":"01-00:B2.08.00*FF")") + R"(,{"RV":29.7,"RI":"01-00:B3.08.00*FF"})",
       "final 3600 s 29700 Wh"},
      {"export alone is no charge",
       reading("B", 0, "1", R"(,"RI":"1-0:2.8.0","RU":"kWh","ST":"G")") + "," + reading("E", 60, "1", ""),
       "doubtful 3600 s: it has no energy to the car (OBIS 1.8, 98.8 or B0 to B3)"},
      {"table 7, RI: which quantity is not said",
       reading("B", 0, "1", R"(,"RU":"kWh","ST":"G")") + "," + reading("E", 60, "2", ""),
       "doubtful 3600 s: it has no energy to the car (OBIS 1.8, 98.8 or B0 to B3)"},
      {"table 20: another unit",
       reading("B", 0, "1", R"(,"RI":"1-b:1.8.0","RU":"MJ","ST":"G")") + "," + reading("E", 60, "2", ""),
       "doubtful 3600 s: a register's unit is neither kWh nor Wh; it has no energy to the car (OBIS 1.8, 98.8 or B0 to B3)"},
      {"the unit changes on the way", kBegin + "," + reading("E", 60, "2965100", R"(,"RU":"Wh")"),
       "doubtful 3600 s 2962164400 Wh: the unit of a register changes; more energy than a session can have (250 kWh)"},
      {"a register without its begin", kBegin + "," + kEnd + R"(,{"RV":5,"RI":"01-00:B2.08.00*FF"})",
       "doubtful 3600 s 29500 Wh: a register was not read at begin and end"},
      {"a register of one tariff",
       reading("B", 0, "7", R"(,"RI":"1-0:1.8.1","RU":"kWh","ST":"G")") + "," + reading("E", 60, "9", ""),
       "final 3600 s 2000 Wh"},
      {"a tariff's register beside the one for all",
       kBegin + R"(,{"RV":5,"RI":"1-0:1.8.2"},)" + reading("E", 60, "2965.1", R"(,"RI":"1-b:1.8.0")"), "final 3600 s 29500 Wh"},
      {"registers of two tariffs and none for all",
       reading("B", 0, "1", R"(,"RI":"1-0:1.8.1","RU":"kWh","ST":"G")") + R"(,{"RV":1,"RI":"1-0:1.8.2"},)" +
           reading("E", 60, "2", R"(,"RI":"1-0:1.8.1")") + R"(,{"RV":3,"RI":"1-0:1.8.2"})",
       "doubtful 3600 s 1000 Wh: it has registers of several tariffs and none for all of them"},
      {"import behind the cable, export beside it",
       reading("B", 0, "1.5", R"(,"RI":"1-0:98.8.0.FF","RU":"kWh","ST":"G")") + R"(,{"RV":0,"RI":"1-0:2.8.0.FF"},)" +
           reading("E", 60, "4", R"(,"RI":"1-0:98.8.0.FF")") + R"(,{"RV":0,"RI":"1-0:2.8.0.FF"})",
       "final 3600 s 2500 Wh"},
      {"one register, spelled in two ways",
       reading("B", 0, "1", R"(,"RI":"1-0:1.8.0","RU":"kWh","ST":"G")") + "," +
           reading("E", 60, "2", R"(,"RI":"01-00:01.08.00.FF")"),
       "final 3600 s 1000 Wh"},
      {"power beside energy may go down, and has a unit of its own",
       kBegin + R"(,{"RV":11,"RI":"1-0:1.7.0","RU":"kW"},)" + reading("E", 60, "2965.1", R"(,"RI":"1-b:1.8.0","RU":"kWh")") +
           R"(,{"RV":0,"RI":"1-0:1.7.0","RU":"kW"})",
       "final 3600 s 29500 Wh"},
      {"numbers as texts", reading("B", 0, R"("00000446.540")") + "," + reading("E", 60, R"("447.000")"), "final 3600 s 460 Wh"},
      {"units in capitals", reading("B", 0, "1", R"(,"RI":"1.8.0","RU":"KWH","ST":"G")") + "," + reading("E", 60, "2", ""),
       "final 3600 s 1000 Wh"},
      {"nothing was charged", kBegin + "," + reading("E", 60, "2935.6"), "final 3600 s 0 Wh"},
  };
  for (const Case& one : cases) {
    CAPTURE(std::string(one.from));
    CHECK(session(one.readings) == one.expected);
  }
}

TEST_CASE("ocmf: a clock that was never set is no time, and the session is seen") {
  const std::string more = R"(,"RI":"1-b:1.8.0","RU":"kWh","EF":"","ST":"G"})";
  for (const auto& [begin, end] : {std::pair{"1970-01-01T01:01:49,000+0100 R", "1970-01-01T02:01:49,000+0100 R"},
                                   {"2000-01-01T00:10:00,000+0000 I", "2000-01-01T01:10:00,000+0000 I"}}) {
    CAPTURE(std::string(begin));
    CHECK(session(R"({"TM":")" + std::string(begin) + R"(","TX":"B","RV":0)" + more + R"(,{"TM":")" + std::string(end) +
                  R"(","TX":"E","RV":10.5)" + more) ==
          "doubtful 3600 s 10500 Wh: its clock was never set: it stands before 2017");
  }
}

TEST_CASE("ocmf: the user's identification (table 11): its errors raise doubt, its absence does not") {
  const std::string readings = kBegin + "," + kEnd;
  for (const char* level : {"NONE", "HEARSAY", "TRUSTED", "VERIFIED", "CERTIFIED", "SECURE"}) {
    CAPTURE(std::string(level));
    CHECK(session(readings, R"("IL":")" + std::string(level) + "\",") == "final 3600 s 29500 Wh");
  }
  for (const char* level : {"MISMATCH", "INVALID", "OUTDATED", "UNKNOWN", "whatever"}) {
    CAPTURE(std::string(level));
    CHECK(session(readings, R"("IL":")" + std::string(level) + "\",") ==
          "doubtful 3600 s 29500 Wh: the user's identification failed");
  }
}

TEST_CASE("ocmf: energy is exact and rounded down to whole Wh, in either unit (table 7, RV)") {
  const auto energy = [](const std::string& unit, const std::string& from, const std::string& to) {
    return session(reading("B", 0, from, R"(,"RI":"1-b:1.8.0","RU":")" + unit + R"(","ST":"G")") + "," +
                   reading("E", 60, to, ""));
  };
  CHECK(energy("kWh", "2935.600", "2965.1") == "final 3600 s 29500 Wh");
  CHECK(energy("kWh", "0.1", "0.3999999") == "final 3600 s 299 Wh");
  CHECK(energy("kWh", "123456789.123456", "123456799.123455") == "final 3600 s 9999 Wh");  // beyond what a double tells apart
  CHECK(energy("Wh", "1000.75", "30500.5") == "final 3600 s 29499 Wh");                    // fractional Wh
  CHECK(energy("Wh", "1000", "30500") == "final 3600 s 29500 Wh");
  CHECK(energy("kWh", "0", "0") == "final 3600 s 0 Wh");
}

TEST_CASE("ocmf: units are read with suspicion") {
  const auto charged = [](const std::string& unit, int minutes, const std::string& to, const Plausible& plausible = {}) {
    return session(
        reading("B", 0, "0", R"(,"RI":"1-0:1.8.0*198","RU":")" + unit + R"(","ST":"G")") + "," + reading("E", minutes, to, ""),
        {}, plausible);
  };
  // kWh labelled Wh: as kWh it would be a session like any other.
  CHECK(charged("Wh", 60, "29.5") == "doubtful 3600 s 29 Wh: so little energy in Wh that it may be kWh");
  CHECK(charged("Wh", 240, "64") == "doubtful 14400 s 64 Wh: so little energy in Wh that it may be kWh");
  // As kWh it could not have been charged in that time: so it is Wh.
  CHECK(charged("Wh", 1, "29.5") == "final 60 s 29 Wh");
  CHECK(charged("Wh", 60, "29500") == "final 3600 s 29500 Wh");
  CHECK(charged("Wh", 60, "7160") == "final 3600 s 7160 Wh");
  CHECK(charged("Wh", 60, "0") == "final 3600 s 0 Wh");
  // Wh labelled kWh.
  CHECK(charged("kWh", 60, "29500") == "doubtful 3600 s 29500000 Wh: more energy than a session can have (250 kWh)");
  CHECK(charged("kWh", 2, "20") == "doubtful 120 s 20000 Wh: more energy than its time allows (400 kW)");
  CHECK(charged("kWh", 0, "1") == "doubtful 0 s 1000 Wh: more energy than its time allows (400 kW)");
  // Both limits are the operator's.
  CHECK(charged("kWh", 60, "500", {1000, 800, "SRI"}) == "final 3600 s 500000 Wh");
  CHECK(charged("kWh", 60, "12", {11, 100, "SRI"}) == "doubtful 3600 s 12000 Wh: more energy than its time allows (11 kW)");
  CHECK(session(kBegin + "," + kEnd, {}, {400, 250, "R"}) ==
        "doubtful 3600 s 29500 Wh: its clock is not known to be good enough");
}

/// Begin and end as records of their own (best practice, SingleReading).

}  // namespace
}  // namespace greentill::ocmf
