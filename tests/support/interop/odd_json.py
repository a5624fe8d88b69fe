# SPDX-License-Identifier: LGPL-2.1-or-later
"""Unusual record files: valid lists of records with random changes. A text is a tree of Object and Array, and of bytes for all other
values, so that it may be invalid JSON."""

import copy


class Object(list):
    """[name, value] pairs; a name is bytes with its quotes, and may be repeated."""


class Array(list):
    pass


def text(value, r=None):
    """The bytes of a tree; r, a random.Random, adds white space."""
    blank = (lambda: b"") if r is None else (lambda: r.choice((b"", b"", b"", b" ", b"\n", b"\t", b"\r\n  ")))
    out, todo = [], [value]
    while todo:  # trees are too deep for recursion
        v = todo.pop()
        if isinstance(v, Object):
            todo.append(b"}")
            for i, (name, member) in reversed(list(enumerate(v))):
                todo += [member, blank() + b":" + blank(), (b"," if i else b"") + blank() + name]
            todo.append(b"{" + blank())
        elif isinstance(v, Array):
            todo.append(b"]")
            for i, element in reversed(list(enumerate(v))):
                todo += [element, (b"," if i else b"") + blank()]
            todo.append(b"[" + blank())
        else:
            out.append(v)
    return b"".join(out)


def string(s):
    return b'"' + s.encode() + b'"'


def array(strings):
    return Array(string(s) for s in strings)


def obj(*pairs):
    return Object([string(name), value] for name, value in pairs if value is not None)


# ---------------------------------------------------------------------------------------------------- valid records


class Records:
    """Valid lists of records, with ids from a pool."""

    def __init__(self, r):
        self.r = r

    def id(self, length=64):
        return f"{self.r.getrandbits(4 * length):0{length}x}"

    def maybe(self, value, chance=0.5):
        return value if self.r.random() < chance else None

    def time(self):
        r = self.r
        fraction = self.maybe("." + str(r.randrange(1, 10**9)).rstrip("0"), 0.7) or ""
        zone = r.choice(("Z", "Z", "+01:00", "-11:30"))
        return f"{r.randrange(2000, 2030)}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}T{r.randrange(24):02}:{r.randrange(60):02}:59{fraction}{zone}"

    def digest(self):
        return "sha256:" + self.id()

    def names(self):
        return array(f"name-{self.r.randrange(10**6)}" for _ in range(self.r.randrange(1, 3)))

    def id_map(self):
        number = lambda: str(self.r.randrange(1 << 32)).encode()
        return Array(obj(("container_id", number()), ("host_id", number()), ("size", number())) for _ in range(self.r.randrange(1, 3)))

    def numbers(self):
        return Array(str(self.r.randrange(70000)).encode() for _ in range(self.r.randrange(1, 4)))

    def flags(self, *more):
        pairs = [("MountLabel", string("system_u")), ("ProcessLabel", string("")), ("n", b"1.5e3"), ("deep", Array((Array((b"1",)), b"null")))]
        return obj(*more, *(p for p in pairs if self.r.random() < 0.4))

    def big_data(self):
        keys = [k for k in ("manifest", "manifest-sha256:1", "config", "a/b") if self.r.random() < 0.4]
        if not keys:
            return (None, None, None)
        sizes = obj(*((k, str(self.r.randrange(10**6)).encode()) for k in keys))
        return array(keys), sizes, obj(*((k, string(self.digest())) for k in keys))

    def layer(self, id, parent):
        m, s = self.maybe, string
        return obj(
            ("id", s(id)), ("names", m(self.names(), 0.3)), ("parent", s(parent) if parent else None), ("metadata", m(s('{\\"a\\":1}'), 0.2)),
            ("created", s(self.time())), ("compressed-diff-digest", m(s(self.digest()))), ("compressed-size", m(b"1234")),
            ("diff-digest", m(s(self.digest()))), ("toc-digest", m(s(self.digest()), 0.2)), ("diff-size", m(b"34567890123")),
            ("compression", m(b"2")), ("uidset", m(self.numbers(), 0.3)), ("gidset", m(self.numbers(), 0.3)), ("flags", m(self.flags(), 0.4)),
            ("uidmap", m(self.id_map(), 0.3)), ("gidmap", m(self.id_map(), 0.3)), ("big-data-names", m(array(("x", "y/z")), 0.3)))  # fmt: skip

    def image(self, id, layer):
        m, s = self.maybe, string
        names, sizes, digests = self.big_data()
        return obj(
            ("id", s(id)), ("digest", m(s(self.digest()))), ("names", m(self.names())), ("names-history", m(self.names(), 0.2)),
            ("layer", s(layer) if layer else None), ("mapped-layers", m(array((self.id(),)), 0.2)), ("metadata", m(s("{}"))),
            ("big-data-names", names), ("big-data-sizes", sizes), ("big-data-digests", digests), ("created", s(self.time())),
            ("flags", m(self.flags(), 0.2)))  # fmt: skip

    def container(self, id, layer, image):
        m, s = self.maybe, string
        names, sizes, digests = self.big_data()
        return obj(
            ("id", s(id)), ("names", m(self.names())), ("image", s(image)), ("layer", s(layer)), ("metadata", m(s('{\\"name\\":\\"a\\"}'))),
            ("big-data-names", names), ("big-data-sizes", sizes), ("big-data-digests", digests), ("created", s(self.time())),
            ("uidmap", m(self.id_map(), 0.3)), ("gidmap", m(self.id_map(), 0.3)), ("flags", m(self.flags())))  # fmt: skip

    def mount(self, layer):
        return obj(("id", string(layer)), ("path", string("/merged/" + layer[:8])), ("count", str(self.r.randrange(1, 4)).encode()))


