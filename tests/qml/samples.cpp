// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "samples.h"

using namespace sb;

namespace samples {
namespace {

constexpr qint64 start = 1000;

BatteryState reading()
{
    BatteryState state;
    state.productName = QStringLiteral("Overkill Solar 48 V 100 A");
    state.hardwareVersion = QStringLiteral("JBD-SP16S020A-L16S-100A");
    state.firmwareVersion = QStringLiteral("2.1");
    state.serialNumber = QStringLiteral("170512900042");
    state.voltage = 52.94;
    state.current = -38.2;
    state.soc = 71;
    state.soh = 99;
    state.capacityAh = 280;
    state.remainingAh = 198.8;
    state.cycles = 142;
    state.cellVoltages = {3.309, 3.311, 3.308, 3.310, 3.302, 3.309, 3.307, 3.310,
                          3.311, 3.309, 3.318, 3.310, 3.308, 3.309, 3.307, 3.310};
    state.cellBalancing = Flags(16, false);
    state.temperatures = {21.4, 22.1, 20.9};
    state.mosfetTemperature = 27.5;
    state.chargeAllowed = true;
    state.dischargeAllowed = true;
    for (int i = 0; i < alarmCount; ++i)
        state.alarms.support(static_cast<AlarmName>(i));
    return state;
}

LinkStatus goodLink()
{
    LinkStatus link;
    link.polls = 5400;
    link.errors = 2;
    link.lastPollMs = 84;
    link.goodShare = 1.0;
    return link;
}

Battery made(const BatteryState &state, const QString &connection)
{
    auto battery = std::make_unique<BatteryModel>(QStringLiteral("jbd"), connection);
    TimedState timed;
    timed.merge(state, start);
    battery->update(timed, Condition::Fresh, goodLink(), start, start);
    return battery;
}

} // namespace

Battery discharging()
{
    BatteryState state = reading();
    state.cellBalancing[10] = true;
    state.cellBalancing[1] = true;
    return made(state, QStringLiteral("/dev/ttyUSB0 9600"));
}

Battery large()
{
    BatteryState state = reading();
    state.productName = QStringLiteral("High voltage rack");
    state.hardwareVersion = QStringLiteral("JBD-UP32S015");
    state.cellVoltages.clear();
    for (int i = 0; i < 32; ++i)
        state.cellVoltages.push_back(3.380 + 0.001 * ((i * 7) % 11) + (i == 19 ? 0.024 : 0.0));
    state.cellBalancing = Flags(32, false);
    state.cellBalancing[19] = true;
    state.voltage = 108.32;
    state.current = 92.5;
    state.soc = 88;
    state.remainingAh = 246.4;
    state.temperatures = {24.1, 24.9, 25.2, 23.8, 24.4, 25.0};
    state.temperatureNames = {QStringLiteral("Front left"), QStringLiteral("Front right"),
                              QStringLiteral("Middle"),     QStringLiteral("Rear left"),
                              QStringLiteral("Rear right"), QStringLiteral("Busbar")};
    state.heating = false;
    return made(state, QStringLiteral("/dev/serial/by-id/usb-FTDI_FT232R-if00 9600"));
}

Battery scarce()
{
    BatteryState state;
    state.voltage = 26.4;
    state.soc = 55;
    return made(state, QStringLiteral("/dev/ttyUSB1 9600"));
}

Battery lost()
{
    TimedState timed;
    timed.merge(reading(), start);
    auto battery = std::make_unique<BatteryModel>(QStringLiteral("jbd"), QStringLiteral("/dev/ttyUSB0 9600"));
    battery->update(timed, Condition::Fresh, goodLink(), start, start);
    const qint64 now = start + 312000;
    timed.expire(FieldKind::Measurement, now);
    LinkStatus link = goodLink();
    link.errors = 104;
    link.goodShare = 0.0;
    link.lastError =
        QStringLiteral("no reply from /dev/ttyUSB0 at 9600 baud after 3 tries: check the cable and that "
                       "the battery is switched on");
    battery->update(timed, Condition::Lost, link, start, now);
    return battery;
}

Battery alarmed()
{
    BatteryState state = reading();
    state.soc = 3;
    state.remainingAh = 8.4;
    state.voltage = 43.12;
    state.current = 0;
    state.cellVoltages = {2.701, 2.699, 2.712, 2.705, 2.402, 2.708, 2.703, 2.711,
                          2.698, 2.704, 2.720, 2.709, 2.706, 2.702, 2.700, 2.707};
    state.temperatures = {-3.5, std::nullopt, -2.9};
    state.mosfetTemperature = 1.0;
    state.chargeAllowed = false;
    state.dischargeAllowed = false;
    state.alarms.raise(AlarmName::LowCellVoltage, AlarmLevel::Alarm);
    state.alarms.raise(AlarmName::LowChargeTemperature, AlarmLevel::Alarm);
    state.alarms.raise(AlarmName::LowSoc, AlarmLevel::Warning);
    state.alarms.raise(AlarmName::CellImbalance, AlarmLevel::Warning);
    state.notices.set(static_cast<size_t>(Notice::LockedByCommand));
    return made(state, QStringLiteral("/dev/ttyUSB0 9600"));
}

Battery connecting()
{
    auto battery = std::make_unique<BatteryModel>(QStringLiteral("jbd"), QStringLiteral("/dev/ttyUSB3 9600"));
    battery->update({}, Condition::Connecting, {}, std::nullopt, start);
    return battery;
}

Battery small(const QString &name, double soc)
{
    BatteryState state = reading();
    state.cellVoltages = {3.331, 3.332, 3.331, 3.330};
    state.cellBalancing = Flags(4, false);
    state.voltage = 13.32;
    state.current = 0.0;
    state.soc = soc;
    state.remainingAh = 2.8 * soc;
    Battery battery = made(state, QStringLiteral("/dev/ttyUSB2 9600"));
    battery->setCustomName(name);
    return battery;
}

} // namespace samples
