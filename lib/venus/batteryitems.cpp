// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/batteryitems.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <cmath>

namespace sb {
namespace {

constexpr int productId = 0xBA77; // reserved by Victron for this family of drivers
constexpr qint64 mostCells = 255;

constexpr ItemFormat fixed(int decimals, const char *unit)
{
    return {ItemFormat::Kind::Fixed, decimals, unit};
}

struct NumberPath
{
    const char *path;
    Number BatteryValues::*value;
    ItemFormat format{};
    int roundTo = 2;
};
using V = BatteryValues;

constexpr NumberPath numberPaths[] = {
    {"/Dc/0/Voltage", &V::voltage, fixed(2, "V")},
    {"/Dc/0/Current", &V::current, fixed(2, "A")},
    {"/Dc/0/Power", &V::power, fixed(0, "W")},
    {"/Dc/0/Temperature", &V::temperature, {}, 1},
    {"/Dc/0/MidVoltage", &V::midVoltage, fixed(2, "V")},
    {"/Dc/0/MidVoltageDeviation", &V::midDeviation, fixed(1, "%")},
    {"/Capacity", &V::capacity, fixed(2, "Ah")},
    {"/CapacityBms", &V::capacityBms, fixed(2, "Ah")},
    {"/InstalledCapacity", &V::installedCapacity, fixed(0, "Ah")},
    {"/CurrentAvg", &V::currentAverage, fixed(2, "A")},
    {"/Info/MaxChargeCellVoltage", &V::maxChargeCellVoltage, fixed(2, "V"), 3},
    {"/Info/HeatingCurrent", &V::heatingCurrent},
    {"/Info/HeatingPower", &V::heatingPower},
    {"/Info/HeatingTemperatureStart", &V::heatingTemperatureStart},
    {"/Info/HeatingTemperatureStop", &V::heatingTemperatureStop},
    {"/System/MinCellVoltage", &V::minCellVoltage, fixed(3, "V"), 3},
    {"/System/MaxCellVoltage", &V::maxCellVoltage, fixed(3, "V"), 3},
    {"/System/MinCellTemperature", &V::minCellTemperature, {}, 1},
    {"/System/MaxCellTemperature", &V::maxCellTemperature, {}, 1},
    {"/System/MOSTemperature", &V::mosfetTemperature, {}, 1},
    {"/History/MinimumVoltage", &V::minimumVoltage},
    {"/History/MaximumVoltage", &V::maximumVoltage},
    {"/History/MinimumCellVoltage", &V::minimumCellVoltage, {}, 3},
    {"/History/MaximumCellVoltage", &V::maximumCellVoltage, {}, 3},
    {"/History/MinimumTemperature", &V::minimumTemperature, {}, 1},
    {"/History/MaximumTemperature", &V::maximumTemperature, {}, 1},
    {"/History/DischargedEnergy", &V::dischargedEnergy},
    {"/History/ChargedEnergy", &V::chargedEnergy},
};

constexpr NumberPath percentPaths[] = {
    {"/Soc", &V::soc},
    {"/SocBms", &V::socBms},
    {"/Soh", &V::soh},
};

constexpr NumberPath dischargePaths[] = {
    {"/ConsumedAmphours", &V::consumed, fixed(0, "Ah")},
    {"/ConsumedAmphoursBms", &V::consumedBms, fixed(0, "Ah")},
    {"/History/DeepestDischarge", &V::deepestDischarge},
    {"/History/LastDischarge", &V::lastDischarge},
    {"/History/AverageDischarge", &V::averageDischarge},
    {"/History/TotalAhDrawn", &V::totalAhDrawn},
};

struct CountPath
{
    const char *path;
    Count BatteryValues::*value;
};
constexpr CountPath countPaths[] = {
    {"/State", &V::state},
    {"/DeviceState", &V::deviceState},
    {"/ErrorCode", &V::errorCode},
    {"/System/NrOfCellsPerBattery", &V::cellCount},
    {"/System/NrOfModulesOnline", &V::modulesOnline},
    {"/System/NrOfModulesOffline", &V::modulesOffline},
    {"/History/FullDischarges", &V::fullDischarges},
    {"/History/AutomaticSyncs", &V::automaticSyncs},
    {"/History/LowVoltageAlarms", &V::lowVoltageAlarms},
    {"/History/HighVoltageAlarms", &V::highVoltageAlarms},
};

struct FlagPath
{
    const char *path;
    Flag BatteryValues::*value;
};
constexpr FlagPath flagPaths[] = {
    {"/Io/AllowToBalance", &V::allowToBalance},
    {"/Io/AllowToHeat", &V::allowToHeat},
    {"/Balancing", &V::balancing},
    {"/Heating", &V::heating},
};

struct TextPath
{
    const char *path;
    Text BatteryValues::*value;
};
constexpr TextPath textPaths[] = {
    {"/DeviceName", &V::deviceName},
    {"/Family", &V::hardwareVersion},
    {"/HardwareVersion", &V::hardwareVersion},
    {"/ConnectionInformation", &V::connectionInformation},
    {"/Info/ChargeMode", &V::chargeMode},
    {"/Info/ChargeLimitation", &V::chargeLimitation},
    {"/Info/DischargeLimitation", &V::dischargeLimitation},
    {"/Info/ChargeModeDebug", &V::chargeModeDebug},
    {"/Info/ChargeModeDebugFloat", &V::chargeModeDebugFloat},
    {"/Info/ChargeModeDebugBulk", &V::chargeModeDebugBulk},
    {"/System/MinVoltageCellId", &V::minVoltageCellId},
    {"/System/MaxVoltageCellId", &V::maxVoltageCellId},
    {"/System/MinTemperatureCellId", &V::minTemperatureCellId},
    {"/System/MaxTemperatureCellId", &V::maxTemperatureCellId},
};

std::optional<qint64> integer(const Flag &value)
{
    return value ? std::optional<qint64>(*value ? 1 : 0) : std::nullopt;
}

/// 0 or negative.
Number discharged(const Number &value) { return value ? Number(-std::abs(*value)) : std::nullopt; }

/// As configured, or "Temp 1".
QString sensorName(const QStringList &names, size_t sensor)
{
    const QString name = names.value(static_cast<qsizetype>(sensor));
    return name.isEmpty() ? QStringLiteral("Temp %1").arg(sensor + 1) : name;
}

} // namespace

BatteryItems::BatteryItems(const ServiceIdentity &identity)
    : m_identity(identity)
{
    using enum ItemType;
    addIdentity();
    const auto bind = [this](const auto &table, std::vector<Bound<Number>> &to) {
        for (const NumberPath &row : table)
            to.push_back({m_tree.add(QLatin1String(row.path), Double, row.format, row.roundTo), row.value});
    };
    bind(numberPaths, m_numbers);
    bind(percentPaths, m_percents);
    bind(dischargePaths, m_discharges);
    const auto whole = [this](const char *path) { return m_tree.add(QLatin1String(path), Integer); };
    for (const CountPath &row : countPaths)
        m_counts.push_back({whole(row.path), row.value});
    for (const FlagPath &row : flagPaths)
        m_flags.push_back({whole(row.path), row.value});
    for (const TextPath &row : textPaths)
        m_texts.push_back({m_tree.add(QLatin1String(row.path), Text), row.value});

    mode = whole("/Mode");
    m_counts.push_back({mode, &V::mode});
    m_timeToGo = whole("/TimeToGo");
    for (const int point : m_identity.timeToSocPoints)
        m_timeToSoc.push_back(m_tree.add(QStringLiteral("/TimeToSoC/%1").arg(point), Text));
    m_chargeVoltage = m_tree.add(QStringLiteral("/Info/MaxChargeVoltage"), Double, fixed(2, "V"));
    m_chargeCurrent = m_tree.add(QStringLiteral("/Info/MaxChargeCurrent"), Double, fixed(2, "A"), 3);
    m_dischargeCurrent = m_tree.add(QStringLiteral("/Info/MaxDischargeCurrent"), Double, fixed(2, "A"), 3);
    m_batteryLow = m_tree.add(QStringLiteral("/Info/BatteryLowVoltage"), Double);
    m_allowCharge = whole("/Io/AllowToCharge");
    m_allowDischarge = whole("/Io/AllowToDischarge");
    m_blockingCharge = whole("/System/NrOfModulesBlockingCharge");
    m_blockingDischarge = whole("/System/NrOfModulesBlockingDischarge");
    for (size_t n = 0; n < m_sensors.size(); ++n) {
        const QString path = QStringLiteral("/System/Temperature%1").arg(n + 1);
        m_sensors[n] = m_tree.add(path, Double, {}, 1);
        m_tree.setText(m_tree.add(path + QStringLiteral("Name"), Text),
                       sensorName(m_identity.sensorNames, n));
    }
    addCells();
    for (int n = 0; n < alarmCount; ++n)
        m_alarms[static_cast<size_t>(n)] =
            m_tree.add(QStringLiteral("/Alarms/") + alarmText(static_cast<AlarmName>(n)), Integer);
    m_chargeCycles = whole("/History/ChargeCycles");
    m_sinceFull = whole("/History/TimeSinceLastFullCharge");
    clearHistory = whole("/History/Clear");
    m_tree.setInteger(clearHistory, 0);
    m_tree.setInteger(whole("/History/CanBeCleared"), 1);
    addSettings();
    addConfig();
    m_json = m_tree.add(QStringLiteral("/JsonData"), Text);
}

BatteryItems::~BatteryItems() = default;

void BatteryItems::addIdentity()
{
    using enum ItemType;
    const auto text = [this](const char *path, const QString &value) {
        const int item = m_tree.add(QLatin1String(path), Text);
        m_tree.setText(item, value);
        return item;
    };
    text("/Mgmt/ProcessName", m_identity.processName);
    text("/Mgmt/ProcessVersion", m_identity.processVersion);
    text("/Mgmt/Connection", m_identity.connection);
    // Its mere presence is read, so it is only there where it is 1.
    if (m_identity.insecureConnection)
        m_tree.setInteger(m_tree.add(QStringLiteral("/Mgmt/InsecureConnection"), Integer), 1);
    deviceInstance = m_tree.add(QStringLiteral("/DeviceInstance"), Integer);
    m_tree.setInteger(deviceInstance, m_identity.deviceInstance);
    m_tree.setInteger(m_tree.add(QStringLiteral("/ProductId"), Integer, {ItemFormat::Kind::Hex, 0, ""}),
                      productId);
    // dbus-aggregate-batteries finds its batteries by this word.
    text("/ProductName", m_identity.productName.isEmpty()
                             ? QStringLiteral("SerialBattery %1 @ %2 (%3)")
                                   .arg(m_identity.uniqueId, m_identity.port, m_identity.typeName)
                             : m_identity.productName);
    customName = text("/CustomName", m_identity.customName);
    text("/Serial", m_identity.uniqueId);
    text("/Manufacturer", m_identity.typeName);
    text("/FirmwareVersion", m_identity.processVersion);
    m_tree.setInteger(m_tree.add(QStringLiteral("/Connected"), Integer), 1);
}

void BatteryItems::addCells()
{
    const int format = m_identity.cellDataFormat;
    if (format <= 0)
        return;
    const bool other = (format & 2) != 0;
    const QString folder = other ? QStringLiteral("/Cell/") : QStringLiteral("/Voltages/");
    const QString voltage = other ? QStringLiteral("/Cell/%1/Volts") : QStringLiteral("/Voltages/Cell%1");
    const qint64 count = std::clamp<qint64>(m_identity.cellCount, 0, mostCells);
    for (qint64 n = 1; n <= count; ++n) {
        m_cells.push_back(m_tree.add(voltage.arg(n), ItemType::Double, fixed(3, "V"), 3));
        if ((format & 1) != 0)
            m_balancers.push_back(m_tree.add(QStringLiteral("/Balances/Cell%1").arg(n), ItemType::Integer));
    }
    m_sum = m_tree.add(folder + QStringLiteral("Sum"), ItemType::Double, fixed(2, "V"));
    m_difference = m_tree.add(folder + QStringLiteral("Diff"), ItemType::Double, fixed(3, "V"), 3);
}

void BatteryItems::addSettings()
{
    struct SwitchPath
    {
        Control control;
        const char *word;
        const char *path;
        Flag BatteryValues::*state;
    };
    constexpr SwitchPath paths[] = {
        {Control::Charge, "charge", "/Settings/ForceChargingOff", &V::forceChargingOff},
        {Control::Discharge, "discharge", "/Settings/ForceDischargingOff", &V::forceDischargingOff},
        {Control::Balancing, "balancing", "/Settings/TurnBalancingOff", &V::turnBalancingOff},
        {Control::Heater, "heater", "/Settings/TurnHeatingOff", &V::turnHeatingOff},
    };
    const auto whole = [this](const char *path, qint64 value) {
        const int item = m_tree.add(QLatin1String(path), ItemType::Integer);
        m_tree.setInteger(item, value);
        return item;
    };
    const auto can = [this](Control control) {
        return std::find(m_identity.controls.begin(), m_identity.controls.end(), control) !=
               m_identity.controls.end();
    };
    for (const SwitchPath &row : paths) {
        if (can(row.control))
            switches.push_back({row.control, row.word, whole(row.path, 0), row.state});
    }
    if (m_identity.countsSoc || can(Control::StateOfCharge)) {
        resetSocTo = whole("/Settings/ResetSocTo", 100);
        resetSocToApply = whole("/Settings/ResetSocToApply", 0);
    }
    whole("/Settings/HasTemperature", 1);
    // A settings page without entries is no page.
    if (!switches.empty() || resetSocTo >= 0)
        whole("/Settings/HasSettings", 1);
}

void BatteryItems::addConfig()
{
    for (const auto &[name, value] : m_identity.config) {
        const QString path = QStringLiteral("/Info/Config/") + name;
        switch (value.metaType().id()) {
        case QMetaType::Bool:
        case QMetaType::Int:
        case QMetaType::LongLong:
            m_tree.setInteger(m_tree.add(path, ItemType::Integer), value.toLongLong());
            break;
        case QMetaType::Double:
            m_tree.set(m_tree.add(path, ItemType::Double, {}, 6), value.toDouble());
            break;
        default:
            m_tree.setText(m_tree.add(path, ItemType::Text), value.toString());
            break;
        }
    }
}

void BatteryItems::fill(const BatteryValues &values)
{
    for (const auto &each : m_numbers)
        m_tree.set(each.item, values.*each.value);
    for (const auto &each : m_percents) {
        const Number &value = values.*each.value;
        m_tree.set(each.item, value ? Number(std::clamp(*value, 0.0, 100.0)) : std::nullopt);
    }
    for (const auto &each : m_discharges)
        m_tree.set(each.item, discharged(values.*each.value));
    for (const auto &each : m_counts)
        m_tree.setInteger(each.item, values.*each.value);
    for (const auto &each : m_flags)
        m_tree.setInteger(each.item, integer(values.*each.value));
    for (const auto &each : m_texts)
        m_tree.setText(each.item, values.*each.value);
    m_tree.setInteger(m_timeToGo, values.timeToGo && *values.timeToGo > 0 ? values.timeToGo : std::nullopt);
    for (size_t n = 0; n < m_timeToSoc.size(); ++n)
        m_tree.setText(m_timeToSoc[n], n < values.timeToSoc.size() ? values.timeToSoc[n] : std::nullopt);
    for (size_t n = 0; n < m_sensors.size(); ++n)
        m_tree.set(m_sensors[n], values.sensors[n]);
    for (int n = 0; n < alarmCount; ++n) {
        const auto level = values.alarms.level(static_cast<AlarmName>(n));
        m_tree.setInteger(m_alarms[static_cast<size_t>(n)],
                          level ? std::optional<qint64>(static_cast<qint64>(*level)) : std::nullopt);
    }
    for (const Switch &each : switches) {
        if (values.*each.state)
            m_tree.setInteger(each.item, integer(values.*each.state));
    }
    fillLimits(values);
    fillCells(values);
    fillHistory(values);
    if (m_identity.publishJson && !m_tree.changes().empty())
        fillJson();
}

void BatteryItems::fillLimits(const BatteryValues &values)
{
    const auto known = [](const Number &value) { return value && std::isfinite(*value); };
    const bool isBms = known(values.chargeVoltage) && !m_identity.monitorOnly;
    // Beside a valid voltage an unknown current would mean "no limit" to chargers and inverters.
    const auto current = [&](const Number &value) {
        if (!isBms)
            return Number();
        return Number(values.givenUp || !known(value) ? 0.0 : std::max(0.0, *value));
    };
    m_tree.set(m_chargeVoltage, isBms ? Number(std::max(0.0, *values.chargeVoltage)) : std::nullopt);
    m_tree.set(m_chargeCurrent, current(values.chargeCurrent));
    m_tree.set(m_dischargeCurrent, current(values.dischargeCurrent));
    m_tree.set(m_batteryLow, isBms ? values.batteryLowVoltage : std::nullopt);
    m_tree.setInteger(m_allowCharge, values.givenUp ? 0 : integer(values.allowToCharge));
    m_tree.setInteger(m_allowDischarge, values.givenUp ? 0 : integer(values.allowToDischarge));
    m_tree.setInteger(m_blockingCharge, values.givenUp ? 1 : values.modulesBlockingCharge);
    m_tree.setInteger(m_blockingDischarge, values.givenUp ? 1 : values.modulesBlockingDischarge);
}

void BatteryItems::fillCells(const BatteryValues &values)
{
    for (size_t n = 0; n < m_cells.size(); ++n)
        m_tree.set(m_cells[n], n < values.cells.size() ? values.cells[n] : std::nullopt);
    for (size_t n = 0; n < m_balancers.size(); ++n)
        m_tree.setInteger(m_balancers[n],
                          n < values.balancers.size() ? integer(values.balancers[n]) : std::nullopt);
    if (m_sum >= 0) {
        m_tree.set(m_sum, values.cellSum);
        m_tree.set(m_difference, values.cellDifference);
    }
}

void BatteryItems::fillHistory(const BatteryValues &values)
{
    constexpr double most = std::numeric_limits<int>::max();
    const bool cycles = values.chargeCycles && std::abs(*values.chargeCycles) <= most; // not with NaN
    m_tree.setInteger(m_chargeCycles,
                      cycles ? std::optional<qint64>(std::floor(*values.chargeCycles)) : std::nullopt);
    // It grows each second; readers need no signal for that.
    constexpr qint64 step = 60;
    const QVariant &shown = m_tree.value(m_sinceFull);
    const Count &now = values.timeSinceLastFullCharge;
    const bool same = now && shown.metaType().id() == QMetaType::Int && *now >= shown.toInt() &&
                      *now < shown.toInt() + step;
    if (!same)
        m_tree.setInteger(m_sinceFull, now);
}

void BatteryItems::fillJson()
{
    QJsonObject root;
    // By recursion, since a QJsonObject is changed by putting the changed one in again.
    const auto insert = [](auto &&self, QJsonObject &object, QStringView path,
                           const QJsonValue &value) -> void {
        const qsizetype slash = path.indexOf(QLatin1Char('/'));
        if (slash < 0) {
            object.insert(path.toString(), value);
            return;
        }
        const QString folder = path.left(slash).toString();
        QJsonObject inner = object.value(folder).toObject();
        self(self, inner, path.mid(slash + 1), value);
        object.insert(folder, inner);
    };
    for (int item = 0; item < m_tree.count(); ++item) {
        const QString &path = m_tree.path(item);
        if (item == m_json || path.startsWith(QLatin1String("/Settings/")))
            continue;
        const QVariant &value = m_tree.value(item);
        const bool nothing = value == invalidItem() ||
                             (value.metaType().id() == QMetaType::QString && value.toString().isEmpty());
        insert(insert, root, QStringView(path).mid(1),
               nothing ? QJsonValue() : QJsonValue::fromVariant(value));
    }
    m_tree.setText(m_json, QString::fromUtf8(QJsonDocument(root).toJson(QJsonDocument::Compact)));
}

} // namespace sb