# -------------------------------------------------------------------------------------------------------- oddities

FOLDED = {"k": "\u212a", "s": "\u017f", "i": "\u0130"}

STRINGS = [
    b'""', b'"\\u0000"', b'"a\x00b"', b'"a\\n\x00b"', b'"\x01"', b'"\\t\x01"', b'"\n"', b'"\\n\n"', b'"\xff"', b'"\\n\xff"', b'"\xc0\x80"',
    b'"\xed\xa0\x80"', b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\\udc00\\ud800"', b'"\\ud800\\u0041"', b'"\\u00e9"', b'"\\/"', b'"\\x"',
    b'"\\u12"', b'"\\u12G4"', b"'a'", b'"\x7f"', b'"\xe2\x80\xa8"', b'"' + b"x" * 5000 + b'"', b'"\\ud83d"', b'"\\ud83d\\n"', b'"\\ud83dx"',
]  # fmt: skip
NUMBERS = [
    b"0", b"-0", b"1", b"-1", b"01", b"00", b"+1", b"1.0", b"1.5", b".5", b"1.", b"1e3", b"1E+3", b"1e", b"-", b"0x10", b"NaN", b"Infinity",
    b"2147483647", b"2147483648", b"4294967295", b"4294967296", b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808",
    b"-9223372036854775809", b"18446744073709551616", b"1e308", b"1e309", b"-1e309", b"1e999999999999", b"1e-999", b"9" * 400, b"1_000", b"-00",
    b"0.1", b"0e0", b"-0.0", b"1 2", b"12345678901234567890123",
]  # fmt: skip
WORDS = [b"null", b"true", b"false", b"nul", b"NULL", b"True", b"nullx", b"n", b"t", b"", b"undefined", b"//x\n1", b"/**/1", b"truex"]
TIMES = [
    "", "0001-01-01T00:00:00Z", "2020-02-30T00:00:00Z", "2020-01-01T24:00:00Z", "2020-01-01T1:00:00Z", "2020-01-01T00:00:60Z", "2020-01-01t00:00:00z",
    "2020-01-01T00:00:00", "2020-01-01 00:00:00Z", "2020-01-01T00:00:00,5Z", "2020-01-01T00:00:00.Z", "2020-01-01T00:00:00+24:00",
    "2020-01-01T00:00:00+00:60", "2020-01-01T00:00:00+0000", "10000-01-01T00:00:00Z", "2020-1-1T00:00:00Z", "2020-01-01T00:00:00.0000000000001Z",
    "2021-02-29T00:00:00Z", "2020-01-01T00:00:00+25:00", "2020-01-01T00:00:00-23:59", "2020-01-01T00:00:00\\u005a", "2020-00-01T00:00:00Z",
]  # fmt: skip
IDS = ["", "x", "../x", "a/b", ".", "l", "A" * 64, "a" * 63, "a" * 65, "é", "staging", "\\u0061" * 8]
FILES = [
    b"", b" ", b"\n", b"null", b" null\n", b"null\x00", b"nullx", b"nul", b"[]", b"[ ]", b"{}", b"[[]]", b"[null]", b"[{}]", b"0", b'""', b"[", b"]",
    b"[,]", b"[{},]", b"[{}{}]", b"[]]", b"[][]", b"\x00", b"\x00" * 4096, b"[\x00]", b"[]\x00", b"[]\x00garbage", b"\xef\xbb\xbf[]", b"true",
    b"[1]", b'["a"]', b"[[null]]", b"[null,null]", b"// x\n[]", b"[]//", b"\x0b[]", b"[]\x0c", b"\xff\xfe[\x00]\x00", b"n", b"\x00[]", b"[]\x00\x00",
]  # fmt: skip
TAILS = [
    b"\x00", b"\x00" * 100, b"\x00garbage", b"\x00[]", b"\x00]", b" \x00", b"\n", b" \t\r\n ", b"[]", b"x", b",", b"]", b"\x0b", b"\x0c", b"null", b"}",
    b"\xa0", b"\xef\xbb\xbf", b"//", b"\x1a", b"\x00\x00{", b"\n\x00\n",
]  # fmt: skip
HEADS = [b"\xef\xbb\xbf", b"\x00", b" \n", b"\x0b", b"[", b"x", b"\xff", b",", b"//\n", b"\xc2\xa0"]
BYTES = [b"\x00", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b" ", b"\n", b"\xff", b"n", b"0", b"-", b"e", b".", b"u", b"\x0b", b"\x7f", b"/"]


