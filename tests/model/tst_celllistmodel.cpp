// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/celllistmodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace sb;

namespace {

BatteryState cells(const Numbers &voltages)
{
    BatteryState state;
    state.cellVoltages = voltages;
    return state;
}

/// "0-3 voltage deviation; 5-5 balancing": what a spy on dataChanged saw.
QString seen(const QSignalSpy &spy, const CellListModel &model)
{
    QStringList lines;
    for (const QList<QVariant> &call : spy) {
        QString line = QString::number(call.at(0).toModelIndex().row());
        line += QLatin1Char('-');
        line += QString::number(call.at(1).toModelIndex().row());
        for (const int role : call.at(2).value<QList<int>>()) {
            line += QLatin1Char(' ');
            line += QString::fromLatin1(model.roleNames().value(role));
        }
        lines.append(line);
    }
    return lines.join(QStringLiteral("; "));
}

} // namespace

class TestCellListModel : public QObject
{
    Q_OBJECT

private slots:
    void isAProperModelThroughAllItsChanges()
    {
        CellListModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.update(cells({3.3, 3.31, 3.32}));
        model.update(cells({3.3, std::nullopt, 3.32}));
        model.update(cells({}));
        model.update(cells({3.3, 3.31}));
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.rowCount(model.index(0)), 0);
    }

    void givesEveryRole()
    {
        BatteryState state = cells({3.300, 3.310, 3.332});
        state.cellBalancing = {false, false, true};
        state.cellResistances = {0.001, std::nullopt, 0.0012};
        CellListModel model;
        model.update(state);
        const auto value = [&](int row, CellListModel::Role role) { return model.index(row).data(role); };
        QCOMPARE(value(0, CellListModel::NumberRole), QVariant(1));
        QCOMPARE(value(2, CellListModel::NumberRole), QVariant(3));
        QCOMPARE(value(1, CellListModel::VoltageRole), QVariant(3.310));
        QCOMPARE(value(2, CellListModel::BalancingRole), QVariant(true));
        QCOMPARE(value(1, CellListModel::BalancingRole), QVariant(false));
        QCOMPARE(value(0, CellListModel::IsMinimumRole), QVariant(true));
        QCOMPARE(value(0, CellListModel::IsMaximumRole), QVariant(false));
        QCOMPARE(value(2, CellListModel::IsMaximumRole), QVariant(true));
        QCOMPARE(value(0, CellListModel::DeviationRole), QVariant(-0.014));
        QCOMPARE(value(2, CellListModel::DeviationRole), QVariant(0.018));
        QCOMPARE(value(0, CellListModel::ResistanceRole), QVariant(0.001));
        QVERIFY(!value(1, CellListModel::ResistanceRole).isValid());
        QCOMPARE(model.mean().toDouble(), 3.314);
    }

    void unknownIsInvalidAndNotZero()
    {
        CellListModel model;
        model.update(cells({3.3, std::nullopt, 3.32}));
        for (const auto role : {CellListModel::VoltageRole, CellListModel::BalancingRole,
                                CellListModel::DeviationRole, CellListModel::ResistanceRole})
            QVERIFY(!model.index(1).data(role).isValid());
        QCOMPARE(model.mean().toDouble(), 3.31);
    }

    void equalCellsHaveNeitherMinimumNorMaximum()
    {
        CellListModel model;
        model.update(cells({3.3, 3.3, 3.3}));
        for (int row = 0; row < 3; ++row) {
            QVERIFY(!model.index(row).data(CellListModel::IsMinimumRole).toBool());
            QVERIFY(!model.index(row).data(CellListModel::IsMaximumRole).toBool());
        }
    }

    void sameValuesNotifyNothing()
    {
        CellListModel model;
        model.update(cells({3.3, 3.31}));
        QSignalSpy changed(&model, &CellListModel::dataChanged);
        QSignalSpy reset(&model, &CellListModel::modelReset);
        QSignalSpy mean(&model, &CellListModel::meanChanged);
        model.update(cells({3.3, 3.31}));
        QCOMPARE(changed.count() + reset.count() + mean.count(), 0);
    }

    void notifiesOneRangePerRunOfRows_data()
    {
        QTest::addColumn<sb::BatteryState>("before");
        QTest::addColumn<sb::BatteryState>("after");
        QTest::addColumn<QString>("expected");
        const BatteryState base = cells({3.300, 3.310, 3.320, 3.330, 3.340, 3.350});
        BatteryState balancing = base;
        balancing.cellBalancing = {false, false, false, false, false, false};
        BatteryState two = balancing;
        two.cellBalancing = {false, true, true, false, false, true};
        QTest::newRow("balancing of cells 2, 3 and 6")
            << balancing << two << QStringLiteral("1-2 balancing; 5-5 balancing");
        QTest::newRow("all rise alike")
            << base << cells({3.301, 3.311, 3.321, 3.331, 3.341, 3.351}) << QStringLiteral("0-5 voltage");
        QTest::newRow("two swap") << base << cells({3.300, 3.320, 3.310, 3.330, 3.340, 3.350})
                                  << QStringLiteral("1-2 voltage deviation");
        QTest::newRow("the minimum moves") << cells({3.300, 3.310, 3.400}) << cells({3.310, 3.300, 3.400})
                                           << QStringLiteral("0-1 voltage isMinimum deviation");
    }
    void notifiesOneRangePerRunOfRows()
    {
        QFETCH(const sb::BatteryState, before);
        QFETCH(const sb::BatteryState, after);
        CellListModel model;
        model.update(before);
        QSignalSpy changed(&model, &CellListModel::dataChanged);
        QSignalSpy reset(&model, &CellListModel::modelReset);
        model.update(after);
        QTEST(seen(changed, model), "expected");
        QCOMPARE(reset.count(), 0);
    }

    void resetsOnlyWhenTheCountChanges()
    {
        CellListModel model;
        QSignalSpy reset(&model, &CellListModel::modelReset);
        QSignalSpy count(&model, &CellListModel::countChanged);
        model.update(cells({3.3, 3.31}));
        QCOMPARE(reset.count(), 1);
        model.update(cells({3.4, 3.41}));
        QCOMPARE(reset.count(), 1);
        model.update(cells({3.4, 3.41, 3.42}));
        QCOMPARE(reset.count(), 2);
        QCOMPARE(count.count(), 2);
    }

    void keepsItsRowsWhenTheBatteryFallsSilent()
    {
        CellListModel model;
        model.update(cells({3.3, 3.31}));
        QSignalSpy reset(&model, &CellListModel::modelReset);
        QSignalSpy changed(&model, &CellListModel::dataChanged);
        model.update(cells({}));
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(reset.count(), 0);
        QVERIFY(changed.count() > 0);
        QVERIFY(!model.index(0).data(CellListModel::VoltageRole).isValid());
        QVERIFY(!model.mean().isValid());
    }
};

QTEST_APPLESS_MAIN(TestCellListModel)
#include "tst_celllistmodel.moc"
