// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/folder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/certificate_request.hpp"
#include "daemon/crypto/issuer.hpp"
#include "daemon/crypto/key_maker.hpp"

namespace greentill::fleet_sim {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFolderBytes = 256u << 20;
constexpr const char* kFleet = "fleet.csv";
constexpr const char* kPlaces = "places.csv";
constexpr const char* kTaken = "places.taken";

std::string numbered(const char* prefix, std::size_t number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%s-%06zu", prefix, number);
  return text.data();
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream rest(line);
  for (std::string cell; std::getline(rest, cell, ',');) cells.push_back(cell);
  return cells;
}

bool read_number(const std::string& text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

template <std::size_t N>
bool read_bytes(const std::string& text, Bytes<N>& out) {
  const auto bytes = from_hex(text);
  if (!bytes || bytes->size() != N) return false;
  std::ranges::copy(*bytes, out.begin());
  return true;
}

Status write(const fs::path& path, std::string_view text, fs::perms mode = fs::perms::owner_read | fs::perms::owner_write) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  std::error_code failed;
  fs::permissions(path, mode, failed);
  file << text;
  file.close();
  return file && !failed ? Status(Done{}) : fail(ErrorCode::io, path.string() + ": cannot be written");
}

Result<crypto::Issuer> issuer_of(const NewFleet& fleet) {
  const auto certificate = read_file(fleet.authority);
  if (!certificate) return Failure{certificate.error()};
  const auto key = read_file(fleet.authority_key);
  if (!key) return Failure{key.error()};
  const auto authority = crypto::Certificate::authority_from(*certificate);
  if (!authority) return Failure{authority.error().with_context(fleet.authority)};
  auto issuer = crypto::Issuer::from(*key, *authority);
  if (!issuer) return Failure{issuer.error().with_context(fleet.authority_key)};
  return issuer;
}

/// A new key, and its certificate.
Result<std::pair<crypto::Secret, std::string>> certified(const crypto::Issuer& issuer, const std::string& device, int days,
                                                         Random& random) {
  auto key = crypto::make_device_key(random);
  if (!key) return Failure{key.error()};
  const auto der = crypto::make_request(key->text(), device);
  if (!der) return Failure{der.error()};
  const auto request = crypto::CertificateRequest::from_der(*der);
  if (!request) return Failure{request.error()};
  const std::int64_t now = SystemClock().unix_seconds();
  const auto issued =
      issuer.issue(*request, {device, {}, {}, {crypto::kClientUsage}, now - kSecondsADay, now + days * kSecondsADay});
  if (!issued) return Failure{issued.error()};
  return std::pair(std::move(*key), issued->to_pem());
}

}  // namespace

fs::path Folder::file_of(const std::string& device, const char* ending) const { return path_ / "devices" / (device + ending); }

fs::path Folder::settings(const std::string& merchant) const { return path_ / "settings" / (merchant + ".toml"); }

Status Folder::make(const NewFleet& fleet) {
  if (fs::exists(path_ / kFleet)) return fail(ErrorCode::conflict, path_.string() + ": there is a fleet already");
  std::error_code failed;
  fs::create_directories(path_ / "devices", failed);
  if (!failed) fs::create_directories(path_ / "settings", failed);
  if (failed) return fail(ErrorCode::io, path_.string() + ": " + failed.message());
  const auto issuer = issuer_of(fleet);
  if (!issuer) return Failure{issuer.error()};
  std::string merchants = "id,name,zone\n", roots = "name,owner\n", devices = "id,class,merchant,site,root\n",
              keys = "device,file\n", all;
  for (std::size_t number = 0; number < fleet.merchants; ++number) {
    const std::string id = numbered("shop", number);
    merchants += id + "," + id + ",Europe/Helsinki\n";
    roots += id + "," + id + "\n";
  }
  SystemRandom random;
  const auto docks = static_cast<std::size_t>(std::llround(fleet.docks * static_cast<double>(fleet.devices)));
  for (std::size_t number = 0; number < fleet.devices; ++number) {
    const bool dock = number < docks;
    const std::string id = numbered(dock ? "dock" : "till", number);
    const std::string merchant = numbered("shop", number % fleet.merchants);
    const auto made = certified(*issuer, id, fleet.days, random);
    if (!made) return Failure{made.error().with_context(id)};
    const fs::path file = fs::absolute(file_of(id, ".crt"));
    if (Status done = write(file_of(id, ".key"), made->first.text()); !done) return done;
    if (Status done = write(file, made->second); !done) return done;
    devices += id + (dock ? ",dock," : ",till,") + merchant + ",site-1," + merchant + "\n";
    keys += id + "," + file.string() + "\n";
    all += id + (dock ? ",dock," : ",till,") + merchant + "\n";
  }
  for (const auto& [name, text] : {std::pair("merchants.csv", &merchants),
                                   {"roots.csv", &roots},
                                   {"devices.csv", &devices},
                                   {"keys.csv", &keys},
                                   {kFleet, &all}}) {
    if (Status done = write(path_ / name, *text); !done) return done;
  }
  return Done{};
}

Result<std::vector<Member>> Folder::members() const {
  const auto text = read_file(path_ / kFleet, kMostFolderBytes);
  if (!text) return Failure{text.error()};
  std::vector<Member> members;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const auto cells = cells_of(line);
    if (cells.size() != 3 || (cells[1] != "dock" && cells[1] != "till")) {
      return fail(ErrorCode::invalid, (path_ / kFleet).string() + ": line " + std::to_string(members.size() + 1) +
                                          ": it is no device, kind and merchant");
    }
    members.push_back({cells[0], cells[1] == "dock" ? Kind::dock : Kind::till, cells[2]});
  }
  return members;
}

Result<std::string> Folder::key(const Member& member) const { return read_file(file_of(member.device, ".key"), 1u << 16); }

Result<std::string> Folder::certificate(const Member& member) const {
  return read_file(file_of(member.device, ".crt"), 1u << 16);
}

Result<std::vector<Place>> Folder::take_places() {
  const fs::path file = path_ / kPlaces;
  if (!fs::exists(file)) {
    if (fs::exists(path_ / kTaken)) {
      return fail(
          ErrorCode::conflict,
          path_.string() + ": the last run did not end well, and where the chains stand is not known; make another fleet");
    }
    if (Status marked = write(path_ / kTaken, ""); !marked) return Failure{marked.error()};
    return std::vector<Place>{};
  }
  const auto text = read_file(file, kMostFolderBytes);
  if (!text) return Failure{text.error()};
  std::vector<Place> places;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const auto cells = cells_of(line);
    Place place;
    if (cells.size() != 5 || !read_bytes(cells[0], place.head.chain) || !read_number(cells[1], place.head.seq) ||
        !read_bytes(cells[2], place.head.payload_hash) || !read_number(cells[3], place.epoch) ||
        !read_number(cells[4], place.change)) {
      return fail(ErrorCode::invalid, file.string() + ": line " + std::to_string(places.size() + 1) + ": it is no place");
    }
    places.push_back(place);
  }
  std::error_code failed;
  fs::rename(file, path_ / kTaken, failed);
  if (failed) return fail(ErrorCode::io, file.string() + ": " + failed.message());
  return places;
}

Status Folder::keep_places(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places) {
    text += to_hex(place.head.chain) + "," + std::to_string(place.head.seq) + "," + to_hex(place.head.payload_hash) + "," +
            std::to_string(place.epoch) + "," + std::to_string(place.change) + "\n";
  }
  return write_file_durably(path_ / kPlaces, text, 0600);
}

}  // namespace greentill::fleet_sim
