// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/eg4_ll/eg4_llsettings.h"

#include <array>

namespace sb::eg4_ll {
namespace {

#define NAME(text) QT_TRANSLATE_NOOP("Parameter", text)
constexpr const char *soc = NAME("State of charge");
constexpr const char *voltage = NAME("Voltage protection");
constexpr const char *current = NAME("Current protection");
constexpr const char *temperature = NAME("Temperature protection");
constexpr const char *balancing = NAME("Balancing");

constexpr Scale below50(1, -50);

// clang-format off
constexpr auto rows = std::to_array<modbus::SettingRow>({
    {56, "balanceStart", NAME("Balance start voltage"), balancing, "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    {57, "balanceWindow", NAME("Balance window"), balancing, "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    {58, "socLowAlarm", NAME("Low state of charge alarm"), soc, "%", Wire::U16BE, 1, 0, 0, 100},
    {61, "cellLowAlarm", NAME("Cell low voltage alarm"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    {62, "cellUndervoltage", NAME("Cell undervoltage"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    {63, "cellUndervoltageRelease", NAME("Cell undervoltage release"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    {64, "packLowAlarm", NAME("Pack low voltage alarm"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35},
    {65, "packUndervoltage", NAME("Pack undervoltage"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35},
    {66, "packUndervoltageRelease", NAME("Pack undervoltage release"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35},
    {67, "cellHighAlarm", NAME("Cell high voltage alarm"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    {68, "cellOvervoltage", NAME("Cell overvoltage"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    {69, "cellOvervoltageRelease", NAME("Cell overvoltage release"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    {70, "packHighAlarm", NAME("Pack high voltage alarm"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35},
    {71, "packOvervoltage", NAME("Pack overvoltage"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35},
    {72, "packOvervoltageRelease", NAME("Pack overvoltage release"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35},
    {78, "dischargeOvercurrentRelease", NAME("Discharge overcurrent release"), current, "s", Wire::U16BE, 1, 0, 0, 65535},
    {79, "chargeOvercurrentRelease", NAME("Charge overcurrent release"), current, "s", Wire::U16BE, 1, 0, 0, 65535},
    {80, "chargeOvercurrent", NAME("Charge overcurrent"), current, "A", Wire::U16BE, 0.01, 2, 0, 655.35},
    {81, "dischargeOvercurrent", NAME("Discharge overcurrent"), current, "A", Wire::U16BE, 0.01, 2, 0, 655.35},
    {82, "shortCircuitCurrent", NAME("Short circuit current"), current, "A", Wire::U16BE, 0.01, 2, 0, 655.35},
    {83, "chargeOvercurrent2", NAME("2nd level charge overcurrent"), current, "A", Wire::U16BE, 0.01, 2, 0, 655.35},
    {84, "dischargeOvercurrent2", NAME("2nd level discharge overcurrent"), current, "A", Wire::U16BE, 0.01, 2, 0, 655.35},
    {85, "chargeOvercurrentDelay", NAME("Charge overcurrent delay"), current, "s", Wire::U16BE, 1, 0, 0, 65535},
    {86, "chargeOvercurrent2Delay", NAME("2nd level charge overcurrent delay"), current, "s", Wire::U16BE, 1, 0, 0, 65535},
    {87, "dischargeOvercurrentDelay", NAME("Discharge overcurrent delay"), current, "s", Wire::U16BE, 1, 0, 0, 65535},
    {88, "dischargeOvercurrent2Delay", NAME("2nd level discharge overcurrent delay"), current, "s", Wire::U16BE, 1, 0, 0, 65535},
    {90, "chargeLowTemperatureAlarm", NAME("Charge low temperature alarm"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {91, "chargeUndertemperature", NAME("Charge undertemperature"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {92, "chargeUndertemperatureRelease", NAME("Charge undertemperature release"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {93, "chargeHighTemperatureAlarm", NAME("Charge high temperature alarm"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {94, "chargeOvertemperature", NAME("Charge overtemperature"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {95, "chargeOvertemperatureRelease", NAME("Charge overtemperature release"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {96, "dischargeLowTemperatureAlarm", NAME("Discharge low temperature alarm"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {97, "dischargeUndertemperature", NAME("Discharge undertemperature"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {98, "dischargeUndertemperatureRelease", NAME("Discharge undertemperature release"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {99, "dischargeHighTemperatureAlarm", NAME("Discharge high temperature alarm"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {100, "dischargeOvertemperature", NAME("Discharge overtemperature"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {101, "dischargeOvertemperatureRelease", NAME("Discharge overtemperature release"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {102, "boardHighTemperatureAlarm", NAME("Board high temperature alarm"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {103, "boardOvertemperature", NAME("Board overtemperature"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
    {104, "boardOvertemperatureRelease", NAME("Board overtemperature release"), temperature, "degC", Wire::U16BE, below50, 0, -50, 205},
});
// clang-format on
#undef NAME

} // namespace

std::span<const modbus::SettingRow> settingRows() { return rows; }

} // namespace sb::eg4_ll
