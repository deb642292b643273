// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "patience.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

/// The built program as a user starts it, with a folder of its own for everything it keeps.
class Program
{
public:
    explicit Program(const QTemporaryDir &folder)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("XDG_STATE_HOME"), folder.filePath(QStringLiteral("state")));
        environment.remove(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"));
        m_process.setProcessEnvironment(environment);
        m_process.setWorkingDirectory(folder.path());
    }
    ~Program()
    {
        if (m_process.state() == QProcess::NotRunning)
            return;
        m_process.terminate();
        if (!m_process.waitForFinished(5000))
            m_process.kill();
        m_process.waitForFinished(5000);
    }
    Program(const Program &) = delete;
    Program &operator=(const Program &) = delete;

    void start(const QStringList &arguments)
    {
        m_process.start(QStringLiteral(SB_PROGRAM), arguments);
        QVERIFY(m_process.waitForStarted());
    }
    /// Runs to the end. \return the exit code, -1 when it does not end.
    int run(const QStringList &arguments, int timeoutMs = patienceMs)
    {
        m_process.start(QStringLiteral(SB_PROGRAM), arguments);
        if (!m_process.waitForFinished(timeoutMs))
            return -1;
        output = m_process.readAllStandardOutput();
        errors = m_process.readAllStandardError();
        return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -2;
    }
    /// Waits for a line on standard output that contains \a text.
    bool waitForLine(const QByteArray &text, int timeoutMs = patienceMs)
    {
        QElapsedTimer timer;
        timer.start();
        while (!output.contains(text) && timer.elapsed() < timeoutMs) {
            m_process.waitForReadyRead(50);
            output += m_process.readAllStandardOutput();
            errors += m_process.readAllStandardError();
        }
        return output.contains(text);
    }
    /// Lines on standard error that are messages of the program, without log lines of lower levels.
    [[nodiscard]] QList<QByteArray> errorLines() const
    {
        QList<QByteArray> lines;
        for (const QByteArray &line : errors.split('\n')) {
            if (line.startsWith("serialbattery: "))
                lines.append(line);
        }
        return lines;
    }
    [[nodiscard]] QList<QJsonObject> jsonLines() const
    {
        QList<QJsonObject> objects;
        for (const QByteArray &line : output.split('\n')) {
            if (line.startsWith('{'))
                objects.append(QJsonDocument::fromJson(line).object());
        }
        return objects;
    }
    [[nodiscard]] QProcess &process() { return m_process; }

    QByteArray output;
    QByteArray errors;

private:
    QProcess m_process;
};
