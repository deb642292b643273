// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/recording.h"
#include "app/signals.h"
#include "app/source.h"

#include <QCoreApplication>
#include <QTimer>

namespace sb {

int captureCommand(const QStringList &arguments, Environment &environment)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("CaptureCommand", text); };
    Options options(
        QStringLiteral("capture --port PORT --output FILE [--seconds S] [--capture-values] [--anonymous] "
                       "[--bms ID]"),
        tr("Reads a battery and records every byte in both directions with its time, so that a problem can\n"
           "be replayed without the battery. Also records when nothing answers. Ends after --seconds or\n"
           "with Ctrl+C."));
    options.source();
    options.value(QStringLiteral("output"), QStringLiteral("FILE"),
                  tr("File to write, usually NAME.bmscap."));
    options.value(QStringLiteral("seconds"), QStringLiteral("S"), tr("How long; without it until Ctrl+C."));
    options.flag(QStringLiteral("capture-values"), tr("Records the decoded values, too."));
    options.flag(QStringLiteral("anonymous"),
                 tr("Masks names, serial numbers and the port, where no checksum covers them."));
    if (const auto code = options.parse(arguments))
        return *code;
    if (!options.isSet(QStringLiteral("output"))) {
        console::error(tr("name a file with --output"));
        return WrongUse;
    }
    std::optional<double> seconds;
    if (options.isSet(QStringLiteral("seconds"))) {
        seconds = options.number(QStringLiteral("seconds"), 0.1, 86400);
        if (!seconds)
            return WrongUse;
    }
    std::vector<LineConfig> configs;
    if (const auto code = lineConfigs(options, environment, configs))
        return *code;
    if (configs.size() > 1) {
        console::error(tr("one --port only"));
        return WrongUse;
    }
    SystemClock clock;
    Recording recording(options.value(QStringLiteral("output")), configs.front(),
                        options.isSet(QStringLiteral("capture-values")), clock,
                        options.isSet(QStringLiteral("anonymous")));
    QString error;
    if (!recording.open(&error)) {
        console::error(error);
        return WrongUse;
    }
    if (options.isSet(QStringLiteral("anonymous")))
        console::note(
            tr("the bytes of the BMS stay as they are, checksums cover them: a serial number or name "
               "that the BMS sends is still in the file"));
    const auto line = makeLine(configs.front(), environment, clock, nullptr, recording.tap());
    recording.follow(*line);

    int exitCode = Failed;
    bool ending = false;
    const auto end = [&](int code) {
        if (std::exchange(ending, true))
            return;
        exitCode = code;
        QMetaObject::invokeMethod(line.get(), &Line::stop, Qt::QueuedConnection);
    };
    bool found = false;
    QObject::connect(line.get(), &Line::batteryAdded, line.get(), [&] { found = true; });
    QObject::connect(line.get(), &Line::openFailed, line.get(), [&](const LinkError &failure) {
        console::error(failure.text);
        if (!found)
            end(Unusable);
    });
    QObject::connect(
        line.get(), &Line::stopped, QCoreApplication::instance(), [] { QCoreApplication::exit(0); },
        Qt::QueuedConnection);
    ProcessSignals processSignals;
    QObject::connect(&processSignals, &ProcessSignals::interrupted, line.get(),
                     [&] { end(processSignals.exitCode()); });
    QTimer limit;
    QObject::connect(&limit, &QTimer::timeout, line.get(), [&] {
        if (!found)
            console::error(tr("no BMS answered; what came was recorded"));
        end(found ? Done : Failed);
    });
    if (seconds)
        limit.start(static_cast<int>(*seconds * 1000));
    line->start();
    QCoreApplication::exec();
    return exitCode;
}

} // namespace sb
