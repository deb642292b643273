// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/chargecontrol.h"
#include "venus/batteryservice.h"
#include "venus/controlvalues.h"

#include <memory>

namespace sbtest {

/// One battery with its service, without a BMS: readings come from the test.
class PublishedBattery
{
public:
    explicit PublishedBattery(const QString &port = QStringLiteral("ttyUSB0"))
        : model(QStringLiteral("jbd"), QStringLiteral("/dev/") + port + QStringLiteral(" 9600"))
    {
        identity.serviceName = QStringLiteral("com.victronenergy.battery.") + port;
        identity.connection = QStringLiteral("Serial /dev/") + port;
        identity.port = port;
        identity.typeName = QStringLiteral("LLT/JBD");
        identity.uniqueId = QStringLiteral("JBD_0042");
        identity.processName = QStringLiteral("serialbattery");
        identity.processVersion = QStringLiteral("0.1.0");
        identity.deviceInstance = 3;
        identity.customName = QStringLiteral("Shed");
        commands.setCustomName = [this](const QString &name, const sb::ItemTree::Reply &reply) {
            storedNames.append(name);
            reply(storeWorks ? sb::ItemAccepted : sb::ItemRefused);
        };
    }

    /// 16 LFP cells, discharging.
    [[nodiscard]] static sb::BatteryState reading()
    {
        sb::BatteryState state;
        state.hardwareVersion = QStringLiteral("JBD-SP16S020");
        state.voltage = 52.92;
        state.current = -12.34;
        state.soc = 64.8;
        state.soh = 99;
        state.capacityAh = 280;
        state.remainingAh = 181.44;
        for (int cell = 0; cell < 16; ++cell)
            state.cellVoltages.push_back(3.305 + 0.001 * ((cell * 7) % 16));
        state.cellBalancing.assign(16, false);
        state.cellBalancing[4] = true;
        state.temperatures = {21.5, 22.1, std::nullopt};
        state.mosfetTemperature = 25.3;
        state.chargeAllowed = true;
        state.dischargeAllowed = true;
        state.balancerEnabled = true;
        for (int alarm = 0; alarm < sb::alarmCount; ++alarm) {
            const auto name = static_cast<sb::AlarmName>(alarm);
            if (name != sb::AlarmName::StateOfHealth && name != sb::AlarmName::FuseBlown)
                state.alarms.support(name);
        }
        return state;
    }

    /// A good poll, one second after the last.
    void poll(const sb::BatteryState &state)
    {
        now += 1000;
        ++link.polls;
        timed.merge(state, now);
        decide(true);
        lastGood = now;
        show(sb::Condition::Fresh);
    }
    /// A poll that failed, \a ms later. As the session does, measurements go when the battery is lost.
    void fail(qint64 ms)
    {
        now += ms;
        ++link.polls;
        ++link.errors;
        decide(false);
        const bool lost = !decided->output().online;
        if (lost)
            timed.expire(sb::FieldKind::Measurement, now);
        show(lost ? sb::Condition::Lost : sb::Condition::Stale);
    }
    void show(sb::Condition condition)
    {
        model.update(timed, condition, link, lastGood, now);
        if (service)
            service->publish(values());
    }
    /// As the owner of a service makes them, with the limits of the test (typed in, or none).
    [[nodiscard]] sb::BatteryValues values()
    {
        sb::BatteryValues all;
        sb::fillValues(model, *decided, all);
        for (sb::Number *limit : {&all.chargeVoltage, &all.chargeCurrent, &all.dischargeCurrent,
                                  &all.batteryLowVoltage, &all.maxChargeCellVoltage})
            limit->reset();
        for (sb::Text *text : {&all.chargeMode, &all.chargeLimitation, &all.dischargeLimitation})
            text->reset();
        if (control)
            control(all);
        return all;
    }
    /// A service that fills its items and talks to nobody.
    void prepare(const sb::BatteryState &state)
    {
        poll(state);
        make();
        service->publish(values());
    }

    [[nodiscard]] bool start(const QString &bus)
    {
        if (!service) {
            make();
            QObject::connect(service.get(), &sb::BatteryService::busLost, [this] { ++busLosses; });
            QObject::connect(service.get(), &sb::BatteryService::nameLost, [this] { ++nameLosses; });
        }
        return service->start(bus, values(), &error);
    }

    /// What charge control publishes for a healthy 16-cell pack, typed in.
    static void healthyLimits(sb::BatteryValues &values)
    {
        values.chargeVoltage = 55.2;
        values.chargeCurrent = 50;
        values.dischargeCurrent = 60;
        values.batteryLowVoltage = 46.4;
        values.maxChargeCellVoltage = 3.45;
        values.chargeMode = QStringLiteral(u"Bulk \u2502 Linear Mode");
        values.chargeLimitation = QStringLiteral("Max Battery Charge Current");
        values.dischargeLimitation = QStringLiteral("Temp, SoC");
    }

    sb::BatteryModel model;
    std::optional<sb::control::ChargeControl> decided; ///< made with the first poll
    sb::TimedState timed;
    sb::LinkStatus link;
    sb::ServiceIdentity identity;
    sb::BatteryService::Commands commands;
    qint64 now = 1000;
    std::optional<qint64> lastGood;
    double maxCellVoltage = 3.45;
    std::function<void(sb::BatteryValues &)> control;
    QStringList storedNames;
    bool storeWorks = true;
    int busLosses = 0;
    int nameLosses = 0;
    QString error;
    std::unique_ptr<sb::BatteryService> service; // last: goes before what it reads

private:
    void decide(bool good)
    {
        sb::control::PollInputs inputs;
        inputs.ok = good;
        inputs.state = &timed.values();
        inputs.now = now;
        inputs.wallSecond = 1700000000 + now / 1000;
        if (!decided) {
            sb::control::Settings settings;
            settings.maxCellVoltage = maxCellVoltage;
            settings.history = false; // tests type it in, too
            for (qsizetype i = 0;
                 i < std::min<qsizetype>(identity.sensorNames.size(), sb::control::sensorCount); ++i)
                settings.temperatureNames[static_cast<size_t>(i)] = identity.sensorNames.at(i);
            decided.emplace(settings);
            decided->connected(inputs);
        }
        decided->poll(inputs);
    }
    void make()
    {
        identity.cellCount = model.values().cellCount.value_or(0);
        service = std::make_unique<sb::BatteryService>(model, identity, commands);
    }
};

} // namespace sbtest
