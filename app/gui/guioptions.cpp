// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/guioptions.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace sb {
namespace {

/// Gives the texts of this file their context.
struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(GuiOptions)
};

/// "800x480"; not valid when it is no size that a window can have.
QSize sizeFrom(const QString &text)
{
    static const QRegularExpression form(QStringLiteral("^(\\d{1,5})x(\\d{1,5})$"));
    const QRegularExpressionMatch match = form.match(text);
    const QSize size(match.captured(1).toInt(), match.captured(2).toInt());
    return match.hasMatch() && size.width() >= 320 && size.height() >= 240 && size.width() <= 8192 &&
                   size.height() <= 8192
               ? size
               : QSize();
}

} // namespace

GuiOptions parseGuiOptions(const QStringList &arguments)
{
    GuiOptions options;
    for (qsizetype i = 0; i < arguments.size() && options.error.isEmpty(); ++i) {
        const QString &argument = arguments.at(i);
        const auto value = [&]() -> QString {
            if (i + 1 < arguments.size())
                return arguments.at(++i);
            options.error = Texts::tr("%1 needs a value").arg(argument);
            return {};
        };
        if (argument == QLatin1String("--")) {
            options.rest.append(arguments.mid(i + 1));
            break;
        }
        if (argument == QLatin1String("--panel"))
            options.panel = true;
        else if (argument == QLatin1String("--light"))
            options.scheme = QStringLiteral("light");
        else if (argument == QLatin1String("--dark"))
            options.scheme = QStringLiteral("dark");
        else if (argument == QLatin1String("--help") || argument == QLatin1String("-h"))
            options.help = true;
        else if (argument == QLatin1String("--version"))
            options.version = true;
        else if (argument == QLatin1String("--screenshot"))
            options.screenshot = value();
        else if (argument == QLatin1String("--size")) {
            const QString text = value();
            options.size = sizeFrom(text);
            if (options.error.isEmpty() && !options.size.isValid())
                options.error =
                    Texts::tr("\"%1\" is no window size: use WIDTHxHEIGHT, such as 1280x800").arg(text);
        } else
            options.rest.append(argument);
    }
    return options;
}

QString guiHelp()
{
    return Texts::tr("Usage: serialbattery-gui [--panel] [--light|--dark] [SOURCE]\n"
                     "Shows batteries in a window. Without a source it looks for them on all serial ports.\n"
                     "\n"
                     "  --panel            full screen, laid out for a touch panel of 800x480\n"
                     "  --light, --dark    colours; else as the desktop has them\n"
                     "  --size WxH         size of the window\n"
                     "  --screenshot FILE  writes a picture once there are values, and ends\n"
                     "  --help, --version\n"
                     "\n"
                     "SOURCE is what \"serialbattery read --help\" says.\n");
}

} // namespace sb
