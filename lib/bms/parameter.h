// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVariant>
#include <optional>
#include <vector>

namespace sb {

enum class ParameterType : quint8 { Number, Integer, Bits, Date, Text };

/// One setting stored in a BMS. Texts are translated where they are shown.
struct ParameterInfo
{
    QString id;       ///< stable key in files and on the command line: "cellOvervoltage"
    const char *name; ///< for people, marked with QT_TRANSLATE_NOOP("Parameter", ...)
    const char *group;
    ParameterType type = ParameterType::Number;
    QString unit; ///< "V", "A", "degC", "s", ...; empty for plain numbers
    int decimals = 0;
    double minimum = 0; ///< of numbers; what the register can hold and the device may be given
    double maximum = 0;
    int maxLength = 0; ///< of texts, bytes
    bool writable = true;
    bool dangerous = false; ///< a wrong value defeats a protection or the measuring: confirmed one by one
    std::vector<double> choices; ///< of numbers: the only values that the BMS takes; empty: all in the range
};

/// Numbers as double, bits as integer, dates as QDate, texts as QString.
struct ParameterValue
{
    QString id;
    QVariant value;
    bool operator==(const ParameterValue &) const = default;
};

} // namespace sb
