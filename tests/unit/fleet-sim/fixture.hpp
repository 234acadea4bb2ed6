// SPDX-License-Identifier: Apache-2.0
// A fleet of a few devices in a folder of its own.
#pragma once

#include <doctest/doctest.h>

#include <fstream>

#include "daemon/crypto/issuer.hpp"
#include "tests/support/temp_dir.hpp"
#include "tools/fleet-sim/folder.hpp"
#include "tools/fleet-sim/tls.hpp"

namespace greentill::fleet_sim {

struct MadeFleet {
  MadeFleet(std::size_t devices, std::size_t merchants) {
    const auto root = crypto::Issuer::make_root("test", 1, 1'700'000'000, 2'500'000'000);
    REQUIRE(root.ok());
    authority = root->certificate.to_pem();
    std::ofstream(dir.path() / "ca.crt") << authority;
    std::ofstream(dir.path() / "ca.key") << root->key.text();
    options.devices = devices;
    options.merchants = merchants;
    options.authority = dir.path() / "ca.crt";
    options.authority_key = dir.path() / "ca.key";
    REQUIRE(folder.make(options));
  }

  [[nodiscard]] std::string text(const std::string& file) const {
    std::ifstream in(dir.path() / "fleet" / file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& file, const std::string& text) const { std::ofstream(dir.path() / "fleet" / file) << text; }

  test::TempDir dir;
  NewFleet options;
  std::string authority;
  Folder folder{dir.path() / "fleet"};
};

}  // namespace greentill::fleet_sim
