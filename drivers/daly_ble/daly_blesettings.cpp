// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daly_ble/daly_blesettings.h"

#include <array>

namespace sb::daly_ble {
namespace {

#define NAME(text) QT_TRANSLATE_NOOP("Parameter", text)
constexpr const char *capacity = NAME("Capacity");
constexpr const char *functions = NAME("Functions");
constexpr const char *voltage = NAME("Voltage protection");
constexpr const char *current = NAME("Current protection");
constexpr const char *temperature = NAME("Temperature protection");
constexpr const char *balancing = NAME("Balancing");

constexpr bool writable = true;
constexpr bool dangerous = true;
constexpr Scale amperes(0.1, -3000); // the sign tells the direction, as the board's current does
constexpr Scale celsius(1, -40);

// clang-format off
constexpr auto rows = std::to_array<modbus::SettingRow>({
    {0x80, "ratedCapacity", NAME("Rated capacity"), capacity, "Ah", Wire::U16BE, 0.1, 1, 0, 6553.5, writable, dangerous},
    {0x81, "cellReferenceVoltage", NAME("Cell reference voltage"), capacity, "V", Wire::U16BE, 0.001, 3, 0, 65.535, writable, dangerous},
    {0x8A, "sleepDelay", NAME("Sleep delay"), functions, "s", Wire::U16BE, 1, 0, 0, 65535, writable, dangerous},
    {0x8B, "cellHighAlarm", NAME("Cell high voltage alarm"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535, writable, dangerous},
    {0x8C, "cellOvervoltage", NAME("Cell overvoltage"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535, writable, dangerous},
    {0x8D, "cellLowAlarm", NAME("Cell low voltage alarm"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535, writable, dangerous},
    {0x8E, "cellUndervoltage", NAME("Cell undervoltage"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535, writable, dangerous},
    {0x8F, "packHighAlarm", NAME("Pack high voltage alarm"), voltage, "V", Wire::U16BE, 0.1, 1, 0, 6553.5, writable, dangerous},
    {0x90, "packOvervoltage", NAME("Pack overvoltage"), voltage, "V", Wire::U16BE, 0.1, 1, 0, 6553.5, writable, dangerous},
    {0x91, "packLowAlarm", NAME("Pack low voltage alarm"), voltage, "V", Wire::U16BE, 0.1, 1, 0, 6553.5, writable, dangerous},
    {0x92, "packUndervoltage", NAME("Pack undervoltage"), voltage, "V", Wire::U16BE, 0.1, 1, 0, 6553.5, writable, dangerous},
    {0x93, "chargeHighCurrentAlarm", NAME("Charge high current alarm"), current, "A", Wire::U16BE, amperes, 1, -3000, 3553.5, writable, dangerous},
    {0x94, "chargeOvercurrent", NAME("Charge overcurrent"), current, "A", Wire::U16BE, amperes, 1, -3000, 3553.5, writable, dangerous},
    {0x95, "dischargeHighCurrentAlarm", NAME("Discharge high current alarm"), current, "A", Wire::U16BE, amperes, 1, -3000, 3553.5, writable, dangerous},
    {0x96, "dischargeOvercurrent", NAME("Discharge overcurrent"), current, "A", Wire::U16BE, amperes, 1, -3000, 3553.5, writable, dangerous},
    {0x97, "chargeHighTemperatureAlarm", NAME("Charge high temperature alarm"), temperature, "degC", Wire::U16BE, celsius, 0, -40, 215, writable, dangerous},
    {0x98, "chargeOvertemperature", NAME("Charge overtemperature"), temperature, "degC", Wire::U16BE, celsius, 0, -40, 215, writable, dangerous},
    {0x99, "chargeLowTemperatureAlarm", NAME("Charge low temperature alarm"), temperature, "degC", Wire::U16BE, celsius, 0, -40, 215, writable, dangerous},
    {0x9A, "chargeUndertemperature", NAME("Charge undertemperature"), temperature, "degC", Wire::U16BE, celsius, 0, -40, 215, writable, dangerous},
    {0x9B, "dischargeHighTemperatureAlarm", NAME("Discharge high temperature alarm"), temperature, "degC", Wire::U16BE, celsius, 0, -40, 215, writable, dangerous},
    {0x9C, "dischargeOvertemperature", NAME("Discharge overtemperature"), temperature, "degC", Wire::U16BE, celsius, 0, -40, 215, writable, dangerous},
    {0x9D, "dischargeLowTemperatureAlarm", NAME("Discharge low temperature alarm"), temperature, "degC", Wire::U16BE, celsius, 0, -40, 215, writable, dangerous},
    {0x9E, "dischargeUndertemperature", NAME("Discharge undertemperature"), temperature, "degC", Wire::U16BE, celsius, 0, -40, 215, writable, dangerous},
    {0x9F, "cellDifferenceAlarm", NAME("Cell difference alarm"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535, writable, dangerous},
    {0xA0, "cellDifferenceProtection", NAME("Cell difference protection"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535, writable, dangerous},
    {0xA1, "temperatureDifferenceAlarm", NAME("Temperature difference alarm"), temperature, "degC", Wire::U16BE, 1, 0, 0, 65535, writable, dangerous},
    {0xA2, "temperatureDifferenceProtection", NAME("Temperature difference protection"), temperature, "degC", Wire::U16BE, 1, 0, 0, 65535, writable, dangerous},
    {0xA3, "balanceStart", NAME("Balance start voltage"), balancing, "V", Wire::U16BE, 0.001, 3, 0, 65.535, writable, dangerous},
    {0xA4, "balanceWindow", NAME("Balance window"), balancing, "V", Wire::U16BE, 0.001, 3, 0, 65.535, writable, dangerous},
    {0xA8, "mosfetOvertemperature", NAME("MOSFET overtemperature"), temperature, "degC", Wire::U16BE, celsius, 0, -40, 215, writable, dangerous},
});
// clang-format on
#undef NAME

} // namespace

std::span<const modbus::SettingRow> settingRows() { return rows; }

} // namespace sb::daly_ble
