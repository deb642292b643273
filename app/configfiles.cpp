// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/configfiles.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLoggingCategory>
#include <QStandardPaths>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logConfig, "serialbattery.config", QtInfoMsg)

QString tr(const char *text) { return QCoreApplication::translate("ConfigFiles", text); }

/// Of an installation on a GX device: ours, then those of dbus-serialbattery.
QString usualPath()
{
    const QStringList places{
        QStringLiteral("/data/apps/serialbattery/config.ini"),
        QStringLiteral("/data/apps/dbus-serialbattery/config.ini"),
        QStringLiteral("/data/etc/dbus-serialbattery/config.ini"),
        QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
            QStringLiteral("/serialbattery/config.ini"),
    };
    for (const QString &place : places) {
        if (QFileInfo::exists(place))
            return place;
    }
    return {};
}

/// What drivers are told, in their own words.
QVariantMap driverOptions(const config::Configuration &c)
{
    QVariantMap options;
    options.insert(QStringLiteral("socLowWarning"), c.number("SOC_LOW_WARNING"));
    options.insert(QStringLiteral("socLowAlarm"), c.number("SOC_LOW_ALARM"));
    options.insert(QStringLiteral("capacityAh"), c.number("BATTERY_CAPACITY"));
    options.insert(QStringLiteral("invertCurrent"), c.integer("INVERT_CURRENT_MEASUREMENT") < 0);
    options.insert(QStringLiteral("requireDirectConnection"), c.flag("UP16S_REQUIRE_DIRECT_CONNECTION"));
    options.insert(QStringLiteral("greenmeterAddress"), c.integer("GREENMETER_ADDRESS"));
    options.insert(QStringLiteral("liproStart"), c.integer("LIPRO_START_ADDRESS"));
    options.insert(QStringLiteral("liproEnd"), c.integer("LIPRO_END_ADDRESS"));
    options.insert(QStringLiteral("liproCellCount"), c.integer("LIPRO_CELL_COUNT"));
    options.insert(QStringLiteral("minCellVoltage"), c.number("MIN_CELL_VOLTAGE"));
    options.insert(QStringLiteral("maxCellVoltage"), c.number("MAX_CELL_VOLTAGE"));
    return options;
}

/// A password that stands in a file of its own.
void readPasswordFile(QVariantMap &options)
{
    const QString name = options.take(QStringLiteral("passwordFile")).toString();
    if (name.isEmpty())
        return;
    QFile file(name);
    if (file.open(QIODevice::ReadOnly))
        options.insert(QStringLiteral("password"), QString::fromUtf8(file.readLine(256)).trimmed());
    else
        qCWarning(logConfig, "password_file %s: %s", qUtf8Printable(name),
                  qUtf8Printable(file.errorString()));
}

QVariant busValue(const config::KeyInfo &info, const config::Value &value)
{
    switch (info.type) {
    case config::KeyType::Bool:
    case config::KeyType::Switch:
        return value.flag;
    case config::KeyType::Integer:
        return value.isSet ? QVariant(static_cast<int>(value.number)) : QVariant(QString());
    case config::KeyType::Float:
        return value.isSet ? QVariant(value.number) : QVariant(QString());
    default:
        return value.text;
    }
}

PublishSettings publishSettings(const config::Configuration &c)
{
    PublishSettings settings;
    settings.portAsIdentifier = c.flag("USE_PORT_AS_UNIQUE_ID");
    settings.json = c.flag("PUBLISH_BATTERY_DATA_AS_JSON");
    settings.cellDataFormat = c.integer("BATTERY_CELL_DATA_FORMAT");
    settings.sensorService = c.text("EXTERNAL_SENSOR_DBUS_DEVICE");
    settings.sensorCurrentPath = c.text("EXTERNAL_SENSOR_DBUS_PATH_CURRENT");
    settings.sensorSocPath = c.text("EXTERNAL_SENSOR_DBUS_PATH_SOC");
    if (!c.flag("PUBLISH_CONFIG_VALUES"))
        return settings;
    for (size_t i = 0; i < config::keys().size(); ++i) {
        const config::KeyInfo &info = config::keys()[i];
        // What is published can be read by everybody on the bus.
        if (qstrcmp(info.name, "MQTT_PASSWORD") != 0)
            settings.config.emplace_back(QString::fromLatin1(info.name), busValue(info, c.value(i)));
    }
    return settings;
}

} // namespace

QString messageText(const QString &file, const config::Message &message)
{
    QString text = file;
    if (message.line > 0)
        text += QLatin1Char(':') + QString::number(message.line);
    text += message.level == config::Message::Level::Error ? tr(": error: ") : tr(": warning: ");
    if (!message.key.isEmpty())
        text += message.key + QLatin1Char(' ');
    return text + message.text;
}

