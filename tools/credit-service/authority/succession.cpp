// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/authority/succession.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>

#include "daemon/base/calendar.hpp"
#include "daemon/base/descriptor.hpp"
#include "daemon/base/descriptors.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "tools/credit-service/authority/authority.hpp"

namespace greentill::credit {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kKeyMode = 0600;

Status sync(const fs::path& path) {
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened && ::fsync(opened.get()) == 0) return Done{};
  return fail(ErrorCode::io, path.string() + ": cannot be made durable: " + system_words(errno));
}

/// A folder of files, and what is in it.
Status sync_all(const fs::path& folder) {
  std::error_code error;
  for (const fs::directory_entry& one : fs::directory_iterator(folder, error)) {
    if (Status synced = sync(one.path()); !synced) return synced;
  }
  return sync(folder);
}

/// Changes a copy of the folder, and puts it in the folder's place by one step.
Status change_folder(const fs::path& folder, const std::function<Status(const fs::path&)>& change) {
  fs::path making = folder;
  making += ".making";
  std::error_code error;
  fs::remove_all(making, error);  // of a command that broke off
  fs::copy(folder, making, fs::copy_options::recursive, error);
  if (!error) fs::permissions(making, fs::status(folder).permissions(), error);
  if (error) return fail(ErrorCode::io, making.string() + ": cannot be made: " + error.message());
  Status changed = change(making);
  if (changed) changed = sync_all(making);
  if (!changed) {
    fs::remove_all(making, error);
    return changed;
  }
  if (::renameat2(AT_FDCWD, making.c_str(), AT_FDCWD, folder.c_str(), RENAME_EXCHANGE) != 0) {
    const std::string why = system_words(errno);
    fs::remove_all(making, error);
    return fail(ErrorCode::io, folder.string() + ": cannot be replaced by its changed copy in one step: " + why +
                                   ". Where the medium's file system does not know how, copy the folder to another one first");
  }
  if (Status synced = sync(folder.has_parent_path() ? folder.parent_path() : "."); !synced) return synced;
  fs::remove_all(making, error);
  if (error) return fail(ErrorCode::io, making.string() + ": what was before cannot be removed: " + error.message());
  return Done{};
}

Status write_next_root(const fs::path& folder, const NextRoot& wanted) {
  const auto old_root = load_root(folder);
  if (!old_root) return Failure{old_root.error()};
  const crypto::Certificate& old_one = old_root->certificate();
  const std::int64_t begin = wanted.now - kSecondsADay;
  if (begin <= old_one.not_before()) {
    return fail(ErrorCode::conflict, "another root must be younger than the one that it follows, which is valid from " +
                                         utc_text(old_one.not_before()) +
                                         " on, a day before it was made: is this machine's clock right?");
  }
  const auto made = crypto::Issuer::make_root(old_one.common_name(), 1, begin, wanted.root_until);
  if (!made) return Failure{made.error()};
  const auto next = crypto::Issuer::from(made->key.text(), made->certificate);
  if (!next) return Failure{next.error()};
  const auto new_with_old = old_root->certify_authority(made->certificate, 1, begin, old_one.not_after());
  if (!new_with_old) return Failure{new_with_old.error()};
  const auto old_with_new = next->certify_authority(old_one, 1, begin, old_one.not_after());
  if (!old_with_new) return Failure{old_with_new.error()};
  std::error_code error;
  fs::rename(folder / "root.key", folder / "root-former.key", error);
  if (error) return fail(ErrorCode::io, (folder / "root.key").string() + ": " + error.message());
  if (Status key = write_file_durably(folder / "root.key", made->key.text(), kKeyMode); !key) return key;
  for (const auto& [name, certificate] :
       {std::pair("root-former.crt", old_one), std::pair("root.crt", made->certificate),
        std::pair("new-with-old.crt", *new_with_old), std::pair("old-with-new.crt", *old_with_new)}) {
    if (Status written = write_file_durably(folder / name, certificate.to_pem()); !written) return written;
  }
  for (const std::string_view branch : kBranchNames) {
    const fs::path file = folder / (std::string(branch) + ".crt");
    const auto pem = read_file(file);
    if (!pem && pem.error().code == ErrorCode::not_found) continue;
    if (!pem) return Failure{pem.error()};
    const auto former = crypto::Certificate::authority_from(*pem);
    if (!former) return Failure{former.error().with_context(file.string())};
    const auto anew = next->certify_authority(*former, 0, begin, wanted.branches_until);
    if (!anew) return Failure{anew.error().with_context(file.string())};
    if (Status written = write_file_durably(file, anew->to_pem()); !written) return written;
  }
  return write_anchors(folder);
}

Status drop_former(const fs::path& folder) {
  for (const char* name : {"root-former.crt", "root-former.key", "new-with-old.crt", "old-with-new.crt"}) {
    std::error_code error;
    fs::remove(folder / name, error);
    if (error) return fail(ErrorCode::io, (folder / name).string() + ": cannot be removed: " + error.message());
  }
  return write_anchors(folder);
}

bool has_former(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "root-former.crt", ignored);
}

}  // namespace

Status make_next_root(const fs::path& folder, const NextRoot& wanted) {
  if (has_former(folder)) {
    return fail(ErrorCode::conflict, folder.string() +
                                         ": the root before this one is not retired yet: once all devices have followed, run "
                                         "ca retire-root");
  }
  return change_folder(folder, [&wanted](const fs::path& copy) { return write_next_root(copy, wanted); });
}

Status retire_former_root(const fs::path& folder) {
  if (!has_former(folder)) return fail(ErrorCode::not_found, folder.string() + ": there is no former root");
  return change_folder(folder, drop_former);
}

}  // namespace greentill::credit
