// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/supportedpage.h"

#include "config/keytable.h"
#include "session/detector.h"

#include <QCoreApplication>

namespace sb {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("SupportedPage", text); }

QString evidence(const char *text)
{
    return *text ? QCoreApplication::translate("Evidence", text) : QString();
}

QString code(const QString &text) { return QLatin1Char('`') + text + QLatin1Char('`'); }

QString codes(QStringList words)
{
    for (QString &word : words)
        word = code(word);
    return words.join(QStringLiteral(", "));
}

/// "1, 3 to 15"
QString ranges(const std::vector<int> &numbers)
{
    QStringList parts;
    for (size_t i = 0; i < numbers.size();) {
        size_t last = i;
        while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1)
            ++last;
        if (last > i + 1) {
            parts.append(tr("%1 to %2").arg(numbers[i]).arg(numbers[last]));
            i = last + 1;
        } else {
            parts.append(QString::number(numbers[i++]));
        }
    }
    return parts.join(QStringLiteral(", "));
}

/// "8E1"
QString frameFormat(const SerialSettings &serial)
{
    const QChar parity = QLatin1Char(serial.parity == SerialSettings::Parity::Even  ? 'E'
                                     : serial.parity == SerialSettings::Parity::Odd ? 'O'
                                                                                    : 'N');
    return QStringLiteral("8%1%2").arg(parity).arg(serial.stopBits);
}

QString ways(const DriverInfo &info)
{
    QStringList all;
    for (const TransportKind kind : info.transports) {
        if (kind != TransportKind::Serial) {
            all.append(kind == TransportKind::Bluetooth ? tr("Bluetooth") : transportKey(kind));
            continue;
        }
        QStringList rates;
        for (const int rate : info.serial.baudRates)
            rates.append(QString::number(rate));
        all.append(tr("serial at %1 baud, %2").arg(rates.join(tr(" or ")), frameFormat(info.serial)));
    }
    return all.join(QStringLiteral("; "));
}

QString addresses(const DriverInfo &info)
{
    if (info.addresses.empty() && info.packAddresses.empty())
        return tr("none");
    QString text = ranges(info.addresses);
    std::vector<int> others = lineAddresses(info);
    others.erase(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(info.addresses.size()));
    if (!others.empty())
        text += tr("; when nothing answers there, and for further packs, %1").arg(ranges(others));
    return text;
}

QString writes(const DriverInfo &info)
{
    QStringList all;
    for (const Control control : info.writes)
        all.append(code(controlKey(control)));
    if (info.hasParameters)
        all.append(tr("settings"));
    return all.isEmpty() ? tr("nothing") : all.join(QStringLiteral(", "));
}

QString reads(const DriverInfo &info)
{
    QStringList keys;
    for (const Field field : info.reads)
        keys.append(fieldInfo(field).key);
    return codes(keys);
}

QString sleep(const DriverInfo &info)
{
    return info.sleepsBelow ? tr("a board that falls silent below %1 A sleeps").arg(*info.sleepsBelow)
                            : tr("not known to sleep; a board that falls silent is lost");
}

QString times(const DriverInfo &info, qint64 askedMs)
{
    constexpr double msPerS = 1000;
    return tr("a reply begins within %1 ms, %2 ms between requests, a poll each %3 s; a search over all "
              "families asks it within %4 s")
        .arg(info.serial.firstByteMs)
        .arg(info.serial.gapMs)
        .arg(info.pollIntervalMs / msPerS)
        .arg(std::ceil(static_cast<double>(askedMs) / msPerS));
}

} // namespace

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

QString supportedPage(const DriverRegistry &drivers)
{
    QStringList lines{
        tr("# Supported BMS, and what was verified"),
        {},
        tr("Made from what the drivers say about themselves (`serialbattery drivers --markdown`), in the "
           "order "
           "of a search. Names of values are those of the JSON. Every family is tested against its "
           "simulator; "
           "\"verified\" is only what was checked on frames of real devices."),
        {},
        tr("| id | devices | `BMS_TYPE` | over |"),
        QStringLiteral("| --- | --- | --- | --- |"),
    };
    for (const DriverDescriptor &driver : drivers.all()) {
        const DriverInfo &info = driver.info;
        lines.append(
            QStringLiteral("| [`%1`](#%1) | %2 | %3 | %4 |")
                .arg(info.id, info.names.join(QStringLiteral(", ")), codes(info.bmsTypes), ways(info)));
    }
    for (const DriverDescriptor &driver : drivers.all()) {
        const DriverInfo &info = driver.info;
        const auto item = [&lines](const QString &title, const QString &text) {
            lines.append(QStringLiteral("* %1: %2").arg(title, text));
        };
        lines += QStringList{{}, QStringLiteral("## ") + info.id, {}};
        item(tr("addresses"), addresses(info));
        item(tr("reads"), reads(info));
        item(tr("writes"), writes(info));
        item(tr("sleep"), sleep(info));
        item(tr("times"), times(info, askedWithinMs(drivers, driver)));
        const QString verified = evidence(info.verified);
        const QString documents = evidence(info.documents);
        if (verified.isEmpty() && documents.isEmpty()) {
            item(tr("verified"), tr("not stated"));
            continue;
        }
        item(tr("verified on real frames"), verified.isEmpty() ? tr("nothing so far.") : verified);
        item(tr("from documents only"), documents.isEmpty() ? tr("nothing.") : documents);
    }
    lines += QStringList{{}, tr("## Not supported"), {}};
    for (const config::UnsupportedType &each : config::unsupportedTypes())
        lines.append(QStringLiteral("* %1: %2")
                         .arg(code(QLatin1String(each.type)),
                              config::unsupportedReason(QString::fromLatin1(each.type))));
    return lines.join(QLatin1Char('\n'));
}

} // namespace sb
