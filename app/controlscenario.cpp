// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controlscenario.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <cmath>
#include <limits>

namespace sb {

namespace {

constexpr int mostPolls = 10'000'000;

QString tr(const char *text) { return QCoreApplication::translate("ControlScenario", text); }

/// JSON has no word for what a broken BMS sends.
Number number(const QJsonValue &value)
{
    if (value.isDouble())
        return value.toDouble();
    const QString text = value.toString();
    if (text == QLatin1String("NaN"))
        return std::numeric_limits<double>::quiet_NaN();
    if (text == QLatin1String("inf"))
        return std::numeric_limits<double>::infinity();
    if (text == QLatin1String("-inf"))
        return -std::numeric_limits<double>::infinity();
    return {};
}

Flag flag(const QJsonValue &value) { return value.isBool() ? Flag(value.toBool()) : Flag(); }

Count count(const QJsonValue &value)
{
    return value.isDouble() ? Count(static_cast<qint64>(value.toDouble())) : Count();
}

Numbers numbers(const QJsonValue &value)
{
    Numbers list;
    for (const QJsonValue &item : value.toArray())
        list.push_back(number(item));
    return list;
}

void readBalancing(const QJsonValue &value, BatteryState &state)
{
    if (value.isBool())
        state.balancing = value.toBool();
    for (const QJsonValue &cell : value.toArray())
        state.cellBalancing.push_back(cell.toVariant().toBool());
}

/// A decoded reading as the scenario writes it.
BatteryState reading(const QJsonObject &json)
{
    BatteryState state;
    const auto value = [&json](const char *key) { return json.value(QLatin1String(key)); };
    state.voltage = number(value("voltage"));
    state.current = number(value("current"));
    state.soc = number(value("soc"));
    state.soh = number(value("soh"));
    state.capacityAh = number(value("capacityAh"));
    state.remainingAh = number(value("remainingAh"));
    state.cycles = count(value("cycles"));
    state.cellCount = count(value("cellCount"));
    state.cellVoltages = numbers(value("cellVoltages"));
    readBalancing(value("cellBalancing"), state);
    state.minCellVoltage = number(value("minCellVoltage"));
    state.maxCellVoltage = number(value("maxCellVoltage"));
    state.temperatures = numbers(value("temperatures"));
    state.mosfetTemperature = number(value("mosfetTemperature"));
    state.chargeAllowed = flag(value("chargeAllowed"));
    state.dischargeAllowed = flag(value("dischargeAllowed"));
    state.balancerEnabled = flag(value("balanceAllowed"));
    state.heating = flag(value("heating"));
    state.maxChargeCurrent = number(value("maxChargeCurrent"));
    state.maxDischargeCurrent = number(value("maxDischargeCurrent"));
    state.maxVoltage = number(value("maxVoltage"));
    state.minVoltage = number(value("minVoltage"));
    const QJsonObject alarms = value("alarms").toObject();
    for (auto it = alarms.begin(); it != alarms.end(); ++it) {
        if (const auto name = alarmFromText(it.key()); name && it.value().isDouble())
            state.alarms.set(*name, static_cast<AlarmLevel>(std::clamp(it.value().toInt(), 0, 2)));
    }
    return state;
}

QJsonValue between(const QJsonValue &from, const QJsonValue &to, double share)
{
    if (to.isArray()) {
        const QJsonArray start = from.toArray();
        const QJsonArray target = to.toArray();
        QJsonArray result;
        for (int i = 0; i < target.size(); ++i)
            result.append(between(start.at(i), target.at(i), share));
        return result;
    }
    if (share >= 1 || !from.isDouble() || !to.isDouble())
        return to;
    return from.toDouble() + (to.toDouble() - from.toDouble()) * share;
}

control::StoredState storedState(const QJsonObject &json)
{
    control::StoredState stored;
    if (const QJsonValue allow = json.value(QLatin1String("AllowMaxVoltage")); allow.isDouble())
        stored.allowMaxVoltage = allow.toInt() != 0;
    stored.maxVoltageStart = count(json.value(QLatin1String("MaxVoltageStartTime")));
    stored.countedSoc = number(json.value(QLatin1String("SocCalc")));
    stored.lastReset = count(json.value(QLatin1String("SocResetLastReached")));
    const QByteArray history = json.value(QLatin1String("HistoryValues")).toString().toUtf8();
    stored.history = control::HistoryValues::fromJson(QJsonDocument::fromJson(history).object());
    return stored;
}

QJsonValue json(const Number &value) { return value ? QJsonValue(*value) : QJsonValue(); }
QJsonValue json(const std::optional<int> &value) { return value ? QJsonValue(*value) : QJsonValue(); }
QJsonValue json(const Count &value) { return value ? QJsonValue(*value) : QJsonValue(); }
QJsonValue json(const Flag &value) { return value ? QJsonValue(*value ? 1 : 0) : QJsonValue(); }
QJsonValue negative(const Number &value) { return value ? QJsonValue(-*value) : QJsonValue(); }

QJsonValue cellId(const std::optional<int> &index)
{
    return index ? QJsonValue(QStringLiteral("C%1").arg(*index + 1)) : QJsonValue();
}

void addHistory(const control::Output &output, QJsonObject &line)
{
    const control::HistoryValues &h = output.history;
    const auto set = [&line](const char *name, const QJsonValue &value) {
        line.insert(QLatin1String("history.") + QLatin1String(name), value);
    };
    set("DeepestDischarge", negative(h.deepestDischarge));
    set("LastDischarge", negative(h.lastDischarge));
    set("AverageDischarge", negative(h.averageDischarge));
    set("TotalAhDrawn", negative(h.totalAhDrawn));
    set("ChargeCycles", json(h.chargeCycles));
    set("FullDischarges", json(h.fullDischarges));
    set("MinimumVoltage", json(h.minimumVoltage));
    set("MaximumVoltage", json(h.maximumVoltage));
    set("MinimumCellVoltage", json(h.minimumCellVoltage));
    set("MaximumCellVoltage", json(h.maximumCellVoltage));
    set("TimeSinceLastFullCharge", json(output.sinceLastFullCharge));
    set("AutomaticSyncs", json(h.automaticSyncs));
    set("LowVoltageAlarms", json(h.lowVoltageAlarms));
    set("HighVoltageAlarms", json(h.highVoltageAlarms));
    set("MinimumTemperature", json(h.minimumTemperature));
    set("MaximumTemperature", json(h.maximumTemperature));
    set("DischargedEnergy", json(h.dischargedEnergy));
    set("ChargedEnergy", json(h.chargedEnergy));
}

} // namespace

/// One run: the process that a scenario lets start, poll, crash and start again.
class ControlScenario::Run
{
public:
    Run(const ControlScenario &scenario, const control::Settings &settings,
        const std::function<void(const QJsonObject &)> &emitLine)
        : m_scenario(scenario)
        , m_settings(settings)
        , m_emitLine(emitLine)
        , m_values(scenario.m_battery)
        , m_stored(scenario.m_stored)
    {}

