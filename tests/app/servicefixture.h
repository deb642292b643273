// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/privatebus.h"
#include "program.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

inline const QString getValue = QStringLiteral("com.victronenergy.BusItem.GetValue");
inline const QString getText = QStringLiteral("com.victronenergy.BusItem.GetText");
inline const QString setValue = QStringLiteral("com.victronenergy.BusItem.SetValue");

/// The whole way: a simulated board on a pseudo terminal, the service, a bus of the test's own, and a reader
/// that holds no code of ours (gdbus).
class ServiceFixture : public QObject
{
    Q_OBJECT
protected:
    [[nodiscard]] QString port() const { return m_folder->filePath(QStringLiteral("bms0")); }

    void setUp()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_bus = std::make_unique<sb::PrivateBus>(m_folder->path());
        QString error;
        QVERIFY2(m_bus->start(&error), qPrintable(error));
        startSimulator();
    }

    void tearDown()
    {
        m_service.reset();
        m_simulator.reset();
        m_bus.reset();
        m_folder.reset();
    }

    void startSimulator(const QStringList &more = {})
    {
        m_simulator = std::make_unique<Program>(*m_folder);
        m_simulator->start(QStringList{QStringLiteral("simulate"), QStringLiteral("--link"), port()} + more);
        QVERIFY(m_simulator->waitForLine("bms0"));
    }

    void startService(const QStringList &more = {})
    {
        m_service = std::make_unique<Program>(*m_folder);
        m_service->start(QStringList{QStringLiteral("run"), QStringLiteral("--bus"), m_bus->address()} +
                         (more.isEmpty() ? QStringList{QStringLiteral("--port"), port()} : more));
    }

    QString call(const QString &object, const QString &method, const QStringList &arguments = {})
    {
        QProcess gdbus;
        gdbus.setProcessChannelMode(QProcess::MergedChannels);
        gdbus.start(QStringLiteral("gdbus"),
                    QStringList{QStringLiteral("call"), QStringLiteral("--address"), m_bus->address(),
                                QStringLiteral("-d"), m_name, QStringLiteral("-o"), object,
                                QStringLiteral("-m"), method} +
                        arguments);
        gdbus.waitForFinished(patienceMs);
        return QString::fromUtf8(gdbus.readAll()).trimmed();
    }

    QString waitFor(const QString &object, const QString &method, const QString &text,
                    int timeoutMs = patienceMs)
    {
        QElapsedTimer timer;
        timer.start();
        QString answer;
        do {
            answer = call(object, method);
            if (answer.contains(text))
                return answer;
            QTest::qWait(100);
        } while (timer.elapsed() < timeoutMs);
        return answer;
    }

    QJsonObject status()
    {
        Program program(*m_folder);
        program.run(
            {QStringLiteral("status"), QStringLiteral("--json"), QStringLiteral("--bus"), m_bus->address()});
        return QJsonDocument::fromJson(program.output).array().first().toObject();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<sb::PrivateBus> m_bus;
    std::unique_ptr<Program> m_simulator;
    std::unique_ptr<Program> m_service;
    QString m_name = QStringLiteral("com.victronenergy.battery.bms0");
};
