// SPDX-License-Identifier: Apache-2.0
// Landlock (Linux 5.13 and later) by its system calls: libc has no wrappers for it, and the kernel headers of the build may know
// fewer rights than the kernel that it runs on.
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "daemon/detect/host/granted.hpp"
#include "daemon/detect/host/sandbox.hpp"

namespace greentill::detect::host {
namespace {

// Values of newer kernels' headers.
constexpr std::uint64_t kTruncate = 1u << 14;     // ABI 3
constexpr std::uint64_t kDeviceIoctl = 1u << 15;  // ABI 5
constexpr std::uint64_t kBindTcp = 1u << 0;       // ABI 4
constexpr std::uint64_t kConnectTcp = 1u << 1;    // ABI 4
constexpr std::uint64_t kScopeSockets = 1u << 0;  // ABI 6: abstract UNIX sockets
constexpr std::uint64_t kScopeSignals = 1u << 1;  // ABI 6
constexpr int kRulePort = 2;

struct Ruleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scopes = 0;
};
struct PortRule {
  std::uint64_t access = 0;
  std::uint64_t port = 0;
};

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kReadAndExecute = kRead | LANDLOCK_ACCESS_FS_EXECUTE;
// Symbolic links and device files may not be made: other programs read what is written there.
constexpr std::uint64_t kWrite = kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REFER | kTruncate;
constexpr std::uint64_t kOfFiles =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | kTruncate | kDeviceIoctl;

Ruleset known_to(int abi) {
  Ruleset all;
  all.files = (1u << 13) - 1;
  if (abi >= 2) all.files |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3) all.files |= kTruncate;
  if (abi >= 5) all.files |= kDeviceIoctl;
  if (abi >= 4) all.network = kBindTcp | kConnectTcp;
  if (abi >= 6) all.scopes = kScopeSockets | kScopeSignals;
  return all;
}

class Rules {
 public:
  explicit Rules(const Ruleset& all)
      : all_(all), descriptor_(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0))) {}
  ~Rules() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;

  /// False, with errno set, where it cannot be granted.
  bool allow(const Descriptor& at, std::uint64_t access) {
    struct stat status {};
    ::fstat(at.get(), &status);
    landlock_path_beneath_attr rule{};
    const bool is_device = S_ISCHR(status.st_mode) && (access & LANDLOCK_ACCESS_FS_WRITE_FILE) != 0;
    rule.allowed_access =
        (access | (is_device ? kDeviceIoctl : 0)) & all_.files & (S_ISDIR(status.st_mode) ? ~std::uint64_t{0} : kOfFiles);
    rule.parent_fd = at.get();
    return ::syscall(SYS_landlock_add_rule, descriptor_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
  }
  /// Of the system's own paths, which may be links, those that exist.
  void allow_system(const char* path, std::uint64_t access) {
    if (const Descriptor at(::open(path, O_PATH | O_CLOEXEC)); at) allow(at, access);
  }
  bool allow_port(std::uint16_t port, std::uint64_t access) {
    if (all_.network == 0) return true;
    const PortRule rule{access, port};
    return ::syscall(SYS_landlock_add_rule, descriptor_, kRulePort, &rule, 0) == 0;
  }
  bool enforce() const { return ::syscall(SYS_landlock_restrict_self, descriptor_, 0) == 0; }

 private:
  Ruleset all_;
  int descriptor_;
};

Failure<Error> cannot(const std::string& what) { return fail(ErrorCode::unavailable, what + ": " + std::strerror(errno)); }

