// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/valuecompare.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>
#include <cmath>

namespace sb {
namespace {

double standardTolerance(const QString &field)
{
    if (field == QLatin1String("cellVoltages"))
        return 0.0005;
    if (field == QLatin1String("voltage") || field == QLatin1String("current") ||
        field == QLatin1String("power"))
        return 0.005;
    if (field == QLatin1String("temperatures") || field == QLatin1String("mosfetTemperature"))
        return 0.05;
    return 1e-9;
}

const QSet<QString> &comparedFields()
{
    static const QSet<QString> fields = {
        QStringLiteral("voltage"),
        QStringLiteral("current"),
        QStringLiteral("power"),
        QStringLiteral("soc"),
        QStringLiteral("soh"),
        QStringLiteral("capacityAh"),
        QStringLiteral("remainingAh"),
        QStringLiteral("cycles"),
        QStringLiteral("cellCount"),
        QStringLiteral("cellVoltages"),
        QStringLiteral("temperatures"),
        QStringLiteral("mosfetTemperature"),
        QStringLiteral("chargeAllowed"),
        QStringLiteral("dischargeAllowed"),
        QStringLiteral("balancing"),
        QStringLiteral("balanceCurrent"),
        QStringLiteral("heater"),
        QStringLiteral("maxChargeCurrent"),
        QStringLiteral("maxDischargeCurrent"),
        QStringLiteral("maxVoltage"),
        QStringLiteral("minVoltage"),
        QStringLiteral("alarms"),
        QStringLiteral("problemCode"),
        QStringLiteral("serialNumber"),
        QStringLiteral("hardwareVersion"),
        QStringLiteral("firmwareVersion"),
        QStringLiteral("productionDate"),
    };
    return fields;
}

bool same(const QJsonValue &a, const QJsonValue &b, double tolerance)
{
    const bool nothingA = a.isNull() || a.isUndefined();
    const bool nothingB = b.isNull() || b.isUndefined();
    if (nothingA || nothingB)
        return nothingA == nothingB;
    if (a.isDouble() && b.isDouble())
        return std::abs(a.toDouble() - b.toDouble()) <= tolerance + 1e-12;
    if (a.isArray() && b.isArray()) {
        const QJsonArray x = a.toArray();
        const QJsonArray y = b.toArray();
        if (x.size() != y.size())
            return false;
        for (qsizetype i = 0; i < x.size(); ++i) {
            if (!same(x.at(i), y.at(i), tolerance))
                return false;
        }
        return true;
    }
    return a == b;
}

QString toText(const QJsonValue &value)
{
    if (value.isUndefined() || value.isNull())
        return QStringLiteral("nothing");
    return QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact))
        .chopped(1)
        .mid(1);
}

} // namespace

std::vector<ValueDifference> compareValues(const QJsonObject &expected, const QJsonObject &got,
                                           const QJsonObject &tolerance)
{
    std::vector<ValueDifference> differences;
    for (auto it = expected.begin(); it != expected.end(); ++it) {
        const QString field = it.key();
        if (!comparedFields().contains(field))
            continue;
        QString ours = field == QLatin1String("heater") ? QStringLiteral("heating") : field;
        if (field == QLatin1String("balancing") && it.value().isArray())
            ours = QStringLiteral("cellBalancing");
        const double within = tolerance.value(field).toDouble(standardTolerance(field));
        if (!same(it.value(), got.value(ours), within))
            differences.push_back({field, toText(it.value()), toText(got.value(ours))});
    }
    return differences;
}

} // namespace sb
