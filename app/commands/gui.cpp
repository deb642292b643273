// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStandardPaths>
#include <unistd.h>

namespace sb {

int startWindow(const QStringList &arguments)
{
    const QString name = QStringLiteral("serialbattery-gui");
    QString program = QStandardPaths::findExecutable(name, {QCoreApplication::applicationDirPath()});
    if (program.isEmpty())
        program = QStandardPaths::findExecutable(name);
    if (program.isEmpty()) {
        console::error(QCoreApplication::translate("GuiCommand",
                                                   "the window is not installed: install the program "
                                                   "serialbattery-gui, or use \"serialbattery monitor\""));
        return Unusable;
    }
    std::vector<QByteArray> texts{QFile::encodeName(program)};
    for (const QString &argument : arguments)
        texts.push_back(argument.toLocal8Bit());
    std::vector<char *> pointers;
    for (QByteArray &text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    ::execv(pointers.front(), pointers.data());
    console::error(QCoreApplication::translate("GuiCommand", "%1 can't be started").arg(program));
    return Unusable;
}

int guiCommand(const QStringList &arguments, Environment &) { return startWindow(arguments.mid(1)); }

} // namespace sb
