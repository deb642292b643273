// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/cells.h"

#include <QTest>

using namespace sb;

/// Which readings are taken for those of a pack.
class TestCells : public QObject
{
    Q_OBJECT
private slots:
    void makeUp_data();
    void makeUp();
};

void TestCells::makeUp_data()
{
    QTest::addColumn<double>("voltage");
    QTest::addColumn<Numbers>("cells");
    QTest::addColumn<bool>("fits");

    const Numbers four{3.3, 3.3, 3.3, 3.3};
    QTest::newRow("sum") << 13.2 << four << true;
    QTest::newRow("sum, a little off") << 13.3 << four << true;
    QTest::newRow("another sum") << 14.0 << four << false;
    QTest::newRow("no voltage") << 0.0 << four << false;
    QTest::newRow("no cells") << 13.2 << Numbers{} << false;
    QTest::newRow("a dead cell of four") << 9.9 << Numbers{3.3, 3.3, 0.0, 3.3} << true;
    QTest::newRow("two dead cells of four") << 6.6 << Numbers{3.3, 0.0, 0.0, 3.3} << false;
    QTest::newRow("a dead cell of three") << 6.6 << Numbers{3.3, 0.0, 3.3} << false;
    QTest::newRow("a broken sense wire") << 26.4 << Numbers{3.3, 3.3, 6.5, 0.1, 3.3, 3.3, 3.3, 3.3} << true;
    QTest::newRow("an unknown cell") << 13.2 << Numbers{3.3, std::nullopt, 3.3, 3.3} << true;
    QTest::newRow("too much for an unknown cell") << 15.0 << Numbers{3.3, std::nullopt, 3.3, 3.3} << false;
    QTest::newRow("no room for an unknown cell") << 9.0 << Numbers{3.3, std::nullopt, 3.3, 3.3} << false;
    QTest::newRow("only unknown cells") << 3.0 << Numbers{std::nullopt} << false;
    QTest::newRow("no lithium cells") << 24.0 << Numbers{6.0, 6.0, 6.0, 6.0} << false;
}

void TestCells::makeUp()
{
    QFETCH(const double, voltage);
    QFETCH(const Numbers, cells);
    BatteryState read;
    if (voltage > 0)
        read.voltage = voltage;
    read.cellVoltages = cells;
    QTEST(cellsMakeUp(read, 0.02), "fits");
}

QTEST_GUILESS_MAIN(TestCells)
#include "tst_cells.moc"
