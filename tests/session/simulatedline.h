// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"
#include "transport/clock.h"
#include "transport/transport.h"

#include <QHash>
#include <random>

namespace sb {

/// A simulated board at the end of a line in virtual time, at the speed of the line. A reader at another
/// speed or parity is not understood and understands nothing: it hears garbage when the board speaks by
/// itself.
class SimulatedLine : public Transport
{
    Q_OBJECT
public:
    struct Noise
    {
        int strayEveryMs = 0;      ///< on average; 0: none
        double damagedReplies = 0; ///< share with a byte changed
    };

    SimulatedLine(SimulatedDevice &device, int baudRate, Clock &clock)
        : m_device(device)
        , m_boardRate(baudRate)
        , m_readerRate(baudRate)
        , m_readerParity(device.parity())
        , m_clock(clock)
        , m_tick(clock.alarm([this] { onTick(); }))
        , m_stray(clock.alarm([this] { onStray(); }))
    {
        m_tick->start(tickMs);
    }

    void setReaderRate(int baud) { m_readerRate = baud; }
    void setReaderParity(SerialSettings::Parity parity) { m_readerParity = parity; }
    void setNoise(Noise noise, quint64 seed)
    {
        m_noise = noise;
        m_random.seed(seed);
        if (noise.strayEveryMs > 0)
            m_stray->start(noise.strayEveryMs);
    }

    [[nodiscard]] QString name() const override { return QStringLiteral("line"); }
    [[nodiscard]] bool isOpen() const override { return m_open; }
    [[nodiscard]] int lineTimeMs(int bytes) const override
    {
        const int bits = m_readerParity == SerialSettings::Parity::None ? 10000 : 11000;
        return (bytes * bits + m_readerRate - 1) / m_readerRate;
    }
    void open() override
    {
        m_open = true;
        emit opened();
    }
    void close() override { m_open = false; }
    void write(const QByteArray &bytes, int, int) override
    {
        ++requests;
        requestBytes += bytes.size();
        writtenAt[bytes].append(m_clock.now());
        emit sent();
        if (!understands())
            return;
        later(lineTimeMs(static_cast<int>(bytes.size())), [this, bytes] {
            std::vector<SimulatedReply> replies;
            m_device.receive(bytesOf(bytes), replies);
            for (const SimulatedReply &reply : replies)
                say(reply);
        });
    }

    int requests = 0;
    qint64 requestBytes = 0;
    QHash<QByteArray, QList<qint64>> writtenAt; ///< by request, ms

private:
    static constexpr qint64 tickMs = 100;
    static constexpr qsizetype pieceBytes = 32;

    [[nodiscard]] bool understands() const
    {
        return m_readerRate == m_boardRate && m_readerParity == m_device.parity();
    }
    void say(const SimulatedReply &reply)
    {
        QByteArray bytes = reply.bytes;
        if (std::uniform_real_distribution<double>()(m_random) < m_noise.damagedReplies && !bytes.isEmpty()) {
            const auto at = static_cast<qsizetype>(m_random() % static_cast<quint64>(bytes.size()));
            bytes[at] = static_cast<char>(bytes.at(at) ^ (1 << (m_random() % 8)));
        }
        if (!understands()) {
            for (char &byte : bytes)
                byte = static_cast<char>(m_random());
        }
        // The line carries one thing at a time; pieces arrive as adapters deliver them.
        const qint64 begin = std::max(m_clock.now() + reply.delayMs, m_freeAt);
        m_freeAt = begin + static_cast<qint64>(bytes.size()) * 10000 / m_boardRate;
        for (qsizetype at = 0; at < bytes.size(); at += pieceBytes) {
            const QByteArray piece = bytes.mid(at, pieceBytes);
            const qint64 arrives = begin + static_cast<qint64>(at + piece.size()) * 10000 / m_boardRate;
            later(arrives - m_clock.now(), [this, piece] { deliver(piece); });
        }
    }
    void deliver(const QByteArray &bytes)
    {
        if (m_open)
            emit received(bytes);
    }
    void onTick()
    {
        // Here, where none of them is the caller.
        std::erase_if(m_pending, [](const auto &alarm) { return !alarm->isActive(); });
        std::vector<SimulatedReply> replies;
        m_device.elapsed(tickMs, replies);
        for (const SimulatedReply &reply : replies)
            say(reply);
        m_tick->start(tickMs);
    }
    void onStray()
    {
        deliver(QByteArray(1, static_cast<char>(m_random())));
        m_stray->start(m_noise.strayEveryMs / 2 +
                       static_cast<qint64>(m_random() % static_cast<quint64>(m_noise.strayEveryMs)));
    }
    void later(qint64 ms, std::function<void()> what)
    {
        m_pending.push_back(m_clock.alarm(std::move(what)));
        m_pending.back()->start(ms);
    }

    SimulatedDevice &m_device;
    int m_boardRate;
    int m_readerRate;
    SerialSettings::Parity m_readerParity;
    Clock &m_clock;
    std::unique_ptr<AlarmClock> m_tick;
    std::unique_ptr<AlarmClock> m_stray;
    std::vector<std::unique_ptr<AlarmClock>> m_pending;
    std::mt19937_64 m_random{1};
    Noise m_noise;
    qint64 m_freeAt = 0;
    bool m_open = false;
};

} // namespace sb
