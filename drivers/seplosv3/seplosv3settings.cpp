// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplosv3/seplosv3settings.h"

#include <array>

namespace sb::seplosv3 {
namespace {

#define NAME(text) QT_TRANSLATE_NOOP("Parameter", text)
constexpr const char *soc = NAME("State of charge");
constexpr const char *voltage = NAME("Voltage protection");
constexpr const char *balancing = NAME("Balancing");
constexpr const char *heater = NAME("Heater");
constexpr const char *capacity = NAME("Capacity");
constexpr const char *limits = NAME("Limits told to chargers");
constexpr const char *functions = NAME("Functions");

constexpr bool writable = true;
constexpr bool dangerous = true;
constexpr Scale kelvin(0.1, -273.1);

// Currents, delays and the temperatures of the protections are not here: their places are known as ranges
// only.
// clang-format off
constexpr auto rows = std::to_array<modbus::SettingRow>({
    {0x1302, "packHighRecover", NAME("Pack high voltage alarm release"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35, writable, dangerous},
    {0x1303, "packHighAlarm", NAME("Pack high voltage alarm"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35, writable, dangerous},
    {0x1304, "packOvervoltageRelease", NAME("Pack overvoltage release"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35, writable, dangerous},
    {0x1305, "packOvervoltage", NAME("Pack overvoltage"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35, writable, dangerous},
    {0x1306, "packLowRecover", NAME("Pack low voltage alarm release"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35, writable, dangerous},
    {0x1307, "packLowAlarm", NAME("Pack low voltage alarm"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35, writable, dangerous},
    {0x1308, "packUndervoltageRelease", NAME("Pack undervoltage release"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35, writable, dangerous},
    {0x1309, "packUndervoltage", NAME("Pack undervoltage"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35, writable, dangerous},
    {0x130A, "cellHighRecover", NAME("Cell high voltage alarm release"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 5, writable, dangerous},
    {0x130B, "cellHighAlarm", NAME("Cell high voltage alarm"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 5, writable, dangerous},
    {0x130C, "cellOvervoltageRelease", NAME("Cell overvoltage release"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 5, writable, dangerous},
    {0x130D, "cellOvervoltage", NAME("Cell overvoltage"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 5, writable, dangerous},
    {0x130E, "cellLowRecover", NAME("Cell low voltage alarm release"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 5, writable, dangerous},
    {0x130F, "cellLowAlarm", NAME("Cell low voltage alarm"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 5, writable, dangerous},
    {0x1310, "cellUndervoltageRelease", NAME("Cell undervoltage release"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 5, writable, dangerous},
    {0x1311, "cellUndervoltage", NAME("Cell undervoltage"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 5, writable, dangerous},
    {0x134B, "heaterStop", NAME("Heater off above"), heater, "degC", Wire::U16BE, kelvin, 1, -50, 150, writable},
    {0x134C, "heaterStart", NAME("Heater on below"), heater, "degC", Wire::U16BE, kelvin, 1, -50, 150, writable},
    {0x134F, "balanceRest", NAME("Rest before balancing"), balancing, "h", Wire::U16BE, 1, 0, 0, 65535, writable},
    {0x1350, "balanceStart", NAME("Balance start voltage"), balancing, "V", Wire::U16BE, 0.001, 3, 0, 5, writable},
    {0x1351, "balanceWindow", NAME("Balance window"), balancing, "V", Wire::U16BE, 0.001, 3, 0, 5, writable},
    {0x1352, "balanceStop", NAME("Balance stop difference"), balancing, "V", Wire::U16BE, 0.001, 3, 0, 5, writable},
    {0x1353, "socFull", NAME("State of charge that counts as full"), soc, "%", Wire::U16BE, 0.1, 1, 0, 100, writable},
    {0x1354, "socLowRecover", NAME("Low state of charge alarm release"), soc, "%", Wire::U16BE, 0.1, 1, 0, 100, writable},
    {0x1355, "socLowAlarm", NAME("Low state of charge alarm"), soc, "%", Wire::U16BE, 0.1, 1, 0, 100, writable},
    {0x1356, "socUnderRecover", NAME("Low state of charge protection release"), soc, "%", Wire::U16BE, 0.1, 1, 0, 100, writable},
    {0x1357, "socUnderProtect", NAME("Low state of charge protection"), soc, "%", Wire::U16BE, 0.1, 1, 0, 100, writable},
    {0x1358, "designCapacity", NAME("Design capacity"), capacity, "Ah", Wire::U16BE, 0.01, 2, 0, 655.35},
    {0x135B, "sleepDelay", NAME("Sleep delay"), functions, "h", Wire::U16BE, 1, 0, 0, 65535, writable},
    {0x1365, "chargeVoltageLimit", NAME("Charge voltage limit"), limits, "V", Wire::U16BE, 0.01, 2, 0, 655.35, writable},
    {0x1366, "chargeCurrentLimit", NAME("Charge current limit"), limits, "A", Wire::S16BE, 1, 0, 0, 32767, writable},
    {0x1367, "dischargeCurrentLimit", NAME("Discharge current limit (negative)"), limits, "A", Wire::S16BE, 1, 0, -32768, 0, writable},
});
// clang-format on
#undef NAME

} // namespace

std::span<const modbus::SettingRow> settingRows() { return rows; }

} // namespace sb::seplosv3
