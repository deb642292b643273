#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The SerialBattery authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual page and the completions know every command and option that the program has, and no other.

Usage: tests/style/test_manual.py PROGRAM
"""

import os
import re
import subprocess
import sys
import unittest

PACKAGING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "packaging")
COMMON = {"help", "quiet", "verbose", "log-level"}
PROGRAM = ""


def read(name):
    with open(os.path.join(PACKAGING, name), encoding="utf-8") as file:
        return file.read()


def help_of(*words):
    done = subprocess.run([PROGRAM, *words, "--help"], capture_output=True, text=True, timeout=30)
    return done.stdout


def commands():
    listed = help_of().split("Commands:", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^  ([a-z-]+)  ", listed, re.MULTILINE)


def options_of(command):
    lines = re.findall(r"^  (?:-h, )?(--.*)", help_of(command), re.MULTILINE)
    options = {option for line in lines for option in re.findall(r"--([a-z-]+)", re.split(r"  +", line)[0])}
    if command == "gui":  # the window's help refers to that of "read" for these
        options |= {"port", "ble", "adapter", "password-file", "bms", "address"}
    return options


class Manual(unittest.TestCase):
    def test_program_lists_its_commands(self):
        self.assertIn("run", commands())
        self.assertIn("port", options_of("run"))

    def test_manual_has_each_command_and_option(self):
        page = read("serialbattery.1").replace("\\-", "-")
        for command in commands():
            self.assertTrue(re.search(rf'(?m)^\.B[IR]? "?{command}\b', page), command)
            for option in options_of(command):
                self.assertTrue("--" + option in page, f"{command} --{option}")

    def test_manual_has_no_option_that_is_gone(self):
        known = {"version"} | COMMON
        for command in commands():
            known |= options_of(command)
        page = read("serialbattery.1").replace("\\-", "-")
        self.assertEqual(set(re.findall(r"--([a-z][a-z-]+)", page)) - known, set())

    def test_bash_completes_what_each_command_takes(self):
        script = os.path.join(PACKAGING, "completion", "serialbattery.bash")
        for command in commands():
            done = subprocess.run(
                ["bash", "-c", f'. "{script}"; COMP_WORDS=(serialbattery {command} --); COMP_CWORD=2; _serialbattery; '
                 'printf "%s\\n" "${COMPREPLY[@]}"'], capture_output=True, text=True, check=True)
            self.assertEqual(set(done.stdout.split()), {"--" + option for option in options_of(command)}, command)

    def test_bash_completes_the_commands(self):
        script = os.path.join(PACKAGING, "completion", "serialbattery.bash")
        done = subprocess.run(
            ["bash", "-c", f'. "{script}"; COMP_WORDS=(serialbattery ""); COMP_CWORD=1; _serialbattery; '
             'printf "%s\\n" "${COMPREPLY[@]}"'], capture_output=True, text=True, check=True)
        self.assertEqual(set(done.stdout.split()), set(commands()) | {"help", "--help", "--version"})

    def test_zsh_knows_each_command_and_option(self):
        script = read("completion/serialbattery.zsh")
        common = set(re.findall(r"--([a-z-]+)", script.split("common=(", 1)[1].split("\n    )", 1)[0]))
        groups = {name: set(re.findall(r"'\*?--([a-z-]+)\[", script.split(name + "=(", 1)[1].split("\n    )", 1)[0]))
                  for name in ("source_options", "simulation")}
        self.assertEqual(common, COMMON)
        for command in commands():
            self.assertIn(f"'{command}:", script)
            part = re.search(rf"(?ms)^    {command}\)(.*?);;", script).group(1)
            found = set(re.findall(r"'(?:\*|\([a-z -]+\))?--([a-z-]+)\[", part)) | (COMMON if "$common" in part else set())
            for name, options in groups.items():
                if "$" + name in part:
                    found |= options
            self.assertEqual(found, options_of(command), command)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
