// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/options.h"
#include "app/signals.h"
#include "app/source.h"
#include "transport/portfinder.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>
#include <QTimer>

namespace sb {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("ScanCommand", text); }

struct ScanResult
{
    SerialPortEntry port;
    QString bms;   ///< with --detect: what answered
    QString error; ///< with --detect: why nothing could
};

/// Asks all ports at once, each on a line of its own.
void detectAll(std::vector<ScanResult> &results, const Environment &environment, int timeoutMs)
{
    SystemClock clock;
    std::vector<std::unique_ptr<Line>> lines;
    size_t open = results.size();
    const auto done = [&open] {
        if (--open == 0)
            QCoreApplication::exit(0);
    };
    for (ScanResult &result : results) {
        LineConfig config;
        config.port = result.port.device;
        lines.push_back(makeSerialLine(config, environment, clock, nullptr));
        Line *line = lines.back().get();
        const auto end = [line] { QMetaObject::invokeMethod(line, &Line::stop, Qt::QueuedConnection); };
        QObject::connect(line, &Line::batteryAdded, line, [&result, end](Battery *battery) {
            result.bms = battery->model().bms();
            end();
        });
        QObject::connect(line, &Line::nothingFound, line, end);
        QObject::connect(line, &Line::openFailed, line, [&result, end](const LinkError &error) {
            result.error = error.text;
            end();
        });
        QObject::connect(line, &Line::stopped, line, done, Qt::QueuedConnection);
    }
    QTimer limit;
    limit.setSingleShot(true);
    QObject::connect(&limit, &QTimer::timeout, [&] {
        for (const auto &line : lines)
            line->stop();
    });
    ProcessSignals processSignals;
    QObject::connect(&processSignals, &ProcessSignals::interrupted, [&] {
        for (const auto &line : lines)
            line->stop();
    });
    limit.start(timeoutMs);
    for (const auto &line : lines)
        line->start();
    QCoreApplication::exec();
}

} // namespace

int scanCommand(const QStringList &arguments, Environment &environment)
{
    Options options(
        QStringLiteral("scan [--serial] [--detect] [--all] [--json] [--timeout S]"),
        tr("Lists the serial ports of this machine with their adapter and the name that stays the same\n"
           "after plugging in again; with --detect also asks which BMS is there."));
    options.flag(QStringLiteral("serial"), tr("Serial ports (what is scanned anyway, so far)."));
    options.flag(QStringLiteral("detect"), tr("Asks every port which BMS is on it."));
    options.flag(QStringLiteral("all"), tr("Shows ports without hardware, too."));
    options.flag(QStringLiteral("json"), tr("Prints one JSON document."));
    options.value(QStringLiteral("timeout"), QStringLiteral("S"), tr("How long --detect may take."),
                  QStringLiteral("30"));
    if (const auto code = options.parse(arguments))
        return *code;
    const auto timeout = options.number(QStringLiteral("timeout"), 1, 600);
    if (!timeout)
        return WrongUse;
    std::vector<ScanResult> results;
    for (const SerialPortEntry &port : findSerialPorts(options.isSet(QStringLiteral("all"))))
        results.push_back({port, {}, {}});
    if (options.isSet(QStringLiteral("detect")) && !results.empty())
        detectAll(results, environment, static_cast<int>(*timeout * 1000));

    if (options.isSet(QStringLiteral("json"))) {
        QJsonArray serial;
        for (const ScanResult &result : results) {
            QJsonObject object{{QStringLiteral("port"), result.port.device},
                               {QStringLiteral("hasHardware"), result.port.hasHardware}};
            const std::pair<const char *, QString> texts[] = {{"stableName", result.port.stableName},
                                                              {"description", result.port.description},
                                                              {"manufacturer", result.port.manufacturer},
                                                              {"serialNumber", result.port.serialNumber},
                                                              {"usbId", result.port.usbId},
                                                              {"bms", result.bms},
                                                              {"error", result.error}};
            for (const auto &[key, text] : texts) {
                if (!text.isEmpty())
                    object.insert(QLatin1String(key), text);
            }
            serial.append(object);
        }
        console::json(QJsonObject{{QStringLiteral("serial"), serial},
                                  {QStringLiteral("ble"), QJsonArray()},
                                  {QStringLiteral("can"), QJsonArray()}});
        return Done;
    }
    if (results.empty())
        console::line(tr("no serial port found (--all shows those without hardware, too)"));
    for (const ScanResult &result : results) {
        const QString what = !result.bms.isEmpty()                     ? result.bms
                             : !result.error.isEmpty()                 ? result.error
                             : options.isSet(QStringLiteral("detect")) ? tr("no BMS answered")
                                                                       : QString();
        console::line(
            QStringLiteral("%1  %2  %3")
                .arg(result.port.device, -14)
                .arg(result.port.description.isEmpty() ? result.port.manufacturer : result.port.description,
                     what)
                .trimmed());
        if (!result.port.stableName.isEmpty())
            console::line(QStringLiteral("    ") + result.port.stableName);
    }
    return Done;
}

} // namespace sb