/// Grants what every process needs of the system to run at all. Paths that do not exist are passed over.
void allow_system(Rules& rules, const Confinement& confinement) {
  constexpr const char* kLibraries[] = {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo"};
  constexpr const char* kPrograms[] = {"/usr", "/bin", "/sbin", "/lib", "/lib64"};
  constexpr const char* kSystemFiles[] = {"/etc/ld.so.cache", "/etc/localtime", "/etc/ssl/openssl.cnf", "/dev/random",
                                          "/dev/urandom"};
  constexpr const char* kNetworkFiles[] = {"/etc/resolv.conf", "/etc/hosts",    "/etc/host.conf", "/etc/nsswitch.conf",
                                           "/etc/gai.conf",    "/etc/services", "/etc/ssl/certs", "/usr/share/ca-certificates"};
  if (confinement.of == Confinement::Of::program) {
    for (const char* path : kPrograms) rules.allow_system(path, kReadAndExecute);
    // Not for a plugin: mapped shared it is memory that no limit counts. A program's memory is watched as a whole.
    rules.allow_system("/dev/zero", kRead);
  } else {
    for (const char* path : kLibraries) rules.allow_system(path, kRead);
  }
  for (const char* path : kSystemFiles) rules.allow_system(path, kRead);
  rules.allow_system("/dev/null", kRead | LANDLOCK_ACCESS_FS_WRITE_FILE);
#ifdef GREENTILL_SANITIZED
  rules.allow_system("/proc/self", kRead);
#endif
  if (confinement.grants.has_network()) {
    for (const char* path : kNetworkFiles) rules.allow_system(path, kRead);
  }
}

/// What is granted beside the system's files, opened once: what is checked is what is granted.
struct Opened {
  struct One {
    std::string path;
    Descriptor at;
    std::uint64_t access = 0;
  };
  std::vector<One> all;

  Status add(const std::string& path, Result<Descriptor> at, std::uint64_t access) {
    if (!at) return Failure{at.error()};
    all.push_back({path, std::move(*at), access});
    return Done{};
  }
};

Result<Opened> open_all(const Confinement& confinement) {
  const Granted granted(confinement.secrets);
  const std::uint64_t own = confinement.of == Confinement::Of::program ? kReadAndExecute : kRead;
  Opened opened;
  for (const std::string& file : confinement.files) {
    if (Status added = opened.add(file, granted.open_own(file), own); !added) return Failure{added.error()};
  }
  for (const std::string& path : confinement.grants.read) {
    const Status added = opened.add(path, granted.open(path, false), kRead);
    // A path that does not exist yet, such as a spool that the first ride creates, is no error: the other paths are still read.
    if (!added && added.error().code != ErrorCode::not_found) return Failure{added.error()};
  }
  for (const std::string& path : confinement.grants.write) {
    if (Status added = opened.add(path, granted.open(path, true), kWrite); !added) return Failure{added.error()};
  }
  return opened;
}

Status allow_grants(Rules& rules, const Opened& opened, const Grants& grants) {
  for (const Opened::One& one : opened.all) {
    if (!rules.allow(one.at, one.access)) return cannot(one.path + ": it cannot be granted");
  }
  for (const std::uint16_t port : grants.connect) {
    if (!rules.allow_port(port, kConnectTcp)) return cannot("tcp:" + std::to_string(port));
  }
  for (const std::uint16_t port : grants.listen) {
    if (!rules.allow_port(port, kBindTcp)) return cannot("tcp:" + std::to_string(port));
  }
  return Done{};
}

}  // namespace

Result<std::string> restrict_files_and_ports(const Confinement& confinement, bool& signals_held) {
  const Result<Opened> opened = open_all(confinement);
  if (!opened) return Failure{opened.error()};
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  const bool moves_files = !confinement.grants.write.empty();
  // Landlock's first version refuses every rename between two folders, even granted ones.
  if (abi < 1 || (abi < 2 && moves_files)) {
    return std::string("this kernel has no Landlock of use: only file permissions keep it from files that it was not granted");
  }
  Rules rules(known_to(static_cast<int>(abi)));
  std::string missing;
  allow_system(rules, confinement);
  if (Status done = allow_grants(rules, *opened, confinement.grants); !done) return Failure{done.error()};
  if (!rules.enforce()) return cannot("cannot restrict files");
  signals_held = abi >= 6;
  if (abi < 4 && confinement.grants.has_network()) missing += "this kernel's Landlock knows no ports: any may be used; ";
  if (missing.size() >= 2) missing.resize(missing.size() - 2);
  return missing;
}

}  // namespace greentill::detect::host
