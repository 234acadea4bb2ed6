# SPDX-License-Identifier: Apache-2.0
"""A program whose clock shows another time than the machine's, by libfaketime."""
import glob


def faked(time_text):
    """The environment for it, as faketime(1) takes the time: "-7y", "+3d". Files keep the times that the kernel gives them."""
    library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")[0]
    return {"LD_PRELOAD": library, "FAKETIME": time_text, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1", "TZ": "UTC"}
