// SPDX-License-Identifier: Apache-2.0
// Any text is an enrolment's request or answer, as a file or as scanned codes, or is refused. What was read is written as the
// same bytes, and is authentic under the key that it was written with alone.
#include <cstdlib>

#include "daemon/enrol/offline_message.hpp"
#include "daemon/enrol/sheet.hpp"

namespace {

using namespace greentill;
using enrol::Sheet;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

template <typename Message>
void judge(Sheet kind, ByteView bytes, const Message& message) {
  const Digest key{7};
  const auto again = encode(message.content, key);
  require(again.ok() && again->size() == bytes.size());
  // All but the tag, which is made with the key.
  const std::size_t tag = sizeof(Digest);
  require(std::equal(again->begin(), again->end() - tag, bytes.begin()));
  require(std::equal(again->begin(), again->end(), bytes.begin()) == is_authentic(message, key));
  require(enrol::read_sheet(kind, enrol::to_file(kind, bytes)).value() == std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
  require(enrol::read_sheet(kind, joined(enrol::to_lines(kind, bytes))).ok());
}

void read_both(ByteView bytes) {
  if (const auto request = enrol::read_offline_request(bytes)) judge(Sheet::request, bytes, *request);
  if (const auto answer = enrol::read_offline_answer(bytes)) judge(Sheet::answer, bytes, *answer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  read_both(bytes);
  for (const Sheet kind : {Sheet::request, Sheet::answer}) {
    if (const auto message = enrol::read_sheet(kind, as_text(bytes))) read_both(*message);
  }
  return 0;
}
