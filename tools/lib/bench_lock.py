# SPDX-License-Identifier: Apache-2.0
"""What the lock's image takes: memory by the linker's map, stack by the compiler's word and as it was in QEMU, instructions of a ride, a
signature and a second, and from them the charge that a year takes of a battery. docs/lock-energy.md says what is assumed, and has the
sums."""
import argparse
import pathlib
import re
import shutil
import struct
import sys
import tempfile

import lock_stack
from bench_results import Results
from parts import ROOT

sys.path.append(str(ROOT / "tests/integration/lock"))
IMAGE = ROOT / "build/firmware/greentill-lock.elf"
BUILD = ROOT / "build/cortex-m4"
TURNS = 1000  # of the ride that is counted: 2.1 km
TICK_NS = 40  # of the bench's stopwatch: under -icount shift=0 an instruction takes 1 ns

# The part: STM32L433 (datasheet DS11453, features): microamperes in Stop 2 with RTC, and for each MHz while it runs.
STOP_UA, RUN_UA_PER_MHZ = 1.28, 84
CYCLES_PER_INSTRUCTION = 1.5
# Rounded up from what such parts' flash takes.
WORD_S, ERASE_S, FLASH_MA = 100e-6, 25e-3, 5
# A byte on the line at 115,200 baud, awake at this clock meanwhile.
BYTE_S, LINE_MHZ = 10 / 115_200, 16
RIDES_A_DAY, BATTERY_MAH = 10, 2600
TOLD_A_DAY = 2  # by the service: the time, and a receipt, which takes as long
# A lock that stands in a dock for half of each day, which asks it each ten seconds how it is, and what image it runs.
GREETINGS_A_DAY = 12 * 3600 // 10


def measure(results):
    if not IMAGE.exists() or not shutil.which("qemu-system-arm"):
        print("note: the lock's image is not built (cmake --preset cortex-m4), or QEMU is missing, so lock_… is left out")
        return
    memory(results)
    counts = instructions(results)
    year(results, counts)


def sections(name):
    """Bytes by section, of the linker's map."""
    text = (BUILD / f"{name}.map").read_text().split("Linker script and memory map")[1]
    return {section: int(size, 16) for section, size in re.findall(r"^(\.[a-zA-Z.]+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+)", text, re.MULTILINE)}


def memory(results):
    image, boot = sections("greentill-lock-a"), sections("greentill-lock")
    flash = image[".text"] + image.get(".ARM.exidx", 0) + image[".data"]
    results.add("lock_flash", flash, "bytes", "<=", 48 * 1024, 40 * 1024)
    results.add("lock_ram_with_stack", image[".data"] + image[".bss"] + image[".stack"], "bytes", "<=", 12 * 1024, 10 * 1024)
    results.add("lock_stack", image[".stack"], "bytes")
    results.add("lock_stack.static_worst", lock_stack.worst(BUILD)[0], "bytes", "<=", image[".stack"], image[".stack"])
    results.add("lock_boot_part_flash", boot[".text"] + boot.get(".ARM.exidx", 0) + boot[".data"], "bytes", "<=", 8 * 1024, 8 * 1024)


def instructions(results):
    """Counted by QEMU, which gives the same each time."""
    import case
    import dock
    folder = tempfile.mkdtemp(prefix="greentill-lock-")
    (pathlib.Path(folder) / "greentill-lock.entropy").write_bytes(bytes(range(1, 256)) * 64)  # the same key and numbers each time
    lock = dock.Lock(IMAGE, folder, "-icount", "shift=0")
    try:
        lock.do("z")
        case.provision(lock)
        counts = {}

        def count(name, commands, times=1):
            lock.counted()
            for _ in range(times):
                lock.do(commands)
            counts[name] = lock.counted() * TICK_NS / times
            results.add(f"lock_instructions.{name}", counts[name], "instructions")
        count("signature", "k")
        count("second", "1000+", 50)
        count("unlock", "u")
        count("pulse", "420+p", TURNS)
        count("end_of_ride", "2000+cd")
        lock.bytes = 0
        acknowledge(lock)
        counts["dock"], counts["bytes"] = lock.counted() * TICK_NS, lock.bytes
        results.add("lock_instructions.dock", counts["dock"], "instructions")
        lock.bytes = 0
        lock.hello()
        lock.image()
        counts["greeting"], counts["greeting_bytes"] = lock.counted() * TICK_NS, lock.bytes
        results.add("lock_instructions.greeting", counts["greeting"], "instructions")
        lock.bytes = 0
        settle(lock)
        counts["told"], counts["told_bytes"] = lock.counted() * TICK_NS, lock.bytes
        results.add("lock_instructions.receipt", counts["told"], "instructions")
        counts["words"], counts["erases"] = flash_of_ride(lock, pathlib.Path(folder))
        results.add("lock_instructions.licensed", licensed(lock), "instructions")
        results.add("lock_stack.painted", lock.stack(), "bytes")
        return counts
    finally:
        lock.take_battery_out()
        shutil.rmtree(folder)


