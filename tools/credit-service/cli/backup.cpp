// SPDX-License-Identifier: Apache-2.0
// backup: a copy of the ledger, to restore it from.
#include "tools/credit-service/ledger/sqlite/backup.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/config/config.hpp"

namespace greentill::credit {

Status back_up(const std::filesystem::path& path, const std::string& into, const Output& output) {
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  if (!config->database_url.empty()) {
    return fail(ErrorCode::unsupported,
                "the ledger is in PostgreSQL: pg_dump --format=custom copies it, or the server's own backups do; "
                "docs/credit-service.md says what restoring needs");
  }
  if (Status done = back_up_sqlite(config->database, into); !done) return done;
  output.answer({{"file", into}, {"registry", into + ".registry"}}, "the ledger is in " + printable(into) +
                                                                        ", and what people decided in " + printable(into) +
                                                                        ".registry: keep both together\n");
  return Done{};
}

}  // namespace greentill::credit
