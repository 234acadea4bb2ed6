// SPDX-License-Identifier: Apache-2.0
// The XML of the S.A.F.E. transparency software: <values> with a <signedData> in each <value>, in its namespace or in none.
// Threads: one thread.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/readers/xml.hpp"
#include "plugins/ocmf/container.hpp"

namespace greentill::ocmf {

/// What is read out of it: the signed data alone. The public key beside it proves nothing and is passed over.
class SignedValues final : public RecordTexts, private plugin::XmlHandler {
 public:
  explicit SignedValues(plugin::ByteInput& bytes);
  Next next(std::string& into) override;
  [[nodiscard]] std::string where() const override { return "value " + std::to_string(number_); }

 private:
  void start(const plugin::XmlName& name, const std::vector<plugin::XmlAttribute>& attributes) override;
  void text(std::string_view piece) override;
  void end(const plugin::XmlName& name) override;

  plugin::XmlParser parser_;
  plugin::Pieces pieces_;
  struct Value {
    std::string text;
    std::string problem;
  };
  std::deque<Value> read_;  // those that one piece of the file held
  Value value_;             // that is being read
  std::size_t depth_ = 0;   // inside it
  std::size_t number_ = 0;
};

}  // namespace greentill::ocmf
