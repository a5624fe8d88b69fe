#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write a program that refers to every function of the header: link.py HEADER > link.c"""

import re
import sys

text = re.sub(r"/\*.*?\*/", "", open(sys.argv[1], encoding="utf-8").read(), flags=re.S)
names = sorted(set(re.findall(r"\b(cstorage_[a-z0-9_]+)\(", text)))
print("#include <cstorage.h>\n#include <stdio.h>\n")
print("typedef void (*function)(void);\n")
print("static const function functions[] = {")
for name in names:
    print(f"        (function) {name},")
print("};\n")
print("int main(void) {")
print("        size_t n = 0;\n")
print("        for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)")
print("                n += functions[i] != 0;")
print('        printf("ok 1 - %zu functions are linked\\n1..1\\n", n);')
print("        return n == sizeof(functions) / sizeof(functions[0]) ? 0 : 1;")
print("}")
