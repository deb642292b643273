// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/connectionmonitor.h"
#include "model/batterymodel.h"
#include "session/session.h"

#include <QTimer>

namespace sb {

/// One battery of the program: a pack of a session, the model everybody reads, and what its silence means.
/// Copies from the session to the model after each poll and passes commands the other way.
class Battery : public QObject
{
    Q_OBJECT
public:
    Battery(Session &session, PackLink &pack, const QString &portName, const QString &connection,
            LossRules rules, QObject *parent = nullptr);
    ~Battery() override;

    [[nodiscard]] BatteryModel &model() { return m_model; }
    [[nodiscard]] const BatteryModel &model() const { return m_model; }
    [[nodiscard]] const ConnectionMonitor &connection() const { return m_monitor; }
    [[nodiscard]] PackLink &pack() { return m_pack; }
    [[nodiscard]] Session &session() { return m_session; }
    /// The port as the user named it.
    [[nodiscard]] QString portName() const { return m_portName; }
    [[nodiscard]] qint64 now() const { return m_session.now(); }

    /// How a command ended, for a user and for a D-Bus reply.
    using CommandDone = std::function<void(const ProcedureResult &)>;
    void command(Control control, double value, CommandDone done);
    void pause(qint64 ms) { m_session.pause(ms); }

signals:
    /// After every poll and, while polls fail, at least once per second: the phase of the loss may have
    /// changed.
    void changed();
    /// Silent for so long that the service has to go.
    void gone();

private:
    void onUpdated();
    void onTick();

    Session &m_session;
    PackLink &m_pack;
    QString m_portName;
    BatteryModel m_model;
    ConnectionMonitor m_monitor;
    Numbers m_lastCells; ///< kept beyond the loss: they decide whether the pack is safe
    QTimer m_tick;       ///< runs only while polls fail
    bool m_goneReported = false;
};

} // namespace sb
