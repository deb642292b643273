// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>
#include <cstdio>
#include <unistd.h>

namespace sb::console {
namespace {

bool quietMode = false;

void print(FILE *to, const QByteArray &utf8)
{
    std::fwrite(utf8.constData(), 1, static_cast<size_t>(utf8.size()), to);
    std::fflush(to);
}

} // namespace

void text(const QByteArray &utf8) { print(stdout, utf8); }

void line(const QString &text)
{
    QByteArray utf8 = text.toUtf8();
    utf8.append('\n');
    print(stdout, utf8);
}

void json(const QJsonObject &object)
{
    print(stdout, QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n');
}
void json(const QJsonArray &array)
{
    print(stdout, QJsonDocument(array).toJson(QJsonDocument::Compact) + '\n');
}

void error(const QString &text)
{
    const QString whole = QStringLiteral("serialbattery: ") + text + QLatin1Char('\n');
    print(stderr, whole.toUtf8());
}

void note(const QString &text)
{
    if (!quietMode)
        error(text);
}

void setQuiet(bool quiet) { quietMode = quiet; }
bool outputIsTerminal() { return isatty(STDOUT_FILENO) == 1; }
bool inputIsTerminal() { return isatty(STDIN_FILENO) == 1; }

bool confirm(const QString &question)
{
    if (!inputIsTerminal())
        return false;
    const QString prompt = question + QCoreApplication::translate("Console", " Type \"yes\" to go on: ");
    print(stderr, prompt.toUtf8());
    char buffer[32] = {};
    if (!std::fgets(buffer, sizeof buffer, stdin))
        return false;
    return QByteArray(buffer).trimmed() == "yes";
}

} // namespace sb::console
