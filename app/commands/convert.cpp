// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/options.h"
#include "transport/capturevectors.h"

#include <QCoreApplication>
#include <QSaveFile>

namespace sb {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("ConvertCommand", text); }

/// What the ending of \a fileName asks for; nothing, and the error, where the capture has nothing of that
/// kind.
std::optional<QByteArray> exported(const QString &fileName, const Capture &capture, const QByteArray &text,
                                   QString *error)
{
    if (fileName.endsWith(QLatin1String(".json")))
        return exportVectors(capture);
    if (fileName.endsWith(QLatin1String(".log")) || fileName.endsWith(QLatin1String(".candump"))) {
        const auto frames = exportCandump(capture);
        if (!frames)
            *error = tr("%1: candump holds CAN frames, and the input has none").arg(fileName);
        return frames;
    }
    if (fileName.endsWith(QLatin1String(".bmscap")) || fileName.endsWith(QLatin1String(".jsonl")))
        return text;
    *error = tr("%1: end its name in .bmscap (capture), .json (vectors) or .log (candump)").arg(fileName);
    return std::nullopt;
}

} // namespace

int convertCommand(const QStringList &arguments, Environment &environment)
{
    Options options(
        QStringLiteral("convert IN OUT [--bms ID] [--case NAME] [--tx-channel NAME] [--lenient]"),
        tr("Turns recordings into each other. IN: a capture (also .gz), a vector file, a log of candump,\n"
           "a raw data capture of dbus-serialbattery, a Bluetooth log (btsnoop), the CSV file of a logic\n"
           "analyser, or a text with \"tx\" and \"rx\" lines of hex. OUT, by its ending: .bmscap a capture\n"
           "(which \"replay\" decodes), .json a vector file, .log a candump log."));
    options.value(QStringLiteral("bms"), QStringLiteral("ID"), tr("Which BMS it is, where IN does not say."));
    options.value(QStringLiteral("case"), QStringLiteral("NAME"), tr("Only this case of a vector file."));
    options.value(QStringLiteral("tx-channel"), QStringLiteral("NAME"),
                  tr("The channel of a CSV file that goes to the BMS."), QStringLiteral("tx"));
    options.flag(QStringLiteral("lenient"), tr("Passes over broken lines of a capture."));
    if (const auto code = options.parse(arguments))
        return *code;
    if (options.positional().size() != 2) {
        console::error(tr("name two files: what to read and what to write"));
        return WrongUse;
    }
    const QString input = options.positional().at(0);
    const QString output = options.positional().at(1);
    ImportOptions wanted;
    wanted.bms = options.value(QStringLiteral("bms"));
    wanted.caseName = options.value(QStringLiteral("case"));
    wanted.txChannel = options.value(QStringLiteral("tx-channel"));
    if (!wanted.bms.isEmpty() && !environment.drivers.find(wanted.bms)) {
        console::error(tr("unknown BMS \"%1\" (\"serialbattery drivers\" lists them)").arg(wanted.bms));
        return WrongUse;
    }
    QString error;
    const auto content = readRecording(input, &error);
    if (!content) {
        console::error(error);
        return WrongUse;
    }
    const ImportResult imported = importCapture(*content, input, wanted);
    for (const QString &warning : imported.warnings)
        console::note(warning);
    if (!imported.capture) {
        console::error(imported.error);
        return WrongUse;
    }
    // Whatever it came from, it has to be a capture now that replay takes.
    const CaptureReadResult read =
        parseCapture(*imported.capture, input, {options.isSet(QStringLiteral("lenient"))});
    for (const QString &warning : read.warnings)
        console::note(warning);
    if (!read.capture) {
        console::error(read.error);
        return WrongUse;
    }
    const auto text = exported(output, *read.capture, *imported.capture, &error);
    if (!text) {
        console::error(error);
        return WrongUse;
    }
    QSaveFile file(output);
    if (!file.open(QIODevice::WriteOnly) || file.write(*text) != text->size() || !file.flush() ||
        !file.commit()) {
        console::error(tr("%1: %2").arg(output, file.errorString()));
        return WrongUse;
    }
    return Done;
}

} // namespace sb
