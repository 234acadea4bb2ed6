# SPDX-License-Identifier: Apache-2.0
"""How deep the stack of the lock's image can be, by what the compiler says of each function: its frame, and whom it calls
(-fstack-usage, -fcallgraph-info=su). Calls through ports and pointers are resolved by the table below.

lock_stack.py BUILD    prints the deepest way, for a build folder of the preset cortex-m4
"""
import pathlib
import re
import sys

ROOT = "reset_handler"
INTERRUPT = "sys_tick_handler"
EXCEPTION_FRAME = 32  # what a Cortex-M4 without floating point puts on the stack, besides the handler's own
# What no source of ours says: the C library's and the compiler's own functions. None of those that are linked takes more.
FOREIGN = 64
SOURCES = ("daemon/", "firmware/", "library/")

# What calls itself, by way of whom, and how often at most: an item of CBOR within another (daemon/claim/cbor.hpp, kMaxCborDepth).
NESTED = (r"CborReader::skip\(", r"CborReader::skip_map\(", 8)

KEYS = r"MbedtlsKeys::|MbedtlsHasher::"
BOARD = r"BenchBoard::|HostedEntropy::fill|Uart::send"
FLASH = r"FlashPart::(read|program|erase|sector)"
# Who calls through a port or a pointer, and who that can be. The first that fits counts; nobody else may.
INDIRECT = (
    (r"FlashPart::", r"HostedFlash::"),
    (r"Hosted(Flash|File)::|Uart::|Stopwatch", None),
    (r"mbedtls_platform_zeroize", None),  # memset, by a pointer that no compiler sees through
    (r"mbedtls_(calloc|free)$", r"buffer_alloc_(calloc|free)"),
    (r"mbedtls_mpi_mul_mod|ecp_modp", r"ecp_mod_p256"),
    (r"hmac_drbg_reseed_core", None),  # no source of entropy: the generator of RFC 6979 has none
    (r"_Iter_negate", r"is_device_id_letter|is_id|<lambda\\(char\\)>"),
    (r"digest_of\(", FLASH + r"|HostedFlash::sector|MbedtlsSha256::"),
    (r"Updater::", FLASH + "|" + KEYS),
    (r"MainLoop::", r"CmsdkWatchdog::feed|BenchSupply::"),
    (r"MbedtlsKeys::", r"HostedEntropy::fill"),
    (r"Once::", FLASH + r"|HostedFlash::(read|program|erase|sector)"),
    (r"Journal::|BootRecord::|read_head|is_blank|erase_from|is_whole|take_first|choose_image", FLASH + r"|MbedtlsSha256::"),
    (r"DockLink::|Lock::|Identity::|key_hash|_digest\(|claim::|digest_to_sign|ride_link", KEYS + "|" + BOARD),
    (r"sign\(|lock_main|obey|run\(", KEYS + "|" + BOARD),
    (r"^\w+ \**?(mbedtls_|ecp_|ecdsa_)|mbedtls_|\b(ecp|ecdsa|hmac_drbg|mpi)_", r"Blinding::next|mbedtls_hmac_drbg_random$"),
)


class Graph:
    def __init__(self, build):
        self.frames, self.calls, self.names, self.indirect = {}, {}, {}, set()
        files = sorted(pathlib.Path(build).rglob("*.ci"))
        if not files:
            sys.exit(f"{build}: no .ci file; it is to be built by the preset cortex-m4")
        for file in files:
            self.read(file.read_text())

    def read(self, text):
        for title, label in re.findall(r'^node: \{ title: "([^"]*)" label: "([^"]*)"', text, re.MULTILINE):
            frame = re.search(r"(\d+) bytes \((\w+)", label)
            if frame:
                if frame[2] == "dynamic":
                    sys.exit(f"{title}: its frame has no bound")
                self.frames[title] = max(int(frame[1]), self.frames.get(title, 0))
                self.names[title] = label.split("\\n")[0]
        for source, target in re.findall(r'^edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"', text, re.MULTILINE):
            if target == "__indirect_call":
                self.indirect.add(source)
            else:
                self.calls.setdefault(source, set()).add(target)

    def callees(self, title):
        found = set(self.calls.get(title, ()))
        if title in self.indirect:
            name = self.names[title]
            entry = next((to for who, to in INDIRECT if re.search(who, name)), "nobody")
            if entry == "nobody":
                sys.exit(f"{name}: it calls through a pointer, and the table of tools/lib/lock_stack.py does not say whom")
            if entry:
                found |= {other for other, its in self.names.items() if re.search(entry, its) and other != title}
        return found

    def deepest(self, title, above=(), known=None):
        """Bytes from here on, and the way: [(name, frame)]."""
        known = {} if known is None else known
        if title in known:
            return known[title]
        if title in above:
            sys.exit("a circle of calls: " + " > ".join(self.names.get(one, one) for one in (*above[above.index(title):], title)))
        if title not in self.frames:
            return FOREIGN, [(title, FOREIGN)]
        if re.search(NESTED[0], self.names[title]):
            return self.nested(title, above, known)
        ways = [self.deepest(other, (*above, title), known) for other in self.callees(title)]
        size, way = max(ways, key=lambda one: one[0], default=(0, []))
        frame = self.frames[title]
        known[title] = (frame + size, [(self.names[title], frame), *way])
        return known[title]

    def nested(self, title, above, known):
        through, = (other for other in self.calls[title] if re.search(NESTED[1], self.names.get(other, "")))
        own = self.frames[title]
        size, way = max((self.deepest(other, (*above, title), known) for one in (title, through) for other in self.callees(one)
                         if other not in (title, through)), key=lambda one: one[0], default=(0, []))
        around = NESTED[2] * (own + self.frames[through])
        known[title] = (around + own + size, [(f"{self.names[title]}, {NESTED[2]} times within itself", around + own), *way])
        return known[title]


def worst(build):
    graph = Graph(build)
    size, way = graph.deepest(ROOT)
    return size + EXCEPTION_FRAME + graph.deepest(INTERRUPT)[0], way


if __name__ == "__main__":
    total, path = worst(sys.argv[1])
    for name, frame in path:
        print(f"{frame:>6}  {name}")
    print(f"{total:>6}  with an interrupt on top")
