// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/recording.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QJsonObject>

namespace sb {
namespace {

/// Which characteristics are talked to; of a BMS that may have these or those it is not known yet.
QJsonObject radioOf(const DriverInfo &info)
{
    if (info.bluetooth.profiles.size() != 1)
        return {};
    const GattProfile &profile = info.bluetooth.profiles.front();
    QJsonObject radio{{QStringLiteral("service"), bluetoothUuidText(profile.service)}};
    if (!profile.notify.empty())
        radio.insert(QStringLiteral("notify"), bluetoothUuidText(profile.notify.front()));
    if (!profile.write.isNull())
        radio.insert(QStringLiteral("write"), bluetoothUuidText(profile.write));
    return radio;
}

CaptureWriter::Settings settingsFor(const QString &fileName, const LineConfig &config, const QString &link,
                                    bool anonymous)
{
    CaptureWriter::Settings settings;
    settings.fileName = fileName;
    settings.anonymous = anonymous;
    settings.program = QStringLiteral("serialbattery ") + QCoreApplication::applicationVersion();
    CaptureLink entry;
    entry.id = link;
    const bool radio = config.kind == TransportKind::Bluetooth;
    entry.transport = radio ? QStringLiteral("ble") : QStringLiteral("serial");
    entry.port = config.port;
    if (config.driver) {
        entry.bms = config.driver->info.id;
        if (radio)
            entry.ble = radioOf(config.driver->info);
        else
            entry.baud = config.driver->info.serial.baudRates.front();
    }
    if (!config.addresses.empty())
        entry.address = config.addresses.front();
    QVariantMap told = config.options;
    told.remove(QStringLiteral("password"));
    entry.config = QJsonObject::fromVariantMap(told);
    settings.links = {entry};
    return settings;
}

} // namespace

void addCaptureOptions(Options &options)
{
    options.value(
        QStringLiteral("capture"), QStringLiteral("DIR"),
        QCoreApplication::translate("Recording", "Records every byte of each port into a file in DIR."));
    options.flag(QStringLiteral("capture-values"),
                 QCoreApplication::translate("Recording", "Records the decoded values, too."));
}

Recording::Recording(const QString &fileName, const LineConfig &config, bool values, Clock &clock,
                     bool anonymous)
    : m_writer(settingsFor(fileName, config, linkId(), anonymous), clock)
    , m_values(values)
{}

std::unique_ptr<Recording> Recording::inFolder(const QString &folder, bool values, const LineConfig &config,
                                               Clock &clock, QString *error)
{
    if (!QDir().mkpath(folder)) {
        *error = tr("--capture %1: the folder can't be made").arg(folder);
        return nullptr;
    }
    const QString port = config.port.mid(config.port.lastIndexOf(QLatin1Char('/')) + 1);
    const QString time = QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss"));
    auto recording = std::make_unique<Recording>(QStringLiteral("%1/%2-%3.bmscap").arg(folder, port, time),
                                                 config, values, clock);
    return recording->open(error) ? std::move(recording) : nullptr;
}

void Recording::follow(Line &line)
{
    connect(&line, &Line::bmsKnown, this,
            [this](const QString &bms, std::optional<int> address, const QVariantMap &found) {
                m_writer.driverFound(linkId(), bms, address, QJsonObject::fromVariantMap(found));
            });
    connect(&line, &Line::batteryAdded, this, [this](Battery *battery) {
        if (!m_values)
            return;
        const auto record = [this, battery] {
            if (battery->pack().lastPollGood())
                m_writer.value(linkId(), battery->model().toJson());
        };
        record();
        connect(&battery->model(), &BatteryModel::updated, this, record);
    });
}

} // namespace sb
