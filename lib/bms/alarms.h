// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLatin1String>
#include <array>
#include <optional>

namespace sb {

enum class AlarmLevel : quint8 { Ok = 0, Warning = 1, Alarm = 2 };

/// The alarms of a Venus OS battery service, in the order of its documentation; names as in its paths.
enum class AlarmName : quint8 {
    LowVoltage,
    HighVoltage,
    LowCellVoltage,
    HighCellVoltage,
    LowSoc,
    StateOfHealth,
    HighChargeCurrent,
    HighDischargeCurrent,
    CellImbalance,
    InternalFailure,
    HighChargeTemperature,
    LowChargeTemperature,
    HighTemperature,
    LowTemperature,
    BmsCable,
    HighInternalTemperature,
    FuseBlown,
};
inline constexpr int alarmCount = 17;

[[nodiscard]] QLatin1String alarmText(AlarmName name);
[[nodiscard]] std::optional<AlarmName> alarmFromText(QStringView text);

/// The level of each alarm; nothing for an alarm that the BMS does not report at all.
class AlarmSet
{
public:
    [[nodiscard]] std::optional<AlarmLevel> level(AlarmName name) const { return m_levels[index(name)]; }
    [[nodiscard]] bool isEmpty() const;
    /// The BMS reports this alarm and it is not raised, unless something raised it already.
    void support(AlarmName name)
    {
        if (!m_levels[index(name)])
            m_levels[index(name)] = AlarmLevel::Ok;
    }
    /// Several bits may stand for one alarm: the highest level counts.
    void raise(AlarmName name, AlarmLevel level)
    {
        if (!m_levels[index(name)] || *m_levels[index(name)] < level)
            m_levels[index(name)] = level;
    }
    void set(AlarmName name, std::optional<AlarmLevel> level) { m_levels[index(name)] = level; }
    /// Takes over the alarms that \a newer knows about.
    void merge(const AlarmSet &newer);
    bool operator==(const AlarmSet &) const = default;

private:
    static constexpr size_t index(AlarmName name) { return static_cast<size_t>(name); }
    std::array<std::optional<AlarmLevel>, alarmCount> m_levels{};
};

} // namespace sb
