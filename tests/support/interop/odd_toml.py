# SPDX-License-Identifier: LGPL-2.1-or-later
"""Unusual files of storage.conf: valid files with random changes, at the paths that the Go library reads."""

FOLDED = {"k": "\u212a", "s": "\u017f", "i": "\u0130"}

PATHS = ["/none/g", "/none/./h/", "/none//a/../b", "/none/$UID/x", "/none/${FOO}/x", "/none/$FOO$", "/none/${}", "/none/$UIDs", "/none/$HOME",
         "$HOME/own", "relative", "", "/", "/none/\\u00e9", "/none/a b", "/none/${FOO", "/none/$$x", "/../none/q/..", "$FOO/g", "~/g"]  # fmt: skip
STRINGS = ['""', "''", '"a"', "'a'", '"""a"""', "'''a'''", '"""\na\n"""', '"""a \\\n   b"""', '"a\\e"', '"\\x41"', '"\\xe9"', '"\\u0041"', '"\\U00000041"',
           '"\\ud800"', '"\\q"', '"\\u12"', '"a\x00b"', '"\x01"', '"\x7f"', '"a\\u0000"', '"\\U00110000"', '"a', "'a", '"""a', '"a\nb"', '"\t"', '"\\"',
           '""""a""""', '"""a""""""', '"é"', "'\\u0041'", '"\\b\\f"', '"\\x4"', '"\\e[0m"', "'''\r\na'''", '"""\r\nx\r\n"""', '"a\rb"', '"\udcff"']  # fmt: skip
NUMBERS = ["0", "1", "-1", "+1", "01", "0x1F", "0X1f", "0o17", "0b11", "1_000", "1__0", "_1", "1_", "1.5", "1.", ".5", "1e3", "1E+3", "1e", "inf", "-inf",
           "nan", "+nan", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "4294967295", "4294967296", "6.02e23", "1_0.0_1", "-0",
           "0x_1", "-0x1", "0xFFFFFFFFFFFFFFFF", "1e400", "00", "0.0", "1e06"]  # fmt: skip
DATES = ["2020-01-01", "2020-01-01T00:00:00Z", "2020-01-01 00:00:00Z", "2020-01-01T00:00", "2020-01-01T00:00Z", "10:00", "10:00:00", "10:00:00.5",
         "2020-02-30", "2020-01-01T24:00:00Z", "2020-01-01t00:00:00z", "2020-01-01T00:00:60Z", "2020-01-01T00:00:00+25:00", "2020-01-01T00:00:00.123456789123Z",
         "2020-13-01", "23:59:60", "2020-01-01T00:00:00", "1-1-1", "2020-01-01T", "2020-01-01 "]  # fmt: skip
WORDS = ["true", "false", "True", "TRUE", "yes", "null", "", "truee", "t", "nil"]
ARRAYS = ["[]", '["/none/a"]', '["/none/a","/none/b"]', '["/none/a",]', '[ "/none/a" , # x\n "/none/b" ]', '["/none/a", {append=true}]',
          '[{append=true}, "/none/b"]', '["/none/c", {append=false}]', '["/none/c", {Append=true}]', '["a", {x=1}]', "[1]", '["a", 1]', "[[]]", "[,]",
          '["a" "b"]', '["a"', '[{append="true"}]', '["/none/d", {append=true, append=true}]', '["/none/e", {append=true,}]', '["/none/f", {\nappend=true\n}]',
          '["overlay","vfs"]', '["/none/g", {}]', '["/none/a,/none/b"]', '["relative"]', '[""]']  # fmt: skip
TABLES = ["{}", "{a=1}", '{a="b"}', '{a="b",}', '{\na="b"\n}', '{a="b", # x\n c="d"}', "{a.b=1}", '{a="b",a="c"}', "{,}", '{a="b" c="d"}', "{a=}", "{",
          '{enable="true", ostree_repos=""}', '{"a b"="c"}', '{A="b", a="c"}', "{a={b={c=1}}}", "{\n}", "{\t}", "{ # x\n }"]  # fmt: skip
