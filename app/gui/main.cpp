// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/exitcode.h"
#include "app/gui/batterysource.h"
#include "app/gui/guioptions.h"
#include "app/gui/screenshot.h"
#include "app/signals.h"
#include "model/batterylistmodel.h"

#include <QGuiApplication>
#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <QSurfaceFormat>
#include <QTranslator>
#include <QtQml/QQmlExtensionPlugin>
#include <cstdio>
#include <optional>

Q_IMPORT_QML_PLUGIN(SerialBatteryPlugin)

namespace {

void say(FILE *to, const QString &line) { std::fprintf(to, "%s\n", qPrintable(line)); }

int fail(const QString &error, int code)
{
    say(stderr, error);
    return code;
}

void speakTheUsersLanguage(QTranslator &translator)
{
    if (translator.load(QLocale(), QStringLiteral("serialbattery"), QStringLiteral("_"),
                        QStringLiteral(":/i18n")))
        QCoreApplication::installTranslator(&translator);
}

/// Help, version and wrong use need no display, and must work without one.
std::optional<int> answerWithoutWindow(int &argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QTranslator translator;
    speakTheUsersLanguage(translator);
    const sb::GuiOptions options = sb::parseGuiOptions(QCoreApplication::arguments().mid(1));
    if (!options.error.isEmpty())
        return fail(options.error, sb::WrongUse);
    if (options.help)
        say(stdout, sb::guiHelp().trimmed());
    else if (options.version)
        say(stdout, QStringLiteral("serialbattery-gui " SB_VERSION));
    else
        return std::nullopt;
    return sb::Done;
}

} // namespace

int main(int argc, char **argv)
{
    using namespace sb;
    if (const auto code = answerWithoutWindow(argc, argv))
        return *code;
    // The ring and the signs are drawn as shapes, which a graphics card smooths only with several samples.
    QSurfaceFormat format = QSurfaceFormat::defaultFormat();
    format.setSamples(4);
    QSurfaceFormat::setDefaultFormat(format);

    QGuiApplication::setApplicationName(QStringLiteral("serialbattery-gui"));
    QGuiApplication::setApplicationVersion(QStringLiteral(SB_VERSION));
    QGuiApplication application(argc, argv);
    QTranslator translator;
    speakTheUsersLanguage(translator);
    // Once more: Qt has taken its own options by now.
    const GuiOptions options = parseGuiOptions(QCoreApplication::arguments().mid(1));
    QString error;
    const std::unique_ptr<BatterySource> source = makeBatterySource(options.rest, &error);
    if (!source)
        return fail(error, WrongUse);

    QQmlApplicationEngine engine;
    QVariantMap properties{{QStringLiteral("batteries"), QVariant::fromValue(source->batteries())},
                           {QStringLiteral("message"), source->message()},
                           {QStringLiteral("panel"), options.panel},
                           {QStringLiteral("scheme"), options.scheme}};
    if (options.size.isValid()) {
        properties.insert(QStringLiteral("width"), options.size.width());
        properties.insert(QStringLiteral("height"), options.size.height());
    }
    engine.setInitialProperties(properties);
    engine.load(QUrl(QStringLiteral("qrc:/qt-project.org/imports/SerialBattery/Main.qml")));
    auto *window = qobject_cast<QQuickWindow *>(engine.rootObjects().value(0));
    if (!window)
        return fail(QCoreApplication::translate(
                        "main", "The window cannot be built: are all packages of Qt Quick installed?"),
                    Failed);

    QObject::connect(source.get(), &BatterySource::messageChanged, window,
                     [&] { window->setProperty("message", source->message()); });
    QObject::connect(source.get(), &BatterySource::failed, &application, [&](const QString &line, int code) {
        say(stderr, line);
        QCoreApplication::exit(code);
    });
    const ProcessSignals processSignals;
    QObject::connect(&processSignals, &ProcessSignals::interrupted, &application,
                     [&] { QCoreApplication::exit(processSignals.exitCode()); });
    std::unique_ptr<Screenshot> screenshot;
    if (!options.screenshot.isEmpty()) {
        screenshot = std::make_unique<Screenshot>(window, source->batteries(), options.screenshot);
        QObject::connect(screenshot.get(), &Screenshot::finished, &application, [](const QString &line) {
            if (!line.isEmpty())
                say(stderr, line);
            QCoreApplication::exit(line.isEmpty() ? Done : Failed);
        });
    } else if (options.panel)
        window->showFullScreen();
    source->start();
    return QGuiApplication::exec();
}
