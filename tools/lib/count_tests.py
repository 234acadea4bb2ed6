# SPDX-License-Identifier: Apache-2.0
"""Prints "passed failed skipped" of a JUnit report by ctest; what a test program skipped by itself counts as skipped too."""
import sys
import xml.etree.ElementTree as ElementTree

suite = ElementTree.parse(sys.argv[1]).getroot()
cases = list(suite.iter("testcase"))
failed = sum(1 for case in cases if case.find("failure") is not None or case.get("status") == "fail")
skipped = sum(1 for case in cases if case.find("skipped") is not None)
inside = sum((case.findtext("system-out") or "").count("SKIPPED:") for case in cases)
print(len(cases) - failed - skipped, failed, skipped + inside)
