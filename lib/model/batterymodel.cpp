// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/batterymodel.h"

#include <QDateTime>
#include <QJsonObject>
#include <array>

namespace sb {
namespace {

template<typename T>
QVariant variant(const std::optional<T> &value)
{
    return value ? QVariant(*value) : QVariant();
}

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

/// The property signal of each field that has a property of its own.
struct FieldSignal
{
    Field field;
    void (BatteryModel::*changed)();
};
constexpr std::array fieldSignals = {
    FieldSignal{Field::productName, &BatteryModel::productNameChanged},
    FieldSignal{Field::hardwareVersion, &BatteryModel::hardwareVersionChanged},
    FieldSignal{Field::firmwareVersion, &BatteryModel::firmwareVersionChanged},
    FieldSignal{Field::voltage, &BatteryModel::voltageChanged},
    FieldSignal{Field::current, &BatteryModel::currentChanged},
    FieldSignal{Field::power, &BatteryModel::powerChanged},
    FieldSignal{Field::soc, &BatteryModel::socChanged},
    FieldSignal{Field::soh, &BatteryModel::sohChanged},
    FieldSignal{Field::capacityAh, &BatteryModel::capacityAhChanged},
    FieldSignal{Field::remainingAh, &BatteryModel::remainingAhChanged},
    FieldSignal{Field::cycles, &BatteryModel::cyclesChanged},
    FieldSignal{Field::temperatures, &BatteryModel::temperaturesChanged},
    FieldSignal{Field::mosfetTemperature, &BatteryModel::mosfetTemperatureChanged},
    FieldSignal{Field::chargeAllowed, &BatteryModel::chargeAllowedChanged},
    FieldSignal{Field::dischargeAllowed, &BatteryModel::dischargeAllowedChanged},
    FieldSignal{Field::balancing, &BatteryModel::balancingChanged},
    FieldSignal{Field::heating, &BatteryModel::heatingChanged},
    FieldSignal{Field::alarms, &BatteryModel::alarmsChanged},
    FieldSignal{Field::notices, &BatteryModel::noticesChanged},
};

bool changed(const FieldSet &set, Field field) { return set.test(static_cast<size_t>(field)); }

} // namespace

BatteryModel::BatteryModel(QString bms, QString connection, QObject *parent)
    : QObject(parent)
    , m_bms(std::move(bms))
    , m_connection(std::move(connection))
    , m_cells(new CellListModel(this))
{}

BatteryModel::~BatteryModel() = default;

void BatteryModel::update(const TimedState &state, Condition condition, const LinkStatus &link,
                          std::optional<qint64> lastGood, qint64 now)
{
    visitFields([this](Field field, const auto &was,
                       const auto &is) { m_changed.set(static_cast<size_t>(field), !(was == is)); },
                m_state.values(), state.values());
    const QString nameBefore = name();
    const QVariant spreadBefore = cellSpread();
    const QVariant minimumBefore = minCellVoltage();
    const QVariant maximumBefore = maxCellVoltage();
    const QVariant ageBefore = age();
    const QVariant shareBefore = goodShare();
    const bool conditionChange = m_condition != condition;
    const bool errorChange = m_link.lastError != link.lastError;

    m_state = state;
    m_condition = condition;
    m_link = link;
    m_lastGood = lastGood;
    m_now = now;

    if (changed(m_changed, Field::cellVoltages) || changed(m_changed, Field::cellBalancing) ||
        changed(m_changed, Field::cellResistances) || changed(m_changed, Field::cellCount))
        m_cells->update(values());
    for (const FieldSignal &each : fieldSignals) {
        if (changed(m_changed, each.field))
            emit(this->*each.changed)();
    }
    if (nameBefore != name())
        emit nameChanged();
    if (spreadBefore != cellSpread())
        emit cellSpreadChanged();
    if (minimumBefore != minCellVoltage())
        emit minCellVoltageChanged();
    if (maximumBefore != maxCellVoltage())
        emit maxCellVoltageChanged();
    if (ageBefore != age())
        emit ageChanged();
    if (shareBefore != goodShare())
        emit goodShareChanged();
    if (conditionChange)
        emit conditionChanged();
    if (errorChange)
        emit lastErrorChanged();
    emit updated();
}

void BatteryModel::setConnection(const QString &connection)
{
    if (m_connection == connection)
        return;
    m_connection = connection;
    emit connectionChanged();
}

void BatteryModel::setCustomName(const QString &name)
{
    if (m_customName == name)
        return;
    m_customName = name;
    emit nameChanged();
}

QString BatteryModel::name() const
{
    if (!m_customName.isEmpty())
        return m_customName;
    if (values().deviceName)
        return *values().deviceName;
    if (values().productName)
        return *values().productName;
    return m_connection;
}

QString BatteryModel::productName() const { return values().productName.value_or(QString()); }
QString BatteryModel::hardwareVersion() const { return values().hardwareVersion.value_or(QString()); }
QString BatteryModel::firmwareVersion() const { return values().firmwareVersion.value_or(QString()); }
QString BatteryModel::conditionText() const { return conditionKey(m_condition); }
QVariant BatteryModel::voltage() const { return variant(values().voltage); }
QVariant BatteryModel::current() const { return variant(values().current); }
QVariant BatteryModel::power() const { return variant(values().power); }
QVariant BatteryModel::soc() const { return variant(values().soc); }
QVariant BatteryModel::soh() const { return variant(values().soh); }
QVariant BatteryModel::capacityAh() const { return variant(values().capacityAh); }
QVariant BatteryModel::remainingAh() const { return variant(values().remainingAh); }
QVariant BatteryModel::cycles() const { return variant(values().cycles); }
QVariant BatteryModel::mosfetTemperature() const { return variant(values().mosfetTemperature); }
QVariant BatteryModel::chargeAllowed() const { return variant(values().chargeAllowed); }
QVariant BatteryModel::dischargeAllowed() const { return variant(values().dischargeAllowed); }
QVariant BatteryModel::balancing() const { return variant(values().balancing); }
QVariant BatteryModel::heating() const { return variant(values().heating); }

QVariant BatteryModel::cellSpread() const
{
    if (const auto extremes = cellExtremes(values().cellVoltages))
        return extremes->maximum - extremes->minimum;
    if (values().minCellVoltage && values().maxCellVoltage)
        return *values().maxCellVoltage - *values().minCellVoltage;
    return {};
}

QVariant BatteryModel::minCellVoltage() const
{
    const auto extremes = cellExtremes(values().cellVoltages);
    return extremes ? QVariant(extremes->minimum) : variant(values().minCellVoltage);
}

QVariant BatteryModel::maxCellVoltage() const
{
    const auto extremes = cellExtremes(values().cellVoltages);
    return extremes ? QVariant(extremes->maximum) : variant(values().maxCellVoltage);
}

QVariantList BatteryModel::temperatures() const
{
    QVariantList list;
    for (const auto &temperature : values().temperatures)
        list.append(variant(temperature));
    return list;
}

QVariantList BatteryModel::alarms() const
{
    QVariantList list;
    for (const AlarmLevel level : {AlarmLevel::Alarm, AlarmLevel::Warning}) {
        for (int i = 0; i < alarmCount; ++i) {
            const auto alarm = static_cast<AlarmName>(i);
            if (values().alarms.level(alarm) == level)
                list.append(QVariantMap{{QStringLiteral("name"), QString(alarmText(alarm))},
                                        {QStringLiteral("level"), static_cast<int>(level)}});
        }
    }
    return list;
}

QStringList BatteryModel::notices() const
{
    QStringList list;
    for (int i = 0; i < noticeCount; ++i) {
        if (values().notices.test(static_cast<size_t>(i)))
            list.append(noticeKey(static_cast<Notice>(i)));
    }
    return list;
}

QVariant BatteryModel::age() const
{
    return m_lastGood ? QVariant(static_cast<double>((m_now - *m_lastGood) / 100) / 10.0) : QVariant();
}

QVariant BatteryModel::goodShare() const { return variant(m_link.goodShare); }

QJsonObject BatteryModel::toJson() const
{
    QJsonObject object{{QStringLiteral("bms"), m_bms},
                       {QStringLiteral("connection"), m_connection},
                       {QStringLiteral("state"), conditionText()},
                       {QStringLiteral("time"), QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs)}};
    if (m_address)
        object.insert(QStringLiteral("address"), *m_address);
    if (!m_customName.isEmpty())
        object.insert(QStringLiteral("customName"), m_customName);
    if (m_lastGood)
        object.insert(QStringLiteral("age"), rounded(static_cast<double>(m_now - *m_lastGood) / 1000.0, 10));
    writeJson(values(), object);
    QJsonObject link{{QStringLiteral("polls"), static_cast<qint64>(m_link.polls)},
                     {QStringLiteral("errors"), static_cast<qint64>(m_link.errors)},
                     {QStringLiteral("implausible"), static_cast<qint64>(m_link.implausible)},
                     {QStringLiteral("reconnectsPerHour"), m_link.reconnectsPerHour},
                     {QStringLiteral("longestGap"), rounded(m_link.longestGapS, 10)}};
    if (m_link.lastPollMs)
        link.insert(QStringLiteral("lastPollMs"), rounded(*m_link.lastPollMs, 10));
    if (m_link.goodShare)
        link.insert(QStringLiteral("goodShare"), rounded(*m_link.goodShare, 1000));
    if (!m_link.lastError.isEmpty())
        link.insert(QStringLiteral("lastError"), m_link.lastError);
    if (m_link.rssi)
        link.insert(QStringLiteral("rssi"), *m_link.rssi);
    if (m_link.rssiAgeS)
        link.insert(QStringLiteral("rssiAge"), rounded(*m_link.rssiAgeS, 10));
    object.insert(QStringLiteral("link"), link);
    return object;
}

} // namespace sb
