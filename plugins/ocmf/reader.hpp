// SPDX-License-Identifier: Apache-2.0
// The records of a file, "OCMF|payload|signature", put together to sessions where begin and end are records of their own.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "plugins/common/readers/record_reader.hpp"
#include "plugins/ocmf/container.hpp"
#include "plugins/ocmf/reading.hpp"
#include "plugins/ocmf/session.hpp"
#include "plugins/ocmf/signature.hpp"

namespace greentill::ocmf {

/// Throws plugin::Unusable where the meter did not sign these bytes.
using CheckSignature = std::function<void(const std::string& meter, std::string_view bytes, const Signature& signature)>;

/// One record, taken apart; views into its bytes.
struct Record {
  std::string_view bytes;    ///< all of it
  std::string_view payload;  ///< what is signed, to the byte
  std::string_view signature;

  /// Throws plugin::Unusable where it has not the three sections.
  static Record parse(std::string_view bytes);
};

class Records final : public plugin::RecordReader {
 public:
  /// `bytes` must outlive the reader.
  Records(plugin::ByteInput& bytes, Plausible plausible, CheckSignature check);

  Next next(plugin::Transaction& into) override;
  [[nodiscard]] std::string where() const override { return texts_ ? texts_->where() : std::string(); }

 private:
  /// A session whose begin was read and whose end was not.
  struct Open {
    Session session;
    std::string gateway;
    std::string begin;  // the record
    std::uint64_t page;
  };
  void read(std::string_view bytes, plugin::Transaction& into);
  void note_page(const Payload& payload);
  void go_on(const Payload& payload, std::string_view bytes, plugin::Transaction& into);
  void stand_alone(const Payload& payload, plugin::Transaction& into) const;
  void fill(const Payload& payload, const Session& session, std::string evidence, bool is_personal,
            plugin::Transaction& into) const;

  plugin::ByteInput& bytes_;
  Plausible plausible_;
  CheckSignature check_;
  std::map<std::string, Open, std::less<>> open_;           // by meter
  std::map<std::string, std::uint64_t, std::less<>> over_;  // by meter: the page that ended its last session
  std::unique_ptr<RecordTexts> texts_;
};

}  // namespace greentill::ocmf