    /// \return false when the battery was given up: the scenario ends there.
    [[nodiscard]] bool line(const Line &line)
    {
        const QJsonObject before = m_values;
        apply(line.set);
        if (line.external)
            m_external = *line.external;
        if (line.wallOffset)
            m_wallOffset = *line.wallOffset;
        m_state = reading(m_values);
        m_t = line.t;
        if (!m_control)
            start();
        event(line);
        for (int i = 1; i <= line.polls; ++i) {
            m_t = line.t + (i - 1) * line.dt;
            if (!line.ramp.isEmpty()) {
                const double share = static_cast<double>(i) / line.polls;
                for (auto it = line.ramp.begin(); it != line.ramp.end(); ++it)
                    m_values.insert(it.key(), between(before.value(it.key()), it.value(), share));
                m_state = reading(m_values);
            }
            poll();
            const bool over = m_control->output().givenUp;
            if ((i - 1) % line.emitEvery == 0 || i == line.polls || over)
                m_emitLine(trace());
            if (over)
                return false;
        }
        return true;
    }

private:
    [[nodiscard]] qint64 now() const { return std::llround(m_t * 1000); }
    [[nodiscard]] qint64 wallSecond() const
    {
        return static_cast<qint64>(std::floor(m_scenario.m_epoch + m_t + m_wallOffset));
    }