KEYS = {
    "storage": ["driver", "driver_priority", "graphroot", "runroot", "imagestore", "rootless_storage_path", "transient_store"],
    "storage.options": ["additionalimagestores", "additionallayerstores", "size", "mount_program", "skip_mount_home", "ignore_chown_errors", "force_mask",
                        "mountopt", "imagestore", "use_composefs", "strip_suid_sgid", "root-auto-userns-user", "auto-userns-min-size", "auto-userns-max-size",
                        "disable-volatile", "pull_options", "remap-uids", "unknown"],
    "storage.options.overlay": ["mountopt", "size", "inodes", "skip_mount_home", "force_mask", "ignore_chown_errors", "mount_program", "use_composefs", "sync"],
    "storage.options.vfs": ["ignore_chown_errors", "sync"],
    "storage.options.btrfs": ["min_space", "size"],
    "storage.options.zfs": ["fsname", "mountopt", "size"],
    "storage.options.thinpool": ["autoextend_percent"],
    "other": ["x"],
}  # fmt: skip
LISTS = {"driver_priority", "additionalimagestores", "additionallayerstores"}
BOOLEANS = {"transient_store", "strip_suid_sgid", "disable-volatile"}
INTEGERS = {"auto-userns-min-size", "auto-userns-max-size"}
PLACES = {"graphroot", "runroot", "imagestore", "rootless_storage_path"}
DRIVERS = ["overlay", "overlay2", "vfs", "btrfs", "zfs", "Overlay", "nonsense", ""]
LINES = ["", "# comment", "# \x01", "# \x7f", "# é", "# \udcff", "=", "x", "x=", "x = 1 y = 2", "[", "[]", "[x", "[[x]]", "[[storage]]", "[storage]",
         "[storage.options]", "[ storage . options ]", '["storage"]', "[storage.'options']", "[STORAGE]", "[Storage.Options]", "[storage.options.overlay]",
         "[[storage.options]]", "[storage]]", "[x]#y", "[x]y", "storage.driver = 'vfs'", "storage = {}", 'storage = {driver = "vfs"}', '"" = 1', "a.b.c = 1",
         "a = 1\na.b = 2", "a.b = 1\n[a]", "\u212aey = 1", "é = 1", "\ufeff", "\x0c", "[storage.options.x]", "[a.b]\n[a]\n[a.b.c]", "[[a]]\n[a.b]\n[[a]]\n[a.b]",
         "[storage.driver]", "\tx\t=\t1\t", "x = 1 # y", "x = \"\"\"\n\"\"\"", "[a]\nb = 1\n[a]", "[a]\n[a.b]\n[a.b]", "'a' = 1\n\"a\" = 2", "1 = 1", "- = 1"]  # fmt: skip
BYTES = [b"\x00", b'"', b"'", b"\\", b"=", b"[", b"]", b"{", b"}", b",", b".", b"#", b"\n", b"\r", b"\r\n", b"\t", b" ", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"1", b"_", b"-", b"e"]
SUFFIXES = ["etc/containers/storage.conf.d", "usr/share/containers/storage.conf.d", "etc/containers/storage.rootful.conf.d", "etc/containers/storage.rootless.conf.d",
            "etc/containers/storage.rootless.conf.d/1000", "usr/share/containers/storage.rootful.conf.d", "usr/share/containers/storage.rootless.conf.d",
            "home/.config/containers/storage.conf.d", "xdg/containers/storage.conf.d"]  # fmt: skip
MAINS = ["etc/containers/storage.conf", "usr/share/containers/storage.conf", "home/.config/containers/storage.conf", "xdg/containers/storage.conf"]


