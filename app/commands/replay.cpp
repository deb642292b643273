// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/battery.h"
#include "app/batterytext.h"
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/options.h"
#include "app/valuecompare.h"
#include "session/detector.h"
#include "transport/replaytransport.h"

#include <QCoreApplication>
#include <QJsonObject>
#include <QThread>

namespace sb {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("ReplayCommand", text); }

/// Silence after the last recorded byte in which the driver may still make up its mind, virtual milliseconds.
constexpr qint64 afterEndMs = 5000;

const CaptureLink *findLink(const Capture &capture, const QString &id)
{
    for (const CaptureLink &link : capture.links) {
        if (id.isEmpty() || link.id == id)
            return &link;
    }
    return nullptr;
}

/// Which BMS: the option, else the header, else what was detected while recording.
QString bmsOf(const Capture &capture, const CaptureLink &link, const Options &options)
{
    if (options.isSet(QStringLiteral("bms")))
        return options.value(QStringLiteral("bms"));
    if (!link.bms.isEmpty())
        return link.bms;
    QString found;
    for (const CaptureEvent &event : capture.events) {
        if (event.kind == CaptureEvent::Kind::Driver && event.link == link.id)
            found = event.value.value(QLatin1String("bms")).toString();
    }
    return found;
}

std::optional<ReplayTransport::Settings> transportSettings(const Options &options)
{
    ReplayTransport::Settings settings;
    settings.link = options.value(QStringLiteral("link"));
    const QString chunks = options.value(QStringLiteral("chunks"));
    bool ok = true;
    if (chunks == QLatin1String("whole"))
        settings.chunks = ReplayTransport::Chunks::Whole;
    else if (chunks == QLatin1String("bytes"))
        settings.chunks = ReplayTransport::Chunks::Bytes;
    else if (chunks.startsWith(QLatin1String("random:"))) {
        settings.chunks = ReplayTransport::Chunks::Random;
        settings.seed = chunks.mid(7).toULongLong(&ok);
    } else if (!chunks.isEmpty() && chunks != QLatin1String("recorded")) {
        ok = false;
    }
    if (ok)
        return settings;
    console::error(tr("--chunks %1: use recorded, whole, bytes or random:SEED").arg(chunks));
    return std::nullopt;
}

/// Moves virtual time on, or as fast as the user wants to watch it.
void advanceTime(VirtualClock &clock, double speed)
{
    const qint64 before = clock.now();
    clock.advance();
    if (speed > 0)
        QThread::msleep(static_cast<unsigned long>(static_cast<double>(clock.now() - before) / speed));
}

} // namespace

