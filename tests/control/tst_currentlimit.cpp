// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/currentlimit.h"

#include <QTest>

using namespace sb;
using namespace sb::control;

namespace {

LimitInputs comfortable()
{
    LimitInputs inputs;
    inputs.cell = 3.3;
    inputs.lowestTemperature = 20;
    inputs.highestTemperature = 21;
    inputs.mosfetTemperature = 25;
    inputs.soc = 60;
    inputs.fetOn = true;
    return inputs;
}

double firstValue(const Settings &settings, CurrentLimit::Direction direction, const LimitInputs &inputs)
{
    CurrentLimit limit(settings, direction);
    limit.update(inputs, 0);
    return limit.value().value_or(-1);
}

/// Limits that follow at once, so that a test sees the rule and not the delay.
Settings immediate()
{
    Settings settings;
    settings.recalculationEveryS = 0;
    for (DirectionSettings *direction : {&settings.charge, &settings.discharge}) {
        direction->recoveryHoldS = 0;
        direction->recoveryRate = 0;
    }
    return settings;
}

} // namespace

class TestCurrentLimit : public QObject
{
    Q_OBJECT
private slots:
    void followsTheDefaultCurves_data()
    {
        QTest::addColumn<QString>("input");
        QTest::addColumn<bool>("charge");
        QTest::addColumn<bool>("step");
        QTest::addColumn<double>("x");
        QTest::addColumn<double>("amperes");
        const auto row = [](const char *input, bool charge, bool step, double x, double amperes) {
            QTest::addRow("%s %s %s %g", charge ? "charge" : "discharge", step ? "step" : "linear", input, x)
                << QString::fromLatin1(input) << charge << step << x << amperes;
        };
        // Worked examples of the specification: 50 A and 60 A.
        const std::array<std::array<double, 2>, 9> highCells{{{3.375, 50},
                                                              {3.38, 42.5},
                                                              {3.3875, 31.25},
                                                              {3.4, 12.5},
                                                              {3.4125, 7.5},
                                                              {3.4375, 1.375},
                                                              {3.45, 0.25},
                                                              {3.475, 0.125},
                                                              {3.5, 0}}};
        for (const auto &[x, amperes] : highCells)
            row("cell", true, false, x, amperes);
        const std::array<std::array<double, 2>, 9> lowCells{{{3.19, 60},
                                                             {3.145, 37.5},
                                                             {3.1, 15},
                                                             {3.05, 9},
                                                             {3.0, 3},
                                                             {2.95, 1.65},
                                                             {2.9, 0.3},
                                                             {2.85, 0.15},
                                                             {2.8, 0}}};
        for (const auto &[x, amperes] : lowCells)
            row("cell", false, false, x, amperes);
        row("temperature", true, false, 7.5, 37.5);
        row("temperature", true, false, 4, 20.833);
        row("temperature", true, false, 1, 6.25);
        row("temperature", true, false, 42.5, 37.5);
        row("temperature", true, false, -1, 0);
        row("temperature", true, false, 60, 0);
        row("temperature", false, false, 7.5, 45);
        row("temperature", false, false, 4, 27);
        row("temperature", false, false, -5, 7.5);
        row("temperature", false, false, 47, 24);
        row("mosfet", true, false, 75, 31.25);
        row("mosfet", false, false, 85, 7.5);
        row("soc", true, false, 97, 6.667);
        row("soc", false, false, 12, 19.2);
        row("cell", true, true, 3.40, 12.5);
        row("cell", true, true, 3.4249, 12.5);
        row("cell", true, true, 3.425, 2.5);
        row("cell", false, true, 3.10, 60);
        row("cell", false, true, 3.09, 15);
        row("cell", false, true, 2.99, 3);
        row("temperature", true, true, 4, 12.5);
        row("temperature", true, true, 44.9, 50);
        row("temperature", false, true, 40, 30);
        row("temperature", false, true, 4, 30);
        row("mosfet", true, true, 79.9, 50);
        row("mosfet", true, true, 80, 12.5);
        row("soc", true, true, 86, 25);
        row("soc", false, true, 12, 30);
    }
    void followsTheDefaultCurves()
    {
        QFETCH(const QString, input);
        QFETCH(const bool, charge);
        QFETCH(const bool, step);
        QFETCH(const double, x);
        QFETCH(const double, amperes);
        Settings settings;
        settings.stepMode = step;
        settings.charge.bySoc = settings.discharge.bySoc = true;
        LimitInputs inputs = comfortable();
        if (input == QLatin1String("cell"))
            inputs.cell = x;
        else if (input == QLatin1String("temperature"))
            inputs.lowestTemperature = inputs.highestTemperature = x;
        else if (input == QLatin1String("mosfet"))
            inputs.mosfetTemperature = x;
        else
            inputs.soc = x;
        const auto direction = charge ? CurrentLimit::Direction::Charge : CurrentLimit::Direction::Discharge;
        QCOMPARE(firstValue(settings, direction, inputs), amperes);
    }

