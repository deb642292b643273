// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/battery.h"

#include "control/limitsjson.h"

#include <QDateTime>

namespace sb {

Battery::Battery(Session &session, PackLink &pack, const QString &portName, const QString &connection,
                 const control::Settings &settings, PublishSettings publishing, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_pack(pack)
    , m_portName(portName)
    , m_model(pack.driver().info().id, connection)
    , m_control(settings)
    , m_publishing(std::move(publishing))
{
    m_model.setAddress(pack.address());
    m_model.setLimits([this] { return m_started ? limitsJson(m_control, now()) : QJsonObject(); });
    m_tick.setInterval(1000);
    connect(&m_tick, &QTimer::timeout, this, &Battery::onTick);
    connect(&session, &Session::packUpdated, this, [this](PackLink *updated) {
        if (updated == &m_pack)
            onUpdated();
    });
    m_model.update(m_pack.state(), m_pack.condition(), m_pack.linkStatus(now()), m_pack.lastGood(), now());
}

Battery::~Battery() = default;

void Battery::startControl(const control::StoredState &stored)
{
    if (std::exchange(m_started, true))
        return;
    const qint64 wallSecond = QDateTime::currentSecsSinceEpoch();
    m_control.restore(stored, now(), wallSecond);
    readFresh();
    m_control.connected(inputs());
    poll(true);
    onTick();
}

control::PollInputs Battery::inputs() const
{
    control::PollInputs inputs;
    inputs.state = &m_fresh;
    inputs.now = m_session.now();
    inputs.wallSecond = QDateTime::currentSecsSinceEpoch();
    inputs.external = m_external;
    inputs.ess = m_ess;
    return inputs;
}

void Battery::readFresh()
{
    m_fresh = m_pack.state().values();
    // Limits hang on cells and temperatures: one that this poll did not bring is missing, and control bridges
    // that for some seconds, no longer.
    const auto old = [this](Field field) {
        const auto at = m_pack.state().readAt(field);
        return at && m_pack.lastGood() && *at < *m_pack.lastGood();
    };
    if (old(Field::cellVoltages))
        std::fill(m_fresh.cellVoltages.begin(), m_fresh.cellVoltages.end(), std::nullopt);
    if (old(Field::temperatures))
        std::fill(m_fresh.temperatures.begin(), m_fresh.temperatures.end(), std::nullopt);
    for (const auto &[field, value] : {std::pair(Field::minCellVoltage, &m_fresh.minCellVoltage),
                                       std::pair(Field::maxCellVoltage, &m_fresh.maxCellVoltage),
                                       std::pair(Field::mosfetTemperature, &m_fresh.mosfetTemperature),
                                       std::pair(Field::minCellTemperature, &m_fresh.minCellTemperature),
                                       std::pair(Field::maxCellTemperature, &m_fresh.maxCellTemperature)}) {
        if (old(field))
            value->reset();
    }
}

void Battery::poll(bool good)
{
    if (!m_started)
        return;
    control::PollInputs now = inputs();
    now.ok = good;
    m_control.poll(now);
    if (m_control.becameFull() && m_tellsFull)
        command(Control::StateOfCharge, 100, [](const ProcedureResult &) {});
    if (const auto state = m_control.takeStored())
        emit stateToStore(*state);
}

void Battery::onUpdated()
{
    const qint64 at = now();
    if (m_pack.condition() == Condition::Paused) {
        // Whatever the reason, nobody watches the cells now: the same limits in time hold as for a loss.
        poll(false);
        m_tick.start();
    } else if (m_pack.lastPollGood()) {
        readFresh();
        poll(true);
        m_tick.stop();
        m_goneReported = false;
    } else {
        poll(false);
        if (!m_tick.isActive())
            m_tick.start();
    }
    m_model.update(m_pack.state(), m_pack.condition(), m_pack.linkStatus(at), m_pack.lastGood(), at);
    onTick();
}

void Battery::onTick()
{
    if (m_started && m_tick.isActive())
        m_control.refresh(now(), QDateTime::currentSecsSinceEpoch());
    emit changed();
    if (m_control.connection().mustWithdraw(now()) && !m_goneReported) {
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

void Battery::setSoc(double soc, CommandDone done)
{
    if (!m_control.setSoc(soc)) {
        command(Control::StateOfCharge, soc, std::move(done));
        return;
    }
    ProcedureResult result;
    result.ok = true;
    done(result);
}

} // namespace sb
