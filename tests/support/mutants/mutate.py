# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mutants of C source in the style of this project (clang-format, one definition after the other).

Source.mutants() lists them. weave() writes a source that contains all of them: each function exists once for every mutant
of it, and the original name is a switch over the variable mutant_chosen, so all mutants need one build.
"""
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/|//[^\n]*)
  | (?P<space>\s+)
  | (?P<string>"(?:\\.|[^"\\])*")
  | (?P<char>'(?:\\.|[^'\\])*')
  | (?P<number>(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<op>->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\.\.\.|[\[\](){};:,.?~!<>=+\-*/%&|^\#\\])
""", re.X | re.S)

SWAPPED = {"==": ["!="], "!=": ["=="], "<": ["<=", ">="], ">": [">=", "<="], "<=": ["<", ">"], ">=": [">", "<"],
           "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "+=": ["-="], "-=": ["+="], "|=": ["="]}
OPENING = {"(": ")", "[": "]", "{": "}"}
TYPES = {"const", "struct", "enum", "static", "unsigned", "bool", "int", "char", "size_t", "ssize_t", "uint32_t", "uint64_t",
         "int64_t", "uint8_t", "uint16_t", "sigset_t"}

# Not mutated: calls that free, sizes of allocations, and code that only runs without memory. Valgrind, the sanitizers and
# tests/unit/test-lib-faults.c test these.
OUT_OF_MEMORY = re.compile(r"-ENOMEM\b")
FREES = re.compile(r"(?:free|\w+_(?:done|unref|free))\(")
UNCHANGED_CALLS = {"error_set", "error_errno", "sizeof", "_cleanup_", "malloc", "calloc", "reallocarray", "ARRAY_RESERVE",
                   "ARRAY_RESERVE_EXACT", "arena_alloc"}


@dataclass
class Token:
    kind: str
    text: str
    start: int
    end: int


def tokens_of(text):
    found = []
    at = 0
    while at < len(text):
        m = TOKEN.match(text, at)
        if not m:
            raise SyntaxError(f"no token: {text[at:at + 20]!r}")
        if m.lastgroup not in ("space", "comment"):
            found.append(Token(m.lastgroup, m.group(), m.start(), m.end()))
        at = m.end()
    return found


@dataclass
class Item:
    """Something at the top level of a file: a function, a table, a macro, or anything else."""
    kind: str
    name: str
    text: str
    line: int
    head: str = ""  # of a function: the text before its body


@dataclass(eq=False)
class Mutant:
    file: str
    item: str
    text: str  # of the whole item
    old: list = field(default_factory=list)  # the lines that differ
    new: list = field(default_factory=list)
    kind: str = ""  # of the item
    number: int = 0

    def key(self):
        return self.file, self.item, tuple(s.strip() for s in self.old), tuple(s.strip() for s in self.new)

    def diff(self):
        return f"{self.file}: {self.item}\n" + "".join(
            f"{sign} {s.strip()}\n" for sign, lines in (("-", self.old), ("+", self.new)) for s in lines)


def split_items(text):
    """The items, and the text between them as items of the kind "other"."""
    items, lines, at = [], text.split("\n"), 0
    while at < len(lines):
        first = at
        line = lines[at]
        if line.startswith("#"):
            while lines[at].endswith("\\"):
                at += 1
        elif line.startswith("/*"):
            while "*/" not in lines[at]:
                at += 1
        elif re.match(r"[A-Za-z_]", line):
            while not re.search(r"(^[^ \t].*|^ .*)[;{]$", lines[at]) and not lines[at].rstrip().endswith(";"):
                at += 1
            if not lines[at].endswith(";") or "{" in "".join(lines[first:at]) and not "\n".join(lines[first:at + 1]).count("{") == "\n".join(lines[first:at + 1]).count("}"):
                while not lines[at].startswith("}") and at + 1 < len(lines):
                    at += 1
                while not lines[at].endswith((";", "}", "{")) and at + 1 < len(lines):
                    at += 1
                # "} table[] = {" goes on
                if lines[at].endswith("{"):
                    at += 1
                    while not lines[at].startswith("}"):
                        at += 1
        items.append(classify("\n".join(lines[first:at + 1]), first + 1))
        at += 1
    return items


def classify(text, line):
    if m := re.match(r"#define (\w+)(?:\([^)]*\))?\s+(?=\S)", text):
        return Item("macro", m.group(1), text, line, m.group())
    if m := re.match(r"[^={;]*?\b(\w+)\((?:[^{;=]*)\) \{\n", text):
        return Item("function", m.group(1), text, line, text[:m.end() - 3])
    if m := re.match(r"static (?:const )?[^=(]*?(?:\(\*const )?\b(\w+)\[\w*\](?:\)\([^)]*\))? = \{", text):
        return Item("table", m.group(1), text, line, m.group())
    if m := re.match(r"static const struct \{.*?\} (\w+)\[\w*\] = \{", text, re.S):
        return Item("table", m.group(1), text, line, m.group())
    return Item("other", "", text, line)


class Body:
    """The tokens of an item, with their matching brackets."""

    def __init__(self, item):
        self.item = item
        self.text = item.text
        self.t = [t for t in tokens_of(item.text) if t.start >= len(item.head)]
        self.match = {}
        stack = []
        for i, t in enumerate(self.t):
            if t.text in OPENING and t.kind == "op":
                stack.append(i)
            elif t.text in (")", "]", "}") and t.kind == "op":
                if stack:
                    k = stack.pop()
                    self.match[k], self.match[i] = i, k

    def is_op(self, i, *texts):
        return 0 <= i < len(self.t) and self.t[i].kind == "op" and self.t[i].text in texts

    def is_name(self, i, *texts):
        return 0 <= i < len(self.t) and self.t[i].kind == "name" and self.t[i].text in texts

    def source(self, i, k):
        """The text of the tokens i to k, without k."""
        return self.text[self.t[i].start:self.t[k - 1].end]

    def edit(self, i, k, new):
        return self.text[:self.t[i].start] + new + self.text[self.t[k - 1].end:]

    def left_operand(self, i, stops):
        k = i - 1
        while k >= 0:
            if self.is_op(k, ")", "]", "}"):
                k = self.match[k] - 1
                continue
            if self.is_op(k, "(", "[", "{", ",", ";", "?", ":", "=", "|=", "+=", *stops) or self.is_name(k, "return"):
                break
            k -= 1
        return k + 1

    def right_operand(self, i, stops):
        k = i + 1
        while k < len(self.t):
            if self.is_op(k, "(", "[", "{"):
                k = self.match[k] + 1
                continue
            if self.is_op(k, ")", "]", "}", ",", ";", "?", ":", *stops):
                break
            k += 1
        return k

    def statement_end(self, i):
        """The index after the ";" of the simple statement that begins at i, or None."""
        while i < len(self.t):
            if self.is_op(i, "(", "["):
                i = self.match[i]
            elif self.is_op(i, "{"):
                i = self.match[i]
            elif self.is_op(i, ";"):
                return i + 1
            elif self.is_op(i, "}"):
                return None
            i += 1
        return None

    # ------------------------------------------------------------------------------------ what is left out

    def quiet(self):
        """The tokens that are not mutated: assertions, texts of errors, and code that only runs without memory."""
        quiet = set()
        for i, t in enumerate(self.t):
            if t.kind == "name" and self.is_op(i + 1, "("):
                end = self.match[i + 1]
                if t.text == "assert":
                    quiet.update(range(i, end + 2))
                elif t.text in UNCHANGED_CALLS:
                    quiet.update(range(i + 1, end + 1))
                elif t.text == "if":
                    then = end + 1
                    stop = self.statement_end(then)
                    if stop and self.is_name(then, "return"):
                        returned = self.source(then + 1, stop - 1)
                        if OUT_OF_MEMORY.search(returned) or self.source(i + 2, end) == "r < 0" and returned == "r":
                            quiet.update(range(i, stop))
            if self.is_op(i, "[") and i > 1 and self.t[i - 1].kind == self.t[i - 2].kind == "name" and not self.is_name(i - 2, "return"):
                quiet.update(range(i, self.match[i] + 1))  # the size of an array
            if t.text == "r" and self.is_op(i + 1, ">=") and self.is_op(i + 3, "&&"):
                quiet.update(range(i, i + 4))
        return quiet

    # ------------------------------------------------------------------------------------------- mutations

    def mutations(self, siblings):
        quiet = self.quiet()
        seen = {" ".join(self.text.split())}

        for i, k, new in self.edits(siblings):
            if any(n in quiet for n in (range(i, k) if k - i == 1 else (i, k - 1))):
                continue
            text = self.edit(i, k, new)
            words = " ".join(text.split())
            if words not in seen:
                seen.add(words)
                yield text

    def edits(self, siblings):
        table = self.item.kind == "table"
        if self.item.kind == "function":
            yield from self.conditions()
            yield from self.statements()
            yield from self.returns()
        if table:
            yield from self.elements()
        for i, t in enumerate(self.t):
            if t.kind == "op":
                yield from self.operator(i, t)
            elif t.kind == "number" and not self.is_op(i - 1, "[") and not self.is_op(i + 1, "]"):
                yield from self.number(i, t)
            elif t.kind == "string" and len(t.text) > 2 and not table:
                yield i, i + 1, '"~' + t.text[2:]
            elif t.kind == "char":
                yield i, i + 1, "'~'"
            elif t.kind == "name":
                yield from self.name(i, t, siblings)

    def number(self, i, t):
        if self.is_name(i - 1, "return") and self.is_op(i + 1, ";"):
            return  # returns() has it
        if self.is_op(i - 1, "=") and self.is_name(i - 2, "r"):
            return  # not an error number
        if i > 1 and self.is_descriptor(i - 2):
            return
        if self.is_op(i - 1, "{") and self.is_op(i + 1, "}"):
            return  # a zeroed value is usually set later
        digits = t.text.rstrip("uUlL")
        value = int(digits, 8 if digits.isdigit() and digits.startswith("0") else 0)
        if value == 1 and self.is_op(i - 1, "-") and not self.is_binary(i - 1):
            yield i - 1, i + 1, "1"
        else:
            yield i, i + 1, f"{0 if value == 1 else value + 1}{t.text[len(digits):]}"

    def is_binary(self, i):
        return i > 0 and not self.is_name(i - 1, "return") and (self.t[i - 1].kind != "op" or self.is_op(i - 1, ")", "]"))

    def conditions(self):
        for i, t in enumerate(self.t):
            if t.text in ("if", "while") and self.is_op(i + 1, "("):
                start, end = i + 2, self.match[i + 1]
            elif t.text == "for" and self.is_op(i + 1, "("):
                start = self.statement_end(i + 2)
                end = self.right_operand(start - 1, ())
            elif self.is_op(i, "?"):
                start, end = self.left_operand(i, ()), i
            else:
                continue
            condition = self.source(start, end)
            yield start, end, f"!({condition})"
            if t.text in ("if", "?"):
                yield start, end, "true"
            if t.text in ("?", "while"):
                yield start, end, "false"

    def statements(self):
        for i in range(1, len(self.t)):
            before = self.t[i - 1].text
            if before not in ("{", "}", ";", "else", ")") or self.t[i].kind != "name" and not self.is_op(i, "*", "++", "--"):
                continue
            if before == ")" and not self.closes_condition(i - 1) or self.is_inside_for(i):
                continue
            if self.is_op(i - 1, "{") and self.is_op(i - 2, "="):
                continue
            if self.t[i].text in TYPES | {"if", "for", "while", "switch", "case", "do", "else", "_Static_assert"} or self.t[i].text.startswith("_cleanup_"):
                continue
            end = self.statement_end(i)
            if not end:
                continue
            text = self.source(i, end)
            if FREES.match(text) or re.match(r"\w+ \*?\w+( = |;|\[)", text) or re.match(r"\(void\) \w+;", text):
                continue
            if self.t[i].text == "return" and end == len(self.t) - 1:
                continue  # nothing would be returned
            if text == "break;" and self.falls_to_break(end):
                continue
            yield i, end, ";"

    def falls_to_break(self, i):
        while self.is_name(i, "case", "default"):
            while not self.is_op(i, ":"):
                i += 1
            i += 1
        return self.is_name(i, "break") or self.is_op(i, "}")

    def closes_condition(self, i):
        k = self.match.get(i)
        return k is not None and self.is_name(k - 1, "if", "for", "while", "switch")

    def is_inside_for(self, i):
        for k, t in enumerate(self.t):
            if t.text == "for" and self.is_op(k + 1, "(") and k + 1 < i < self.match[k + 1]:
                return True
        return False

    def returns(self):
        head = self.item.head
        for i, t in enumerate(self.t):
            if t.text != "return" or self.is_op(i + 1, ";"):
                continue
            end = self.statement_end(i) - 1
            if re.search(r"\bbool \w+\(", head):
                yield i + 1, end, "true"
                yield i + 1, end, "false"
            elif re.search(r"\*\w+\(", head):
                yield i + 1, end, "NULL"
            elif re.search(r"\bint \w+\(", head):
                answers = ("0", "1", "-5") if self.answers() else ("0", "-5")
                yield from ((i + 1, end, answer) for answer in answers)

    def answers(self):
        """A function that returns 1 or 0, and not only 0 or an error."""
        return re.search(r"return (1;|!|[^;]*(==|&&|: 1;| 1 :))", self.text)

    def elements(self):
        """One element less, or two in the other order."""
        at, spans = 0, []
        last = len(self.t) - 2
        while at < last:
            end = at
            while end < last and not self.is_op(end, ","):
                end = self.match[end] + 1 if self.is_op(end, "(", "[", "{") else end + 1
            spans.append((at, end))
            at = end + 1
        for n, (a, b) in enumerate(spans):
            if b < len(self.t) and self.is_op(b, ","):
                yield a, b + 1, ""
            elif n > 0:
                yield spans[n - 1][1], b, ""
            if n > 0 and not self.is_op(a, "["):
                p, q = spans[n - 1]
                if "order" in self.item.name:
                    yield p, b, self.source(a, b) + self.text[self.t[q - 1].end:self.t[a].start] + self.source(p, q)

    def operator(self, i, t):
        if self.item.kind != "function" and t.text in ("-", "+", "<", ">"):
            return
        if t.text == "!":
            yield i, i + 1, ""
        if not self.is_binary(i) or self.is_loop_condition(i):
            return
        if t.text == "<" and self.is_descriptor(i - 1):
            return
        for new in SWAPPED.get(t.text, ()):
            yield i, i + 1, new
        if t.text in ("&&", "||"):
            stops = ("||", "&&") if t.text == "&&" else ("||",)
            left, right = self.left_operand(i, stops), self.right_operand(i, stops)
            yield left, i + 1, ""
            yield i, right, ""
            for a, b in ((left, i), (i + 1, right)):
                if not self.is_op(a, "!"):
                    yield a, b, f"!({self.source(a, b)})"
        elif t.text == "|":
            left = self.left_operand(i, ("|", "&&", "||", "&"))
            right = self.right_operand(i, ("|", "&&", "||", "&"))
            yield left, i + 1, ""
            yield i, right, ""

    def is_designator(self, i):
        return self.is_op(i - 1, "[") and self.is_op(i + 1, "]") and self.is_op(i + 2, "=")

    def is_descriptor(self, i):
        """"fd < 0": whether 0 is one of a file makes no difference."""
        return self.t[i].text.endswith("fd") and self.t[i + 1].text == "<" and self.t[i + 2].text == "0"

    def is_loop_condition(self, i):
        """The "<" of "i < n": one more is beyond the end, which the sanitizers see."""
        if self.t[i].text != "<":
            return False
        for k, t in enumerate(self.t):
            if t.text == "for" and self.is_op(k + 1, "(") and k + 1 < i < self.match[k + 1]:
                return True
        return False

    def name(self, i, t, siblings):
        if t.text in ("true", "false"):
            yield i, i + 1, "false" if t.text == "true" else "true"
        elif t.text in siblings and not self.is_name(i - 1, "case") and not self.is_designator(i):
            yield i, i + 1, siblings[t.text]


def enumerators(text):
    """For each constant the next one of its kind in the same file."""
    kinds = {}
    for name in re.findall(r"\b(?:REASON|VERDICT|MARK|OWNER|FAMILY|ROOT|PLACE|LAYERS|CSTORAGE_(?:LOCATION|ENTRY_IS|ENTRY_LOCK|ENTRY"
                           r"|FILE))_[A-Z0-9_]+\b", text):
        kind = next((k for k in ("CSTORAGE_LOCATION", "CSTORAGE_ENTRY_IS", "CSTORAGE_ENTRY_LOCK", "CSTORAGE_ENTRY",
                                 "CSTORAGE_FILE") if name.startswith(k)), name.split("_")[0])
        if kind == "CSTORAGE_FILE":
            kind = "state" if name in ("CSTORAGE_RECORD_FILE_MISSING", "CSTORAGE_RECORD_FILE_OK", "CSTORAGE_RECORD_FILE_EMPTY", "CSTORAGE_RECORD_FILE_DAMAGED",
                                       "CSTORAGE_RECORD_FILE_UNREADABLE") else "kind"
        names = kinds.setdefault(kind, [])
        if name not in names:
            names.append(name)
    return {name: names[(n + 1) % len(names)] for names in kinds.values() if len(names) > 1 for n, name in enumerate(names)}


def changed_lines(old, new):
    """The lines that differ, and the one before them if they are not unique without it."""
    a, b = old.split("\n"), new.split("\n")
    before = []
    while a and b and a[0] == b[0]:
        before.append(a.pop(0))
        del b[0]
    while a and b and a[-1] == b[-1]:
        del a[-1], b[-1]
    if before and old.count("\n".join(a)) > 1:
        a, b = [before[-1], *a], [before[-1], *b]
    return [s for s in a if s.strip()], [s for s in b if s.strip()]


class Source:
    def __init__(self, file, text):
        self.file = file
        self.items = split_items(text)
        assert "\n".join(i.text for i in self.items) == text, file
        self.siblings = enumerators(text)

    def mutants(self):
        for item in self.items:
            if item.kind == "other" or FREES.match(item.name + "(") or item.kind == "macro" and re.search(r"\n.*\n.*_cleanup|REFERENCES_INIT|_Static|_cleanup_", item.text):
                continue
            if item.kind == "macro" and "(" in item.head.split(item.name)[1][:1]:
                continue
            for text in Body(item).mutations(self.siblings):
                yield Mutant(self.file, item.name, text, *changed_lines(item.text, text), kind=item.kind)

    # ------------------------------------------------------------------------------------------- weaving

    def uses(self, name):
        """Functions of this file that use a macro or table, be it through another macro."""
        names = {name}
        more = True
        while more:
            more = False
            for item in self.items:
                if item.kind == "macro" and item.name not in names and names & set(re.findall(r"\w+", item.text)):
                    names.add(item.name)
                    more = True
        return [i for i in self.items if i.kind == "function" and names & set(re.findall(r"\w+", i.text[len(i.head):]))]

    def weave(self, mutants, foreign=()):
        """The source with all these mutants in it. Mutants of macros and tables that others define, too: foreign."""
        copies = {}  # function -> [(number, text of the copy)]
        tables = {}
        for m in mutants:
            item = next((i for i in self.items if i.name == m.item and i.kind != "other"), None) if m.file == self.file else None
            if item and item.kind == "function":
                copies.setdefault(m.item, []).append((m.number, as_copy(item, m.text, m.number)))
                continue
            if m.kind == "table":
                name = f"{m.item}__{m.number}"
                if item:
                    tables.setdefault(m.item, []).append(re.sub(rf"\b{m.item}\b", name, m.text, count=1))
                around = f"#define {m.item} {name}\n", f"#undef {m.item}\n"
            else:
                around = (f'#pragma push_macro("{m.item}")\n#undef {m.item}\n{m.text}\n', f'#pragma pop_macro("{m.item}")\n')
            for user in self.uses(m.item):
                copy = as_copy(user, user.text, m.number)
                copies.setdefault(user.name, []).append((m.number, around[0] + copy + around[1]))
        out = ["extern int mutant_chosen;"]
        for item in self.items:
            out.append(f'#line {item.line} "{self.file}"')
            if item.name in copies and item.kind == "function":
                out += [f'#line 1 "mutant-{n}"\n{text}' for n, text in copies[item.name]]
                out.append(f'#line {item.line} "{self.file}"\n' + as_copy(item, item.text, 0))
                out.append(dispatcher(item, [n for n, _ in copies[item.name]]))
            else:
                out.append(item.text)
            out += tables.get(item.name, []) if item.kind == "table" else []
        return "\n".join(out) + "\n"


def as_copy(item, text, number):
    name = f"{item.name}__{number}"
    head = re.sub(rf"\b{item.name}\(", f"{name}(", item.head, count=1)
    head = re.sub(r"\b(_public_|static|inline)\s+", "", head)
    return "static __attribute__((unused)) " + head + text[len(item.head):] + "\n"


def parameters(item):
    inside = item.head[item.head.index(item.name + "(") + len(item.name) + 1:item.head.rindex(")")]
    if inside.strip() == "void":
        return []
    parts, depth = [""], 0
    for c in inside:
        depth += c in "([" and 1 or c in ")]" and -1 or 0
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [(re.search(r"\(\*(\w+)\)", p) or re.search(r"(\w+)\s*(?:\[[^\]]*\])*\s*$", p)).group(1) for p in parts]


def dispatcher(item, numbers):
    arguments = ", ".join(parameters(item))
    void = re.search(rf"\bvoid {item.name}\(", item.head)

    def call(n):
        return f"{item.name}__{n}({arguments}); return;" if void else f"return {item.name}__{n}({arguments});"
    cases = "".join(f"        case {n}: {call(n)}\n" for n in dict.fromkeys(numbers))
    return f"{item.head} {{\n        switch (mutant_chosen) {{\n{cases}        default: {call(0)}\n        }}\n}}\n"
