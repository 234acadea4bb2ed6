// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/verify/link.hpp"

#include <algorithm>

#include "daemon/claim/cbor.hpp"

namespace greentill::credit {
namespace {

using claim::CborReader;

constexpr const char* kNotThis = "not what stands here in a claim";

// docs/claim-format.md: keys of a payload, and of its body.
constexpr std::int64_t kId = 7;
constexpr std::int64_t kBody = -65537;
constexpr std::int64_t kSeq = 1;
constexpr std::int64_t kPrev = 2;
constexpr std::int64_t kChain = 7;

template <std::size_t N>
bool read_fixed(CborReader& reader, Bytes<N>& into) {
  const ByteView content = reader.bytes(kNotThis);
  if (!reader.ok() || content.size() != N) return false;
  std::ranges::copy(content, into.begin());
  return true;
}

/// The next key of a map, where it is an integer.
std::optional<std::int64_t> read_key(CborReader& reader) {
  CborReader key(reader.item());
  const std::int64_t value = key.integer(kNotThis);
  return key.ok() ? std::optional(value) : std::nullopt;
}

/// Reads a body up to the last of what it looks for; false where that is not there, or of another kind.
bool read_place(CborReader& reader, Link& into) {
  bool seq = false;
  bool prev = false;
  bool chain = false;
  for (std::size_t left = reader.map(kNotThis); left > 0 && reader.ok() && !(seq && prev && chain); --left) {
    const auto key = read_key(reader);
    if (key == kSeq) {
      into.seq = reader.unsigned_integer(kNotThis);
      seq = true;
    } else if (key == kPrev) {
      if (!read_fixed(reader, into.prev)) return false;
      prev = true;
    } else if (key == kChain) {
      if (!read_fixed(reader, into.chain)) return false;
      chain = true;
    } else {
      reader.item();
    }
  }
  return reader.ok() && seq && prev && chain;
}

/// Moves to the body, the values before which `look` may look at; false where there is none.
template <typename Look>
bool find_body(CborReader& reader, const Look& look) {
  for (std::size_t left = reader.map(kNotThis); left > 0 && reader.ok(); --left) {
    const auto key = read_key(reader);
    if (key == kBody) return true;
    look(key, reader.item());
  }
  return false;
}

/// As find_link(), but for the id, and whether what follows in the body is CBOR.
bool find_place(ByteView payload, Link& into) {
  CborReader reader(payload);
  return find_body(reader, [](std::optional<std::int64_t>, ByteView) {}) && read_place(reader, into);
}

/// Takes a message off the front, and returns its payload.
ByteView take_payload(CborReader& reader) {
  if (reader.tag(kNotThis) != 61 || reader.tag(kNotThis) != 18 || reader.array(kNotThis) != 4) return {};
  reader.bytes(kNotThis);
  reader.item();
  const ByteView payload = reader.bytes(kNotThis);
  reader.bytes(kNotThis);
  return reader.ok() ? payload : ByteView{};
}

}  // namespace

std::optional<Link> find_link(ByteView payload) {
  CborReader reader(payload);
  Link link;
  const bool found = find_body(reader, [&](std::optional<std::int64_t> key, ByteView item) {
    CborReader value(item);
    claim::ClaimId id{};
    if (key == kId && read_fixed(value, id)) link.id = id;
  });
  if (!found) return std::nullopt;
  CborReader body(reader.item());
  return reader.ok() && read_place(body, link) ? std::optional(link) : std::nullopt;
}

ByteView find_payload(ByteView message) {
  CborReader reader(message);
  return take_payload(reader);
}

std::optional<Link> first_link(ByteView batch) {
  CborReader reader(batch);
  return find_link(take_payload(reader));
}

std::optional<Run> read_run(ByteView batch, const claim::Hasher& hasher) {
  if (batch.size() > kMaxBatchBytes) return std::nullopt;
  Run run;
  CborReader reader(batch);
  for (std::size_t count = 0; !reader.at_end(); ++count) {
    const ByteView payload = take_payload(reader);
    Link link;
    if (count == kMaxBatchClaims || !find_place(payload, link) || link.seq == 0 || link.seq > kMaxSeq) return std::nullopt;
    if (count == 0) {
      run.chain = link.chain;
      run.first = link.seq;
    } else if (link.chain != run.chain || link.seq != run.last + 1 || link.prev != run.hash) {
      return std::nullopt;
    }
    run.last = link.seq;
    run.hash = hasher.sha256({payload});
  }
  return run.first == 0 ? std::nullopt : std::optional(run);
}

}  // namespace greentill::credit
