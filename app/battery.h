// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/chargecontrol.h"
#include "model/batterymodel.h"
#include "session/session.h"

#include <QTimer>

namespace sb {

/// How a battery appears on D-Bus, as far as the user decides it.
struct PublishSettings
{
    bool monitorOnly = false;      ///< measurements and no limits
    bool voltageSense = true;      ///< over Bluetooth: its voltage may steer chargers
    bool portAsIdentifier = false; ///< told from others by its port, not by what the BMS says
    bool json = false;             ///< everything in /JsonData too
    int cellDataFormat = 1;        ///< bits: 1 /Voltages/Cell1, 2 /Cell/1/Volts
    /// Options published below /Info/Config.
    std::vector<std::pair<QString, QVariant>> config;
    QString sensorService; ///< whose current and SoC replace those of the BMS; empty: none
    QString sensorCurrentPath;
    QString sensorSocPath;
    bool operator==(const PublishSettings &) const = default;
};

/// One battery of the program: a pack of a session, the model everybody reads, and what may be charged and
/// drawn. Copies from the session to model and control after each poll and passes commands the other way.
class Battery : public QObject
{
    Q_OBJECT
public:
    /// \a session and \a pack must outlive the battery.
    Battery(Session &session, PackLink &pack, const QString &portName, const QString &connection,
            const control::Settings &settings, PublishSettings publishing = {}, QObject *parent = nullptr);
    ~Battery() override;

    [[nodiscard]] BatteryModel &model() { return m_model; }
    [[nodiscard]] const BatteryModel &model() const { return m_model; }
    [[nodiscard]] const control::ChargeControl &control() const { return m_control; }
    [[nodiscard]] PackLink &pack() { return m_pack; }
    [[nodiscard]] const PackLink &pack() const { return m_pack; }
    [[nodiscard]] Session &session() { return m_session; }
    [[nodiscard]] TransportKind transportKind() const { return m_pack.driver().config().transport; }
    /// The port as the user named it, or the Bluetooth address.
    [[nodiscard]] QString portName() const { return m_portName; }
    [[nodiscard]] qint64 now() const { return m_session.now(); }

    [[nodiscard]] const PublishSettings &publishing() const { return m_publishing; }

    /// Somebody knows the state of before the restart and will call startControl() with it.
    void awaitState() { m_stateAwaited = true; }
    [[nodiscard]] bool isStateAwaited() const { return m_stateAwaited; }
    /// From now on limits are decided. Later calls are ignored.
    void startControl(const control::StoredState &stored);
    [[nodiscard]] bool isControlStarted() const { return m_started; }

    /// Values of an external sensor, and what the energy system wants; used from the next poll on.
    void setExternalSensor(const std::optional<control::ExternalSensor> &sensor) { m_external = sensor; }
    void setEss(const std::optional<control::EssState> &ess) { m_ess = ess; }
    /// The BMS is told that it is full when control found so (where it can be told).
    void setTellsFull(bool tells) { m_tellsFull = tells; }

    /// How a command ended, for a user and for a D-Bus reply.
    using CommandDone = std::function<void(const ProcedureResult &)>;
    void command(Control control, double value, CommandDone done);
    /// Of the counter where SoC is counted, else of the BMS.
    void setSoc(double soc, CommandDone done);
    void clearHistory(control::HistoryPart part) { m_control.clearHistory(part); }
    void pause(qint64 ms) { m_session.pause(ms); }

signals:
    /// After every poll and, while polls fail, at least once per second: the phase of the loss may have
    /// changed.
    void changed();
    /// Silent for so long that the service has to go.
    void gone();
    /// State to keep over a restart; at most every 15 s.
    void stateToStore(const sb::control::StoredState &state);

private:
    void onUpdated();
    void onTick();
    void poll(bool good);
    void readFresh();
    [[nodiscard]] control::PollInputs inputs() const;

    Session &m_session;
    PackLink &m_pack;
    QString m_portName;
    BatteryModel m_model;
    control::ChargeControl m_control;
    PublishSettings m_publishing;
    BatteryState m_fresh; ///< what the last good poll itself brought, where an old value may not stand in
    std::optional<control::ExternalSensor> m_external;
    std::optional<control::EssState> m_ess;
    QTimer m_tick; ///< runs only while polls fail
    bool m_stateAwaited = false;
    bool m_started = false;
    bool m_tellsFull = false;
    bool m_goneReported = false;
};

} // namespace sb
