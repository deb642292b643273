// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"

#include <QJsonObject>

namespace sb {

/// Settings of a BMS in a file: `{"parameterFile": 1, "bms": "jbd", "parameters": {"cellOvervoltage": 3.65,
/// ...}}`.
struct ParameterFile
{
    QString bms;
    std::vector<ParameterValue> values;
};

[[nodiscard]] QJsonObject parametersToJson(const std::vector<ParameterValue> &values);
[[nodiscard]] QByteArray writeParameterFile(const ParameterFile &file);
/// Reads a file; on a defect gives nothing and one line that names file and place.
[[nodiscard]] std::optional<ParameterFile> readParameterFile(const QString &fileName, QString *error);

/// A value as people type and read it ("3.65", "2024-05-01"), and back, checked against what the parameter
/// allows.
[[nodiscard]] QString parameterText(const ParameterInfo &info, const QVariant &value);
[[nodiscard]] std::optional<QVariant> parseParameter(const ParameterInfo &info, const QVariant &given,
                                                     QString *error);
/// Equal as far as the decimals of the parameter go.
[[nodiscard]] bool sameParameter(const ParameterInfo &info, const QVariant &a, const QVariant &b);

/// A table for people, by groups.
[[nodiscard]] QString parametersText(const std::vector<ParameterInfo> &infos,
                                     const std::vector<ParameterValue> &values);
[[nodiscard]] QString parameterName(const ParameterInfo &info);

} // namespace sb
