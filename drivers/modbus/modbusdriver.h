// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"
#include "bms/modbus.h"
#include "drivers/modbus/registers.h"

namespace sb::modbus {

/// When a read is asked.
enum class Asked : quint8 { AtStart, InPoll, Always };

/// Some devices read long stretches at once, others only single values. Proven reads work on all; a joined
/// read takes the place of the proven ones of its group once the device has answered it.
enum class Form : quint8 { Only, Proven, Joined };

/// One line of the list of requests.
struct Read
{
    quint8 function;
    quint16 start;
    quint16 count; ///< 0: the driver's countOf() says
    Asked asked = Asked::Always;
    bool optional = false;
    int everyMs = 0;
    int timeoutMs = 500;
    Form form = Form::Only;
    quint8 group = 0; ///< of Proven and Joined, below maxGroups
};
inline constexpr size_t maxGroups = 8;

/// What all Modbus RTU families share: requests by table, the search for the reply, exceptions, counters. A
/// family says what the registers mean.
class ModbusDriver : public Driver
{
public:
    /// \a unit: where the configuration names none. \a reads must outlive the driver.
    ModbusDriver(const DriverConfig &config, quint8 unit, std::span<const Read> reads);

    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] int missingBytes() const override { return m_finder.missing(); }
    [[nodiscard]] LinkCounters counters() const override;

protected:
    /// What the reply to \a query says. False, and nothing in \a to touched, where it is impossible.
    [[nodiscard]] virtual bool decode(const Query &query, const Registers &registers, Update &to) = 0;

    /// Registers of a read whose row has no count; 0 leaves it out.
    [[nodiscard]] virtual quint16 countOf(const Read &) const { return 0; }

    [[nodiscard]] quint8 unit() const { return m_unit; }
    [[nodiscard]] static Request request(const Query &query, int timeoutMs);
    /// Function 0x10; \a words as writeRequest() takes them.
    [[nodiscard]] static Request writing(quint8 unit, quint16 start, const QByteArray &words, int timeoutMs);

private:
    enum class Joined : quint8 { Untried, Works, Fails };
    Reply take(const Request *pending, Update &update);
    void judgeJoined(const Request &request, bool works);

    quint8 m_unit;
    std::span<const Read> m_reads;
    std::array<Joined, maxGroups> m_joined{};
    std::array<int, maxGroups> m_joinedTries{};
    ReplyFinder m_finder;
    quint64 m_malformed = 0;
};

} // namespace sb::modbus
