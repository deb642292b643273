// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <memory>

namespace sb {

/// Turns SIGINT, SIGTERM and SIGHUP into signals of the event loop. One per process. A second
/// interrupt ends the process at once, for a user who does not want to wait.
class ProcessSignals : public QObject
{
    Q_OBJECT
public:
    explicit ProcessSignals(QObject *parent = nullptr);
    ~ProcessSignals() override;
    /// Of the signal that came: 130 for an interrupt, 0 for SIGTERM.
    [[nodiscard]] int exitCode() const { return m_exitCode; }

signals:
    void interrupted();
    /// SIGHUP: the configuration is to be read again.
    void hangUp();

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
    int m_exitCode = 0;
};

} // namespace sb
