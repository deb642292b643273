// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"
#include "bms/stepdialogue.h"
#include "drivers/modbus/registers.h"

namespace sb::modbus {

/// One setting: a line of the register list.
struct SettingRow
{
    quint16 reg;
    const char *id;
    const char *name; ///< marked with QT_TRANSLATE_NOOP("Parameter", ...)
    const char *group;
    const char *unit;
    Wire wire;
    Scale scale;
    int decimals;
    double minimum;
    double maximum;
    bool writable = false;
    bool dangerous = false;
};

[[nodiscard]] std::vector<ParameterInfo> settingInfos(std::span<const SettingRow> rows);
/// Adds the settings whose registers are here.
void decodeSettings(std::span<const SettingRow> rows, const Registers &registers,
                    std::vector<ParameterValue> &to);
/// The bytes that store \a value; nothing where it is no number, outside the row's bounds, or between the
/// steps that the register can hold: another value than the user's is never written.
[[nodiscard]] std::optional<QByteArray> encodeSetting(const SettingRow &row, const QVariant &value);

/// How a family asks for its settings.
struct SettingAccess
{
    std::span<const SettingRow> rows;
    std::function<Request(const SettingRow &row)> read; ///< may bring other settings, too
    std::function<Request(const SettingRow &row, const QByteArray &raw)> write;
    QString (*refusalText)(int code);
    bool readFirst = false; ///< a setting is written together with its neighbours: they must be known
};

/// Reads the settings with these ids, all when empty; each request is asked once.
[[nodiscard]] std::unique_ptr<Procedure> readSettings(SettingAccess access, const QStringList &ids);
/// Writes one after the other and reads each back.
[[nodiscard]] std::unique_ptr<Procedure> writeSettings(SettingAccess access,
                                                       const std::vector<ParameterValue> &values);

/// One command and the reading that shows its effect.
struct Command
{
    std::function<Request()> write; ///< asked when it is its turn
    Request read;
    std::function<bool(const BatteryState &)> shown;
    QString notDone;  ///< "the charge FET was not switched"
    QString noEffect; ///< "the BMS confirmed, but the charge FET did not change"
    QString (*refusalText)(int code);
};
[[nodiscard]] std::unique_ptr<Procedure> commandAndCheck(Command command);

} // namespace sb::modbus
