// SPDX-License-Identifier: Apache-2.0
// The forms that public exports come in, and the rows that a mapping leaves out.
#include <doctest/doctest.h>

#include "plugins/journal/mapping.hpp"
#include "tests/unit/plugins/journal/mapping_made.hpp"

namespace greentill::journal {
namespace {

using namespace test;

const std::string kFrame = R"(
issuer = "op"
zone = "Europe/Helsinki"
end = { column = "to", formats = ["%H:%M"] }
mode = { column = "kind", values = { electric_scooter = "scooter.shared", e = "ebike.shared", E = "bike.shared" } }
event_id = { column = "id" }
quantities = { "m.track" = { column = "km", scale = "1000", optional = true } }
)";
const std::string kBegin = "begin = { column = \"from\", formats = [\"%H:%M\"] }\n";

TEST_CASE("mapping: rows are left out by a value, with '*' and '?', whatever the case of its letters") {
  const std::string rule = "leave_out = [{ columns = [\"who\", \"kind\"], values = [\"staff\", \"* test*\", \"T??\", \"\"] }]\n";
  const auto with = [&](const std::string& who) {
    return made(rule + kBegin + kFrame, "id,kind,from,to,km,who\n1,e," + std::string("08:00,08:10,1,") + who + "\n")[0];
  };
  const std::string out = "left out: column 'who': the mapping leaves its value out: no customer's ride";
  for (const char* who : {"staff", "STAFF", "a test", "my TEST station", "t12", "Tüx", ""}) {
    CAPTURE(who);
    CHECK(with(who) == out);
  }
  for (const char* who : {"staffed", "test", "contest", "T1", "T123", "member"}) {
    CAPTURE(who);
    CHECK(with(who).starts_with("op 1 ebike.shared"));
  }
  // Before anything else is looked at: a row of the operator's need not be whole.
  CHECK(made(rule + kBegin + kFrame, "id,kind,from,to,km,who\n1,e,,,,staff\n") == Found{out});
  CHECK(made(rule + kBegin + kFrame, "id,kind,from,to,km,who\n1,test,,,,x\n")[0].find("not among") == std::string::npos);
}

TEST_CASE("mapping: patterns with many stars take no time") {
  CHECK(!matches("*a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(20'000, 'a')));
  CHECK(matches("*", ""));
  CHECK(matches("", ""));
  CHECK(!matches("?", ""));
  CHECK(matches("?x", "\xffx"));
  CHECK(matches("*é?", "caféé"));
}

TEST_CASE("mapping: kinds of vehicles are the same however they are spelt, unless the mapping tells them apart") {
  const auto mode = [&](const std::string& kind) {
    return made(kBegin + kFrame, "id,kind,from,to,km\n1," + kind + ",08:00,08:10,1\n")[0].substr(0, 20);
  };
  for (const char* kind : {"electric_scooter", "Electric Scooter", "electric-scooter", "ELECTRICSCOOTER"}) {
    CAPTURE(kind);
    CHECK(mode(kind) == "op 1 scooter.shared ");
  }
  CHECK(mode("e") == "op 1 ebike.shared 21");
  CHECK(mode("E") == "op 1 bike.shared 216");
  CHECK(mode("e-").substr(0, 13) == "column 'kind'");
  CHECK(mode("").substr(0, 13) == "column 'kind'");
}

TEST_CASE("mapping: a row without any of the quantities is no trip that anything could be claimed for") {
  CHECK(made(kBegin + kFrame, "id,kind,from,to,km\n1,e,08:00,08:10,\n") ==
        Found{"it has none of the mapping's quantities, such as a distance"});
}

TEST_CASE("mapping: date and time in two columns, half days, and times that are counted") {
  const auto begin = [&](const std::string& time, const std::string& columns, const std::string& fields) {
    const std::string mapping = "begin = " + time + "\nduration = { column = \"s\" }\n" + kFrame;
    std::string without_end = mapping;
    const std::string end = "end = { column = \"to\", formats = [\"%H:%M\"] }\n";
    without_end.erase(without_end.find(end), end.size());
    const std::string made_of = made(without_end, "id,kind,s,km," + columns + "\n1,e,60,1," + fields + "\n")[0];
    return made_of.substr(0, made_of.find(" m.track"));
  };
  const std::string two = R"({ columns = ["day", "hour"], formats = ["%m/%d/%Y %I:%M %p"] })";
  CHECK(begin(two, "hour,day", "11:57 PM,5/31/2021") == "op 1 ebike.shared 1622494620+60");
  CHECK(begin(two, "hour,day", ",5/31/2021") == "column 'hour': is empty");
  CHECK(begin(two, "hour,day", "23:57 PM,5/31/2021") == "column 'day': it matches none of the mapping's time formats");
  CHECK(begin(R"({ column = "t", formats = ["%s"] })", "t", "1622494620") == "op 1 ebike.shared 1622494620+60");
  CHECK(begin(R"({ column = "t", formats = ["%Q"] })", "t", "1622494620999") == "op 1 ebike.shared 1622494620+60");
  CHECK(begin(R"({ column = "t", formats = ["%Q", "%s"] })", "t", "1622494620") == "op 1 ebike.shared 1622494620+60");
  CHECK(begin(R"({ column = "t", formats = ["%s"] })", "t", "0") == "column 't': it matches none of the mapping's time formats");
}

TEST_CASE("mapping: a decimal comma, in amounts and places") {
  const std::string mapping = R"(
issuer = "op"
zone = "Etc/UTC"
delimiter = ";"
decimal = ","
begin = { column = "t", formats = ["%H:%M"] }
duration = { column = "min", scale = "60" }
mode = { constant = "bus" }
event_id = { whole_row = true }
quantities = { "m.track" = { column = "km", scale = "1000" }, "m.stations" = { great_circle = ["a", "b", "c", "d"] } }
)";
  const auto one = [&](const std::string& row) {
    const std::string all = made(mapping, "t;min;km;a;b;c;d\n" + row + "\n")[0];
    return all.starts_with("op ") ? all.substr(all.find("bus")) : all;
  };
  CHECK(one("08:00;1,5;2,0435;60,170000;24,940000;60,180000;24,940000") == "bus 28800+90 m.stations=1111 m.track=2043");
  CHECK(one("08:00;1.5;2,0435;60,17;24,94;60,18;24,94") == "column 'min': it is no amount");
  CHECK(one("08:00;1;1.234,5;60,17;24,94;60,18;24,94") == "column 'km': it is no amount");
  CHECK(one("08:00;1;1;60.17;24,94;60,18;24,94") == "column 'a': it is no coordinate");
}

TEST_CASE("mapping: of several names of a column the header has one") {
  const std::string mapping = "begin = { column = \"from | Begin\", formats = [\"%H:%M\"] }\n" + kFrame;
  CHECK(made(mapping, "id,kind,Begin,to,km\n1,e,08:00,08:10,1\n")[0].starts_with("op 1"));
  CHECK(made(mapping, "id,kind,from,to,km\n1,e,08:00,08:10,1\n")[0].starts_with("op 1"));
  CHECK(made(mapping, "id,kind,\" from\",to,\"km \"\n1,e,08:00,08:10,1\n")[0].starts_with("op 1"));
  CHECK_THROWS_WITH(made(mapping, "id,kind,start,to,km\n"),
                    "the header lacks the column 'from | Begin'; it has 'id', 'kind', 'start', 'to', 'km'");
}

TEST_CASE("mapping: a station that cannot be used rejects the rides from and to it alone") {
  const auto find = [](std::string_view id) -> std::optional<Station> {
    if (id == "2") return Station{std::nullopt, "stands twice, with two places"};
    return two_stations(id);
  };
  const auto decoder = csv_decoder(Mapping::parse(kStations, "m.toml", {"", "", find}));
  CHECK(decode(*decoder, "b,f,t,m\n08:00,001,2,\n08:00,001,2,7\n").at(0) ==
        "2: column 't': its station stands twice, with two places");
}

TEST_CASE("mapping: what is new in the file is checked with it") {
  const auto fault = [](const std::string& more, const std::string& frame = kBegin + kFrame) {
    try {
      (void)Mapping::parse(more + frame, "m.toml");
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(fault("").empty());
  CHECK(fault("encoding = \"cp949\"\n").empty());
  CHECK(fault("encoding = \"klingon\"\n") ==
        "m.toml:1:12: key 'encoding' cannot be used: 'klingon' is no encoding that is known; name one such as windows-1252, "
        "cp949 or "
        "utf-16le");
  CHECK(fault("encoding = \"ebcdic-cp-us\"\n").find("lines cannot be told in the encoding 'ebcdic-cp-us'") != std::string::npos);
  CHECK(fault("encoding = \"utf-32\"\n").find("lines cannot be told in the encoding 'utf-32'") != std::string::npos);
  CHECK(fault("decimal = \";\"\n").find("key 'decimal'") != std::string::npos);
  CHECK(fault("begin = { column = \"a\", formats = [\"%Y-%m-%d %T\"] }\n", kFrame) ==
        "m.toml:1:36: key 'begin.formats' is no format: '%T' is none of %Y %y %m %d %H %I %M %S %p %f %z %s %Q");
  CHECK(
      fault("begin = { column = \"a\", columns = [\"b\"], formats = [\"%s\"] }\n", kFrame).find("either 'column' or 'columns'") !=
      std::string::npos);
  CHECK(fault("begin = { formats = [\"%s\"] }\n", kFrame).find("either 'column' or 'columns'") != std::string::npos);
  CHECK(fault("leave_out = [{ columns = [], values = [\"x\"] }]\n") ==
        "m.toml:1:26: key 'leave_out[0].columns' must hold one at least");
  CHECK(fault("leave_out = [{ columns = [\"a\"], values = [] }]\n").find("key 'leave_out[0].values' must hold one at least") !=
        std::string::npos);
  CHECK(fault("leave_out = [{ columns = [\"a\"], values = [\"x\", \"**\"] }]\n").find("would leave every row out") !=
        std::string::npos);
  CHECK(fault("leave_out = [{ columns = [\"a\"], value = [\"x\"] }]\n").find("there is a key 'value'") != std::string::npos);
  std::string empty = kBegin + kFrame;
  empty.replace(empty.find("quantities = "), std::string::npos, "quantities = { }\n");
  CHECK(fault("", empty).find("key 'quantities' must hold one at least") != std::string::npos);
}

}  // namespace
}  // namespace greentill::journal
