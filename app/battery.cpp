// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/battery.h"

namespace sb {

Battery::Battery(Session &session, PackLink &pack, const QString &portName, const QString &connection,
                 LossRules rules, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_pack(pack)
    , m_portName(portName)
    , m_model(pack.driver().info().id, connection)
    , m_monitor(rules)
{
    m_model.setAddress(pack.address());
    m_tick.setInterval(1000);
    connect(&m_tick, &QTimer::timeout, this, &Battery::onTick);
    connect(&session, &Session::packUpdated, this, [this](PackLink *updated) {
        if (updated == &m_pack)
            onUpdated();
    });
    if (m_pack.lastPollGood()) {
        m_lastCells = m_pack.state().values().cellVoltages;
        m_monitor.good(now());
    }
    m_model.update(m_pack.state(), m_pack.condition(), m_pack.linkStatus(now()), m_pack.lastGood(), now());
}

Battery::~Battery() = default;

void Battery::onUpdated()
{
    const qint64 at = now();
    if (m_pack.condition() == Condition::Paused) {
        m_tick.stop();
    } else if (m_pack.lastPollGood()) {
        m_lastCells = m_pack.state().values().cellVoltages;
        m_monitor.good(at);
        m_tick.stop();
        m_goneReported = false;
    } else {
        m_monitor.failed(at, m_lastCells);
        if (!m_tick.isActive())
            m_tick.start();
    }
    m_model.update(m_pack.state(), m_pack.condition(), m_pack.linkStatus(at), m_pack.lastGood(), at);
    onTick();
}

void Battery::onTick()
{
    emit changed();
    if (m_monitor.mustWithdraw(now()) && !m_goneReported) {
        m_goneReported = true;
        m_tick.stop();
        emit gone();
    }
}

void Battery::command(Control control, double value, CommandDone done)
{
    std::unique_ptr<Procedure> procedure = m_pack.driver().control(control, value, m_pack.state().values());
    if (!procedure) {
        ProcedureResult result;
        result.refused = true;
        result.error = tr("%1: this BMS has no such control").arg(m_portName);
        done(result);
        return;
    }
    m_session.run(
        &m_pack, std::move(procedure),
        [done](const ProcedureResult &result, const std::vector<ParameterValue> &) { done(result); });
}

} // namespace sb
