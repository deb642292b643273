// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "bms/framesplitter.h"

namespace sb::daly {

enum Command : quint8 {
    SetSoc = 0x21, ///< and the clock
    Rated = 0x50,
    Product = 0x53,
    Code = 0x57, ///< five frames
    Totals = 0x90,
    ExtremeTemperatures = 0x92,
    State = 0x93,
    Counts = 0x94,
    Cells = 0x95,        ///< a frame for each three cells
    Temperatures = 0x96, ///< a frame for each seven sensors
    Balancing = 0x97,
    Alarms = 0x98,
    SwitchDischarge = 0xD9,
    SwitchCharge = 0xDA,
};

[[nodiscard]] Request request(quint8 address, Command command, const QByteArray &data = {});

/// Daly boards with the "A5" protocol on UART or RS485. The address is the second byte of a request: 0x40 (a
/// PC, and board 1 on RS485), 0x41 board 2 and so on; 0x80 is what some firmware wants instead of 0x40.
///
/// Option: `invertCurrent` for firmware that counts the current the wrong way round.
class DalyDriver final : public Driver
{
public:
    explicit DalyDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] int missingBytes() const override { return m_splitter.missing(); }
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] std::unique_ptr<Procedure> control(Control control, double value,
                                                     const BatteryState &now) override;
    [[nodiscard]] LinkCounters counters() const override;

private:
    Reply takeFrames(const Request *pending, Update &update);
    [[nodiscard]] bool isFromBoard(quint8 address) const;
    Reply decode(int command, Bytes data, BatteryState &to);
    bool takeCounts(Bytes data, BatteryState &to);
    [[nodiscard]] bool takeTotals(Bytes data, BatteryState &to) const;
    [[nodiscard]] bool takeExtremes(Bytes data, BatteryState &to) const;
    void takeBalancing(Bytes data, BatteryState &to) const;
    void takeAlarms(Bytes data, BatteryState &to) const;
    void takeProduct(Bytes data, BatteryState &to);
    /// One frame of several; true once all are here.
    bool collect(Bytes data, size_t frames);
    void takeParts(int command, BatteryState &to);
    void takeCode(BatteryState &to);
    [[nodiscard]] size_t framesOf(int command) const;

    quint8 m_address;
    bool m_invert;
    FrameSplitter m_splitter;
    LinkCounters m_counters;
    std::vector<QByteArray> m_parts; ///< of the pending reply, by frame number
    int m_cells = 0;
    int m_sensors = -1;
    bool m_sensorsTold = false; ///< 0x96 answers: the extremes are not needed
    Number m_capacity;
    QString m_code;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::daly
