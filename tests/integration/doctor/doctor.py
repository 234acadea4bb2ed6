#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Puts a device into each wrong situation, once each, and reads what greentill doctor says first, and what it ends with. Then as another user,
of a device that is enrolled by EST, and what it sends home: no secret, whatever lies around."""
import contextlib
import sys
import time

from scene import fail_unless, scene_of  # scene first: it makes the others' folders known

from enrolments import enrolments  # noqa: E402
from promises import journey_parser, run_journey  # noqa: E402
from sent_home import sent_home  # noqa: E402
from situations import held, revoked, situations, went_back  # noqa: E402
from surroundings import surroundings  # noqa: E402

NOBODY = 65534


def as_another_user(scene):
    """What may not be read is said to be unknown, and how it can be known."""
    scene.stack.daemon.stop()
    scene.user = NOBODY
    with contextlib.ExitStack() as undo:
        undo.callback(scene.stack.start_daemon)
        undo.callback(setattr, scene, "user", None)
        scene.doctor()
        for words in ("you may not", "run it as the daemon's user: sudo -u root greentill doctor", "[  ? ]"):
            fail_unless(words in scene.said, f"as another user it does not say \"{words}\":\n{scene.said}")


def journey(folder, arguments):
    began, count = time.monotonic(), 0

    def is_wanted(name):
        return not arguments.only or arguments.only in name

    def tell(name, said):
        print(f"{time.monotonic() - began:5.1f} s  {name}: {said}", flush=True)
    with scene_of(folder, arguments.bin) as scene:
        for name, situation, *expected in filter(lambda one: is_wanted(one[0]), situations() + surroundings()):
            with situation(scene):
                scene.expect(name, *expected)
            count += 1
            tell(name, scene.said.splitlines()[0])
        # The last ones cannot be undone.
        for story in filter(lambda one: is_wanted(one.__name__), (as_another_user, sent_home, went_back, held, revoked)):
            story(scene)
            count += 1
            tell(story.__name__, scene.said.splitlines()[0])
    if is_wanted("enrolments"):
        count += enrolments(folder / "est", arguments.bin, tell)
    print(f"{count} situations are told right, in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    parser = journey_parser(__doc__.splitlines()[0], "doctor")
    parser.add_argument("--only", help="situations whose name has this in it")
    sys.exit(run_journey(parser, journey))
