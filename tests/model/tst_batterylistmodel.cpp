// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/batterylistmodel.h"
#include "model/batterymodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace sb;

class TestBatteryListModel : public QObject
{
    Q_OBJECT

private slots:
    void listsBatteriesInTheOrderTheyCame()
    {
        BatteryListModel list;
        const QAbstractItemModelTester tester(&list, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy count(&list, &BatteryListModel::countChanged);
        BatteryModel first(QStringLiteral("jbd"), QStringLiteral("/dev/ttyUSB0"));
        BatteryModel second(QStringLiteral("jbd"), QStringLiteral("/dev/ttyUSB1"));
        list.append(&first);
        list.append(&second);
        list.append(&first);
        QCOMPARE(list.count(), 2);
        QCOMPARE(count.count(), 2);
        QCOMPARE(list.at(1), &second);
        QCOMPARE(list.at(2), nullptr);
        QCOMPARE(list.at(-1), nullptr);
        QCOMPARE(list.index(0).data(BatteryListModel::BatteryRole).value<BatteryModel *>(), &first);
        QCOMPARE(list.index(1).data().toString(), QStringLiteral("/dev/ttyUSB1"));
        list.remove(&first);
        list.remove(&first);
        QCOMPARE(list.batteries(), QList<BatteryModel *>{&second});
    }

    void forgetsABatteryThatIsDeleted()
    {
        BatteryListModel list;
        const QAbstractItemModelTester tester(&list, QAbstractItemModelTester::FailureReportingMode::QtTest);
        auto first = std::make_unique<BatteryModel>(QStringLiteral("jbd"), QStringLiteral("a"));
        BatteryModel second(QStringLiteral("jbd"), QStringLiteral("b"));
        list.append(first.get());
        list.append(&second);
        QSignalSpy removed(&list, &BatteryListModel::rowsRemoved);
        first.reset();
        QCOMPARE(removed.count(), 1);
        QCOMPARE(list.at(0), &second);
    }

    void tellsThatANameChanged()
    {
        BatteryListModel list;
        BatteryModel first(QStringLiteral("jbd"), QStringLiteral("a"));
        BatteryModel second(QStringLiteral("jbd"), QStringLiteral("b"));
        list.append(&first);
        list.append(&second);
        QSignalSpy changed(&list, &BatteryListModel::dataChanged);
        second.setCustomName(QStringLiteral("Bow"));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed.at(0).at(0).toModelIndex().row(), 1);
        list.remove(&second);
        second.setCustomName(QStringLiteral("Stern"));
        QCOMPARE(changed.count(), 1);
    }
};

QTEST_GUILESS_MAIN(TestBatteryListModel)
#include "tst_batterylistmodel.moc"