    void apply(const QJsonObject &set)
    {
        for (auto it = set.begin(); it != set.end(); ++it) {
            if (it.key() != QLatin1String("alarms")) {
                m_values.insert(it.key(), it.value());
                continue;
            }
            QJsonObject alarms = m_values.value(it.key()).toObject();
            const QJsonObject changed = it.value().toObject();
            for (auto alarm = changed.begin(); alarm != changed.end(); ++alarm)
                alarms.insert(alarm.key(), alarm.value());
            m_values.insert(it.key(), alarms);
        }
    }

    [[nodiscard]] control::PollInputs inputs() const
    {
        control::PollInputs inputs;
        inputs.ok = m_values.value(QLatin1String("ok")).toBool(true);
        inputs.state = &m_state;
        inputs.now = now();
        inputs.wallSecond = wallSecond();
        inputs.external = m_external;
        inputs.ess = m_scenario.m_ess;
        return inputs;
    }

    void start()
    {
        m_control = std::make_unique<control::ChargeControl>(m_settings);
        m_control->restore(m_stored, now(), wallSecond());
        control::PollInputs connection = inputs();
        connection.ok = true;
        m_control->connected(connection);
        m_fullSyncs = 0;
    }

    void event(const Line &line)
    {
        if (line.event == QLatin1String("restart"))
            start();
        else if (line.event == QLatin1String("socResetTo"))
            (void)m_control->setSoc(line.eventValue);
        else if (line.event == QLatin1String("historyClear"))
            m_control->clearHistory(static_cast<control::HistoryPart>(static_cast<int>(line.eventValue)));
    }

    void poll()
    {
        m_control->poll(inputs());
        if (m_control->becameFull())
            ++m_fullSyncs;
        if (const auto stored = m_control->takeStored())
            m_stored = *stored;
    }

    [[nodiscard]] QJsonObject trace() const
    {
        QJsonObject line;
        line.insert(QLatin1String("t"), m_t);
        addLimits(line);
        addMeasurements(line);
        addHistory(m_control->output(), line);
        const control::ChargeVoltage &voltage = m_control->chargeVoltage();
        line.insert(QLatin1String("allowMaxVoltage"), voltage.allowsMaximum());
        line.insert(QLatin1String("absorptionElapsed"),
                    voltage.absorptionStart() ? QJsonValue(now() / 1000 - *voltage.absorptionStart())
                                              : QJsonValue());
        line.insert(QLatin1String("socResetRequested"), voltage.isResetRequested());
        line.insert(QLatin1String("fullSyncs"), m_fullSyncs);
        line.insert(QLatin1String("exit"), m_control->output().givenUp);
        return line;
    }

    void addLimits(QJsonObject &line) const
    {
        const control::Output &o = m_control->output();
        const auto set = [&line](const char *name, const QJsonValue &value) {
            line.insert(QLatin1String(name), value);
        };
        set("cvl", json(o.cvl));
        set("ccl", json(o.ccl));
        set("dcl", json(o.dcl));
        set("chargeMode", o.chargeMode);
        set("chargeLimitation", o.chargeLimitation);
        set("dischargeLimitation", o.dischargeLimitation);
        set("allowToCharge", o.allowToCharge ? 1 : 0);
        set("allowToDischarge", o.allowToDischarge ? 1 : 0);
        set("allowToBalance", json(o.allowToBalance));
        set("batteryLowVoltage", json(o.batteryLowVoltage));
        set("maxChargeCellVoltage", json(o.maxChargeCellVoltage));
        set("state", o.state);
        set("mode", o.mode);
        set("deviceState", o.deviceState);
        set("errorCode", json(o.errorCode));
        set("modulesOnline", o.online ? 1 : 0);
        set("connectionInformation", o.connectionText);
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            if (name == AlarmName::StateOfHealth)
                continue;
            const auto level = o.alarms.level(name);
            line.insert(QLatin1String("alarm.") + alarmText(name),
                        level ? QJsonValue(static_cast<int>(*level)) : QJsonValue());
        }
    }

