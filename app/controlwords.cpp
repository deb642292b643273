// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controlwords.h"

#include <QCoreApplication>
#include <array>

namespace sb {
namespace {

struct Switch
{
    const char *word;
    Control control;
};
constexpr std::array switches = {
    Switch{"charge", Control::Charge},
    Switch{"discharge", Control::Discharge},
    Switch{"balancing", Control::Balancing},
    Switch{"heater", Control::Heater},
};

} // namespace

std::optional<ControlRequest> parseControl(const QStringList &words, QString *error)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("ControlWords", text); };
    const QString what = words.value(0);
    const QString value = words.value(1);
    if (words.size() != 2) {
        *error = tr("say what to do, such as \"charge off\", \"set-soc 80\" or \"pause 10\"");
        return std::nullopt;
    }
    for (const Switch &each : switches) {
        if (what != QLatin1String(each.word))
            continue;
        if (value != QLatin1String("on") && value != QLatin1String("off")) {
            *error = tr("%1 %2: use on or off").arg(what, value);
            return std::nullopt;
        }
        return ControlRequest{each.control, value == QLatin1String("on") ? 1.0 : 0.0, what};
    }
    if (what == QLatin1String("balance-test")) {
        if (value != QLatin1String("odd") && value != QLatin1String("even")) {
            *error = tr("balance-test %1: use odd or even").arg(value);
            return std::nullopt;
        }
        return ControlRequest{Control::BalanceTest, value == QLatin1String("odd") ? 1.0 : 2.0, what};
    }
    const bool soc = what == QLatin1String("set-soc");
    if (!soc && what != QLatin1String("pause")) {
        *error = tr("unknown command \"%1\": use charge, discharge, balancing, heater, set-soc, balance-test "
                    "or pause")
                     .arg(what);
        return std::nullopt;
    }
    bool ok = false;
    const double number = value.toDouble(&ok);
    const double lowest = soc ? 0 : 1;
    const double highest = soc ? 100 : 1440;
    if (!ok || number < lowest || number > highest) {
        *error = soc ? tr("set-soc %1: give percent from 0 to 100").arg(value)
                     : tr("pause %1: give minutes from 1 to 1440").arg(value);
        return std::nullopt;
    }
    return ControlRequest{soc ? std::optional<Control>(Control::StateOfCharge) : std::nullopt, number, what};
}

} // namespace sb