ConfigFiles readConfigFiles(const QString &configPath, const QString &optionsPath,
                            const DriverRegistry &registry)
{
    ConfigFiles files;
    files.configPath = configPath.isEmpty() ? usualPath() : configPath;
    if (!files.configPath.isEmpty())
        (void)files.configuration.readFile(files.configPath);
    files.configuration.keepTypes(
        [&registry](const QString &type) { return registry.find(type) != nullptr; });
    files.configuration.keepBluetooth([&registry](const QString &type) {
        const DriverDescriptor *driver = registry.find(type);
        return driver && driver->info.speaks(TransportKind::Bluetooth);
    });
    files.optionsPath = optionsPath;
    if (optionsPath.isEmpty() && !files.configPath.isEmpty())
        files.optionsPath = QFileInfo(files.configPath).absolutePath() + QStringLiteral("/serialbattery.ini");
    if (!files.optionsPath.isEmpty())
        files.options = config::readOptions(files.optionsPath);
    return files;
}

void logMessages(const ConfigFiles &files)
{
    const auto log = [](const QString &file, const std::vector<config::Message> &messages) {
        for (const config::Message &message : messages)
            qCWarning(logConfig, "%s", qUtf8Printable(messageText(file, message)));
    };
    log(files.configPath, files.configuration.messages());
    log(files.optionsPath, files.options.messages);
}

void applyConfig(const ConfigFiles &files, const DriverRegistry &registry, LineConfig &line)
{
    const config::Configuration &c = files.configuration;
    line.control = config::controlSettings(c);
    line.autoResetSoc = c.flag("AUTO_RESET_SOC");
    line.useBmsLimits = c.flag("USE_BMS_DVCC_VALUES");
    line.publishing = publishSettings(c);
    line.publishing.monitorOnly = files.options.monitorOnly;
    line.publishing.voltageSense = files.options.voltageSense;
    const bool radio = line.kind == TransportKind::Bluetooth;
    if (radio) {
        line.control.offlineAfterS = control::offlineAfterBluetoothS;
        line.everyReading = !c.flag("BLUETOOTH_USE_POLLING");
        if (line.adapter.isEmpty())
            line.adapter = files.options.adapter;
    }
    if (c.value("POLL_INTERVAL").isSet)
        line.pollIntervalMs = static_cast<int>(c.number("POLL_INTERVAL") * 1000);
    if (line.addresses.empty() && !radio) {
        for (const double address : c.list("BATTERY_ADDRESSES"))
            line.addresses.push_back(static_cast<int>(address));
    }
    if (!line.driver && !radio) {
        for (const QString &type : c.words("BMS_TYPE")) {
            if (const DriverDescriptor *driver = registry.find(type))
                line.candidates.push_back(driver);
        }
        if (line.candidates.size() == 1)
            line.options.insert(QStringLiteral("bmsType"), c.words("BMS_TYPE").constFirst());
    }
    QVariantMap options = driverOptions(c);
    if (const config::DeviceOptions *device = files.options.find(line.port, std::nullopt)) {
        if (!device->bms.isEmpty() && !line.driver)
            line.driver = registry.find(device->bms);
        if (device->pollIntervalS) {
            line.pollIntervalMs = static_cast<int>(*device->pollIntervalS * 1000);
            line.everyReading = false;
        }
        line.publishing.monitorOnly = device->monitorOnly.value_or(line.publishing.monitorOnly);
        options.insert(device->driver);
        if (radio && options.contains(QStringLiteral("adapter")))
            line.adapter = options.take(QStringLiteral("adapter")).toString();
        readPasswordFile(options);
    }
    options.insert(line.options);
    line.options = options;
}

QStringList configuredPorts(const ConfigFiles &files)
{
    QStringList ports;
    for (const config::DeviceOptions &device : files.options.devices) {
        if (device.name.startsWith(QLatin1Char('/')) && !ports.contains(device.name))
            ports.append(device.name);
    }
    return ports;
}

QStringList configuredBluetooth(const ConfigFiles &files)
{
    QStringList batteries;
    QStringList addresses;
    const auto add = [&](const QString &type, const QString &place) {
        const QString address = bluetoothAddress(place);
        if (address.isEmpty() || addresses.contains(address))
            return;
        addresses.append(address);
        batteries.append(QString(type + QLatin1Char(' ') + address).trimmed());
    };
    for (const QString &entry : files.configuration.words("BLUETOOTH_BMS")) {
        const QString text = entry.simplified();
        add(text.section(QLatin1Char(' '), 0, -2), text.section(QLatin1Char(' '), -1));
    }
    for (const config::DeviceOptions &device : files.options.devices)
        add(device.bms, device.name);
    return batteries;
}

} // namespace sb
