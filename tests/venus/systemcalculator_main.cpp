// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
// systemcalculator ADDRESS: the stand-in of com.victronenergy.system as a process of its own. Prints "ready".
#include "tests/venus/systemcalculator.h"

#include <QCoreApplication>
#include <cstdio>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    sbtest::SystemCalculator calculator(QCoreApplication::arguments().value(1));
    if (!calculator.start())
        return 1;
    std::puts("ready");
    std::fflush(stdout);
    return QCoreApplication::exec();
}
