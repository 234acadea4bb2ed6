// SPDX-License-Identifier: Apache-2.0
// The lock on a Cortex-M4 in QEMU (mps2-an386). UART0 is the line to the dock. UART1 is the bench's: it stands for bolt, wheel
// and time, which a board has pins and a clock for. A command is one letter:
//   u unlock   p pulse of the wheel   c close   d dock
//   z the time stands at 0, and moves by the bench alone      N s +N milliseconds pass, N in digits before the letter: "420+"
//   b the supply fails   B it is back   f a fault   h a loop that never ends   k a signature
//   s how deep the stack was, in bytes, as eight hexadecimal digits
//   i how many ticks of 40 ns commands and the dock's requests took since the last i, likewise; under -icount a tick is 40
//     instructions
// Each is answered by its letter, when it is done.
#include <mbedtls/memory_buffer_alloc.h>

#include <new>
#include <utility>

#include "daemon/base/hex_digits.hpp"
#include "firmware/core/dock_link.hpp"
#include "firmware/core/flash_part.hpp"
#include "firmware/core/main_loop.hpp"
#include "firmware/port/mbedtls/mbedtls_keys.hpp"
#include "firmware/port/mbedtls/mbedtls_sha256.hpp"
#include "firmware/port/mps2/board.hpp"
#include "firmware/port/mps2/layout.hpp"

extern "C" {
extern std::uint32_t stack_bottom[];
extern std::uint32_t stack_top[];
extern const std::uint8_t head_address[];
[[noreturn]] void fault_happened();
}

namespace greentill::firmware {
namespace {

constexpr std::uint32_t kClockHz = 25'000'000;

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
  [[nodiscard]] ResetReason reset_reason() override { return reason_of_this_start(); }
  void hold() {
    held_ = true;
    moved_ms_ = 0;
  }
  void pass(std::uint32_t milliseconds) { moved_ms_ += milliseconds; }

 private:
  bool held_ = false;
  std::uint64_t moved_ms_ = 0;
};

class BenchSupply final : public Supply {
 public:
  [[nodiscard]] bool failing() override { return failing_; }
  void set_failing(bool failing) { failing_ = failing; }

 private:
  bool failing_ = false;
};

std::uint8_t running_slot() { return reinterpret_cast<std::uint32_t>(head_address) == slot_address(1) ? 1 : 0; }

/// Arm's CMSDK timer (its technical reference manual, 4.2), which counts down.
class Stopwatch {
 public:
  static void power_up() {
    kTimer[2] = 0xffffffff;
    kTimer[0] = 1;
  }
  [[nodiscard]] std::uint32_t ticks() const { return began_ - kTimer[1]; }

 private:
  static inline volatile std::uint32_t* const kTimer = reinterpret_cast<volatile std::uint32_t*>(0x40000000);
  std::uint32_t began_ = kTimer[1];
};

/// All that the lock is made of. Static: it never ends.
struct Machine {
  HostedFile flash_file;
  HostedFile entropy_file;
  bool opened =
      flash_file.open("greentill-lock.flash", HostedFile::kChange) &&
      (entropy_file.open("greentill-lock.entropy", HostedFile::kRead) || entropy_file.open("/dev/urandom", HostedFile::kRead));
  HostedFlash flash{flash_file, kAllSectors};
  FlashPart identity_flash{flash, kIdentitySector, 1};
  FlashPart journal_flash{flash, kJournalSector, kJournalSectors};
  FlashPart record_flash{flash, kRecordSector, kRecordSectors};
  FlashPart slots[kSlots]{{flash, kSlotSector, kSlotSectors}, {flash, kSlotSector + kSlotSectors, kSlotSectors}};
  HostedEntropy entropy{entropy_file};
  MbedtlsHasher hasher;
  MbedtlsKeys keys{flash, kKeySector};
  BenchBoard board;
  BenchSupply supply;
  CmsdkWatchdog watchdog;
  Uart line{0x40004000};
  Uart bench{0x40005000};
  LockPorts ports{journal_flash, identity_flash, keys, entropy, board, hasher};
  Lock lock{ports};
  Lock::Start started = lock.start();
  BootRecord record{record_flash};
  bool known = record.load();
  MbedtlsSha256 sha;
  Updater updater{{record, {&slots[0], &slots[1]}, sha, kBoardNumber, running_slot()}, ports, lock};
  DockLink link{lock, ports, line, &updater};
  MainLoop loop{lock, &updater, supply, watchdog};
  std::uint32_t spent = 0;  ///< ticks in commands and requests
};
alignas(Machine) std::uint8_t machine_memory[sizeof(Machine)];

std::uint32_t stack_used() {
  const std::uint32_t* deepest = stack_bottom;
  while (*deepest == 0xa5a5a5a5) ++deepest;
  return static_cast<std::uint32_t>((stack_top - deepest) * 4);
}

void tell(Uart& bench, std::uint32_t number) {
  Bytes<8> digits{};
  for (std::size_t i = 0; i < 8; ++i) digits[i] = static_cast<std::uint8_t>(hex_digit(number >> (28 - 4 * i)));
  bench.send(digits);
}

[[noreturn]] void hang() {
  for (;;) asm volatile("");
}

void sign(Keys& keys) {
  claim::Signature signature{};
  if (!keys.sign_hash(Digest{1}, signature)) fault_happened();
}

void obey(Machine& it, std::uint8_t command, std::uint32_t& number) {
  if (command >= '0' && command <= '9') {
    number = number * 10 + (command - '0');
    return;
  }
  const Stopwatch watch;
  switch (command) {
    case 'u': it.lock.unlock(); break;
    case 'p': it.lock.pulse(); break;
    case 'c': it.lock.close(); break;
    case 'd': it.lock.dock(); break;
    case 'z': it.board.hold(); break;
    case '+': it.board.pass(number); break;
    case 'b': it.supply.set_failing(true); break;
    case 'B': it.supply.set_failing(false); break;
    case 'f': asm volatile("udf #0"); break;
    case 'h': hang();
    case 'k': sign(it.keys); break;
    case 's': tell(it.bench, stack_used()); break;
    case 'i': tell(it.bench, std::exchange(it.spent, 0)); break;
    default: break;
  }
  number = 0;
  if (!it.supply.failing()) it.lock.tick();
  if (command != 'i') it.spent += watch.ticks();
  // The supply's warning is heeded before it is said to be: whoever takes the battery out then finds what was kept.
  static_cast<void>(it.loop.pass(ticks_ms));
  it.bench.send(Bytes<1>{command});
}

[[noreturn]] void run(Machine& it) {
  std::uint32_t number = 0;
  // An image on trial that cannot do its work gives way at once.
  if (!it.updater.started(it.started)) restart(ResetReason::software);
  for (;;) {
    std::uint8_t byte = 0;
    const MainLoop::Next next = it.loop.pass(ticks_ms);
    if (next == MainLoop::Next::restart) restart(ResetReason::software);
    if (next == MainLoop::Next::listen && it.line.take(byte)) {
      const Stopwatch watch;
      it.link.receive(Bytes<1>{byte});
      it.spent += watch.ticks();
    }
    if (it.bench.take(byte)) obey(it, byte, number);
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
  Stopwatch::power_up();
  mbedtls_memory_buffer_alloc_init(arena, sizeof arena);
  run(*new (machine_memory) Machine);
}
