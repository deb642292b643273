// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/configuration.h"
#include "config/optionsfile.h"
#include "fuzzing.h"

#include <cmath>

using namespace sb;
using namespace sb::config;

namespace {

void checkCurve(const control::Curve &curve)
{
    FUZZ_CHECK(curve.x().size() >= 2 && curve.x().size() == curve.y().size());
    for (size_t i = 0; i < curve.x().size(); ++i) {
        FUZZ_CHECK(curve.y()[i] >= 0 && curve.y()[i] <= 1);
        FUZZ_CHECK(i == 0 || curve.x()[i] > curve.x()[i - 1]);
    }
}

/// Whatever a file says, what charge control gets is safe.
void checkSafe(const control::Settings &s)
{
    FUZZ_CHECK(s.minCellVoltage >= 0.5 && s.minCellVoltage < s.maxCellVoltage && s.maxCellVoltage <= 5);
    FUZZ_CHECK(s.floatCellVoltage >= s.minCellVoltage && s.floatCellVoltage <= s.maxCellVoltage);
    FUZZ_CHECK(s.resetCellVoltage >= s.maxCellVoltage && s.resetCellVoltage <= 5);
    FUZZ_CHECK(s.voltageDrop >= 0 && s.voltageDrop <= 5);
    FUZZ_CHECK(s.blockOnDisconnect || s.safeCellMinimum < s.safeCellMaximum);
    FUZZ_CHECK(s.blockTimeoutMinutes >= 1 && s.timeToSocEveryS >= 5);
    FUZZ_CHECK(!s.resetAfterDays || *s.resetAfterDays > 0);
    for (const control::DirectionSettings *direction : {&s.charge, &s.discharge}) {
        FUZZ_CHECK(direction->maximum >= 0 && direction->maximum <= 5000);
        for (const control::Curve *curve :
             {&direction->cellVoltage, &direction->temperature, &direction->mosfet, &direction->soc})
            checkCurve(*curve);
    }
    for (const int sensor : s.temperatureSources)
        FUZZ_CHECK(sensor >= 1 && sensor <= control::sensorCount);
    FUZZ_CHECK(s.timeToSocPoints.size() <= 20);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    const QByteArray text(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    Configuration configuration;
    configuration.readText(text);
    checkSafe(controlSettings(configuration));
    for (const Message &message : configuration.messages())
        FUZZ_CHECK(!message.text.isEmpty() && !message.text.contains(QLatin1Char('\n')) &&
                   message.line >= (message.level == Message::Level::Error ? 1 : 0));
    // What is in force can be written down and read again without a complaint about its form.
    QByteArray effective("[DEFAULT]\n");
    for (size_t i = 0; i < keys().size(); ++i) {
        QString value = configuration.value(i).text;
        effective += QByteArray(keys()[i].name) + " = " +
                     value.replace(QLatin1Char('\n'), QLatin1Char(',')).toUtf8() + '\n';
    }
    Configuration again;
    again.readText(effective);
    checkSafe(controlSettings(again));

    const OptionsFile options = parseOptions(text);
    for (const DeviceOptions &device : options.devices) {
        FUZZ_CHECK(!device.name.isEmpty());
        FUZZ_CHECK(!device.address || (*device.address >= 0 && *device.address <= 255));
        FUZZ_CHECK(!device.pollIntervalS || (*device.pollIntervalS >= 0.1 && *device.pollIntervalS <= 60));
    }
    return 0;
}
