// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/options.h"
#include "app/supportedpage.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>

namespace sb {
namespace {

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
        QStringLiteral("drivers [--json | --markdown]"),
        tr("Lists every BMS that is supported: its id, brands, ways to reach it, what it reads and writes."));
    options.flag(QStringLiteral("json"), tr("Prints one JSON document."));
    options.flag(QStringLiteral("markdown"), tr("Prints them as docs/supported-bms.md."));
    if (const auto code = options.parse(arguments))
        return *code;
    if (options.isSet(QStringLiteral("markdown"))) {
        console::line(supportedPage(environment.drivers));
        return Done;
    }
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