    void addMeasurements(QJsonObject &line) const
    {
        const control::Output &o = m_control->output();
        const auto set = [&line](const char *name, const QJsonValue &value) {
            line.insert(QLatin1String(name), value);
        };
        const auto sensorName = [this](const std::optional<int> &sensor) {
            return sensor && *sensor <= control::sensorCount
                       ? QJsonValue(m_settings.temperatureNames[static_cast<size_t>(*sensor - 1)])
                       : QJsonValue();
        };
        set("soc", json(o.soc));
        set("socBms", json(o.bmsSoc));
        set("voltage", json(o.voltage));
        set("current", json(o.current));
        set("power", json(o.power));
        set("temperature", json(o.temperature));
        set("minTemperature", json(o.lowestTemperature));
        set("maxTemperature", json(o.highestTemperature));
        set("minTemperatureId", sensorName(o.lowestSensor));
        set("maxTemperatureId", sensorName(o.highestSensor));
        set("mosfetTemperature", json(o.mosfetTemperature));
        set("remainingAh", json(o.remaining));
        set("consumedAh", json(o.consumed));
        set("timeToGo", json(o.timeToGo));
        for (size_t i = 0; i < m_settings.timeToSocPoints.size(); ++i) {
            const auto seconds = o.timeToSoc[i];
            line.insert(QStringLiteral("timeToSoc.%1").arg(m_settings.timeToSocPoints[i]),
                        seconds ? QJsonValue(control::timeToSocText(*seconds, m_settings.timeToSocForm))
                                : QJsonValue());
        }
        set("currentAvg", json(o.averageCurrent));
        set("minCellVoltage", json(o.lowestCell));
        set("maxCellVoltage", json(o.highestCell));
        set("minCellId", cellId(o.lowestCellId));
        set("maxCellId", cellId(o.highestCellId));
        set("cellSum", json(o.cellSum));
        set("cellDiff", json(o.cellSpread));
        set("midVoltage", json(o.midVoltage));
        set("midVoltageDeviation", json(o.midDeviation));
        set("balancing", json(o.balancing));
    }

    const ControlScenario &m_scenario;
    const control::Settings &m_settings;
    const std::function<void(const QJsonObject &)> &m_emitLine;
    QJsonObject m_values;
    BatteryState m_state;
    control::StoredState m_stored;
    std::unique_ptr<control::ChargeControl> m_control;
    std::optional<control::ExternalSensor> m_external;
    double m_wallOffset = 0;
    double m_t = 0;
    int m_fullSyncs = 0;
};

QString ControlScenario::load(const QByteArray &text)
{
    const QList<QByteArray> lines = text.split('\n');
    bool header = false;
    qint64 polls = 0;
    for (int i = 0; i < lines.size(); ++i) {
        if (lines.at(i).trimmed().isEmpty())
            continue;
        const auto problem = [i](const QString &what) -> QString {
            return tr("line %1: %2").arg(i + 1).arg(what);
        };
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(lines.at(i), &error);
        if (!document.isObject())
            return problem(document.isNull() ? error.errorString() : tr("not an object"));
        if (!header) {
            if (const QString reason = loadHeader(document.object()); !reason.isEmpty())
                return problem(reason);
            header = true;
            continue;
        }
        Line line;
        if (const QString reason = loadLine(document.object(), line); !reason.isEmpty())
            return problem(reason);
        if (!m_lines.empty() && line.t < m_lines.back().t)
            return problem(tr("\"t\" goes back; times must rise"));
        polls += line.polls;
        if (polls > mostPolls)
            return problem(tr("more than %1 polls in all").arg(mostPolls));
        m_lines.push_back(std::move(line));
    }
    if (!header)
        return tr("empty: the first line must be the header {\"type\":\"scenario\", ...}");
    return {};
}

