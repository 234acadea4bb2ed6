// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/broker_config.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/certificate.hpp"
#include "greentill/broker_templates.hpp"
#include "tools/broker-guard/share_group.hpp"

namespace greentill::credit {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGuardFile = "greentill-broker-guard.so";

using Words = std::map<std::string, std::string>;

/// The template with the words between its @ signs filled in.
std::string fill_in(const std::string& text, const Words& words) {
  std::string filled;
  std::size_t done = 0;
  for (std::size_t sign = text.find('@'); sign != std::string::npos; sign = text.find('@', done)) {
    const std::size_t end = text.find('@', sign + 1);
    const auto word = end == std::string::npos ? words.end() : words.find(text.substr(sign + 1, end - sign - 1));
    if (word == words.end()) {  // a sign of the text's own
      filled.append(text, done, sign + 1 - done);
      done = sign + 1;
      continue;
    }
    filled.append(text, done, sign - done).append(word->second);
    done = end + 1;
  }
  return filled.append(text, done);
}

/// What the command wrote, and what it could not look at.
struct Written {
  std::vector<std::string> written, kept, not_looked_at;

  [[nodiscard]] std::string text(const BrokerRequest& request, const fs::path& folder) const {
    std::string text;
    for (const std::string& file : written) text += file + ": written\n";
    for (const std::string& file : kept) text += file + ": was there, and is kept\n";
    for (const std::string& file : not_looked_at) text += file + ": not on this machine, so not looked at\n";
    const std::string secret = (folder / "share-group").string();
    return text + "Mosquitto's user must own " + secret + " and " + request.key + ", and may write in " + request.store +
           ".\nThe credit service needs a copy of " + secret + ": broker.share_group in credit.toml.\n";
  }
};

class Writing {
 public:
  explicit Writing(const BrokerRequest& request) : request_(request) {}

  Result<Written> run() {
    if (Status paths = make_absolute(); !paths) return Failure{paths.error()};
    if (Status authorities = compare_authorities(); !authorities) return Failure{authorities.error()};
    if (const auto own = certificates("--certificate", request_.certificate); !own) return Failure{own.error()};
    for (const std::string& file : {request_.guard, request_.key, request_.devices_crl, request_.workers_crl}) note_missing(file);
    if (Status free = check_free(); !free) return Failure{free.error()};
    if (Status secret = share_group(); !secret) return Failure{secret.error()};
    if (Status written = put("acl", kAclTemplate); !written) return Failure{written.error()};
    if (Status written = put("mosquitto.conf", kMosquittoTemplate); !written) return Failure{written.error()};
    return std::move(report_);
  }
  [[nodiscard]] const BrokerRequest& request() const { return request_; }

 private:
  /// The broker runs in another folder.
  Status make_absolute() {
    if (request_.guard.empty()) {
      if (Status found = find_guard(); !found) return found;
    }
    for (std::string* path : {&request_.folder, &request_.devices, &request_.workers, &request_.certificate, &request_.key,
                              &request_.devices_crl, &request_.workers_crl, &request_.guard, &request_.store}) {
      if (path->find('\n') != std::string::npos) return fail(ErrorCode::invalid, "a path has a line end in it");
      if (!path->empty()) *path = fs::absolute(*path).lexically_normal().string();
    }
    return Done{};
  }

  Status find_guard() {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    const fs::path beside = program.parent_path().parent_path() / "lib/greentill" / kGuardFile;
    if (!fs::exists(beside, error)) {
      return fail(ErrorCode::not_found, beside.string() +
                                            ": there is no plugin for the broker; say with --guard where it is on the "
                                            "broker's machine");
    }
    request_.guard = beside.string();
    return Done{};
  }

  void note_missing(const std::string& file) {
    std::error_code error;
    if (!file.empty() && !fs::exists(file, error)) report_.not_looked_at.push_back(file);
  }

