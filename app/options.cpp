// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/options.h"

#include "app/console.h"
#include "app/exitcode.h"

#include <QCoreApplication>
#include <QLoggingCategory>
#include <cstdio>

namespace sb {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("Options", text); }

void writeMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    const char *level = "debug";
    switch (type) {
    case QtDebugMsg:
        break;
    case QtInfoMsg:
        level = "info";
        break;
    case QtWarningMsg:
        level = "warning";
        break;
    case QtCriticalMsg:
        level = "error";
        break;
    case QtFatalMsg:
        level = "fatal";
        break;
    }
    const QByteArray line = message.toUtf8();
    const bool ours = context.category && qstrncmp(context.category, "serialbattery", 13) == 0;
    std::fprintf(stderr, "%s: %s%s%s\n", level,
                 ours               ? ""
                 : context.category ? context.category
                                    : "",
                 ours ? "" : ": ", line.constData());
    std::fflush(stderr);
}

} // namespace

bool setLogLevel(const QString &level)
{
    // Categories default to info and above; the rules turn single levels off or on.
    QString rules;
    if (level == QLatin1String("debug"))
        rules = QStringLiteral("serialbattery.*.debug=true");
    else if (level == QLatin1String("warning"))
        rules = QStringLiteral("serialbattery.*.info=false");
    else if (level == QLatin1String("error"))
        rules = QStringLiteral("serialbattery.*.info=false\nserialbattery.*.warning=false");
    else if (level != QLatin1String("info"))
        return false;
    QLoggingCategory::setFilterRules(rules);
    return true;
}

void installLogging() { qInstallMessageHandler(writeMessage); }

Options::Options(const QString &usage, const QString &description)
    : m_usage(usage)
    , m_description(description)
{
    m_parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsLongOptions);
    m_parser.addOption({{QStringLiteral("h"), QStringLiteral("help")}, tr("Shows this help.")});
    flag(QStringLiteral("quiet"), tr("Prints errors only."));
    flag(QStringLiteral("verbose"), tr("Logs everything, as --log-level debug."));
    value(QStringLiteral("log-level"), QStringLiteral("LEVEL"), tr("error, warning, info or debug."));
}

void Options::flag(const QString &name, const QString &help) { m_parser.addOption({name, help}); }

void Options::value(const QString &name, const QString &valueName, const QString &help,
                    const QString &standard)
{
    m_parser.addOption({name, help, valueName, standard});
}

void Options::source()
{
    value(QStringLiteral("port"), QStringLiteral("PORT"), tr("Serial port, such as /dev/ttyUSB0."));
    value(
        QStringLiteral("ble"), QStringLiteral("ID MAC"),
        tr("Bluetooth battery: its address, with or without its BMS before it (\"jbd A4:C1:38:00:11:22\")."));
    value(QStringLiteral("adapter"), QStringLiteral("HCI"),
          tr("Bluetooth adapter, such as hci1, or its address; else the first."));
    value(QStringLiteral("password-file"), QStringLiteral("FILE"),
          tr("File with the Bluetooth password of the BMS; - reads it from standard input."));
    value(QStringLiteral("bms"), QStringLiteral("ID"),
          tr("Which BMS it is (see \"drivers\"); found out if left out."));
    value(QStringLiteral("address"), QStringLiteral("A"), tr("Bus address of the pack, decimal or 0x01."));
}

std::optional<int> Options::parse(const QStringList &arguments)
{
    if (!m_parser.parse(arguments)) {
        console::error(m_parser.errorText() +
                       tr(" (\"serialbattery %1 --help\" lists the options)").arg(arguments.value(0)));
        return WrongUse;
    }
    if (isSet(QStringLiteral("help"))) {
        const QString options = m_parser.helpText();
        const qsizetype from = options.indexOf(QLatin1Char('\n'));
        const QString usage = tr("Usage: serialbattery %1").arg(m_usage);
        const QString text =
            usage + QStringLiteral("\n\n") + m_description + QLatin1Char('\n') + options.mid(from);
        console::text(text.toUtf8());
        return Done;
    }
    QString level = value(QStringLiteral("log-level"));
    if (isSet(QStringLiteral("quiet")))
        level = QStringLiteral("error");
    else if (isSet(QStringLiteral("verbose")))
        level = QStringLiteral("debug");
    console::setQuiet(isSet(QStringLiteral("quiet")));
    if (!level.isEmpty() && !setLogLevel(level)) {
        console::error(tr("--log-level %1: use error, warning, info or debug").arg(level));
        return WrongUse;
    }
    return std::nullopt;
}

std::optional<qint64> Options::integer(const QString &name, qint64 minimum, qint64 maximum) const
{
    bool ok = false;
    const qint64 number = value(name).toLongLong(&ok, 0);
    if (ok && number >= minimum && number <= maximum)
        return number;
    console::error(
        tr("--%1 %2: give a whole number from %3 to %4").arg(name, value(name)).arg(minimum).arg(maximum));
    return std::nullopt;
}

std::optional<double> Options::number(const QString &name, double minimum, double maximum) const
{
    bool ok = false;
    const double number = value(name).toDouble(&ok);
    if (ok && number >= minimum && number <= maximum)
        return number;
    console::error(
        tr("--%1 %2: give a number from %3 to %4").arg(name, value(name)).arg(minimum).arg(maximum));
    return std::nullopt;
}

} // namespace sb
