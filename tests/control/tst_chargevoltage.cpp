// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/chargevoltage.h"

#include <QTest>

using namespace sb;
using namespace sb::control;

namespace {

constexpr qint64 wall = 1700000000;

/// Sixteen cells, the first of them at \a first.
class Pack
{
public:
    explicit Pack(double cells, double first = 0, size_t count = 16)
        : m_cells(count, cells)
    {
        if (first > 0)
            m_cells[0] = first;
        inputs.cellCount = static_cast<int>(count);
        double sum = 0;
        double lowest = 10;
        double highest = 0;
        for (const Number &cell : m_cells) {
            sum += *cell;
            lowest = std::min(lowest, *cell);
            highest = std::max(highest, *cell);
        }
        inputs.sum = sum;
        inputs.spread = highest - lowest;
        inputs.highestCell = highest;
        inputs.cells = &m_cells;
        inputs.soc = 90;
    }
    VoltageInputs inputs;

private:
    Numbers m_cells;
};

} // namespace

class TestChargeVoltage : public QObject
{
    Q_OBJECT
private slots:
    void chargesToFullThenFloats()
    {
        Settings settings;
        settings.floatWaitS = 900;
        ChargeVoltage voltage(settings);
        voltage.update(Pack(3.3).inputs, 0, wall);
        QCOMPARE(voltage.cvl(), Number(55.2));
        QCOMPARE(voltage.modeText(), QStringLiteral("Bulk \u2502 Linear Mode"));
        const Pack full(3.4505);
        qint64 t = 1;
        for (; t <= 901; ++t) {
            voltage.update(full.inputs, t, wall + t);
            QVERIFY(!voltage.becameFull());
        }
        QVERIFY(voltage.modeText().startsWith(QLatin1String("Absorption")));
        voltage.update(full.inputs, t, wall + t); // 902 - 1 > 900
        QVERIFY(voltage.becameFull());
        QCOMPARE(voltage.phase(), ChargePhase::FloatTransition);
        QCOMPARE(voltage.cvl(), Number(55.2));
        const qint64 start = t;
        voltage.update(full.inputs, start + 600, wall);
        QCOMPARE(voltage.cvl(), Number(54.6));
        QVERIFY(!voltage.becameFull());
        voltage.update(full.inputs, start + 1200, wall);
        QCOMPARE(voltage.cvl(), Number(54.0));
        QCOMPARE(voltage.modeText(), QStringLiteral("Float \u2502 Linear Mode"));
    }

    void bringsTheVoltageDownForAHighCell_data()
    {
        QTest::addColumn<int>("mode");
        QTest::addColumn<double>("others");
        QTest::addColumn<double>("high");
        QTest::addColumn<double>("target");
        QTest::newRow("none") << 0 << 3.40 << 3.48 << 55.2;
        QTest::newRow("unknown mode") << 7 << 3.40 << 3.48 << 55.2;
        QTest::newRow("penalty sum") << 1 << 3.40 << 3.48 << 54.45;
        QTest::newRow("penalty sum, low pack") << 1 << 2.95 << 3.60 << 47.70;
        QTest::newRow("penalty sum, not below the minimum") << 1 << 2.5 << 3.60 << 46.4;
        QTest::newRow("integral") << 2 << 3.40 << 3.48 << 55.196;
        QTest::newRow("clipped sum") << 3 << 3.40 << 3.48 << 54.46;
        QTest::newRow("clipped sum, not below the minimum") << 3 << 2.0 << 3.60 << 46.4;
    }
    void bringsTheVoltageDownForAHighCell()
    {
        QFETCH(const int, mode);
        QFETCH(const double, others);
        QFETCH(const double, high);
        QFETCH(const double, target);
        Settings settings;
        settings.controllerMode = mode;
        ChargeVoltage voltage(settings);
        voltage.update(Pack(others, high).inputs, 0, wall);
        QVERIFY(std::abs(*voltage.controlVoltage() - target) < 0.0001);
    }

    void risesAgainOnlyAfterAHold()
    {
        const Settings settings;
        ChargeVoltage voltage(settings);
        voltage.update(Pack(3.40, 3.48).inputs, 0, wall);
        QVERIFY(voltage.modeText().startsWith(QLatin1String("Bulk (Cell OVP) ")));
        const double down = *voltage.controlVoltage();
        for (qint64 t = 1; t < 60; ++t)
            voltage.update(Pack(3.40).inputs, t, wall);
        QCOMPARE(*voltage.controlVoltage(), down);
        voltage.update(Pack(3.40).inputs, 60, wall);
        voltage.update(Pack(3.40).inputs, 160, wall);
        QVERIFY(std::abs(*voltage.controlVoltage() - (down + 0.1)) < 0.0001);
        QVERIFY(voltage.modeText().startsWith(QLatin1String("Bulk (Cell OVP*) ")));
        voltage.update(Pack(3.40).inputs, 5000, wall);
        QCOMPARE(voltage.cvl(), Number(55.2));
        voltage.update(Pack(3.40).inputs, 5001, wall);
        QVERIFY(voltage.modeText().startsWith(QLatin1String("Bulk ")));
    }

