// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/batterymodel.h"

#include "model/celllistmodel.h"
#include "model/titles.h"

#include <QDateTime>
#include <QJsonObject>
#include <chrono>
#include <cmath>

namespace sb {
namespace {

template<typename T>
QVariant variant(const std::optional<T> &value)
{
    return value ? QVariant::fromValue(*value) : QVariant();
}

double rounded(double value, int decimals)
{
    const double factor = std::pow(10.0, decimals);
    return std::round(value * factor) / factor + 0.0;
}

QJsonObject linkJson(const LinkStatus &link)
{
    QJsonObject object{
        {QLatin1String("polls"), static_cast<qint64>(link.polls)},
        {QLatin1String("errors"), static_cast<qint64>(link.errors)},
        {QLatin1String("reconnectsPerHour"), rounded(link.reconnectsPerHour, 2)},
        {QLatin1String("longestGap"), rounded(link.longestGapS, 1)},
    };
    if (link.lastPollMs)
        object.insert(QLatin1String("lastPollMs"), rounded(*link.lastPollMs, 1));
    if (link.goodShare)
        object.insert(QLatin1String("goodShare"), rounded(*link.goodShare, 3));
    if (!link.lastError.isEmpty())
        object.insert(QLatin1String("lastError"), link.lastError);
    if (link.rssi)
        object.insert(QLatin1String("rssi"), *link.rssi);
    if (link.rssiAgeS)
        object.insert(QLatin1String("rssiAge"), rounded(*link.rssiAgeS, 1));
    return object;
}

} // namespace

BatteryModel::BatteryModel(QString bms, QString connection, QObject *parent)
    : QObject(parent)
    , m_bms(std::move(bms))
    , m_connection(std::move(connection))
    , m_cells(new CellListModel(this))
{
    m_ticker.setInterval(std::chrono::seconds(1));
    connect(&m_ticker, &QTimer::timeout, this, [this] {
        if (tick())
            emit ageChanged();
    });
}

BatteryModel::~BatteryModel() { emit leaving(); }

void BatteryModel::update(const TimedState &state, Condition condition, const LinkStatus &link,
                          std::optional<qint64> lastGood, qint64 now)
{
    const Derived before = derive();
    visitFields([this](Field field, const auto &was,
                       const auto &is) { m_changed.set(static_cast<size_t>(field), !(was == is)); },
                m_state.values(), state.values());
    const bool conditionMoved = m_condition != condition;
    const bool errorMoved = m_link.lastError != link.lastError;
    const bool shareMoved = m_link.goodShare != link.goodShare;
    m_state = state;
    m_condition = condition;
    m_link = link;
    m_lastGood = lastGood;
    m_now = now;
    m_sinceUpdate.start();
    const bool ageMoved = tick();
    if (m_condition == Condition::Fresh || !m_lastGood)
        m_ticker.stop();
    else if (!m_ticker.isActive())
        m_ticker.start();

    // Every property has its new value before the first signal, so that nobody sees half a reading.
    m_cells->update(m_state.values());
    if (m_changed.any()) {
        for (int i = 0; i < fieldCount; ++i) {
            if (m_changed.test(static_cast<size_t>(i)))
                notify(static_cast<Field>(i));
        }
        notifyDerived(before, derive());
    }
    if (conditionMoved)
        emit conditionChanged();
    if (errorMoved)
        emit lastErrorChanged();
    if (shareMoved)
        emit goodShareChanged();
    if (ageMoved)
        emit ageChanged();
    emit updated();
}

void BatteryModel::setConnection(const QString &connection)
{
    if (m_connection == connection)
        return;
    const Derived before = derive();
    m_connection = connection;
    emit connectionChanged();
    notifyDerived(before, derive());
}

void BatteryModel::setCustomName(const QString &name)
{
    const Derived before = derive();
    m_customName = name;
    notifyDerived(before, derive());
}

QJsonObject BatteryModel::toJson() const
{
    QJsonObject object;
    const auto text = [&](const char *key, const QString &value) {
        if (!value.isEmpty())
            object.insert(QLatin1String(key), value);
    };
    writeJson(values(), object);
    text("bms", m_bms);
    if (m_address)
        object.insert(QLatin1String("address"), *m_address);
    text("customName", m_customName);
    text("connection", m_connection);
    text("state", conditionKey(m_condition));
    if (m_limits) {
        if (const QJsonObject limits = m_limits(); !limits.isEmpty())
            object.insert(QLatin1String("limits"), limits);
    }
    if (const auto ms = ageMs())
        object.insert(QLatin1String("age"), rounded(static_cast<double>(*ms) / 1000.0, 1));
    object.insert(QLatin1String("link"), linkJson(m_link));
    text("time", QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs));
    return object;
}

