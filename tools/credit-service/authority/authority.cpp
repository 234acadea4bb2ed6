// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/authority/authority.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "daemon/base/file.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNameBytes = 50;  // a common name takes 64
constexpr unsigned kOwnersAlone = 0600;
constexpr std::string_view kFormerRoot = "root-former";
constexpr std::string_view kLinks[] = {"new-with-old", "old-with-new"};

Status write_key(const fs::path& file, const crypto::Secret& key) { return write_file_durably(file, key.text(), kOwnersAlone); }

Status write_branch(const fs::path& folder, const crypto::Issuer& root, std::string_view branch, const NewAuthorities& wanted) {
  const auto made =
      root.make_authority(wanted.name + ", " + std::string(branch), wanted.now - kSecondsADay, wanted.branches_until);
  if (!made) return Failure{made.error()};
  const auto issuer = crypto::Issuer::from(made->key.text(), made->certificate);
  if (!issuer) return Failure{issuer.error()};
  const auto alone = issuer->certify_itself();
  if (!alone) return Failure{alone.error()};
  const std::string name(branch);
  if (Status key = write_key(folder / (name + ".key"), made->key); !key) return key;
  if (Status own = write_file_durably(folder / (name + ".crt"), made->certificate.to_pem()); !own) return own;
  return write_file_durably(folder / (name + "-door.crt"), alone->to_pem());
}

Status write_all(const fs::path& folder, const NewAuthorities& wanted) {
  const auto root = crypto::Issuer::make_root(wanted.name, 1, wanted.now - kSecondsADay, wanted.root_until);
  if (!root) return Failure{root.error()};
  const auto issuer = crypto::Issuer::from(root->key.text(), root->certificate);
  if (!issuer) return Failure{issuer.error()};
  if (Status key = write_key(folder / "root.key", root->key); !key) return key;
  if (Status own = write_file_durably(folder / "root.crt", root->certificate.to_pem()); !own) return own;
  for (const std::string_view branch : kBranchNames) {
    if (Status made = write_branch(folder, *issuer, branch, wanted); !made) return made;
  }
  return write_anchors(folder);
}

Result<crypto::Certificate> load_certificate(const fs::path& file) {
  const auto pem = read_file(file);
  if (!pem) return Failure{pem.error()};
  auto certificate = crypto::Certificate::authority_from(*pem);
  if (!certificate) return Failure{certificate.error().with_context(file.string())};
  return certificate;
}

Result<crypto::Issuer> load_named(const fs::path& folder, const std::string& name) {
  const auto certificate = load_certificate(folder / (name + ".crt"));
  if (!certificate) return Failure{certificate.error()};
  const auto key = crypto::read_secret(folder / (name + ".key"));
  if (!key) return Failure{key.error()};
  auto issuer = crypto::Issuer::from(key->text(), *certificate);
  if (!issuer) return Failure{issuer.error().with_context((folder / (name + ".key")).string())};
  return issuer;
}

}  // namespace

Status make_authorities(const fs::path& folder, const NewAuthorities& wanted) {
  if (Status name = check_id("--name", wanted.name.substr(0, 32)); !name || wanted.name.size() > kMostNameBytes) {
    return fail(ErrorCode::invalid, "--name: it takes 1 to 50 bytes of printable UTF-8");
  }
  if (fs::exists(fs::symlink_status(folder))) {
    return fail(ErrorCode::conflict, folder.string() + ": it is there already, and an authority is never made anew over another");
  }
  fs::path making = folder;
  making += ".making";
  std::error_code error;
  fs::remove_all(making, error);  // of a command that broke off
  if (::mkdir(making.c_str(), S_IRWXU) != 0) {
    return fail(ErrorCode::io, making.string() + ": cannot be made: " + std::strerror(errno));
  }
  if (Status written = write_all(making, wanted); !written) return written;
  fs::rename(making, folder, error);
  if (error) return fail(ErrorCode::io, folder.string() + ": " + error.message());
  return Done{};
}

Result<std::vector<crypto::Certificate>> load_anchors(const fs::path& folder) {
  auto root = load_certificate(folder / "root.crt");
  if (!root) return Failure{root.error()};
  std::vector<crypto::Certificate> anchors;
  anchors.push_back(std::move(*root));
  for (const std::string_view name : {kBranchNames[0], kBranchNames[1], kBranchNames[2], kFormerRoot, kLinks[0], kLinks[1]}) {
    auto one = load_certificate(folder / (std::string(name) + ".crt"));
    if (!one && one.error().code == ErrorCode::not_found) continue;
    if (!one) return Failure{one.error()};
    anchors.push_back(std::move(*one));
  }
  return anchors;
}

Digest digest_of(const std::vector<crypto::Certificate>& anchors) {
  std::vector<Digest> thumbprints;
  for (const crypto::Certificate& one : anchors) thumbprints.push_back(one.thumbprint());
  return crypto::digest_of_set(std::move(thumbprints), crypto::hasher());
}

Status write_anchors(const fs::path& folder) {
  const auto anchors = load_anchors(folder);
  if (!anchors) return Failure{anchors.error()};
  std::string all;
  for (const crypto::Certificate& one : *anchors) all += one.to_pem();
  return write_file_durably(folder / "anchors.crt", all);
}

Result<crypto::Issuer> load_root(const fs::path& folder) { return load_named(folder, "root"); }

Result<crypto::Issuer> load_issuer(const fs::path& folder, Branch branch) {
  return load_named(folder, std::string(kBranchNames[static_cast<std::size_t>(branch)]));
}

std::vector<fs::path> keys_for_elsewhere(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const char* name : {"root.key", "root-former.key", "workers.key", "signers.key"}) {
    if (fs::exists(folder / name, ignored)) found.push_back(folder / name);
  }
  return found;
}

}  // namespace greentill::credit