QString ControlScenario::loadHeader(const QJsonObject &json)
{
    if (json.value(QLatin1String("type")).toString() != QLatin1String("scenario"))
        return tr("the first line must be the header {\"type\":\"scenario\", ...}");
    if (json.value(QLatin1String("format")).toInt() != 1)
        return tr("format %1 is not known, only 1")
            .arg(json.value(QLatin1String("format")).toVariant().toString());
    const QJsonObject configuration = json.value(QLatin1String("config")).toObject();
    for (auto it = configuration.begin(); it != configuration.end(); ++it)
        m_configuration.insert(it.key(), it.value().toVariant().toString());
    m_battery = json.value(QLatin1String("battery")).toObject();
    m_epoch = json.value(QLatin1String("epoch")).toDouble(m_epoch);
    m_stored = storedState(json.value(QLatin1String("settings"))
                               .toObject()
                               .value(QLatin1String("serialbattery_SIM0001"))
                               .toObject());
    if (const QJsonValue ess = json.value(QLatin1String("ess")); ess.isObject()) {
        const auto integer = [&ess](const char *key) -> std::optional<int> {
            const QJsonValue value = ess[QLatin1String(key)];
            return value.isDouble() ? std::optional<int>(value.toInt()) : std::nullopt;
        };
        m_ess = control::EssState{integer("hub4Mode"), integer("state"),
                                  number(ess[QLatin1String("minimumSocLimit")]),
                                  number(ess[QLatin1String("socLimit")])};
    }
    return {};
}

QString ControlScenario::loadLine(const QJsonObject &json, Line &line)
{
    const QJsonValue t = json.value(QLatin1String("t"));
    if (!t.isDouble() || !(std::abs(t.toDouble()) < 1e12))
        return tr("\"t\" (seconds) is missing");
    line.t = t.toDouble();
    const double polls = json.value(QLatin1String("polls")).toDouble(1);
    if (!(polls >= 1 && polls <= mostPolls))
        return tr("\"polls\" must be from 1 to %1").arg(mostPolls);
    line.polls = static_cast<int>(polls);
    line.dt = json.value(QLatin1String("dt")).toDouble(1);
    if (!(line.dt >= 0 && line.dt < 1e9))
        return tr("\"dt\" (seconds) can't be negative");
    line.emitEvery = std::max(1, json.value(QLatin1String("emit")).toInt(1));
    line.set = json.value(QLatin1String("set")).toObject();
    line.ramp = json.value(QLatin1String("ramp")).toObject();
    line.event = json.value(QLatin1String("event")).toString();
    line.eventValue = json.value(QLatin1String("value")).toDouble();
    const bool clears = line.event == QLatin1String("historyClear");
    if (!line.event.isEmpty() && !clears && line.event != QLatin1String("restart") &&
        line.event != QLatin1String("socResetTo"))
        return tr("unknown event \"%1\" (restart, socResetTo, historyClear)").arg(line.event);
    if (clears && !(line.eventValue >= 1 && line.eventValue <= 7))
        return tr("historyClear needs a \"value\" from 1 to 7");
    if (const QJsonValue external = json.value(QLatin1String("external")); external.isObject()) {
        const QJsonObject sensor = external.toObject();
        line.external.emplace();
        if (sensor.value(QLatin1String("present")).toBool())
            *line.external = control::ExternalSensor{number(sensor.value(QLatin1String("current"))),
                                                     number(sensor.value(QLatin1String("soc")))};
    }
    if (const QJsonValue offset = json.value(QLatin1String("wallOffset")); offset.isDouble())
        line.wallOffset = offset.toDouble();
    return {};
}

void ControlScenario::run(const control::Settings &settings,
                          const std::function<void(const QJsonObject &)> &emitLine)
{
    Run run(*this, settings, emitLine);
    for (const Line &line : m_lines) {
        if (!run.line(line))
            return;
    }
}

} // namespace sb