QString BatteryModel::name() const
{
    if (!m_customName.isEmpty())
        return m_customName;
    if (const QString product = productName(); !product.isEmpty())
        return product;
    return m_connection;
}

QString BatteryModel::productName() const { return values().productName.value_or(QString()); }
QString BatteryModel::hardwareVersion() const { return values().hardwareVersion.value_or(QString()); }
QString BatteryModel::firmwareVersion() const { return values().firmwareVersion.value_or(QString()); }
QString BatteryModel::serialNumber() const { return values().serialNumber.value_or(QString()); }
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
QVariant BatteryModel::goodShare() const { return variant(m_link.goodShare); }
QVariant BatteryModel::age() const { return variant(m_ageSeconds); }
QVariant BatteryModel::minCellVoltage() const { return variant(derive().minimum); }
QVariant BatteryModel::maxCellVoltage() const { return variant(derive().maximum); }

QVariant BatteryModel::cellSpread() const
{
    const Derived derived = derive();
    return derived.minimum && derived.maximum ? QVariant(*derived.maximum - *derived.minimum) : QVariant();
}

QVariantList BatteryModel::temperatures() const
{
    QVariantList list;
    for (const Number &temperature : values().temperatures)
        list.append(variant(temperature));
    return list;
}

QVariantList BatteryModel::alarms() const
{
    QVariantList list;
    for (const AlarmLevel level : {AlarmLevel::Alarm, AlarmLevel::Warning}) {
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            if (values().alarms.level(name) != level)
                continue;
            list.append(QVariantMap{{QStringLiteral("name"), QString(alarmText(name))},
                                    {QStringLiteral("title"), alarmTitle(name)},
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
            list.append(noticeTitle(static_cast<Notice>(i)));
    }
    return list;
}

BatteryModel::Derived BatteryModel::derive() const
{
    Derived derived{name(), values().minCellVoltage, values().maxCellVoltage};
    if (const auto extremes = cellExtremes(values().cellVoltages)) {
        derived.minimum = extremes->minimum;
        derived.maximum = extremes->maximum;
    }
    return derived;
}

std::optional<qint64> BatteryModel::ageMs() const
{
    if (!m_lastGood)
        return std::nullopt;
    return std::max<qint64>(0, m_now - *m_lastGood + m_sinceUpdate.elapsed());
}

bool BatteryModel::tick()
{
    const std::optional<qint64> ms = ageMs();
    const std::optional<qint64> seconds = ms ? std::optional<qint64>(*ms / 1000) : std::nullopt;
    return std::exchange(m_ageSeconds, seconds) != seconds;
}

void BatteryModel::notify(Field field)
{
    switch (field) {
    case Field::productName:
        emit productNameChanged();
        break;
    case Field::hardwareVersion:
        emit hardwareVersionChanged();
        break;
    case Field::firmwareVersion:
        emit firmwareVersionChanged();
        break;
    case Field::serialNumber:
        emit serialNumberChanged();
        break;
    case Field::voltage:
        emit voltageChanged();
        break;
    case Field::current:
        emit currentChanged();
        break;
    case Field::power:
        emit powerChanged();
        break;
    case Field::soc:
        emit socChanged();
        break;
    case Field::soh:
        emit sohChanged();
        break;
    case Field::capacityAh:
        emit capacityAhChanged();
        break;
    case Field::remainingAh:
        emit remainingAhChanged();
        break;
    case Field::cycles:
        emit cyclesChanged();
        break;
    case Field::temperatures:
        emit temperaturesChanged();
        break;
    case Field::temperatureNames:
        emit temperatureNamesChanged();
        break;
    case Field::mosfetTemperature:
        emit mosfetTemperatureChanged();
        break;
    case Field::chargeAllowed:
        emit chargeAllowedChanged();
        break;
    case Field::dischargeAllowed:
        emit dischargeAllowedChanged();
        break;
    case Field::balancing:
        emit balancingChanged();
        break;
    case Field::heating:
        emit heatingChanged();
        break;
    case Field::alarms:
        emit alarmsChanged();
        break;
    case Field::notices:
        emit noticesChanged();
        break;
    default:
        break;
    }
}

void BatteryModel::notifyDerived(const Derived &before, const Derived &after)
{
    if (before.name != after.name)
        emit nameChanged();
    if (before.minimum != after.minimum)
        emit minCellVoltageChanged();
    if (before.maximum != after.maximum)
        emit maxCellVoltageChanged();
    const auto spread = [](const Derived &of) {
        return of.minimum && of.maximum ? Number(*of.maximum - *of.minimum) : std::nullopt;
    };
    if (spread(before) != spread(after))
        emit cellSpreadChanged();
}

} // namespace sb
