# SPDX-License-Identifier: Apache-2.0
"""The part of CDDL (RFC 8610) that the pages on formats use, so that their rules can be tried on real messages.

Known: names, integers, ranges, tstr, bstr, uint, bool, null, .size, .regexp, .cbor, choices, tags, arrays, maps with literal keys, one group
or a table. Whatever else a text holds is refused when it is read.
"""
import re

import cbor2

TOKEN = re.compile(r"""\s*(?:;[^\n]*\s*)*(?:
    (?P<tag>\#6\.\d+) | (?P<name>[A-Za-z][\w-]*) | (?P<control>\.(?:size|regexp|cbor)) | (?P<number>-?\d+) |
    (?P<text>"[^"]*") | (?P<mark>\.\.|=>|[\[\](){}:,/=?*]) )""", re.VERBOSE)
BASIC = {"tstr": str, "bstr": bytes, "bool": bool, "null": type(None)}


class Grammar:
    """Every value is a function from a decoded item to bool; a group is a list of (occurrence, key, value)."""

    def __init__(self, text):
        self._tokens = []
        position, text = 0, re.sub(r"\s*(;[^\n]*\s*)*\Z", "", text)
        while position < len(text):
            found = TOKEN.match(text, position)
            if not found:
                raise ValueError(f"not understood: {text[position:position + 40]!r}")
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            position = found.end()
        self._at = 0
        self._rules = {}
        while self._at < len(self._tokens):
            name = self._take("name")
            self._take("mark", "=")
            self._rules[name] = self._group("(", ")") if self._peek("(") else self._type()

    def matches(self, name, item):
        return self._rules[name](item)

    def _peek(self, *marks):
        return self._at < len(self._tokens) and self._tokens[self._at][1] in marks

    def _take(self, kind=None, mark=None):
        found, value = self._tokens[self._at]
        if (kind and kind != found) or (mark and mark != value):
            raise ValueError(f"{mark or kind} expected, not {value!r}")
        self._at += 1
        return value

    def _skip(self, mark):
        if self._peek(mark):
            self._at += 1
            return True
        return False

    def _type(self):
        choices = [self._single()]
        while self._skip("/"):
            choices.append(self._single())
        return lambda item: any(choice(item) for choice in choices)

    def _single(self):
        kind, value = self._tokens[self._at]
        if value == "[":
            return self._array(self._group("[", "]"))
        if value == "{":
            return self._map(self._group("{", "}"))
        self._at += 1
        if kind == "tag":
            self._take("mark", "(")
            inner = self._type()
            self._take("mark", ")")
            return lambda item: isinstance(item, cbor2.CBORTag) and item.tag == int(value[3:]) and inner(item.value)
        if kind == "number":
            return self._integer(int(value), int(self._take("number")) if self._skip("..") else int(value))
        if kind == "text":
            return lambda item: item == value[1:-1]
        if kind != "name":
            raise ValueError(f"a type expected, not {value!r}")
        return self._controlled(self._named(value))

    @staticmethod
    def _integer(least, most):
        return lambda item: type(item) is int and least <= item <= most

    def _named(self, name):
        if name in BASIC:
            return lambda item: type(item) is BASIC[name]
        if name == "uint":
            return self._integer(0, 2**64 - 1)
        return lambda item: self._rules[name](item)

    def _controlled(self, base):
        if self._skip(".size"):
            fits = self._size()
            return lambda item: base(item) and fits(len(item.encode() if isinstance(item, str) else item))
        if self._skip(".regexp"):
            pattern = re.compile(self._take("text")[1:-1])
            return lambda item: base(item) and bool(pattern.fullmatch(item))
        if self._skip(".cbor"):
            inner = self._single()
            return lambda item: base(item) and inner(cbor2.loads(item))
        return base

    def _size(self):
        if not self._skip("("):
            return self._single()
        size = self._type()
        self._take("mark", ")")
        return size

    def _group(self, opening, closing):
        entries = []
        self._take("mark", opening)
        while not self._skip(closing):
            entries.append(self._entry())
            self._skip(",")
        return entries

    def _entry(self):
        occurrence = (1, 1)
        if self._skip("?"):
            occurrence = (0, 1)
        elif self._skip("*"):
            occurrence = (0, None)
        elif self._tokens[self._at + 1][1] == "*":
            occurrence = (int(self._take("number")), None)
            self._at += 1
            occurrence = (occurrence[0], int(self._take("number")))
        if self._tokens[self._at + 1][1] == ":":
            key = self._take()
            self._at += 1
            return occurrence, key, self._type()
        first = self._tokens[self._at][1]
        value = self._type()
        return (occurrence, value, self._type()) if self._skip("=>") else (occurrence, first, value)

    @staticmethod
    def _array(entries):
        if len(entries) == 1 and entries[0][0] != (1, 1):
            (least, most), _, value = entries[0]
            return lambda item: (type(item) is list and least <= len(item) and (most is None or len(item) <= most) and
                                 all(value(part) for part in item))
        return lambda item: (type(item) is list and len(item) == len(entries) and
                             all(value(part) for (_, _, value), part in zip(entries, item)))

    def _map(self, entries):
        if len(entries) == 1 and callable(entries[0][1]):
            (least, most), key, value = entries[0]
            return lambda item: (type(item) is dict and least <= len(item) and (most is None or len(item) <= most) and
                                 all(key(k) and value(v) for k, v in item.items()))

        def check(item):
            members = {int(key): (occurrence[0], value) for occurrence, key, value in self._spread(entries)}
            return (type(item) is dict and set(item) <= set(members) and
                    all(key in item or not least for key, (least, _) in members.items()) and
                    all(type(key) is int and members[key][1](value) for key, value in item.items()))
        return check

    def _spread(self, entries):
        for entry in entries:
            group = self._rules.get(entry[1]) if isinstance(entry[1], str) else None
            yield from group if isinstance(group, list) else [entry]