class Configurations:
    def __init__(self, r):
        self.r = r

    def quoted(self, s):
        return "'" + s + "'" if "'" not in s and "\\" not in s and self.r.random() < 0.3 else '"' + s + '"'

    def value(self, key):
        """A value of the type of the key."""
        r = self.r
        if key in LISTS:
            return r.choice(ARRAYS[:10])
        if key in BOOLEANS:
            return r.choice(("true", "false"))
        if key in INTEGERS or key == "force_mask" and r.random() < 0.5:
            return r.choice(("0", "1000", "0o700", "65536"))
        if key in PLACES:
            return self.quoted(r.choice(PATHS[:10]))
        if key == "pull_options":
            return r.choice(('{enable="true", ostree_repos=""}', "{}"))
        if key == "driver":
            return self.quoted(r.choice(DRIVERS[:4]))
        return self.quoted(r.choice(("nodev", "", "nodev,metacopy=on", "true", "shared", "10G", "a=b")))

    def odd_value(self, key):
        r = self.r
        if key in PLACES and r.random() < 0.5:
            return self.quoted(r.choice(PATHS))
        if key == "driver" and r.random() < 0.4:
            return self.quoted(r.choice(DRIVERS))
        if key in LISTS and r.random() < 0.6:
            return r.choice(ARRAYS)
        return r.choice(r.choice((STRINGS, STRINGS, NUMBERS, DATES, WORDS, ARRAYS, TABLES)))

    def odd_key(self, key):
        r = self.r
        kind = r.randrange(8)
        if not key or not key[0].isalpha():
            return "x"
        if kind == 0:
            return key.upper()
        if kind == 1:
            return "".join(c.upper() if r.random() < 0.5 else c for c in key)
        if kind == 2:
            return '"' + key + '"'
        if kind == 3:
            return "'" + key + "'"
        if kind == 4:
            return '"' + "".join(FOLDED.get(c, c) for c in key) + '"'
        if kind == 5:
            return f'"\\u{ord(key[0]):04x}{key[1:]}"'
        if kind == 6:
            return f'"\\x{ord(key[0]):02X}{key[1:]}"'
        return key + ".x"

    def statements(self):
        """Tables and their keys: [header, [[key, value], ...]]."""
        r, tables = self.r, []
        for name in sorted(KEYS, key=lambda n: (n != "storage", r.random())):
            if name == "storage" or r.random() < 0.3:
                keys = r.sample(KEYS[name], r.randrange(min(5, len(KEYS[name]) + 1)))
                tables.append([f"[{name}]", [[k, self.value(k)] for k in keys]])
        return tables

    def change_statements(self, tables):
        r = self.r
        table = r.choice(tables)
        kind = r.randrange(7)
        if not table[1] or kind == 0:
            table[0] = "[" + ".".join(self.odd_key(p) if r.random() < 0.5 else p for p in table[0][1:-1].split(".")) + "]"
            return
        pair = r.choice(table[1])
        if kind <= 2:
            pair[1] = self.odd_value(pair[0])
        elif kind == 3:
            pair[0] = self.odd_key(pair[0])
        elif kind == 4:
            table[1].append([r.choice((pair[0], self.odd_key(pair[0]))), r.choice((pair[1], self.odd_value(pair[0])))])
        elif kind == 5:
            table[1].append(["x", self.odd_value("x")])
        else:
            self.inline(tables, table)

    def inline(self, tables, table):
        """Rewrite the table as an inline table, or with dotted keys."""
        r = self.r
        path = table[0][1:-1]
        parent = path.rpartition(".")[0]
        if r.random() < 0.5:
            comma = r.choice((", ", ", ", ",\n", " , # x\n"))
            text = "{" + r.choice(("", " ", "\n")) + comma.join(f"{k} = {v}" for k, v in table[1]) + r.choice(("", "", ",", ",\n", "\n")) + "}"
            lines = [[path.rpartition(".")[2], text]]
        else:
            lines = [[f"{path.rpartition('.')[2]}.{k}", v] for k, v in table[1]]
        for other in tables:
            if other[0][1:-1] == parent:
                other[1] += lines
                tables.remove(table)
                return
        if not parent:
            tables.insert(0, ["", lines])
            tables.remove(table)

    def change_bytes(self, data):
        r = self.r
        at = r.randrange(len(data) + 1)
        kind = r.randrange(9)
        if kind == 0:
            return data[:at] + r.choice(BYTES) + data[at:]
        if kind == 1:
            return data[:at] + data[at + 1 :]
        if kind == 2:
            return b"\xef\xbb\xbf" + data
        if kind == 3:
            return data.replace(b"\n", b"\r\n")
        if kind == 4:
            return data[:at]
        if kind == 5:
            return data + r.choice((b"\x00", b"\x00" * 100, b"x", b"\r", b"\n\n", b"\xff", b"\x1a", b"#", b"# x", b"[storage]\n"))
        if kind == 6:
            return r.choice((b"\xff\xfe", b"\xfe\xff", b"\x00", b" ", b"\n", b"\xef\xbb\xbf\xef\xbb\xbf")) + data
        if kind == 7:
            return data[:at] + b"\x00" * r.randrange(1, 30) + data[at:]
        return data[:at] + r.choice(BYTES) + data[at + 1 :]

    def file(self, odd):
        r = self.r
        tables = self.statements()
        for _ in range(r.choice((0, 1, 1, 2)) if odd else 0):
            self.change_statements(tables)
        lines = []
        for header, pairs in tables:
            lines += [header] + [key + r.choice((" = ", "=", "  =\t")) + value for key, value in pairs]
        if odd and r.random() < 0.3:
            lines.insert(r.randrange(len(lines) + 1), r.choice(LINES))
        data = ("\n".join(lines) + r.choice(("\n", "\n", ""))).encode("utf-8", "surrogateescape")
        if odd and r.random() < 0.2:
            data = self.change_bytes(data)
        return data

    def make(self, root, uid, runtime):
        """The files below root, by path, and the environment."""
        r, files = self.r, {}
        odd = r.random() < 0.85
        environment = {"HOME": f"{root}/home", "FOO": r.choice(("foo", "/none/foo", ""))}
        mains = r.sample(MAINS, r.choice((1, 1, 1, 2, 0)))
        for path in mains:
            files[path] = self.file(odd)
        if r.random() < 0.4:
            for _ in range(r.randrange(1, 4)):
                name = r.choice(("1.conf", "2.conf", "10.conf", "x.CONF", ".conf", "a.conf~", "é.conf"))
                files[r.choice(SUFFIXES) + "/" + name] = self.file(odd and r.random() < 0.5)
        self.variables(root, files, environment)
        if uid:
            environment |= {"_CONTAINERS_ROOTLESS_UID": str(uid), "XDG_RUNTIME_DIR": runtime}
            if r.random() < 0.3:
                environment["XDG_DATA_HOME"] = "/none/data"
        return files, environment

    def variables(self, root, files, environment):
        r = self.r
        if r.random() < 0.2:
            environment["XDG_CONFIG_HOME"] = f"{root}/xdg"
        if r.random() < 0.1:
            environment["STORAGE_DRIVER"] = r.choice(DRIVERS)
        if r.random() < 0.1:
            environment["STORAGE_OPTS"] = r.choice(("", "a=b", "imagestore=/none/i,size=1", ",", "x", " imagestore = /none/i"))
        for name in ("CONTAINERS_STORAGE_CONF", "CONTAINERS_STORAGE_CONF_OVERRIDE"):
            if r.random() < 0.1:
                environment[name] = r.choice((f"{root}/named", f"{root}/named", f"{root}/missing", ""))
                files.setdefault("named", self.file(True))