class Oddities:
    """Changes of one list of records."""

    def __init__(self, r):
        self.r = r
        self.records = Records(r)

    def deep(self):
        depth, bracket = self.r.choice((5, 60, 62, 63, 64, 65, 70, 9990, 10001, 20000)), self.r.choice((b"[]", b"{}", b'{"a":'))
        if bracket == b"[]":
            return b"[" * depth + b"]" * depth
        if bracket == b"{}":
            return b'{"a":' * depth + b"{}" + b"}" * depth
        return b'[{"a":' * depth + b"1" + b"}]" * depth

    def odd_value(self):
        r = self.r
        kind = r.randrange(9)
        if kind == 0:
            return r.choice(STRINGS)
        if kind == 1:
            return r.choice(NUMBERS)
        if kind == 2:
            return r.choice(WORDS)
        if kind == 3:
            return b"null"
        if kind == 4:
            return r.choice((Array(), Object(), Array((b"null",)), obj(("a", b"null")), array(("a", "a")), Array((b"1", string("a")))))
        if kind == 5:
            return string(r.choice(IDS))
        if kind == 6:
            return string(r.choice(TIMES))
        if kind == 7:
            return self.deep()
        return string(self.records.id())

    def odd_name(self, name):
        """A name that is equal for Go, or almost equal; with its quotes."""
        r, plain = self.r, name[1:-1].decode("utf-8", "replace")
        if not plain:
            return name
        kind = r.randrange(6)
        if kind == 0:
            return string(plain.upper())
        if kind == 1:
            return string("".join(c.upper() if r.random() < 0.5 else c for c in plain))
        if kind == 2:
            return string("".join(FOLDED.get(c, c) for c in plain))
        at = r.randrange(len(plain))
        if kind == 3:
            return string(plain[:at] + f"\\u{ord(plain[at]):04x}" + plain[at + 1 :])
        if kind == 4:
            return string(plain[:at] + f"\\u{ord(plain[at].upper()):04X}" + plain[at + 1 :])
        return string(plain.replace("-", "_")) if "-" in plain else string(plain + "\\u0000")

    def objects(self, tree):
        """Every object of the tree, with its depth in objects."""
        found, todo = [], [tree]
        while todo:
            v = todo.pop()
            if isinstance(v, Object):
                found.append(v)
                todo += [value for _, value in v]
            elif isinstance(v, Array):
                todo += v
        return found

    def arrays(self, tree):
        found, todo = [], [tree]
        while todo:
            v = todo.pop()
            if isinstance(v, Array):
                found.append(v)
                todo += v
            elif isinstance(v, Object):
                todo += [value for _, value in v]
        return found

    def change_tree(self, tree):
        r = self.r
        objects = [o for o in self.objects(tree) if o]
        kind = r.randrange(14)
        if not objects or kind == 0:
            into = r.choice(self.arrays(tree))
            into.insert(r.randrange(len(into) + 1), r.choice((b"null", self.odd_value(), Object(), Array())))
            return
        o = r.choice(objects)
        # Prefer records to their members.
        if r.random() < 0.5:
            o = r.choice([x for x in tree if isinstance(x, Object) and x] or objects)
        at = r.randrange(len(o))
        if kind <= 3:
            o[at][1] = self.odd_value()
        elif kind <= 5:
            o[at][0] = self.odd_name(o[at][0])
        elif kind == 6:
            o.insert(r.randrange(len(o) + 1), [o[at][0], copy.deepcopy(r.choice((o[at][1], self.odd_value(), b"null")))])
        elif kind == 7:
            other = r.choice(r.choice(objects))
            o.insert(r.randrange(len(o) + 1), [self.odd_name(o[at][0]), copy.deepcopy(r.choice((o[at][1], other[1], self.odd_value(), b"null")))])
        elif kind == 8:
            o.insert(r.randrange(len(o) + 1), [r.choice((string("unknown"), string("\\u0000"), string(""), b'"\xff"', string("ID2"), r.choice(STRINGS))), self.odd_value()])
        elif kind == 9:
            del o[at]
        elif kind == 10:
            records = [x for x in tree if isinstance(x, Object) and x]
            if records:
                tree.insert(r.randrange(len(tree) + 1), copy.deepcopy(r.choice(records)))
        elif kind == 11:
            self.change_string(o)
        elif kind == 12:
            r.shuffle(o)
        else:
            o[at][1] = b"null"

    def change_string(self, o):
        """Put escapes, or bytes that are not UTF-8, into a string."""
        r = self.r
        strings = [pair for pair in o if isinstance(pair[1], bytes) and pair[1][:1] == b'"']
        if not strings:
            return
        pair = r.choice(strings)
        inside = pair[1][1:-1]
        at = r.randrange(len(inside) + 1)
        if r.random() < 0.4 and at < len(inside) and 0x20 < inside[at] < 0x7F and b"\\" not in inside:
            odd, rest = b"\\u%04x" % inside[at], inside[at + 1 :]
        else:
            odd, rest = r.choice(STRINGS)[1:-1][:60], inside[at:]
        pair[1] = b'"' + inside[:at] + odd + rest + b'"'

    def change_bytes(self, data):
        r = self.r
        kind = r.randrange(10)
        at = r.randrange(len(data) + 1)
        if kind == 0:
            return data + r.choice(TAILS)
        if kind == 1:
            return r.choice(HEADS) + data
        if kind == 2:
            return data[:at]
        if kind == 3:
            return data[:at] + r.choice(BYTES) + data[at:]
        if kind == 4:
            return data[:at] + r.choice(BYTES) + data[at + 1 :]
        if kind == 5:
            return data[:at] + data[at + r.randrange(1, 40) :]
        if kind == 6:
            return data[:at] + b"\x00" * (len(data) - at)
        if kind == 7:
            n = r.randrange(1, 60)
            return data[:at] + b"\x00" * n + data[at + n :]
        if kind == 8:
            n = r.randrange(1, 60)
            return data[: at + n] + data[at:]
        return data + r.choice(TAILS)

    def change(self, tree):
        """Some bytes made of a list of records."""
        r = self.r
        if r.random() < 0.02:
            return r.choice(FILES)
        for _ in range(r.choice((0, 1, 1, 1, 2, 2, 3))):
            self.change_tree(tree)
        data = text(tree, r if r.random() < 0.3 else None)
        for _ in range(r.choice((0, 0, 0, 1, 1, 2))):
            data = self.change_bytes(data)
        return data
