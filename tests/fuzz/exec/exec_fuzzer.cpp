// SPDX-License-Identifier: Apache-2.0
// Lines of a program that speaks greentill-exec-1. The first byte says which: an introduction, a source's line, an answer, or a
// transaction to ask about. A line is refused with a reason for people, or what is read of it keeps the limits; a transaction
// comes back from the question that is made of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "daemon/event/abi_view.hpp"
#include "daemon/event/json_reader.hpp"
#include "plugins/exec/protocol.hpp"
#include "tests/fuzz/acceptable.hpp"

namespace {

using namespace greentill;
using fuzz::require;
using fuzz::require_acceptable;

void check_source_line(std::string_view line) {
  const exec::SourceLine read = exec::parse_source_line(line);
  require(read.position.size() <= 1024);
  if (read.what == exec::SourceLine::What::transaction) require_acceptable(read.transaction);
}

void check_question(std::string_view line) {
  const auto sent = event::parse_transaction(line);
  if (!sent) return;
  event::AbiView view;
  const std::string question = exec::question(7, view.of(*sent, event::Audience::detector));
  constexpr std::string_view kFront = R"({"call":7,"transaction":)";
  require(question.starts_with(kFront) && question.ends_with("}\n"));
  require(question.find('\n') == question.size() - 1);
  const auto got =
      event::parse_transaction(std::string_view(question).substr(kFront.size(), question.size() - kFront.size() - 2));
  require(got.ok());
  require(exec::question(7, view.of(*got, event::Audience::detector)) == question);
  require(got->issuer == sent->issuer && got->event_id == sent->event_id && got->lines.size() == sent->lines.size());
  require(got->account_token.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view line(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    switch (data[0]) {
      case 'i': {
        const exec::Introduction introduction = exec::parse_introduction(line);
        require(!introduction.name.empty() && introduction.name.size() <= 32 && introduction.version.size() <= 32);
        break;
      }
      case 'a': {
        const exec::Answer answer = exec::parse_answer(line, 1);
        require(answer.error.empty() || answer.acts.empty());
        break;
      }
      case 'q': check_question(line); break;
      default: check_source_line(line);
    }
  } catch (const std::runtime_error& error) {
    require(*error.what() != '\0');
  }
  return 0;
}
