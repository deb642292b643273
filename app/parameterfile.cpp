// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/parameterfile.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonDocument>
#include <algorithm>
#include <cmath>

namespace sb {
namespace {

constexpr qint64 largestFile = 1 << 20;
constexpr int formatVersion = 1;

QString tr(const char *text) { return QCoreApplication::translate("ParameterFile", text); }

QJsonValue toJson(const QVariant &value)
{
    if (value.metaType().id() == QMetaType::QDate)
        return value.toDate().toString(Qt::ISODate);
    return QJsonValue::fromVariant(value);
}

bool isChoice(const ParameterInfo &info, double value)
{
    return info.choices.empty() ||
           std::find(info.choices.begin(), info.choices.end(), value) != info.choices.end();
}

QString choicesText(const ParameterInfo &info)
{
    QStringList texts;
    for (const double choice : info.choices)
        texts.append(QString::number(choice));
    return tr("%1: use one of %2").arg(info.id, texts.join(QStringLiteral(", ")));
}

int lineOf(const QByteArray &text, int offset) { return static_cast<int>(text.left(offset).count('\n')) + 1; }

} // namespace

QJsonObject parametersToJson(const std::vector<ParameterValue> &values)
{
    QJsonObject object;
    for (const ParameterValue &value : values)
        object.insert(value.id, toJson(value.value));
    return object;
}

QByteArray writeParameterFile(const ParameterFile &file)
{
    const QJsonObject object{{QStringLiteral("parameterFile"), formatVersion},
                             {QStringLiteral("bms"), file.bms},
                             {QStringLiteral("parameters"), parametersToJson(file.values)}};
    return QJsonDocument(object).toJson();
}

std::optional<ParameterFile> readParameterFile(const QString &fileName, QString *error)
{
    QFile input(fileName);
    if (!input.open(QIODevice::ReadOnly)) {
        *error = tr("%1: %2").arg(fileName, input.errorString());
        return std::nullopt;
    }
    if (input.size() > largestFile) {
        *error = tr("%1: larger than 1 MiB, this is no file of \"parameters export\"").arg(fileName);
        return std::nullopt;
    }
    const QByteArray text = input.readAll();
    QJsonParseError parse{};
    const QJsonDocument document = QJsonDocument::fromJson(text, &parse);
    if (parse.error != QJsonParseError::NoError) {
        *error = tr("%1: line %2: %3").arg(fileName).arg(lineOf(text, parse.offset)).arg(parse.errorString());
        return std::nullopt;
    }
    const QJsonObject object = document.object();
    if (object.value(QLatin1String("parameterFile")).toInt() != formatVersion ||
        !object.value(QLatin1String("parameters")).isObject()) {
        *error = tr("%1: not a file of \"parameters export\" (key \"parameterFile\": %2 and object "
                    "\"parameters\")")
                     .arg(fileName)
                     .arg(formatVersion);
        return std::nullopt;
    }
    ParameterFile file;
    file.bms = object.value(QLatin1String("bms")).toString();
    const QJsonObject values = object.value(QLatin1String("parameters")).toObject();
    for (auto it = values.begin(); it != values.end(); ++it)
        file.values.push_back({it.key(), it.value().toVariant()});
    return file;
}

QString parameterName(const ParameterInfo &info)
{
    return QCoreApplication::translate("Parameter", info.name);
}

QString parameterText(const ParameterInfo &info, const QVariant &value)
{
    switch (info.type) {
    case ParameterType::Number:
        return QString::number(value.toDouble(), 'f', info.decimals);
    case ParameterType::Integer:
        return QString::number(value.toLongLong());
    case ParameterType::Bits:
        return QStringLiteral("0x%1").arg(value.toLongLong(), 4, 16, QLatin1Char('0'));
    case ParameterType::Date:
        return value.toDate().toString(Qt::ISODate);
    case ParameterType::Text:
        return value.toString();
    }
    return {};
}

std::optional<QVariant> parseParameter(const ParameterInfo &info, const QVariant &given, QString *error)
{
    const auto bad = [&](const QString &text) {
        *error = text;
        return std::optional<QVariant>();
    };
    bool ok = false;
    switch (info.type) {
    case ParameterType::Text: {
        const QString text = given.toString();
        if (text.toUtf8().size() > info.maxLength)
            return bad(tr("%1: longer than %2 characters").arg(info.id).arg(info.maxLength));
        return text;
    }
    case ParameterType::Date: {
        const QDate date = given.metaType().id() == QMetaType::QDate
                               ? given.toDate()
                               : QDate::fromString(given.toString(), Qt::ISODate);
        if (!date.isValid())
            return bad(tr("%1: \"%2\" is no date (write 2024-05-31)").arg(info.id, given.toString()));
        return date;
    }
    case ParameterType::Bits:
    case ParameterType::Integer: {
        qint64 number = 0;
        if (given.metaType().id() == QMetaType::QString) {
            number = given.toString().toLongLong(&ok, 0);
        } else {
            const double real = given.toDouble(&ok);
            ok = ok && real == std::floor(real);
            number = static_cast<qint64>(real);
        }
        if (!ok || static_cast<double>(number) < info.minimum || static_cast<double>(number) > info.maximum)
            return bad(
                tr("%1: give a whole number from %2 to %3").arg(info.id).arg(info.minimum).arg(info.maximum));
        if (!isChoice(info, static_cast<double>(number)))
            return bad(choicesText(info));
        return number;
    }
    case ParameterType::Number: {
        const double number = given.toDouble(&ok);
        if (!ok || !std::isfinite(number) || number < info.minimum || number > info.maximum)
            return bad(tr("%1: give a number from %2 to %3 %4")
                           .arg(info.id)
                           .arg(info.minimum)
                           .arg(info.maximum)
                           .arg(info.unit)
                           .trimmed());
        if (!isChoice(info, number))
            return bad(choicesText(info));
        return number;
    }
    }
    return std::nullopt;
}

bool sameParameter(const ParameterInfo &info, const QVariant &a, const QVariant &b)
{
    return parameterText(info, a) == parameterText(info, b);
}

QString parametersText(const std::vector<ParameterInfo> &infos, const std::vector<ParameterValue> &values)
{
    QString text;
    QString group;
    for (const ParameterInfo &info : infos) {
        const auto at = std::find_if(values.begin(), values.end(),
                                     [&](const ParameterValue &value) { return value.id == info.id; });
        if (at == values.end())
            continue;
        const QString title = QCoreApplication::translate("Parameter", info.group);
        if (title != group) {
            group = title;
            text += QLatin1Char('\n') + group + QLatin1Char('\n');
        }
        text += QStringLiteral("  %1 %2 %3  %4\n")
                    .arg(parameterName(info), -44)
                    .arg(parameterText(info, at->value), 12)
                    .arg(info.unit, -6)
                    .arg(info.id);
    }
    return text;
}

} // namespace sb
