// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/scenario.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace sb {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("Scenario", text); }

/// A line has so many packs at most.
constexpr int mostPacks = 64;
constexpr qsizetype mostEvents = 1000;

/// A number within bounds under \a key, if it is there.
bool readNumber(const QJsonObject &object, const char *key, double minimum, double maximum, double &to,
                const QString &fileName, QString *error)
{
    const QJsonValue value = object.value(QLatin1String(key));
    if (value.isUndefined())
        return true;
    if (value.isDouble() && value.toDouble() >= minimum && value.toDouble() <= maximum) {
        to = value.toDouble();
        return true;
    }
    *error = tr("%1: \"%2\": give a number from %3 to %4")
                 .arg(fileName, QLatin1String(key))
                 .arg(minimum)
                 .arg(maximum);
    return false;
}

/// Events of the line; nothing, and the error, where one is wrong.
std::optional<std::vector<ScenarioEvent>> readEvents(const QJsonValue &list, const QString &fileName,
                                                     QString *error)
{
    std::vector<ScenarioEvent> events;
    const QJsonArray array = list.toArray();
    if (array.isEmpty() || array.size() > mostEvents) {
        *error =
            tr("%1: \"events\": give a list of {\"at\": 10, \"for\": 5, \"fault\": \"noise\"}").arg(fileName);
        return std::nullopt;
    }
    for (const QJsonValue &value : array) {
        const QJsonObject object = value.toObject();
        ScenarioEvent event;
        double pulled = 0;
        event.seconds = 1e6; // without "for": to the end
        if (!readNumber(object, "at", 0, 1e6, event.at, fileName, error) ||
            !readNumber(object, "for", 0.1, 1e6, event.seconds, fileName, error) ||
            !readNumber(object, "pull", 1, mostPacks, pulled, fileName, error))
            return std::nullopt;
        const QString fault = object.value(QLatin1String("fault")).toString();
        event.fault = faultFromName(fault);
        if (pulled >= 1)
            event.pulled = static_cast<int>(pulled);
        if (!fault.isEmpty() && !event.fault) {
            *error = tr("%1: \"fault\": \"%2\": use noise, truncate, wrong-checksum, drop, delay, silence or "
                        "hang-up")
                         .arg(fileName, fault);
            return std::nullopt;
        }
        if (event.fault.has_value() == event.pulled.has_value()) {
            *error = tr("%1: \"events\": give each either a \"fault\" or the number of the pack to \"pull\"")
                         .arg(fileName);
            return std::nullopt;
        }
        events.push_back(event);
    }
    return events;
}

} // namespace

std::optional<Scenario> readScenario(const QString &fileName, PackConfig &config, QString *error)
{
    QFile input(fileName);
    if (!input.open(QIODevice::ReadOnly)) {
        *error = tr("%1: %2").arg(fileName, input.errorString());
        return std::nullopt;
    }
    QJsonParseError parse{};
    const QByteArray text = input.read(1 << 20);
    const QJsonDocument document = QJsonDocument::fromJson(text, &parse);
    if (!document.isObject()) {
        *error =
            tr("%1: line %2: %3")
                .arg(fileName)
                .arg(text.left(parse.offset).count('\n') + 1)
                .arg(parse.error == QJsonParseError::NoError ? tr("not a JSON object") : parse.errorString());
        return std::nullopt;
    }
    const QJsonObject object = document.object();
    double cells = config.cells;
    double percent = config.soc * 100;
    double seed = static_cast<double>(config.seed);
    if (!readNumber(object, "cells", 1, 32, cells, fileName, error) ||
        !readNumber(object, "capacityAh", 1, 600, config.capacityAh, fileName, error) ||
        !readNumber(object, "soc", 0, 100, percent, fileName, error) ||
        !readNumber(object, "ambient", -40, 80, config.ambient, fileName, error) ||
        !readNumber(object, "cellResistance", 0, 0.1, config.cellResistance, fileName, error) ||
        !readNumber(object, "seed", 0, 1e15, seed, fileName, error))
        return std::nullopt;
    config.cells = static_cast<int>(cells);
    config.soc = percent / 100;
    config.seed = static_cast<quint64>(seed);
    const QString chemistry = object.value(QLatin1String("chemistry")).toString(QStringLiteral("lfp"));
    if (chemistry != QLatin1String("lfp") && chemistry != QLatin1String("nmc")) {
        *error = tr("%1: \"chemistry\": use \"lfp\" or \"nmc\"").arg(fileName);
        return std::nullopt;
    }
    config.chemistry = chemistry == QLatin1String("nmc") ? Chemistry::Nmc : Chemistry::Lfp;
    Scenario scenario;
    if (object.contains(QLatin1String("steps"))) {
        std::vector<Profile::Step> steps;
        for (const QJsonValue &value : object.value(QLatin1String("steps")).toArray()) {
            Profile::Step step{0, 0};
            if (!readNumber(value.toObject(), "seconds", 0.1, 1e6, step.seconds, fileName, error) ||
                !readNumber(value.toObject(), "current", -300, 300, step.current, fileName, error))
                return std::nullopt;
            steps.push_back(step);
        }
        if (steps.empty()) {
            *error = tr("%1: \"steps\": give a list of {\"seconds\": 60, \"current\": 20}").arg(fileName);
            return std::nullopt;
        }
        scenario.profile = Profile::steps(std::move(steps), object.value(QLatin1String("repeat")).toBool());
    }
    if (!readNumber(object, "faultShare", 0, 1, scenario.faultShare, fileName, error))
        return std::nullopt;
    if (object.contains(QLatin1String("events"))) {
        auto events = readEvents(object.value(QLatin1String("events")), fileName, error);
        if (!events)
            return std::nullopt;
        scenario.events = std::move(*events);
    }
    return scenario;
}

} // namespace sb