  /// Of the file; none where it is on another machine.
  Result<std::vector<crypto::Certificate>> certificates(const std::string& option, const std::string& file) {
    const auto pem = read_file(file);
    if (!pem && pem.error().code == ErrorCode::not_found) {
      report_.not_looked_at.push_back(file);
      return std::vector<crypto::Certificate>();
    }
    if (!pem) return Failure{pem.error().with_context(option)};
    auto all = crypto::Certificate::all_from_pem(*pem);
    return all ? std::move(all) : Failure{all.error().with_context(option + ": " + file)};
  }

  /// With one authority for both, whoever has a device's certificate could come in by the workers' door.
  Status compare_authorities() {
    const auto devices = certificates("--devices", request_.devices);
    if (!devices) return Failure{devices.error()};
    const auto workers = certificates("--workers", request_.workers);
    if (!workers) return Failure{workers.error()};
    for (const crypto::Certificate& one : *devices) {
      if (std::any_of(workers->begin(), workers->end(), [&](const auto& other) { return one.same_key(other); })) {
        return fail(ErrorCode::invalid, "--devices and --workers: both have the authority " + one.common_name() +
                                            "; workers need one of their own, under which no device is");
      }
    }
    return Done{};
  }

  Status check_free() const {
    if (request_.device_port == request_.worker_port) {
      return fail(ErrorCode::invalid, "--device-port and --worker-port: devices and workers need a port each");
    }
    std::error_code error;
    for (const char* name : {"mosquitto.conf", "acl"}) {
      const fs::path file = fs::path(request_.folder) / name;
      if (!request_.overwrite && fs::exists(fs::symlink_status(file, error))) {
        return fail(ErrorCode::conflict, file.string() +
                                             ": is there already; --overwrite replaces mosquitto.conf and acl, and keeps "
                                             "share-group");
      }
    }
    fs::create_directory(request_.folder, error);
    if (!error) return Done{};
    return fail(ErrorCode::io, request_.folder + ": cannot be made: " + error.message());
  }

  Status share_group() {
    const fs::path file = fs::path(request_.folder) / "share-group";
    std::error_code error;
    if (fs::exists(fs::symlink_status(file, error))) {
      const auto name = guard::read_share_group(file);
      if (!name) return Failure{name.error()};
      report_.kept.push_back(file.string());
      return Done{};
    }
    Bytes<16> random{};
    SystemRandom().fill(random);
    return written(file, to_hex(random) + '\n', 0600);
  }

  Status put(const char* name, const char* text) {
    const auto crl = [](const std::string& file) { return file.empty() ? "# crlfile: none was named" : "crlfile " + file; };
    const std::string at = request_.address.empty() ? "" : " " + request_.address;
    const std::string filled = fill_in(text, {{"ACL", (fs::path(request_.folder) / "acl").string()},
                                              {"GUARD", request_.guard},
                                              {"DEVICES", request_.devices},
                                              {"WORKERS", request_.workers},
                                              {"SHARE_GROUP", (fs::path(request_.folder) / "share-group").string()},
                                              {"STORE", request_.store},
                                              {"DEVICE_PORT", std::to_string(request_.device_port) + at},
                                              {"WORKER_PORT", std::to_string(request_.worker_port) + at},
                                              {"CERTIFICATE", request_.certificate},
                                              {"KEY", request_.key},
                                              {"DEVICES_CRL", crl(request_.devices_crl)},
                                              {"WORKERS_CRL", crl(request_.workers_crl)}});
    return written(fs::path(request_.folder) / name, filled, 0644);
  }

  Status written(const fs::path& file, const std::string& text, unsigned mode) {
    Status done = write_file_durably(file, text, mode);
    if (done) report_.written.push_back(file.string());
    return done;
  }

  BrokerRequest request_;
  Written report_;
};

}  // namespace

Status write_broker_config(const BrokerRequest& request, const Output& output) {
  Writing writing(request);
  const auto report = writing.run();
  if (!report) return Failure{report.error()};
  output.answer({{"written", report->written}, {"kept", report->kept}, {"not_looked_at", report->not_looked_at}},
                report->text(writing.request(), writing.request().folder));
  return Done{};
}

}  // namespace greentill::credit