    void namesEveryRuleThatGivesTheLimit()
    {
        const Settings settings = immediate();
        CurrentLimit limit(settings, CurrentLimit::Direction::Charge);
        LimitInputs inputs = comfortable();
        limit.update(inputs, 0);
        QCOMPARE(limit.reason(), QStringLiteral("Max Battery Charge Current"));
        inputs.lowestTemperature = 5;
        inputs.bmsLimit = 25;
        limit.update(inputs, 1);
        QCOMPARE(limit.value(), Number(25));
        QCOMPARE(limit.reason(), QStringLiteral("BMS Settings"));
        inputs = comfortable();
        inputs.cell = 3.51;
        inputs.lowestTemperature = -20;
        inputs.fetOn = false;
        limit.update(inputs, 2);
        QCOMPARE(limit.value(), Number(0));
        QCOMPARE(limit.reason(), QStringLiteral("Cell Voltage, Temp, BMS"));
    }

    void holdsThenRampsAfterZero()
    {
        const Settings settings;
        CurrentLimit limit(settings, CurrentLimit::Direction::Charge);
        LimitInputs inputs = comfortable();
        inputs.cell = 3.51;
        for (qint64 t = 0; t < 3; ++t)
            limit.update(inputs, t);
        QCOMPARE(limit.value(), Number(0));
        inputs.cell = 3.33;
        for (qint64 t = 3; t <= 43; ++t) {
            limit.update(inputs, t);
            const double expected = t < 33 ? 0 : std::min(50.0, 5.0 * static_cast<double>(t - 33));
            QCOMPARE(limit.value(), Number(expected));
            QCOMPARE(limit.reason().endsWith(QLatin1String(" *")), t < 33);
        }
    }

    void smallReductionsWaitButTheMaximumOfTheBmsDoesNot()
    {
        const Settings settings;
        CurrentLimit limit(settings, CurrentLimit::Direction::Charge);
        LimitInputs inputs = comfortable();
        limit.update(inputs, 0);
        inputs.cell = 3.38;
        limit.update(inputs, 5);
        QCOMPARE(limit.value(), Number(50));
        limit.update(inputs, 60);
        QCOMPARE(limit.value(), Number(42.5));
        inputs.bmsLimit = 40;
        limit.update(inputs, 61);
        QCOMPARE(limit.value(), Number(40));
    }

    void aVanishedSensorNeverRaisesTheLimit()
    {
        const Settings settings = immediate();
        CurrentLimit limit(settings, CurrentLimit::Direction::Charge);
        LimitInputs inputs = comfortable();
        inputs.lowestTemperature = 4;
        limit.update(inputs, 0);
        QCOMPARE(limit.value(), Number(20.833));
        inputs.lowestTemperature = 20; // the cold sensor is gone, the warm one is left
        inputs.temperatureLost = true;
        limit.update(inputs, 100);
        QCOMPARE(limit.value(), Number(20.833));
        inputs.lowestTemperature = inputs.highestTemperature = std::nullopt;
        limit.update(inputs, 200);
        QCOMPARE(limit.value(), Number(20.833));
        inputs = comfortable();
        limit.update(inputs, 300);
        QCOMPARE(limit.value(), Number(50));
    }

    void anUnknownFetDoesNotBlock()
    {
        LimitInputs inputs = comfortable();
        inputs.fetOn = std::nullopt;
        QCOMPARE(firstValue(Settings(), CurrentLimit::Direction::Charge, inputs), 50.0);
        inputs.fetOn = false;
        QCOMPARE(firstValue(Settings(), CurrentLimit::Direction::Charge, inputs), 0.0);
    }

    void curvesTakeEitherOrder()
    {
        const Curve down({3.5, 3.4}, {0, 1});
        const Curve up({3.4, 3.5}, {1, 0});
        QCOMPARE(down.x(), up.x());
        QVERIFY(qFuzzyCompare(down.at(3.45), 0.5));
        QCOMPARE(down.at(9), 0.0);
        QCOMPARE(down.at(0), 1.0);
        QVERIFY(Curve({1, 2}, {1}).isEmpty());
    }
};

QTEST_APPLESS_MAIN(TestCurrentLimit)
#include "tst_currentlimit.moc"