int replayCommand(const QStringList &arguments, Environment &environment)
{
    Options options(
        QStringLiteral("replay FILE [--bms ID] [--link L] [--json] [--speed X] [--strict] [--lenient] "
                       "[--expect] [--chunks recorded|whole|bytes|random:SEED]"),
        tr("Feeds a recording to the driver and prints what it decodes, once per complete poll. By default\n"
           "time is virtual: hours of recording take a moment, with the same decisions as in real time."));
    options.value(QStringLiteral("bms"), QStringLiteral("ID"),
                  tr("Which BMS it is, instead of what the file says."));
    options.value(QStringLiteral("link"), QStringLiteral("L"),
                  tr("Which connection of the file; else the first."));
    options.value(QStringLiteral("speed"), QStringLiteral("X"),
                  tr("1 is real time, 10 ten times as fast, 0 at once."), QStringLiteral("0"));
    options.value(QStringLiteral("chunks"), QStringLiteral("HOW"), tr("How replies are cut into pieces."));
    options.flag(QStringLiteral("json"), tr("Prints one line of JSON per poll."));
    options.flag(QStringLiteral("strict"), tr("Fails when a request is not in the file, or out of order."));
    options.flag(QStringLiteral("lenient"), tr("Passes over broken lines."));
    options.flag(QStringLiteral("expect"),
                 tr("Compares with the values in the file that are marked as expected."));
    if (const auto code = options.parse(arguments))
        return *code;
    if (options.positional().size() != 1) {
        console::error(tr("name one file"));
        return WrongUse;
    }
    const auto speed = options.number(QStringLiteral("speed"), 0, 1000);
    const auto settings = transportSettings(options);
    if (!speed || !settings)
        return WrongUse;
    const QString fileName = options.positional().constFirst();
    const CaptureReadResult file = readCapture(fileName, {options.isSet(QStringLiteral("lenient"))});
    for (const QString &warning : file.warnings)
        console::note(warning);
    if (!file.capture) {
        console::error(file.error);
        return WrongUse;
    }
    const CaptureLink *link = findLink(*file.capture, settings->link);
    if (!link) {
        console::error(tr("%1: has no link \"%2\"").arg(fileName, settings->link));
        return WrongUse;
    }
    const QString bms = bmsOf(*file.capture, *link, options);
    const DriverDescriptor *driver = environment.drivers.find(bms);
    if (!driver) {
        console::error(bms.isEmpty()
                           ? tr("%1: does not say which BMS it is: give --bms ID").arg(fileName)
                           : tr("unknown BMS \"%1\" (\"serialbattery drivers\" lists them)").arg(bms));
        return WrongUse;
    }

    VirtualClock clock;
    ReplayTransport transport(*file.capture, *settings, clock);
    SessionSettings sessionSettings;
    sessionSettings.pollIntervalMs = driver->info.pollIntervalMs;
    Session session(transport, clock, sessionSettings);
    const bool radio = link->transport == QLatin1String("ble");
    DriverConfig config{radio ? TransportKind::Bluetooth : TransportKind::Serial, link->address,
                        driverOptions(*file.capture, *link)};
    if (const QString type = QStringLiteral("bmsType"); !config.options.contains(type))
        config.options.insert(type, bms);
    PackLink *pack = session.addPack(driver->create(config));
    BatteryModel model(driver->info.id, link->port);
    model.setAddress(link->address);

    int decoded = 0;
    bool atEnd = false;
    QJsonObject last;
    QObject::connect(&session, &Session::packUpdated, &model, [&](PackLink *updated) {
        if (atEnd)
            return;
        atEnd = transport.isAtEnd();
        if (!updated->lastPollGood())
            return;
        ++decoded;
        model.update(updated->state(), updated->condition(), updated->linkStatus(clock.now()),
                     updated->lastGood(), clock.now());
        last = model.toJson();
        last.remove(QStringLiteral("age"));
        last.remove(QStringLiteral("time")); // the same file prints the same text, today and tomorrow
        last.insert(QStringLiteral("t"), std::round(transport.position() * 1000) / 1000);
        if (options.isSet(QStringLiteral("json")))
            console::json(last);
        else
            console::text(batteryText(model).toUtf8() + '\n');
    });
    session.start();
    qint64 endedAt = -1;
    while (!atEnd) {
        if (transport.isAtEnd() && endedAt < 0)
            endedAt = clock.now();
        if (endedAt >= 0 && clock.now() > endedAt + afterEndMs)
            break;
        // A driver that only asks what was never recorded would ask for ever.
        constexpr quint64 hopeless = 1000;
        if (transport.counters().unmatched > hopeless && decoded == 0)
            break;
        advanceTime(clock, *speed);
    }
    session.stop();

    const LinkCounters counters = pack->driver().counters();
    const ReplayTransport::Counters &replay = transport.counters();
    console::note(tr("%1 polls decoded, %2 bad frames, %3 requests unmatched, %4 reused, %5 skipped")
                      .arg(decoded)
                      .arg(counters.badChecksums)
                      .arg(replay.unmatched)
                      .arg(replay.reused)
                      .arg(replay.skipped));
    for (const QString &request : transport.unmatchedRequests())
        console::note(tr("unmatched request %1").arg(request));
    int exitCode = decoded > 0 ? Done : Failed;
    if (options.isSet(QStringLiteral("strict")) && replay.unmatched + replay.reused + replay.skipped > 0)
        exitCode = Failed;
    if (options.isSet(QStringLiteral("expect"))) {
        for (const CaptureEvent &event : file.capture->events) {
            if (event.kind != CaptureEvent::Kind::Value || !event.expected || event.link != link->id)
                continue;
            for (const ValueDifference &difference : compareValues(event.value, last, {})) {
                console::error(
                    tr("%1: expected %2, got %3").arg(difference.field, difference.expected, difference.got));
                exitCode = Failed;
            }
        }
    }
    return exitCode;
}

} // namespace sb
