// SPDX-License-Identifier: Apache-2.0
// certificate sign, states, revoke, suspend and resume: certificates of trees without a service, by a file of who has which
// place. docs/tree-certificate.md, "Signing by hand". Threads: one.
#pragma once

#include <filesystem>

#include "daemon/base/error.hpp"
#include "tools/credit-service/cli/output.hpp"
#include "tools/credit-service/cli/registry.hpp"

namespace greentill::credit {

void describe_tree_certificates(CLI::App& app, Arguments& arguments);

Status sign_tree_certificate(const std::filesystem::path& config, const Given& given, const Output& output);
/// certificate states: signs every list of the file, for both purposes.
Status sign_states(const std::filesystem::path& config, const Given& given, const Output& output);
/// certificate revoke, suspend and resume, by the second word of Given::command.
Status change_state(const std::filesystem::path& config, const Given& given, const Output& output);

}  // namespace greentill::credit
