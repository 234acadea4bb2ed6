#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how well receipts that are printed as pictures are read: draws receipts, prints them as jobs, and holds what picture-report
reads against what they say.

    measure.py --report build/release/bin/picture-report [--sales 12] [--corpora ../shared/corpora] [--show]
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import draw

ROOT = pathlib.Path(__file__).resolve().parents[2]

WIDTHS = {576: False, 512: True, 384: False}  # dots across, and whether greys are scattered
JOBS = [lambda image: draw.raster_job(image, 255), lambda image: draw.raster_job(image, 24), lambda image: draw.graphics_job(image, 128), draw.column_job]
ALIKE = str.maketrans("i1|o", "lll0")
PROFILES = {"en": ("generic-en", "eng"), "de": ("generic-de", "deu")}


def drawn(sales):
    """Each sale in each font and layout; width and kind of job in turn."""
    count = 0
    for language in PROFILES:
        for number in range(sales):
            sale = draw.Sale(number, language)
            for font, (_, _, mono) in draw.FONTS.items():
                for layout in draw.LAYOUTS:
                    if layout == "columns" and not mono:
                        continue
                    width = list(WIDTHS)[count % 3]
                    paper = draw.draw(sale, layout, font, width)
                    image = draw.black_and_white(paper.done(), WIDTHS[width])
                    job = JOBS[count // 3 % len(JOBS)](image)
                    count += 1
                    yield {"language": language, "font": font, "layout": layout, "width": width, "job": job, "text": "\n".join(paper.lines), "sale": sale}


def printed(texts):
    """Receipts of the text mode, drawn in letters of one width."""
    for text in texts:
        for font, (_, _, mono) in draw.FONTS.items():
            for width in WIDTHS if mono else []:
                paper = draw.as_text(text, font, width)
                job = draw.raster_job(draw.black_and_white(paper.done(), WIDTHS[width]), 64)
                yield {"language": "en", "font": font, "layout": "as text", "width": width, "job": job, "text": "\n".join(paper.lines), "sale": None}


def captures(corpora):
    """Of others, those that are sales."""
    file = corpora / "escpos/php-receipt-with-logo.printed.txt"
    if not file.is_file():
        if os.environ.get("CI") == "true":
            sys.exit(f"{file} is not there")
        print(f"SKIPPED: {file} is not there")
        return []
    return [file.read_text(encoding="utf-8").split("\n----- cut")[0]]


def read(cases, report, folder):
    """What the source makes of each."""
    for language, (profile, data) in PROFILES.items():
        mine = [case for case in cases if case["language"] == language]
        paths = []
        for number, case in enumerate(mine):
            for kind, content in (("txt", case["text"].encode()), ("escpos", case.pop("job"))):
                path = folder / f"{language}-{number}.{kind}"
                path.write_bytes(content)
                paths.append(str(path))
        done = subprocess.run([report, profile, data], input="\n".join(paths), capture_output=True, text=True, check=True)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        for case, text, picture in zip(mine, lines[::2], lines[1::2], strict=True):
            case["said"], case["read"] = text, picture


def items_of(found):
    """Letters that look alike are alike: w and W, l, I and 1; and how wide spaces are does not count."""
    return [(name.casefold().replace(" ", "").translate(ALIKE), quantity, amount) for name, quantity, amount in found.get("items", [])]


def judge(case):
    said, found, sale = case["said"], case["read"], case.pop("sale")
    if sale and (said.get("total") != sale.total or [item[1:] for item in items_of(said)] != [(1000 * q, q * p) for _, q, p in sale.items]):
        print("the text itself is not read right:", case["layout"], case["text"], said, file=sys.stderr)
    case["right_total"] = found.get("total") == said["total"]
    items, left = items_of(found), items_of(found)
    for item in items_of(said):
        if item in left:
            left.remove(item)
    case["right_items"] = len(items) - len(left)
    case["right"] = case["right_total"] and items == items_of(said) and found["id"] == said["id"] and found["begin"] == said["begin"]
    case["counted"] = found.get("counted", False)
    numbers = [item[1:] for item in items] == [item[1:] for item in items_of(said)]
    case["numbers_right"] = case["right_total"] and numbers and found["begin"] == said["begin"] and found["id"] == said["id"]


def share(cases, of=lambda case: True):
    cases = [case for case in cases if of(case)]
    items = sum(len(case["said"]["items"]) for case in cases)
    n = len(cases)
    return (f"{n:5} {sum(c['right_total'] for c in cases) / n:7.3f} {sum(c['right_items'] for c in cases) / items:7.3f} "
            f"{sum(c['counted'] for c in cases) / max(1, sum(c['said'].get('counted', False) for c in cases)):7.3f} {sum(c['counted'] and not c['numbers_right'] for c in cases):4} "
            f"{sum(c['counted'] and not c['right'] for c in cases):4}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--report", required=True)
    parser.add_argument("--sales", type=int, default=12)
    parser.add_argument("--corpora", type=pathlib.Path, default=os.environ.get("GREENTILL_CORPORA", ROOT.parent / "shared/corpora"))
    parser.add_argument("--check", action="store_true", help="fail on a wrong number that is counted, and where little is right")
    parser.add_argument("--show", action="store_true", help="what is read wrong")
    parser.add_argument("--keep", type=pathlib.Path, help="write what was read there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cases = [*drawn(arguments.sales), *printed(draw.TEXTS + captures(arguments.corpora))]
        read(cases, arguments.report, pathlib.Path(folder))
    for case in cases:
        judge(case)
    if arguments.keep:
        arguments.keep.write_text("\n".join(json.dumps(case) for case in cases))
    print(f"{'':24}    n   total   items counted  wrong numbers, names")
    print(f"{'all':24}", share(cases))
    for key in ("language", "font", "layout", "width"):
        for value in dict.fromkeys(case[key] for case in cases):
            print(f"{value!s:24}", share(cases, lambda case: case[key] == value))
    wrong = sum(case["counted"] and not case["numbers_right"] for case in cases)
    right = sum(case["right_total"] for case in cases) / len(cases)
    if arguments.check and (wrong or right < 0.9):
        return f"{wrong} receipts are counted with wrong numbers, and {right:.3f} of the totals are right"
    if arguments.show:
        for case in cases:
            if not case["right"]:
                print("---", case["font"], case["layout"], case["width"], case["said"]["total"], case["read"].get("total"), case["read"].get("remark"), case["read"]["problem"])
                print("\n".join(case["read"].get("lines", [])))
                print(case["text"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
