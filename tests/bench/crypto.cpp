// SPDX-License-Identifier: Apache-2.0
// bench-crypto KEY CERTIFICATE COUNT: processor time of one signature by the daemon's signer, on every core at once as the daemon
// may sign, and of one verification by the credit service's verifier, in nanoseconds, as JSON.
#include <ctime>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <thread>
#include <vector>

#include "daemon/base/file.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/identity/identity.hpp"

namespace {

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <typename F>
double nanoseconds_each(int count, F&& once) {
  const double started = thread_seconds();
  for (int i = 0; i < count; ++i) once(i);
  return (thread_seconds() - started) * 1e9 / count;
}

/// Cores that share an execution unit slow one another down: in the daemon, and so here too.
double sign_on_every_core(const char* key, const char* certificate, int count) {
  std::vector<double> each(std::max(1u, std::thread::hardware_concurrency()));
  std::vector<std::thread> threads;
  for (double& mean : each) {
    threads.emplace_back([key, certificate, &mean, count] {
      const auto identity = greentill::identity::DeviceIdentity::load(key, certificate);
      if (!identity) std::abort();
      auto* const signer = &(*identity)->signer();
      greentill::Digest digest{};
      greentill::claim::Signature signature{};
      bool good = signer->sign(digest, signature);
      mean = nanoseconds_each(count, [&](int i) {
        digest[0] = static_cast<std::uint8_t>(i);
        good = signer->sign(digest, signature) && good;
      });
      if (!good) std::abort();
    });
  }
  for (std::thread& thread : threads) thread.join();
  return std::accumulate(each.begin(), each.end(), 0.0) / static_cast<double>(each.size());
}

}  // namespace

int main(int argc, char** argv) {
  using namespace greentill;
  if (argc != 4) return 2;
  const int count = std::atoi(argv[3]);
  const auto identity = identity::DeviceIdentity::load(argv[1], argv[2]);
  const auto pem = read_file(argv[2]);
  if (!identity || !pem) return 1;
  auto* const signer = &(*identity)->signer();
  const auto certificates = crypto::Certificate::all_from_pem(*pem);
  if (!certificates) return 1;
  auto verifier = certificates->front().make_verifier();
  if (!verifier) return 1;

  Digest digest{};
  claim::Signature signature{};
  bool good = signer->sign(digest, signature);
  const double sign = sign_on_every_core(argv[1], argv[2], count);
  const double verify = nanoseconds_each(count * 8, [&](int) { good = (*verifier)->verify(digest, signature) && good; });
  if (!good) return 1;
  std::printf("{\"sign_ns\": %.0f, \"verify_ns\": %.0f}\n", sign, verify);
  return 0;
}
