// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/durationtext.h"

#include <array>

namespace sb::control {

QString durationText(qint64 seconds)
{
    struct Unit
    {
        qint64 length;
        char letter;
    };
    static constexpr std::array units{Unit{86400, 'd'}, Unit{3600, 'h'}, Unit{60, 'm'}, Unit{1, 's'}};
    for (size_t i = 0; i + 1 < units.size(); ++i) {
        if (seconds < units[i].length)
            continue;
        QString text = QString::number(seconds / units[i].length) + QLatin1Char(units[i].letter);
        const qint64 rest = seconds % units[i].length / units[i + 1].length;
        if (rest > 0)
            text += QLatin1Char(' ') + QString::number(rest) + QLatin1Char(units[i + 1].letter);
        return text;
    }
    return QString::number(std::max<qint64>(seconds, 0)) + QLatin1Char('s');
}

} // namespace sb::control
