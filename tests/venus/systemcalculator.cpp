// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/venus/systemcalculator.h"

#include "venus/bus.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace sbtest {
namespace {

const QString daemon = QStringLiteral("org.freedesktop.DBus");
const QString daemonPath = QStringLiteral("/org/freedesktop/DBus");
const QString prefix = QStringLiteral("com.victronenergy.battery.");
const QString itemInterface = QStringLiteral("com.victronenergy.BusItem");
const QString connectionName = QStringLiteral("systemcalculator");
constexpr auto chargeVoltage = "/Info/MaxChargeVoltage";

bool has(const QVariantMap &values, const char *path) { return values.value(QLatin1String(path)).isValid(); }

} // namespace

SystemCalculator::SystemCalculator(const QString &address)
    : m_client(address)
    , m_own(sb::connectBus(address, connectionName))
{
    using enum sb::ItemType;
    const auto add = [this](const char *path, sb::ItemType type) {
        return m_items.add(QLatin1String(path), type);
    };
    m_batteryService = add("/Dc/Battery/BatteryService", Text);
    m_activeBattery = add("/ActiveBatteryService", Text);
    m_activeBms = add("/ActiveBmsService", Text);
    m_voltageService = add("/Dc/Battery/VoltageService", Text);
    m_multiple = add("/Dvcc/Alarms/MultipleBatteries", Integer);
    m_list = add("/Batteries", Text);
    m_copied = {{add("/Dc/Battery/Voltage", Double), "/Dc/0/Voltage"},
                {add("/Dc/Battery/Current", Double), "/Dc/0/Current"},
                {add("/Dc/Battery/Power", Double), "/Dc/0/Power"},
                {add("/Dc/Battery/Soc", Double), "/Soc"},
                {add("/Dc/Battery/TimeToGo", Integer), "/TimeToGo"},
                {add("/Dc/Battery/Temperature", Double), "/Dc/0/Temperature"},
                {add("/Dc/Battery/Capacity", Double), "/InstalledCapacity"},
                {add("/Dc/Battery/ConsumedAmphours", Double), "/ConsumedAmphours"},
                {add("/Dc/Battery/ProductId", Integer), "/ProductId"}};
    m_limits = {{add("/Dc/Battery/ChargeVoltage", Double), chargeVoltage},
                {add("/Dvcc/ChargeCurrent", Double), "/Info/MaxChargeCurrent"},
                {add("/Dvcc/DischargeCurrent", Double), "/Info/MaxDischargeCurrent"},
                {add("/Dvcc/BatteryLowVoltage", Double), "/Info/BatteryLowVoltage"}};
    new sb::LeafAdaptor(&m_leaf, m_items, m_own);
    new sb::RootAdaptor(&m_root, m_items);
}

SystemCalculator::~SystemCalculator()
{
    m_own = QDBusConnection(QString());
    QDBusConnection::disconnectFromBus(connectionName);
}

bool SystemCalculator::start()
{
    evaluate();
    const QStringList paths = m_items.paths();
    for (const QString &path : paths)
        m_own.registerObject(path, &m_leaf, QDBusConnection::ExportAdaptors);
    m_own.registerObject(QStringLiteral("/"), &m_root, QDBusConnection::ExportAdaptors);
    if (!m_own.registerService(QStringLiteral("com.victronenergy.system")))
        return false;
    m_client.connection().connect(daemon, daemonPath, daemon, QStringLiteral("NameOwnerChanged"), this,
                                  SLOT(onNameOwnerChanged(QString, QString, QString)));
    m_client.call(daemon, daemonPath, "org.freedesktop.DBus", "ListNames", {}, this,
                  [this](const QDBusMessage &reply) {
                      const QStringList names = reply.arguments().value(0).toStringList();
                      for (const QString &name : names) {
                          if (!name.startsWith(prefix))
                              continue;
                          m_client.call(daemon, daemonPath, "org.freedesktop.DBus", "GetNameOwner", {name},
                                        this, [this, name](const QDBusMessage &owner) {
                                            add(name, owner.arguments().value(0).toString());
                                        });
                      }
                  });
    return true;
}

void SystemCalculator::onNameOwnerChanged(const QString &name, const QString &before, const QString &after)
{
    if (!name.startsWith(prefix))
        return;
    if (!before.isEmpty())
        remove(before);
    if (!after.isEmpty())
        add(name, after);
}

void SystemCalculator::follow(const QString &owner, bool on)
{
    QDBusConnection &bus = m_client.connection();
    const QString items = QStringLiteral("ItemsChanged");
    const QString properties = QStringLiteral("PropertiesChanged");
    if (on) {
        bus.connect(owner, QStringLiteral("/"), itemInterface, items, this,
                    SLOT(onItemsChanged(QDBusMessage)));
        bus.connect(owner, QString(), itemInterface, properties, this,
                    SLOT(onPropertiesChanged(QDBusMessage)));
    } else {
        bus.disconnect(owner, QStringLiteral("/"), itemInterface, items, this,
                       SLOT(onItemsChanged(QDBusMessage)));
        bus.disconnect(owner, QString(), itemInterface, properties, this,
                       SLOT(onPropertiesChanged(QDBusMessage)));
    }
}

