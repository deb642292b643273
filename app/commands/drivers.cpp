// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/options.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>

namespace sb {
namespace {

QString transportKey(TransportKind kind)
{
    switch (kind) {
    case TransportKind::Serial:
        return QStringLiteral("serial");
    case TransportKind::Bluetooth:
        return QStringLiteral("ble");
    case TransportKind::Can:
        return QStringLiteral("can");
    case TransportKind::Mqtt:
        return QStringLiteral("mqtt");
    }
    return {};
}

QString controlKey(Control control)
{
    switch (control) {
    case Control::Charge:
        return QStringLiteral("charge");
    case Control::Discharge:
        return QStringLiteral("discharge");
    case Control::Balancing:
        return QStringLiteral("balancing");
    case Control::Heater:
        return QStringLiteral("heater");
    case Control::StateOfCharge:
        return QStringLiteral("set-soc");
    case Control::BalanceTest:
        return QStringLiteral("balance-test");
    }
    return {};
}

QJsonObject describe(const DriverInfo &info)
{
    QJsonArray transports;
    for (const TransportKind kind : info.transports)
        transports.append(transportKey(kind));
    QJsonArray rates;
    for (const int rate : info.serial.baudRates)
        rates.append(rate);
    QJsonArray addresses;
    for (const int address : info.addresses)
        addresses.append(address);
    QJsonArray reads;
    for (const Field field : info.reads)
        reads.append(QString(fieldInfo(field).key));
    QJsonArray writes;
    for (const Control control : info.writes)
        writes.append(controlKey(control));
    if (info.hasParameters)
        writes.append(QStringLiteral("parameters"));
    return {{QStringLiteral("id"), info.id},
            {QStringLiteral("names"), QJsonArray::fromStringList(info.names)},
            {QStringLiteral("bmsTypes"), QJsonArray::fromStringList(info.bmsTypes)},
            {QStringLiteral("transports"), transports},
            {QStringLiteral("baudRates"), rates},
            {QStringLiteral("addresses"), addresses},
            {QStringLiteral("reads"), reads},
            {QStringLiteral("writes"), writes}};
}

} // namespace

int driversCommand(const QStringList &arguments, Environment &environment)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("DriversCommand", text); };
    Options options(
        QStringLiteral("drivers [--json]"),
        tr("Lists every BMS that is supported: its id, brands, ways to reach it, what it reads and writes."));
    options.flag(QStringLiteral("json"), tr("Prints one JSON document."));
    if (const auto code = options.parse(arguments))
        return *code;
    if (options.isSet(QStringLiteral("json"))) {
        QJsonArray array;
        for (const DriverDescriptor &driver : environment.drivers.all())
            array.append(describe(driver.info));
        console::json(array);
        return Done;
    }
    for (const DriverDescriptor &driver : environment.drivers.all()) {
        const DriverInfo &info = driver.info;
        QStringList ways;
        for (const TransportKind kind : info.transports)
            ways.append(transportKey(kind));
        QStringList writes;
        for (const Control control : info.writes)
            writes.append(controlKey(control));
        if (info.hasParameters)
            writes.append(QStringLiteral("parameters"));
        console::line(QStringLiteral("%1  %2").arg(info.id, -12).arg(info.names.join(QStringLiteral(", "))));
        console::line(tr("              over %1; reads %2 values; writes %3")
                          .arg(ways.join(QStringLiteral(", ")))
                          .arg(info.reads.size())
                          .arg(writes.isEmpty() ? tr("nothing") : writes.join(QStringLiteral(", "))));
    }
    return Done;
}

} // namespace sb
