// SPDX-License-Identifier: Apache-2.0
// The commands of enrolment: code, and ca. docs/enrolment.md describes them. Threads: one.
#pragma once

#include <filesystem>

#include "daemon/base/error.hpp"
#include "tools/credit-service/cli/output.hpp"
#include "tools/credit-service/cli/registry.hpp"

namespace greentill::credit {

/// Describes the commands; the one that parsing chooses sets `arguments.chosen`.
void describe_enrolment(CLI::App& app, Arguments& arguments);

/// code add: the only time that a code is told.
Status add_codes(const std::filesystem::path& config, const Given& given, const Output& output);
Status list_codes(const std::filesystem::path& config, const Given& given, const Output& output);
/// code show: the device's latest. not_found where it never had one.
Status show_code(const std::filesystem::path& config, const Given& given, const Output& output);
/// code withdraw, code confirm.
Status change_code(const std::filesystem::path& config, const Given& given, const Output& output);

/// code answer: a request that came without a network. denied where it is not answered, with the reason; unavailable where a
/// person has to confirm the key first.
Status answer_offline(const std::filesystem::path& config, const Given& given, const Output& output);

// What is done with an authority's folder needs no configuration, but for the list of revoked certificates.
Status init_authority(const std::filesystem::path& config, const Given& given, const Output& output);
Status renew_root(const std::filesystem::path& config, const Given& given, const Output& output);
Status retire_root(const std::filesystem::path& config, const Given& given, const Output& output);
Status show_authority(const std::filesystem::path& config, const Given& given, const Output& output);
Status issue_certificate(const std::filesystem::path& config, const Given& given, const Output& output);
Status write_revoked(const std::filesystem::path& config, const Given& given, const Output& output);

}  // namespace greentill::credit
