// SPDX-License-Identifier: Apache-2.0
// The sale that somebody means who holds its receipt. Threads: the client's.
#pragma once

#include "tools/cli/claims/claims.hpp"
#include "tools/cli/client/daemon_client.hpp"
#include "tools/cli/common/output.hpp"

namespace greentill::cli {

/// The only sale with this receipt number, till and date, as /v1/sales has it, that has claims. Errors say what to do instead:
/// not_found where there is none, or it has no claim and why; conflict where there are several, which are listed in the message;
/// invalid where the date is none; else the daemon's.
[[nodiscard]] Result<Json> choose_sale(DaemonClient& daemon, const ReceiptName& receipt);

/// "receipt 1702 at till-9, 2026-11-24 08:15".
[[nodiscard]] std::string sale_in_words(const Json& sale);

/// The claims of a sale, as /v1/claims/<seq> has them.
[[nodiscard]] Result<std::vector<Json>> claims_of(DaemonClient& daemon, const Json& sale);

/// The exit code for an error of the above.
[[nodiscard]] ExitCode choice_exit_code(ErrorCode code);

}  // namespace greentill::cli
