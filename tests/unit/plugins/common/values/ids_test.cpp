// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/ids.hpp"

#include <doctest/doctest.h>

namespace greentill::plugin {
namespace {

TEST_CASE("ids: an event id shows its parts, and different parts never give the same") {
  CHECK(event_id_of({"2026-05-22", "A2026", "17"}) == "2026-05-22/A2026/17");
  CHECK(event_id_of({"A/B", "1"}) == "A%2FB/1");
  CHECK(event_id_of({"A", "B/1"}) == "A/B%2F1");
  CHECK(event_id_of({"A%2FB", "1"}) == "A%252FB/1");
  CHECK(event_id_of({"", "1"}) != event_id_of({"1", ""}));
}

TEST_CASE("ids: an event id that would be too long is a digest") {
  const std::string longest(128, 'x');
  CHECK(event_id_of({longest}) == longest);
  const std::string id = event_id_of({longest + "y"});
  CHECK(id.starts_with("sha256:"));
  CHECK(id.size() == 71);
  CHECK(id == event_id_of({longest + "y"}));
  CHECK(id != event_id_of({longest + "z"}));
}

TEST_CASE("ids: an opaque issuer shows its scheme and nothing else") {
  const std::string issuer = opaque_issuer("es", {"X0000000T"});
  CHECK(issuer.size() == 35);
  CHECK(issuer.starts_with("es:"));
  CHECK(issuer.find("0000000T") == std::string::npos);
  CHECK(issuer == opaque_issuer("es", {"X0000000T"}));
  CHECK(issuer.substr(3) != opaque_issuer("it", {"X0000000T"}).substr(3));
  CHECK(opaque_issuer("e", {"a", "b"}) != opaque_issuer("e", {"a/b"}));
}

}  // namespace
}  // namespace greentill::plugin