void SystemCalculator::add(const QString &service, const QString &owner)
{
    if (owner.isEmpty() || m_batteries.contains(owner))
        return;
    m_batteries[owner].service = service;
    follow(owner, true);
    m_client.call(owner, QStringLiteral("/"), "com.victronenergy.BusItem", "GetItems", {}, this,
                  [this, owner](const QDBusMessage &reply) {
                      const auto battery = m_batteries.find(owner);
                      if (battery == m_batteries.end())
                          return;
                      const auto items = qdbus_cast<sb::ItemsMap>(reply.arguments().value(0));
                      for (auto it = items.begin(); it != items.end(); ++it)
                          battery->values.insert(it.key(),
                                                 sb::plainValue(it->value(QStringLiteral("Value"))));
                      battery->scanned = true;
                      evaluate();
                  });
}

void SystemCalculator::remove(const QString &owner)
{
    if (m_batteries.remove(owner) > 0)
        follow(owner, false);
    evaluate();
}

void SystemCalculator::onItemsChanged(const QDBusMessage &message)
{
    const auto battery = m_batteries.find(message.service());
    if (battery == m_batteries.end())
        return;
    const auto items = qdbus_cast<sb::ItemsMap>(message.arguments().value(0));
    for (auto it = items.begin(); it != items.end(); ++it)
        battery->values.insert(it.key(), sb::plainValue(it->value(QStringLiteral("Value"))));
    evaluate();
}

void SystemCalculator::onPropertiesChanged(const QDBusMessage &message)
{
    const auto battery = m_batteries.find(message.service());
    const QVariantMap properties = sb::plainValue(message.arguments().value(0)).toMap();
    if (battery == m_batteries.end() || !properties.contains(QStringLiteral("Value")))
        return;
    battery->values.insert(message.path(), properties.value(QStringLiteral("Value")));
    evaluate();
}

int SystemCalculator::instance(const Battery &battery)
{
    return battery.values.value(QStringLiteral("/DeviceInstance")).toInt();
}

bool SystemCalculator::isConnected(const Battery &battery)
{
    const QVariantMap &values = battery.values;
    return battery.scanned && has(values, "/DeviceInstance") && has(values, "/ProductName") &&
           has(values, "/Mgmt/Connection") && values.value(QStringLiteral("/Connected")).toInt() == 1;
}

const SystemCalculator::Battery *SystemCalculator::selectMonitor() const
{
    const Battery *best = nullptr;
    for (const Battery &battery : m_batteries) {
        if (!isConnected(battery))
            continue;
        const bool limits = has(battery.values, chargeVoltage);
        const bool bestLimits = best && has(best->values, chargeVoltage);
        if (!best || (limits && !bestLimits) || (limits == bestLimits && instance(battery) < instance(*best)))
            best = &battery;
    }
    return best;
}

const SystemCalculator::Battery *SystemCalculator::selectBms(const Battery *monitor) const
{
    if (monitor && has(monitor->values, chargeVoltage))
        return monitor;
    const Battery *best = nullptr;
    for (const Battery &battery : m_batteries) {
        // One that is not connected still is a BMS, with its last limits.
        if (battery.scanned && has(battery.values, chargeVoltage) && has(battery.values, "/DeviceInstance") &&
            (!best || instance(battery) < instance(*best)))
            best = &battery;
    }
    return best;
}

void SystemCalculator::copy(int item, const Battery *from, const char *path)
{
    const QVariant value = from ? from->values.value(QLatin1String(path)) : QVariant();
    if (m_items.type(item) == sb::ItemType::Integer)
        m_items.setInteger(item, value.isValid() ? std::optional<qint64>(value.toLongLong()) : std::nullopt);
    else
        m_items.set(item, value.isValid() ? std::optional<double>(value.toDouble()) : std::nullopt);
}

void SystemCalculator::evaluate()
{
    const Battery *monitor = selectMonitor();
    const Battery *bms = selectBms(monitor);
    const auto name = [](const Battery *battery) {
        return battery ? std::optional<QString>(battery->service) : std::nullopt;
    };
    m_items.setText(m_batteryService, name(monitor));
    m_items.setText(m_activeBms, name(bms));
    m_items.setText(m_activeBattery,
                    monitor ? std::optional<QString>(
                                  QStringLiteral("com.victronenergy.battery/%1").arg(instance(*monitor)))
                            : std::nullopt);
    for (const Copied &each : m_copied)
        copy(each.item, monitor, each.from);
    for (const Copied &each : m_limits)
        copy(each.item, bms, each.from);
    const bool shared =
        monitor && monitor->values.value(QStringLiteral("/Mgmt/InsecureConnection")).toInt() != 1;
    m_items.setText(m_voltageService, shared ? name(monitor) : std::nullopt);
    int withLimits = 0;
    QJsonArray list;
    for (const Battery &battery : std::as_const(m_batteries)) {
        withLimits += has(battery.values, chargeVoltage) ? 1 : 0;
        const QString custom = battery.values.value(QStringLiteral("/CustomName")).toString();
        const double power = battery.values.value(QStringLiteral("/Dc/0/Power")).toDouble();
        list.append(QJsonObject{
            {QStringLiteral("id"), battery.service},
            {QStringLiteral("instance"), instance(battery)},
            {QStringLiteral("name"), custom.trimmed().isEmpty()
                                         ? battery.values.value(QStringLiteral("/ProductName")).toString()
                                         : custom},
            {QStringLiteral("state"), power > 30    ? 1
                                      : power < -30 ? 2
                                                    : 0}});
    }
    m_items.setInteger(m_multiple, withLimits > 1 ? 1 : 0);
    m_items.setText(m_list, QString::fromUtf8(QJsonDocument(list).toJson(QJsonDocument::Compact)));
    m_items.clearChanges();
}

} // namespace sbtest
