// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonDocument>
#include <QString>

namespace sb {

/// Standard output holds what was asked for and nothing else; everything else goes to standard error.
namespace console {

/// One line on standard output, flushed, so that a reader on a pipe sees it at once.
void line(const QString &text);
void text(const QByteArray &utf8);
/// One JSON document on one line.
void json(const QJsonObject &object);
void json(const QJsonArray &array);
/// One line on standard error: "serialbattery: " and the text.
void error(const QString &text);
/// Less important than an error; silent with --quiet.
void note(const QString &text);
void setQuiet(bool quiet);
[[nodiscard]] bool outputIsTerminal();
[[nodiscard]] bool inputIsTerminal();
/// Asks on the terminal for a typed "yes"; false where there is no terminal.
[[nodiscard]] bool confirm(const QString &question);

} // namespace console
} // namespace sb
