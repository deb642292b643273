#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The SerialBattery authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""scripts/check-includes finds what it is there to find, and nothing else."""

import os
import subprocess
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "check-includes")


class CheckIncludes(unittest.TestCase):
    def complaints(self, path, *lines):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, os.path.dirname(path)))
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
            with open(os.path.join(root, os.path.dirname(path), "near.h"), "w", encoding="utf-8"):
                pass
            done = subprocess.run([SCRIPT, "--root", root, path], capture_output=True, text=True)
            self.assertEqual(done.stderr, "")
            found = done.stdout.splitlines()
            self.assertEqual(done.returncode, 1 if found else 0)
            return found

    def accepts(self, path, include):
        self.assertEqual(self.complaints(path, "#include " + include), [])

    def refuses(self, path, include):
        found = self.complaints(path, "// first line", "#include " + include)
        self.assertEqual(len(found), 1, f"{path} {include}")
        self.assertTrue(found[0].startswith(f"{path}:2: "), found[0])

    def test_allows_each_folder_what_the_table_gives_it(self):
        self.accepts("lib/bms/a.cpp", '"bms/driver.h"')
        self.accepts("lib/bms/a.cpp", "<QString>")
        self.accepts("lib/bms/a.cpp", "<QtEndian>")
        self.accepts("lib/bms/a.cpp", "<optional>")
        self.accepts("drivers/jbd/jbddriver.cpp", '"drivers/jbd/jbdprotocol.h"')
        self.accepts("drivers/jbd/jbddriver.cpp", '"bms/fieldtable.h"')
        self.accepts("drivers/jbd/jbdsimulator.cpp", '"simulator/simulateddevice.h"')
        self.accepts("lib/transport/a.cpp", "<QSerialPort>")
        self.accepts("lib/transport/a.cpp", "<termios.h>")
        self.accepts("lib/session/a.cpp", '"transport/clock.h"')
        self.accepts("lib/venus/a.cpp", "<QDBusConnection>")
        self.accepts("lib/model/a.cpp", '"control/connectionmonitor.h"')
        self.accepts("qml/a.h", '"model/batterymodel.h"')
        self.accepts("qml/a.h", '"near.h"')
        self.accepts("app/a.cpp", '"venus/batteryservice.h"')
        self.accepts("app/gui/a.cpp", "<QGuiApplication>")
        self.accepts("tests/session/a.cpp", '"near.h"')
        self.accepts("lib/model/a.cpp", '"a.moc"')

    def test_keeps_the_lower_parts_from_the_upper(self):
        for include in ('"transport/clock.h"', '"session/session.h"', '"model/batterymodel.h"', '"drivers/jbd/a.h"'):
            self.refuses("lib/bms/a.cpp", include)
        self.refuses("lib/transport/a.cpp", '"session/session.h"')
        self.refuses("lib/session/a.cpp", '"drivers/jbd/jbddriver.h"')
        self.refuses("lib/session/a.cpp", '"model/batterymodel.h"')
        self.refuses("lib/control/a.cpp", '"transport/clock.h"')
        self.refuses("lib/model/a.cpp", '"session/packlink.h"')
        self.refuses("lib/venus/a.cpp", '"session/session.h"')
        self.refuses("lib/simulator/a.cpp", '"transport/transport.h"')
        self.refuses("qml/a.h", '"session/session.h"')

    def test_keeps_drivers_apart_and_free_of_ports_and_clocks(self):
        self.refuses("drivers/jbd/jbddriver.cpp", '"drivers/daly/dalytables.h"')
        self.refuses("drivers/jbd/jbddriver.cpp", '"simulator/simulateddevice.h"')
        self.refuses("drivers/jbd/jbddriver.cpp", '"transport/clock.h"')
        for header in ("<QTimer>", "<QElapsedTimer>", "<QFile>", "<chrono>", "<thread>", "<unistd.h>", "<sys/time.h>"):
            self.refuses("drivers/jbd/jbddriver.cpp", header)
        self.refuses("lib/control/a.cpp", "<QElapsedTimer>")

    def test_keeps_qt_modules_where_they_belong(self):
        self.refuses("lib/bms/a.cpp", "<QSerialPort>")
        self.refuses("lib/bms/a.cpp", "<QtSerialPort/QSerialPort>")
        self.refuses("lib/session/a.cpp", "<QSerialPortInfo>")
        self.refuses("lib/model/a.cpp", "<QDBusConnection>")
        self.refuses("lib/transport/a.cpp", "<QDBusConnection>")
        self.refuses("app/a.cpp", "<QGuiApplication>")
        self.refuses("app/a.cpp", "<QQmlEngine>")

    def test_wants_paths_from_the_top(self):
        self.refuses("lib/session/a.cpp", '"near.h"')
        self.refuses("lib/session/a.cpp", '"../bms/driver.h"')
        self.refuses("tests/session/a.cpp", '"../../lib/bms/driver.h"')

    def test_sees_includes_however_they_are_written(self):
        self.refuses("lib/bms/a.cpp", ' "transport/clock.h"  // why not')
        self.assertEqual(len(self.complaints("lib/bms/a.cpp", '  #  include "transport/clock.h"')), 1)
        self.assertEqual(self.complaints("lib/bms/a.cpp", '// #include "transport/clock.h"'), [])


if __name__ == "__main__":
    unittest.main()
