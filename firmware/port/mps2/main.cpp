// SPDX-License-Identifier: Apache-2.0
// The lock on a Cortex-M4 in QEMU (mps2-an386). UART0 is the line to the dock. UART1 is the bench's: it stands for bolt, wheel
// and time, which a board has pins and a clock for. A command is one letter:
//   u unlock   p pulse of the wheel   c close   d dock
//   z the time stands at 0, and moves by the bench alone      N s +N milliseconds pass, N in digits before the letter: "420+"
//   s how deep the stack was, in bytes, as eight hexadecimal digits
// Each is answered by its letter, when it is done.
#include <mbedtls/memory_buffer_alloc.h>

#include <new>

#include "firmware/core/dock_link.hpp"
#include "firmware/port/mbedtls/mbedtls_keys.hpp"
#include "firmware/port/mps2/semihosting.hpp"

extern "C" {
extern std::uint32_t stack_bottom[];
extern std::uint32_t stack_top[];
}

namespace greentill::firmware {
namespace {

constexpr std::uint32_t kClockHz = 25'000'000;
constexpr std::uint32_t kJournalSectors = 16;
constexpr std::uint32_t kAllSectors = 2 + kJournalSectors;

volatile std::uint32_t ticks_ms = 0;
alignas(8) std::uint8_t arena[4608];

/// Arm's CMSDK UART (its technical reference manual, 4.3).
class Uart final : public Wire {
 public:
  explicit Uart(std::uint32_t address) : registers_(reinterpret_cast<volatile std::uint32_t*>(address)) {
    registers_[4] = 217;  // 115,200 baud
    registers_[2] = 3;    // transmit and receive
  }
  [[nodiscard]] bool take(std::uint8_t& byte) {
    if ((registers_[1] & 2) == 0) return false;
    byte = static_cast<std::uint8_t>(registers_[0]);
    return true;
  }
  void send(ByteView bytes) override {
    for (const std::uint8_t byte : bytes) {
      while ((registers_[1] & 1) != 0) {
      }
      registers_[0] = byte;
    }
  }

 private:
  volatile std::uint32_t* registers_;
};

class BenchBoard final : public Board {
 public:
  [[nodiscard]] std::uint64_t uptime_ms() override { return (held_ ? 0 : ticks_ms) + moved_ms_; }
  [[nodiscard]] std::uint16_t battery_mv() override { return 3000; }
  [[nodiscard]] ResetReason reset_reason() override { return ResetReason::power_on; }
  void hold() {
    held_ = true;
    moved_ms_ = 0;
  }
  void pass(std::uint32_t milliseconds) { moved_ms_ += milliseconds; }

 private:
  bool held_ = false;
  std::uint64_t moved_ms_ = 0;
};

bool open_flash(HostedFile& file) {
  if (file.open("greentill-lock.flash", 3)) return true;
  if (!file.open("greentill-lock.flash", 7)) return false;
  HostedFlash all(file, 0, kAllSectors);
  for (std::uint32_t sector = 0; sector < kAllSectors; ++sector) {
    if (!all.erase(sector)) return false;
  }
  return true;
}

/// All that the lock is made of. Static: it never ends.
struct Machine {
  HostedFile flash_file;
  HostedFile entropy_file;
  bool opened =
      open_flash(flash_file) && (entropy_file.open("greentill-lock.entropy", 1) || entropy_file.open("/dev/urandom", 1));
  HostedFlash key_flash{flash_file, 0, 1};
  HostedFlash identity_flash{flash_file, 1, 1};
  HostedFlash journal_flash{flash_file, 2, kJournalSectors};
  HostedEntropy entropy{entropy_file};
  MbedtlsHasher hasher;
  MbedtlsKeys keys{key_flash, 0};
  BenchBoard board;
  Uart line{0x40004000};
  Uart bench{0x40005000};
  LockPorts ports{journal_flash, identity_flash, keys, entropy, board, hasher};
  Lock lock{ports};
  Lock::Start started = lock.start();
  DockLink link{lock, ports, line};
};
alignas(Machine) std::uint8_t machine_memory[sizeof(Machine)];

void tell_stack(Uart& bench) {
  const std::uint32_t* deepest = stack_bottom;
  while (*deepest == 0xa5a5a5a5) ++deepest;
  const auto used = static_cast<std::uint32_t>((stack_top - deepest) * 4);
  Bytes<8> digits{};
  for (std::size_t i = 0; i < 8; ++i) digits[i] = static_cast<std::uint8_t>("0123456789abcdef"[used >> (28 - 4 * i) & 15]);
  bench.send(digits);
}

void obey(Machine& it, std::uint8_t command, std::uint32_t& number) {
  if (command >= '0' && command <= '9') {
    number = number * 10 + (command - '0');
    return;
  }
  switch (command) {
    case 'u': it.lock.unlock(); break;
    case 'p': it.lock.pulse(); break;
    case 'c': it.lock.close(); break;
    case 'd': it.lock.dock(); break;
    case 'z': it.board.hold(); break;
    case '+': it.board.pass(number); break;
    case 's': tell_stack(it.bench); break;
    default: break;
  }
  number = 0;
  it.lock.tick();
  it.bench.send(Bytes<1>{command});
}

[[noreturn]] void run(Machine& it) {
  std::uint32_t number = 0;
  std::uint32_t last_tick = 0;
  for (;;) {
    std::uint8_t byte = 0;
    if (it.line.take(byte)) it.link.receive(Bytes<1>{byte});
    if (it.bench.take(byte)) obey(it, byte, number);
    if (ticks_ms - last_tick >= 1000) {
      last_tick = ticks_ms;
      it.lock.tick();
    }
  }
}

}  // namespace
}  // namespace greentill::firmware

extern "C" void sys_tick_handler() { greentill::firmware::ticks_ms = greentill::firmware::ticks_ms + 1; }

extern "C" [[noreturn]] void lock_main() {
  using namespace greentill::firmware;
  auto* const sys_tick = reinterpret_cast<volatile std::uint32_t*>(0xe000e010);
  sys_tick[1] = kClockHz / 1000 - 1;
  sys_tick[2] = 0;
  sys_tick[0] = 7;
  mbedtls_memory_buffer_alloc_init(arena, sizeof arena);
  run(*new (machine_memory) Machine);
}
