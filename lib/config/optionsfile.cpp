// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/optionsfile.h"

#include "bms/bluetooth.h"

#include <QCoreApplication>
#include <QFile>
#include <QSet>
#include <cmath>

namespace sb::config {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Configuration", text); }

/// "first_sensor_is_mosfet" as drivers name it: firstSensorIsMosfet.
QString camelCase(const QString &key)
{
    QString name;
    bool upper = false;
    for (const QChar c : key) {
        if (c == QLatin1Char('_')) {
            upper = true;
            continue;
        }
        name += upper ? c.toUpper() : c;
        upper = false;
    }
    return name;
}

class Reader
{
public:
    explicit Reader(OptionsFile &file)
        : m_file(file)
    {}

    void entry(const Entry &entry)
    {
        const QString kind = entry.section.section(QLatin1Char(' '), 0, 0).toLower();
        if (kind == QLatin1String("general"))
            general(entry);
        else if (kind == QLatin1String("device"))
            device(entry);
        else if (kind != QLatin1String("mqtt-out") && kind != QLatin1String("bank"))
            unknownSection(entry);
    }

private:
    void warn(const Entry &entry, const QString &text, Message::Level level = Message::Level::Warning)
    {
        m_file.messages.push_back({level, entry.line, entry.key.left(60), text});
    }

    void unknownSection(const Entry &entry)
    {
        if (m_told.contains(entry.section))
            return;
        m_told.insert(entry.section);
        warn(entry,
             tr("section [%1] is not known and ignored: general, device NAME").arg(entry.section.left(60)));
    }

    std::optional<bool> flag(const Entry &entry)
    {
        const QString word = entry.value.toLower();
        if (word == QLatin1String("true") || word == QLatin1String("false"))
            return word == QLatin1String("true");
        warn(entry, tr("\"%1\" is neither True nor False: ignored").arg(entry.value.left(40)),
             Message::Level::Error);
        return std::nullopt;
    }

    void general(const Entry &entry)
    {
        const QString key = entry.key.toLower();
        if (key == QLatin1String("monitor_only"))
            m_file.monitorOnly = flag(entry).value_or(m_file.monitorOnly);
        else if (key == QLatin1String("ble_voltage_sense"))
            m_file.voltageSense = flag(entry).value_or(m_file.voltageSense);
        else if (key == QLatin1String("adapter"))
            m_file.adapter = entry.value;
        else
            warn(entry, tr("is not known and ignored"));
    }

    DeviceOptions *deviceOf(const Entry &entry)
    {
        QString name = entry.section.section(QLatin1Char(' '), 1).trimmed();
        std::optional<int> address;
        if (const qsizetype hash = name.lastIndexOf(QLatin1Char('#')); hash >= 0) {
            bool ok = false;
            const int number = name.mid(hash + 1).toInt(&ok, 0);
            if (!ok || number < 0 || number > 255) {
                unknownSection(entry);
                return nullptr;
            }
            address = number;
            name.truncate(hash);
        }
        if (name.isEmpty()) {
            unknownSection(entry);
            return nullptr;
        }
        if (const QString radio = bluetoothAddress(name); !radio.isEmpty())
            name = radio;
        for (DeviceOptions &device : m_file.devices) {
            if (device.name == name && device.address == address)
                return &device;
        }
        DeviceOptions device;
        device.name = name;
        device.address = address;
        device.line = entry.line;
        m_file.devices.push_back(device);
        return &m_file.devices.back();
    }

    void device(const Entry &entry)
    {
        DeviceOptions *device = deviceOf(entry);
        if (!device)
            return;
        const QString key = entry.key.toLower();
        if (key == QLatin1String("bms")) {
            device->bms = entry.value;
        } else if (key == QLatin1String("monitor_only")) {
            device->monitorOnly = flag(entry);
        } else if (key == QLatin1String("poll_interval")) {
            bool ok = false;
            const double seconds = entry.value.toDouble(&ok);
            constexpr double least = 0.1;
            constexpr double most = 60;
            if (ok && seconds >= least && seconds <= most)
                device->pollIntervalS = seconds;
            else
                warn(entry, tr("\"%1\" is not from 0.1 to 60 s: ignored").arg(entry.value.left(40)),
                     Message::Level::Error);
        } else if (key == QLatin1String("password")) {
            device->driver.insert(QStringLiteral("password"), entry.value);
        } else {
            // What the protocol files name; a driver takes those it knows.
            bool isNumber = false;
            const double number = entry.value.toDouble(&isNumber);
            const QString word = entry.value.toLower();
            QVariant value = entry.value;
            if (word == QLatin1String("true") || word == QLatin1String("false"))
                value = word == QLatin1String("true");
            else if (isNumber && std::isfinite(number))
                value = number;
            device->driver.insert(camelCase(key), value);
        }
    }

    OptionsFile &m_file;
    QSet<QString> m_told;
};

} // namespace

const DeviceOptions *OptionsFile::find(const QString &name, std::optional<int> address) const
{
    const DeviceOptions *whole = nullptr;
    for (const DeviceOptions &device : devices) {
        if (device.name != name)
            continue;
        if (device.address == address)
            return &device;
        if (!device.address)
            whole = &device;
    }
    return whole;
}

OptionsFile parseOptions(const QByteArray &text)
{
    OptionsFile file;
    const IniFile ini = parseIni(text);
    file.messages = ini.messages;
    Reader reader(file);
    for (const Entry &entry : ini.entries)
        reader.entry(entry);
    return file;
}

OptionsFile readOptions(const QString &path)
{
    QFile file(path);
    if (!file.exists())
        return {};
    if (!file.open(QIODevice::ReadOnly)) {
        OptionsFile options;
        options.messages.push_back(
            {Message::Level::Error, 0, {}, tr("%1: can't be read (%2)").arg(path, file.errorString())});
        return options;
    }
    OptionsFile options = parseOptions(file.read(largestFile + 1));
    const bool secret =
        std::any_of(options.devices.begin(), options.devices.end(), [](const DeviceOptions &device) {
            return device.driver.contains(QStringLiteral("password"));
        });
    if (secret && (file.permissions() & (QFile::ReadGroup | QFile::ReadOther)))
        options.messages.push_back(
            {Message::Level::Warning,
             0,
             {},
             tr("%1: holds a password and others can read it: chmod 600 %1").arg(path)});
    return options;
}

} // namespace sb::config