    void sumsOfBinaryFractionsReachTheMaximum()
    {
        Settings settings;
        ChargeVoltage voltage(settings);
        voltage.update(Pack(3.45, 0, 8).inputs, 0, wall); // 27.599999999999998 V
        QVERIFY(voltage.absorptionStart());
    }

    void anErrorInFloatIsNoFullCharge()
    {
        const Settings settings;
        ChargeVoltage voltage(settings);
        voltage.restore(false, {}, 0, 0);
        voltage.update(Pack(3.3).inputs, 0, wall);
        QCOMPARE(voltage.phase(), ChargePhase::Float);
        QCOMPARE(voltage.cvl(), Number(54.0));
        VoltageInputs gap = Pack(3.3).inputs;
        gap.frozen = true;
        gap.sum.reset();
        gap.soc.reset();
        voltage.update(gap, 1, wall);
        QCOMPARE(voltage.cvl(), Number(54.0));
        voltage.update(Pack(3.3).inputs, 2, wall);
        QVERIFY(!voltage.becameFull());
    }

    void aMissingCellFreezesTheStateBelowFloat()
    {
        const Settings settings;
        ChargeVoltage voltage(settings);
        voltage.update(Pack(3.3).inputs, 0, wall);
        VoltageInputs gap = Pack(3.3).inputs;
        gap.frozen = true;
        voltage.update(gap, 1, wall);
        QCOMPARE(voltage.cvl(), Number(54.0));
        voltage.update(Pack(3.3).inputs, 2, wall);
        QCOMPARE(voltage.cvl(), Number(55.2));
    }

    void aRestoredTimerCountsOnlyWhileTheVoltageIsThere()
    {
        const Settings settings;
        {
            ChargeVoltage voltage(settings);
            voltage.restore(true, 300, 0, 1000);
            voltage.update(Pack(3.45).inputs, 1000, wall);
            QCOMPARE(voltage.absorptionStart(), std::optional<qint64>(700));
        }
        {
            ChargeVoltage voltage(settings);
            voltage.restore(true, 300, 0, 1000);
            voltage.update(Pack(3.3).inputs, 1000, wall);
            QVERIFY(!voltage.absorptionStart());
            QVERIFY(voltage.allowsMaximum());
        }
        {
            ChargeVoltage voltage(settings);
            voltage.restore(true, 172800, 0, 1000);
            voltage.update(Pack(3.45, 0).inputs, 1000, wall);
            QCOMPARE(voltage.absorptionStart(), std::optional<qint64>(1000)); // a new one
        }
    }

    void asksForAResetChargeWhenTheDaysArePast()
    {
        Settings settings;
        settings.resetAfterDays = 15;
        settings.resetCellVoltage = 3.55;
        ChargeVoltage voltage(settings);
        voltage.restore(true, {}, wall - 15 * 86400, 0);
        voltage.update(Pack(3.3).inputs, 0, wall);
        QVERIFY(!voltage.isResetRequested());
        voltage.update(Pack(3.3).inputs, 1, wall + 1);
        QVERIFY(voltage.isResetRequested());
        QCOMPARE(voltage.cvl(), Number(56.8));
        QVERIFY(voltage.modeText().contains(QLatin1String(" & SoC Reset")));
        QVERIFY(voltage.masksHighVoltage(1));
    }

    void zeroDaysIsOff()
    {
        Settings settings;
        settings.resetAfterDays = 0;
        ChargeVoltage voltage(settings);
        voltage.update(Pack(3.3).inputs, 0, wall);
        QCOMPARE(voltage.cvl(), Number(55.2));
        QVERIFY(!voltage.isResetRequested());
    }

    void neverAboveTheMaximumOfTheBms()
    {
        Settings settings;
        settings.useBmsVoltages = true;
        settings.resetAfterDays = 15;
        ChargeVoltage voltage(settings);
        VoltageInputs inputs = Pack(3.3).inputs;
        inputs.bmsMaximum = 53.0;
        voltage.update(inputs, 0, wall); // a reset charge is due, and float is 54 V
        QCOMPARE(voltage.cvl(), Number(53.0));
        QVERIFY(voltage.floatVoltage() <= 53.0);
    }

    void fixedVoltageWithoutControl()
    {
        Settings settings;
        settings.cellControl = false;
        settings.voltageDrop = 0.35;
        ChargeVoltage voltage(settings);
        voltage.update(Pack(3.40, 3.6).inputs, 0, wall);
        QCOMPARE(voltage.cvl(), Number(55.55));
        QCOMPARE(voltage.modeText(), QStringLiteral("Keep always max voltage"));
    }
};

QTEST_APPLESS_MAIN(TestChargeVoltage)
#include "tst_chargevoltage.moc"