def flash_of_ride(lock, folder):
    """Words programmed in rides of seven minutes, and sectors erased, a ride, by the flash's file: the mean of many."""
    begin, sectors, size = 2, 16, 2048
    flash = folder / "greentill-lock.flash"
    words = erases = 0
    rides, until_full = 20, 36  # erases begin when each sector was in use once
    before = None
    for number in range(until_full + rides):
        if number == until_full:
            before = flash.read_bytes()
        for commands in ("u", *["60000+"] * 7, "cd"):
            lock.do(commands)
        if before is None:
            acknowledge(lock)
            continue
        after = flash.read_bytes()
        for sector in range(begin, begin + sectors):
            old, new = (data[sector * size:(sector + 1) * size] for data in (before, after))
            cleared = any(a & ~b & 0xff for a, b in zip(new, old))  # a bit that rose
            erases += cleared
            words += sum(new[at:at + 8] != (b"\xff" * 8 if cleared else old[at:at + 8]) for at in range(0, size, 8))
        before = after
        acknowledge(lock)
    return words / rides, erases / rides


def acknowledge(lock):
    import case
    import dock
    last = lock.hello()["last"]
    assert lock.ask(dock.PROVE, bytes(16))[0] == dock.DONE
    answer, ride = lock.ask(dock.FETCH, struct.pack("<I", last))
    assert answer == dock.DONE
    assert lock.ask(dock.ACKNOWLEDGE, struct.pack("<Iq", last, case.link_of(ride)))[0] == dock.DONE


def licensed(lock):
    """What an acknowledgement takes of a lock that wants licensed docks."""
    import case
    import dock
    lock.hello()
    assert lock.ask(dock.CONFIGURE, case.settings(case.PROGRAMME, 1, 1))[0] == dock.DONE
    lock.ride(20)
    last, key = lock.hello()["last"], case.ec.derive_private_key(17, case.ec.SECP256R1())
    link = case.link_of(lock.ask(dock.FETCH, struct.pack("<I", last))[1])
    nonce = lock.ask(dock.ASK_NONCE)[1]
    content = case.acknowledgement(key, nonce, last, link, case.licence(case.PROGRAMME, key, 1790000000, 1792592000))
    lock.counted()
    assert lock.ask(dock.ACKNOWLEDGE_LICENSED, content)[0] == dock.DONE
    return lock.counted() * TICK_NS


def settle(lock):
    import case
    import cbor2
    import dock
    payload = cbor2.dumps({2: "urn:greentill:lock:" + case.NAME, 6: 1790000000, -65537: [lock.hello()["last"]]}, canonical=True)
    assert lock.ask(dock.SETTLE, case.message(case.PROGRAMME, 65006, (61, 18), payload))[0] == dock.DONE


def year(results, counts):
    coulombs_a_instruction = CYCLES_PER_INSTRUCTION * RUN_UA_PER_MHZ * 1e-12

    def talk(what, bytes_on_line, times):
        return times * (what * coulombs_a_instruction / 3.6 + bytes_on_line * BYTE_S * LINE_MHZ * RUN_UA_PER_MHZ / 3.6e6)
    rides = 365 * RIDES_A_DAY
    ride = counts["unlock"] + TURNS * counts["pulse"] + counts["end_of_ride"]
    parts = {
        "asleep": STOP_UA * 1e-3 * 24 * 365,
        "seconds": counts["second"] * 365 * 86_400 * coulombs_a_instruction / 3.6,
        "rides": rides * ride * coulombs_a_instruction / 3.6,
        "dock": talk(counts["dock"], counts["bytes"], rides),
        "told": talk(counts["told"], counts["told_bytes"], 365 * TOLD_A_DAY),
        "flash": rides * (counts["words"] * WORD_S + counts["erases"] * ERASE_S) * FLASH_MA / 3600,
    }
    for name, mah in parts.items():
        results.add(f"lock_charge_of_a_year.{name}", mah, "mAh")
    total = sum(parts.values())
    results.add("lock_charge_of_a_year", total, "mAh")
    in_docks = talk(counts["greeting"], counts["greeting_bytes"], 365 * GREETINGS_A_DAY)
    results.add("lock_charge_of_a_year_in_docks_at_night", in_docks, "mAh")
    results.add("lock_charge_of_a_year_over_battery", total / BATTERY_MAH, "ratio")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    measure(Results())
