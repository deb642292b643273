// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/esssettings.h"

#include <cmath>

namespace sb {

const std::array<const char *, EssSettings::NameCount> EssSettings::paths = {
    "/Settings/CGwacs/Hub4Mode",
    "/Settings/CGwacs/BatteryLife/State",
    "/Settings/CGwacs/BatteryLife/MinimumSocLimit",
    "/Settings/CGwacs/BatteryLife/SocLimit",
    "/Settings/Services/Bol",
};

EssSettings::EssSettings(SettingsClient &client, QObject *parent)
    : QObject(parent)
    , m_client(client)
{
    for (const char *path : paths)
        client.watch(QLatin1String(path));
    connect(&client, &SettingsClient::appeared, this, &EssSettings::read);
    connect(&client, &SettingsClient::changed, this, [this](const QString &path, const QVariant &value) {
        for (int name = 0; name < NameCount; ++name) {
            if (path == QLatin1String(paths[static_cast<size_t>(name)]))
                take(name, value);
        }
    });
    if (client.isThere())
        read();
}

EssSettings::~EssSettings()
{
    for (const char *path : paths)
        m_client.unwatch(QLatin1String(path));
}

void EssSettings::read()
{
    for (int name = 0; name < NameCount; ++name)
        m_client.getValue(QLatin1String(paths[static_cast<size_t>(name)]), this,
                          [this, name](SettingsClient::Result result, const QVariant &value) {
                              if (result != SettingsClient::Result::NoAnswer)
                                  take(name, value);
                          });
}

void EssSettings::take(int name, const QVariant &value)
{
    bool ok = false;
    const double number = value.toDouble(&ok); // some are texts with decimals
    const Number now = ok && std::isfinite(number) ? Number(number) : std::nullopt;
    if (std::exchange(m_values[static_cast<size_t>(name)], now) != now)
        emit changed();
}

std::optional<int> EssSettings::whole(Name name) const
{
    const Number &value = m_values[name];
    return value && std::abs(*value) < 1e6 ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
}

} // namespace sb
