// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <csignal>

namespace sbtest {

/// The stand-in of com.victronenergy.settings as a process of its own.
class SettingsProcess
{
public:
    explicit SettingsProcess(QString program)
        : m_program(std::move(program))
    {}
    ~SettingsProcess() { kill(); }
    SettingsProcess(const SettingsProcess &) = delete;
    SettingsProcess &operator=(const SettingsProcess &) = delete;

    [[nodiscard]] bool start(const QString &address, const QString &file, const QStringList &more = {})
    {
        m_file = file;
        m_process.start(m_program, QStringList{QStringLiteral("--address"), address, QStringLiteral("--file"),
                                               file, QStringLiteral("--delay"), QStringLiteral("50")} +
                                       more);
        return m_process.waitForReadyRead(10000) && m_process.readAllStandardOutput().contains("ready");
    }
    /// Ends as at a shutdown: with everything in its file.
    void end()
    {
        m_process.terminate();
        m_process.waitForFinished(5000);
    }
    void kill()
    {
        if (m_process.state() == QProcess::NotRunning)
            return;
        m_process.kill();
        m_process.waitForFinished(5000);
    }
    void freeze(bool on) { ::kill(static_cast<pid_t>(m_process.processId()), on ? SIGSTOP : SIGCONT); }
    /// How often the file was written.
    [[nodiscard]] int rewrites() const { return content().value(QLatin1String("rewrites")).toInt(); }
    /// What it kept of a setting; null where there is none.
    [[nodiscard]] QJsonValue kept(const QString &path) const
    {
        return content()
            .value(QLatin1String("settings"))
            .toObject()
            .value(path)
            .toObject()
            .value(QLatin1String("value"));
    }

private:
    [[nodiscard]] QJsonObject content() const
    {
        QFile file(m_file);
        return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object()
                                              : QJsonObject();
    }
    QString m_program;
    QString m_file;
    QProcess m_process;
};

} // namespace sbtest
