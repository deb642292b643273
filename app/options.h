// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCommandLineParser>
#include <optional>

namespace sb {

/// The options of one command, on QCommandLineParser, with the habits that all commands share: --help,
/// logging options, one-line errors and exit codes.
class Options
{
public:
    /// \a usage: what stands behind "serialbattery" in the help, such as "read SOURCE [--json]".
    Options(const QString &usage, const QString &description);

    void flag(const QString &name, const QString &help);
    void value(const QString &name, const QString &valueName, const QString &help,
               const QString &standard = {});
    /// The options that name a battery: --port, --ble, --bms, --address and what belongs to them.
    void source();

    /// Parses and handles --help and logging. \return the exit code where the command is over already.
    [[nodiscard]] std::optional<int> parse(const QStringList &arguments);
    [[nodiscard]] bool isSet(const QString &name) const { return m_parser.isSet(name); }
    [[nodiscard]] QString value(const QString &name) const { return m_parser.value(name); }
    [[nodiscard]] QStringList values(const QString &name) const { return m_parser.values(name); }
    [[nodiscard]] QStringList positional() const { return m_parser.positionalArguments(); }
    /// A whole number within bounds; otherwise prints the error and gives nothing.
    [[nodiscard]] std::optional<qint64> integer(const QString &name, qint64 minimum, qint64 maximum) const;
    [[nodiscard]] std::optional<double> number(const QString &name, double minimum, double maximum) const;

private:
    QString m_usage;
    QString m_description;
    QCommandLineParser m_parser;
};

/// Sets what is logged: "error", "warning", "info" or "debug". \return false for another word.
[[nodiscard]] bool setLogLevel(const QString &level);
/// Sends Qt's messages to standard error, one line each, without noise.
void installLogging();

} // namespace sb
