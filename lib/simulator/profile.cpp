// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/profile.h"

#include "simulator/pack.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <cmath>
#include <numbers>

namespace sb {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("Scenario", text); }

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

} // namespace

Profile Profile::constant(double amperes)
{
    Profile profile;
    profile.m_constant = amperes;
    return profile;
}

Profile Profile::lively()
{
    Profile profile;
    profile.m_kind = Kind::Lively;
    return profile;
}

Profile Profile::steps(std::vector<Step> steps, bool repeat)
{
    Profile profile;
    profile.m_kind = Kind::Steps;
    profile.m_steps = std::move(steps);
    profile.m_repeat = repeat;
    return profile;
}

double Profile::currentAt(double seconds) const
{
    switch (m_kind) {
    case Kind::Constant:
        return m_constant;
    case Kind::Lively: {
        constexpr double day = 600; // seconds
        constexpr double tau = 2 * std::numbers::pi;
        const double sun = std::max(0.0, std::sin(seconds / day * tau));
        const double clouds = 0.75 + 0.25 * std::sin(seconds / 17 * tau) * std::sin(seconds / 41 * tau);
        const double house = 9 + 4 * std::sin(seconds / 97 * tau) + (std::fmod(seconds, 73) < 12 ? 22 : 0);
        return 70 * sun * clouds - house;
    }
    case Kind::Steps:
        break;
    }
    double length = 0;
    for (const Step &step : m_steps)
        length += step.seconds;
    if (m_steps.empty() || length <= 0)
        return 0;
    double at = m_repeat ? std::fmod(seconds, length) : seconds;
    for (const Step &step : m_steps) {
        if (at < step.seconds)
            return step.current;
        at -= step.seconds;
    }
    return m_steps.back().current;
}

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
    return scenario;
}

} // namespace sb
