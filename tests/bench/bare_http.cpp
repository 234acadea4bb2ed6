// SPDX-License-Identifier: Apache-2.0
// bench-bare-http PORT [KEY CERTIFICATE FILE]: the same HTTP library as the daemon's, answering every POST with a body of the
// same size. With a key each answer comes after what a sale cannot do without, by the cheapest means there are: one signature by
// the daemon's signer, and 4 KiB written to FILE and synced. FILE has its whole length beforehand and is written round and round,
// as a write-ahead log is, because a file that grows is synced with its metadata.
#include <fcntl.h>
#include <httplib.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>

#include "daemon/identity/identity.hpp"

namespace {

class SignAndSync {
 public:
  SignAndSync(const char* key, const char* certificate, const char* file)
      : identity_(std::move(greentill::identity::DeviceIdentity::load(key, certificate)).value()),
        file_(::open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {
    for (off_t i = 0; i < kBlocks; ++i) written_ = write_at(i) && written_;
    written_ = ::fsync(file_) == 0 && written_;
  }
  ~SignAndSync() { ::close(file_); }
  SignAndSync(const SignAndSync&) = delete;
  SignAndSync& operator=(const SignAndSync&) = delete;

  bool operator()() {
    const std::lock_guard guard(mutex_);
    greentill::claim::Signature signature{};
    ++digest_[0];
    next_ = (next_ + 1) % kBlocks;
    return written_ && identity_->signer().sign(digest_, signature) && write_at(next_) && ::fdatasync(file_) == 0;
  }

 private:
  static constexpr off_t kBlocks = 1024;

  [[nodiscard]] bool write_at(off_t block) const {
    static constexpr std::array<char, 4096> kBlock{};
    return ::pwrite(file_, kBlock.data(), kBlock.size(), block * ssize_t{kBlock.size()}) == ssize_t{kBlock.size()};
  }

  std::mutex mutex_;
  std::unique_ptr<greentill::identity::DeviceIdentity> identity_;
  greentill::Digest digest_{};
  int file_;
  off_t next_ = 0;
  bool written_ = true;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 5) return 2;
  std::unique_ptr<SignAndSync> work;
  if (argc == 5) work = std::make_unique<SignAndSync>(argv[2], argv[3], argv[4]);
  httplib::Server server;
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1'000'000);
  const std::string answer(420, 'x');
  server.Post("/v1/transactions", [&](const httplib::Request&, httplib::Response& response) {
    response.status = !work || (*work)() ? 201 : 500;
    response.set_content(answer, "application/json");
  });
  return server.listen("127.0.0.1", std::atoi(argv[1])) ? 0 : 1;
}
