// SPDX-License-Identifier: Apache-2.0
// Any bytes are the content of a common bundle or a refusal; what is read is in its order, has one encoding, and is put in force:
// each version for the acts that its bounds let, and for no other.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <tuple>

#include "daemon/measure/published.hpp"
#include "tests/fuzz/no_hasher.hpp"

namespace {

using namespace greentill;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_in_force(const measure::Library& library, const measure::Published& one, std::int64_t at) {
  const measure::Methodology* found = library.find(one.methodology.id, one.methodology.version, one.methodology.sha256);
  require(found != nullptr);
  const bool lets = measure::lets(one.from, one.until, at);
  require(library.holds(*found, at) == lets);
  const measure::Methodology* best = library.for_activity(one.methodology.activity, at, one.methodology.id);
  if (best == nullptr) {
    require(!lets || !measure::lets(one.methodology.valid_from, one.methodology.valid_until, at));
  } else {
    require(best->activity == one.methodology.activity && best->id == one.methodology.id && library.holds(*best, at));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::NoHasher hasher;
  auto read = measure::read_published({data, size}, hasher);
  if (!read) {
    require(!read.error().message.empty());
    return 0;
  }
  for (std::size_t i = 1; i < read->size(); ++i) {
    const measure::Methodology& a = (*read)[i - 1].methodology;
    const measure::Methodology& b = (*read)[i].methodology;
    require(std::tie(a.id, a.version) < std::tie(b.id, b.version));
  }
  auto library = measure::Library::from({});
  const auto published = *read;
  require(library.ok() && library->publish(std::move(*read)).ok());
  for (const measure::Published& one : published) {
    for (const std::int64_t at : {std::numeric_limits<std::int64_t>::min(), one.from.value_or(0), one.until.value_or(0),
                                  one.methodology.valid_from, std::numeric_limits<std::int64_t>::max()}) {
      check_in_force(*library, one, at);
    }
  }
  require(library->publish({}).ok() && library->all().size() == published.size());
  for (const measure::Published& one : published) {
    require(library->for_activity(one.methodology.activity, one.methodology.valid_from) == nullptr);
  }
  return 0;
}
