// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"
#include "venus/settingsclient.h"

namespace sb {

/// What the energy system wants of its battery, from the settings of the device: read once and followed by
/// signals. Missing settings are unknown; we never write them.
class EssSettings : public QObject
{
    Q_OBJECT
public:
    explicit EssSettings(SettingsClient &client, QObject *parent = nullptr);
    ~EssSettings() override;

    [[nodiscard]] std::optional<int> hub4Mode() const { return whole(Hub4Mode); }      ///< 1 optimized
    [[nodiscard]] std::optional<int> state() const { return whole(State); }            ///< of BatteryLife
    [[nodiscard]] Number minimumSocLimit() const { return m_values[MinimumSocLimit]; } ///< %
    [[nodiscard]] Number socLimit() const { return m_values[SocLimit]; }               ///< %
    /// DVCC: 0 off, 1 on, 2 forced off, 3 forced on. Without it nobody obeys the limits of a battery.
    [[nodiscard]] std::optional<int> dvcc() const { return whole(Dvcc); }

signals:
    void changed();

private:
    enum Name : quint8 { Hub4Mode, State, MinimumSocLimit, SocLimit, Dvcc, NameCount };
    static const std::array<const char *, NameCount> paths;
    void read();
    void take(int name, const QVariant &value);
    [[nodiscard]] std::optional<int> whole(Name name) const;

    SettingsClient &m_client;
    std::array<Number, NameCount> m_values;
};

} // namespace sb
