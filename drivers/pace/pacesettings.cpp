// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pace/pacesettings.h"

#include <QCoreApplication>
#include <algorithm>

namespace sb::pace {
namespace {

using modbus::SettingRow;

constexpr std::array blocks{
    SettingsBlock{0xD1, 0xD0, 1, 7},       SettingsBlock{0xD3, 0xD2, 1, 7},  SettingsBlock{0xD5, 0xD4, 1, 7},
    SettingsBlock{0xD7, 0xD6, 1, 7},       SettingsBlock{0xD9, 0xD8, 1, 5},  SettingsBlock{0xDB, 0xDA, 1, 5},
    SettingsBlock{0xE3, 0xE2, 1, 2, true}, SettingsBlock{0xE5, 0xE4, 0, 1},  SettingsBlock{0xED, 0xEE, 1, 2},
    SettingsBlock{0xDD, 0xDC, 1, 12},      SettingsBlock{0xDF, 0xDE, 1, 12}, SettingsBlock{0xE1, 0xE0, 1, 6},
    SettingsBlock{0xE7, 0xE6, 1, 12},      SettingsBlock{0xB6, 0xB5, 0, 4},  SettingsBlock{0xA0, 0xA8, 0, 4},
    SettingsBlock{0xAF, 0xAE, 0, 5},       SettingsBlock{0xEB, 0, 0, 3}, // another protocol on the port would
                                                                         // cut the line to the BMS
};

/// Tells discharge currents as negative numbers, and takes them as positive ones.
constexpr quint8 dischargeCurrents = 0xDB;
constexpr size_t dischargeCurrentCount = 2;

constexpr Scale kelvin(0.1, -273.0);

constexpr std::array rows{
    SettingRow{settingNumber(0xD1, 0), "cellOvervoltageAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Cell over-voltage warning"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 2.5, 4.5,
               true},
    SettingRow{settingNumber(0xD1, 2), "cellOvervoltage", QT_TRANSLATE_NOOP("Parameter", "Cell over-voltage"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 2.5, 4.5,
               true},
    SettingRow{settingNumber(0xD1, 4), "cellOvervoltageRelease",
               QT_TRANSLATE_NOOP("Parameter", "Cell over-voltage release"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 2.5, 4.5,
               true},
    SettingRow{settingNumber(0xD1, 6), "cellOvervoltageDelay",
               QT_TRANSLATE_NOOP("Parameter", "Cell over-voltage delay"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "s", Wire::U8, 0.1, 1, 0, 25.5, true},
    SettingRow{settingNumber(0xD3, 0), "cellUndervoltageAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Cell under-voltage warning"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 2.0, 3.5,
               true},
    SettingRow{
        settingNumber(0xD3, 2), "cellUndervoltage", QT_TRANSLATE_NOOP("Parameter", "Cell under-voltage"),
        QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 2.0, 3.5, true},
    SettingRow{settingNumber(0xD3, 4), "cellUndervoltageRelease",
               QT_TRANSLATE_NOOP("Parameter", "Cell under-voltage release"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 2.0, 3.5,
               true},
    SettingRow{settingNumber(0xD3, 6), "cellUndervoltageDelay",
               QT_TRANSLATE_NOOP("Parameter", "Cell under-voltage delay"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "s", Wire::U8, 0.1, 1, 0, 25.5, true},
    SettingRow{settingNumber(0xD5, 0), "packOvervoltageAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Pack over-voltage warning"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 20, 65,
               true},
    SettingRow{settingNumber(0xD5, 2), "packOvervoltage", QT_TRANSLATE_NOOP("Parameter", "Pack over-voltage"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 20, 65,
               true},
    SettingRow{settingNumber(0xD5, 4), "packOvervoltageRelease",
               QT_TRANSLATE_NOOP("Parameter", "Pack over-voltage release"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 20, 65,
               true},
    SettingRow{settingNumber(0xD5, 6), "packOvervoltageDelay",
               QT_TRANSLATE_NOOP("Parameter", "Pack over-voltage delay"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "s", Wire::U8, 0.1, 1, 0, 25.5, true},
    SettingRow{settingNumber(0xD7, 0), "packUndervoltageAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Pack under-voltage warning"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 10, 60,
               true},
    SettingRow{
        settingNumber(0xD7, 2), "packUndervoltage", QT_TRANSLATE_NOOP("Parameter", "Pack under-voltage"),
        QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 10, 60, true},
    SettingRow{settingNumber(0xD7, 4), "packUndervoltageRelease",
               QT_TRANSLATE_NOOP("Parameter", "Pack under-voltage release"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 10, 60,
               true},
    SettingRow{settingNumber(0xD7, 6), "packUndervoltageDelay",
               QT_TRANSLATE_NOOP("Parameter", "Pack under-voltage delay"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "s", Wire::U8, 0.1, 1, 0, 25.5, true},
    SettingRow{settingNumber(0xD9, 0), "chargeOvercurrentAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Charge over-current warning"),
               QT_TRANSLATE_NOOP("Parameter", "Current protection"), "A", Wire::U16BE, 1.0, 0, 1, 220, true},
    SettingRow{settingNumber(0xD9, 2), "chargeOvercurrent",
               QT_TRANSLATE_NOOP("Parameter", "Charge over-current"),
               QT_TRANSLATE_NOOP("Parameter", "Current protection"), "A", Wire::U16BE, 1.0, 0, 1, 220, true},
    SettingRow{settingNumber(0xD9, 4), "chargeOvercurrentDelay",
               QT_TRANSLATE_NOOP("Parameter", "Charge over-current delay"),
               QT_TRANSLATE_NOOP("Parameter", "Current protection"), "s", Wire::U8, 0.1, 1, 0, 25.5, true},
    SettingRow{settingNumber(0xDB, 0), "dischargeOvercurrentAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Discharge over-current warning"),
               QT_TRANSLATE_NOOP("Parameter", "Current protection"), "A", Wire::S16BE, -1.0, 0, 1, 220, true},
    SettingRow{settingNumber(0xDB, 2), "dischargeOvercurrent",
               QT_TRANSLATE_NOOP("Parameter", "Discharge over-current"),
               QT_TRANSLATE_NOOP("Parameter", "Current protection"), "A", Wire::S16BE, -1.0, 0, 1, 220, true},
    SettingRow{settingNumber(0xDB, 4), "dischargeOvercurrentDelay",
               QT_TRANSLATE_NOOP("Parameter", "Discharge over-current delay"),
               QT_TRANSLATE_NOOP("Parameter", "Current protection"), "s", Wire::U8, 0.1, 1, 0, 25.5, true},
    SettingRow{settingNumber(0xE3, 0), "dischargeOvercurrent2",
               QT_TRANSLATE_NOOP("Parameter", "Discharge over-current 2"),
               QT_TRANSLATE_NOOP("Parameter", "Current protection"), "A", Wire::U8, 1.0, 0, 1, 255, true},
    SettingRow{settingNumber(0xE3, 1), "dischargeOvercurrent2Delay",
               QT_TRANSLATE_NOOP("Parameter", "Discharge over-current 2 delay"),
               QT_TRANSLATE_NOOP("Parameter", "Current protection"), "ms", Wire::U8, 25.0, 0, 0, 6375, true},
    SettingRow{
        settingNumber(0xE5, 0), "shortCircuitDelay", QT_TRANSLATE_NOOP("Parameter", "Short circuit delay"),
        QT_TRANSLATE_NOOP("Parameter", "Current protection"), "us", Wire::U8, 25.0, 0, 0, 6375, true, true},
    SettingRow{settingNumber(0xED, 0), "limiterStartCurrent",
               QT_TRANSLATE_NOOP("Parameter", "Current limiter start"),
               QT_TRANSLATE_NOOP("Parameter", "Current protection"), "A", Wire::U16BE, 1.0, 0, 1, 220, true},
    SettingRow{settingNumber(0xDD, 0), "chargeOvertemperatureAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Charge over-temperature warning"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xDD, 2), "chargeOvertemperature",
               QT_TRANSLATE_NOOP("Parameter", "Charge over-temperature"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xDD, 4), "chargeOvertemperatureRelease",
               QT_TRANSLATE_NOOP("Parameter", "Charge over-temperature release"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xDD, 6), "dischargeOvertemperatureAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Discharge over-temperature warning"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xDD, 8), "dischargeOvertemperature",
               QT_TRANSLATE_NOOP("Parameter", "Discharge over-temperature"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xDD, 10), "dischargeOvertemperatureRelease",
               QT_TRANSLATE_NOOP("Parameter", "Discharge over-temperature release"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xDF, 0), "chargeUndertemperatureAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Charge under-temperature warning"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xDF, 2), "chargeUndertemperature",
               QT_TRANSLATE_NOOP("Parameter", "Charge under-temperature"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xDF, 4), "chargeUndertemperatureRelease",
               QT_TRANSLATE_NOOP("Parameter", "Charge under-temperature release"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xDF, 6), "dischargeUndertemperatureAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Discharge under-temperature warning"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xDF, 8), "dischargeUndertemperature",
               QT_TRANSLATE_NOOP("Parameter", "Discharge under-temperature"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xDF, 10), "dischargeUndertemperatureRelease",
               QT_TRANSLATE_NOOP("Parameter", "Discharge under-temperature release"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xE1, 0), "mosfetOvertemperatureAlarm",
               QT_TRANSLATE_NOOP("Parameter", "MOSFET over-temperature warning"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xE1, 2), "mosfetOvertemperature",
               QT_TRANSLATE_NOOP("Parameter", "MOSFET over-temperature"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xE1, 4), "mosfetOvertemperatureRelease",
               QT_TRANSLATE_NOOP("Parameter", "MOSFET over-temperature release"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xE7, 0), "environmentUndertemperatureAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Environment under-temperature warning"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xE7, 2), "environmentUndertemperature",
               QT_TRANSLATE_NOOP("Parameter", "Environment under-temperature"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xE7, 4), "environmentUndertemperatureRelease",
               QT_TRANSLATE_NOOP("Parameter", "Environment under-temperature release"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xE7, 6), "environmentOvertemperatureAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Environment over-temperature warning"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xE7, 8), "environmentOvertemperature",
               QT_TRANSLATE_NOOP("Parameter", "Environment over-temperature"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xE7, 10), "environmentOvertemperatureRelease",
               QT_TRANSLATE_NOOP("Parameter", "Environment over-temperature release"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -40,
               130, true},
    SettingRow{settingNumber(0xB6, 0), "balanceStart",
               QT_TRANSLATE_NOOP("Parameter", "Balance start voltage"),
               QT_TRANSLATE_NOOP("Parameter", "Balancing"), "V", Wire::U16BE, 0.001, 3, 2.5, 4.5, true},
    SettingRow{settingNumber(0xB6, 2), "balanceDelta",
               QT_TRANSLATE_NOOP("Parameter", "Balance start difference"),
               QT_TRANSLATE_NOOP("Parameter", "Balancing"), "V", Wire::U16BE, 0.001, 3, 0.001, 1, true},
    SettingRow{settingNumber(0xA0, 0), "sleepCellVoltage",
               QT_TRANSLATE_NOOP("Parameter", "Sleep below cell voltage"),
               QT_TRANSLATE_NOOP("Parameter", "Operation"), "V", Wire::U16BE, 0.001, 3, 2.0, 4.0, true},
    SettingRow{settingNumber(0xA0, 3), "sleepDelay", QT_TRANSLATE_NOOP("Parameter", "Sleep delay"),
               QT_TRANSLATE_NOOP("Parameter", "Operation"), "min", Wire::U8, 1.0, 0, 1, 255, true},
    SettingRow{settingNumber(0xAF, 0), "fullVoltage", QT_TRANSLATE_NOOP("Parameter", "Full charge voltage"),
               QT_TRANSLATE_NOOP("Parameter", "Operation"), "V", Wire::U16BE, 0.001, 3, 10, 65, true},
    SettingRow{settingNumber(0xAF, 2), "fullCurrent", QT_TRANSLATE_NOOP("Parameter", "Full charge current"),
               QT_TRANSLATE_NOOP("Parameter", "Operation"), "A", Wire::U16BE, 0.001, 3, 0.1, 65.535, true},
    SettingRow{settingNumber(0xAF, 4), "lowSocAlarm",
               QT_TRANSLATE_NOOP("Parameter", "Low state of charge warning"),
               QT_TRANSLATE_NOOP("Parameter", "Operation"), "%", Wire::U8, 1.0, 0, 0, 100, true},
    SettingRow{settingNumber(0xEB, 0), "canProtocol", QT_TRANSLATE_NOOP("Parameter", "CAN protocol number"),
               QT_TRANSLATE_NOOP("Parameter", "Operation"), "", Wire::U8, 1.0, 0, 0, 255, false},
    SettingRow{settingNumber(0xEB, 1), "rs485Protocol",
               QT_TRANSLATE_NOOP("Parameter", "RS485 protocol number"),
               QT_TRANSLATE_NOOP("Parameter", "Operation"), "", Wire::U8, 1.0, 0, 0, 255, false},
    SettingRow{settingNumber(0xEB, 2), "protocolType", QT_TRANSLATE_NOOP("Parameter", "Protocol selection"),
               QT_TRANSLATE_NOOP("Parameter", "Operation"), "", Wire::U8, 1.0, 0, 0, 255, false},
};

} // namespace

std::span<const SettingsBlock> settingsBlocks() { return blocks; }

const SettingsBlock *blockReadBy(quint8 code)
{
    const auto at = std::find_if(blocks.begin(), blocks.end(),
                                 [code](const SettingsBlock &block) { return block.readCode == code; });
    return at == blocks.end() ? nullptr : &*at;
}

const SettingsBlock *blockWrittenBy(quint8 code)
{
    const auto at = std::find_if(blocks.begin(), blocks.end(), [code](const SettingsBlock &block) {
        return block.writeCode == code && code != 0;
    });
    return at == blocks.end() ? nullptr : &*at;
}

std::span<const SettingRow> settingRows() { return rows; }

QByteArray changedValues(const QByteArray &values, const SettingRow &row, const QByteArray &raw)
{
    QByteArray changed = values;
    changed.replace(row.reg & 0xFF, raw.size(), raw);
    if (row.reg >> 8 != dischargeCurrents)
        return changed;
    QByteArray positive;
    for (size_t i = 0; i < dischargeCurrentCount; ++i)
        appendInteger(positive, -readInteger(bytesOf(changed), 2 * i, Wire::S16BE).value_or(0), Wire::S16BE);
    return positive + changed.mid(positive.size());
}

} // namespace sb::pace
