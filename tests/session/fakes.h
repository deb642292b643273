// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"
#include "bms/fieldtable.h"
#include "bms/framesplitter.h"
#include "transport/clock.h"
#include "transport/transport.h"

#include <functional>

namespace sb {

/// A line of which the test is the other end. Replies come by the virtual clock.
class FakeTransport : public Transport
{
    Q_OBJECT
public:
    explicit FakeTransport(Clock &clock, QString name = QStringLiteral("fake0"))
        : m_clock(clock)
        , m_name(std::move(name))
    {}

    [[nodiscard]] QString name() const override { return m_name; }
    [[nodiscard]] bool isOpen() const override { return m_open; }
    void open() override
    {
        ++opens;
        if (hangs)
            return;
        if (present) {
            m_open = true;
            emit opened();
        } else {
            emit failed({LinkError::Kind::NotFound, QStringLiteral("fake0: no such device")});
        }
    }
    void close() override { m_open = false; }
    void write(const QByteArray &bytes, int, int) override
    {
        written.append(bytes);
        writtenAt.append(m_clock.now());
        emit sent();
        if (answer)
            answer(bytes);
    }
    [[nodiscard]] int lineTimeMs(int bytes) const override { return bytes * byteTimeMs; }
    void reply(const QByteArray &bytes, qint64 afterMs)
    {
        m_pending.push_back(m_clock.alarm([this, bytes] {
            if (m_open)
                emit received(bytes);
        }));
        m_pending.back()->start(afterMs);
    }
    void lose()
    {
        present = false;
        m_open = false;
        emit failed({LinkError::Kind::Lost, QStringLiteral("fake0 disappeared")});
    }

    bool present = true;
    bool hangs = false; ///< an attempt to open it has no end
    int opens = 0;
    int byteTimeMs = 0;
    QList<QByteArray> written;
    QList<qint64> writtenAt; ///< of each, ms
    std::function<void(const QByteArray &)> answer;

private:
    Clock &m_clock;
    QString m_name;
    bool m_open = false;
    std::vector<std::unique_ptr<AlarmClock>> m_pending;
};

/// The smallest protocol that can go wrong in every way: request `?X`, reply `#X n data sum8`.
/// V: voltage (0.1 V, u16), C: two cells (mV, u16), S: serial number (text), O: optional, W: write (refused:
/// `!X code`). Option `forms`: the voltage is asked with `?Q` first, with `?V` where that stays unanswered.
class ToyDriver : public Driver
{
public:
    static FrameRule rule()
    {
        FrameRule r;
        r.header = {'#'};
        r.headerSize = 1;
        r.length = FrameRule::Length::U8;
        r.lengthOffset = 2;
        r.lengthPlus = 4;
        r.minimum = 4;
        r.maximum = 40;
        r.checksum = Checksum::Sum8;
        r.checksumFrom = 0;
        r.checksumAtEnd = 1;
        return r;
    }
    static QByteArray frame(char id, const QByteArray &data)
    {
        QByteArray bytes = "#";
        bytes += id;
        bytes += static_cast<char>(data.size());
        bytes += data;
        bytes += static_cast<char>(checksum(Checksum::Sum8, bytesOf(bytes)));
        return bytes;
    }
    static QByteArray voltage(double volts)
    {
        QByteArray data;
        appendInteger(data, std::lround(volts * 10), Wire::U16BE);
        return frame('V', data);
    }
    static QByteArray cells(int first, int second)
    {
        QByteArray data;
        appendInteger(data, first, Wire::U16BE);
        appendInteger(data, second, Wire::U16BE);
        return frame('C', data);
    }

    explicit ToyDriver(DriverConfig config = {})
        : Driver(std::move(config))
        , m_splitter(rule())
    {}

    [[nodiscard]] const DriverInfo &info() const override
    {
        static const DriverInfo description = [] {
            DriverInfo d;
            d.id = QStringLiteral("toy");
            d.transports = {TransportKind::Serial};
            d.serial.baudRates = {9600};
            return d;
        }();
        return description;
    }
    void requests(Phase phase, std::vector<Request> &to) override
    {
        const bool forms = config().options.value(QStringLiteral("forms")).toBool();
        for (const char id : QByteArray(phase == Phase::Identify ? (forms ? "SQVC" : "SVC") : "VCO")) {
            Request request;
            request.orNext = id == 'Q';
            request.id = static_cast<unsigned char>(id);
            request.bytes = QByteArray("?") + id;
            request.optional = id == 'O' || id == 'S';
            request.everyMs = id == 'O' ? 5000 : 0;
            request.absentEveryMs = absentEveryMs;
            to.push_back(request);
        }
    }
    void begin(const Request &) override { m_splitter.clear(); }
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override
    {
        m_splitter.feed(bytes);
        return drain(pending, update);
    }
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override
    {
        m_splitter.lineSilent();
        return drain(pending, update);
    }
    [[nodiscard]] int missingBytes() const override { return m_splitter.missing(); }
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override
    {
        return read.voltage && !read.cellVoltages.empty() && *read.voltage < tooManyVolts ? Recognition::Yes
                                                                                          : Recognition::No;
    }
    static constexpr double tooManyVolts = 1000;
    [[nodiscard]] QString objection(const BatteryState &read) const override
    {
        return read.voltage && *read.voltage >= tooManyVolts ? QStringLiteral("too many volts") : QString();
    }
    [[nodiscard]] LinkCounters counters() const override
    {
        LinkCounters c;
        c.frames = m_splitter.counters().frames;
        c.badChecksums = m_splitter.counters().badChecksums;
        c.noiseBytes = m_splitter.counters().noiseBytes;
        return c;
    }

    int absentEveryMs = 0;

private:
    Reply drain(const Request *pending, Update &update)
    {
        for (Bytes frame = m_splitter.next(); !frame.empty(); frame = m_splitter.next()) {
            if (!pending || frame[1] != pending->id)
                continue;
            const Bytes data = frame.subspan(3, frame.size() - 4);
            if (frame[1] == 'W')
                return {ReplyState::Refused, data.empty() ? 0 : data[0]};
            static constexpr std::array voltageRow = {FieldRow{0, Wire::U16BE, &BatteryState::voltage, 0.1}};
            if (frame[1] == 'V' || frame[1] == 'Q')
                decodeFields(voltageRow, data, update.values);
            if (frame[1] == 'C')
                decodeList({0, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001}, 2, data, update.values);
            if (frame[1] == 'S')
                update.values.serialNumber = decodeText(data);
            return {ReplyState::Complete, 0};
        }
        return {};
    }
    FrameSplitter m_splitter;
};

} // namespace sb
