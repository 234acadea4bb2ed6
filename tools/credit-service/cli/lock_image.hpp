// SPDX-License-Identifier: Apache-2.0
// lock image: signs a new image for locks. docs/lock-update.md has the bytes. Threads: one.
#pragma once

#include <filesystem>

#include "daemon/base/error.hpp"
#include "tools/credit-service/cli/output.hpp"
#include "tools/credit-service/cli/registry.hpp"

namespace greentill::credit {

void describe_lock_images(CLI::App& app, Arguments& arguments);

/// Writes the image's file: its message, and both forms. invalid where these are no two forms of one image.
Status sign_lock_image(const std::filesystem::path& config, const Given& given, const Output& output);

/// Writes settings for one lock.
Status sign_lock_settings(const std::filesystem::path& config, const Given& given, const Output& output);

}  // namespace greentill::credit
