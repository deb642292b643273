// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "transport/capture.h"
#include "transport/clock.h"
#include "transport/transport.h"

#include <deque>
#include <random>

namespace sb {

/// A capture as a line: the driver asks, the recording answers. Replies belong to requests by their bytes, so
/// a driver may ask in another order than the one that was recorded. What the BMS said unasked comes at its
/// time.
class ReplayTransport : public Transport
{
    Q_OBJECT
public:
    enum class Chunks : quint8 { Recorded, Whole, Bytes, Random };
    struct Settings
    {
        QString link; ///< empty: the first
        Chunks chunks = Chunks::Recorded;
        quint64 seed = 1;
    };
    struct Counters
    {
        quint64 requests = 0;
        quint64 unmatched = 0; ///< asked, but never recorded
        quint64 reused = 0;    ///< answered by an exchange that was used before
        quint64 skipped = 0;   ///< exchanges passed over
    };

    ReplayTransport(const Capture &capture, Settings settings, Clock &clock, QObject *parent = nullptr);
    ~ReplayTransport() override;

    [[nodiscard]] QString name() const override { return m_name; }
    [[nodiscard]] bool isOpen() const override { return m_open; }
    void open() override;
    void close() override { m_open = false; }
    void write(const QByteArray &bytes, int secretFrom, int secretSize) override;
    void readFrom(const QUuid &characteristic) override;

    [[nodiscard]] const Counters &counters() const { return m_counters; }
    /// Every exchange has been used, and nothing is on its way.
    [[nodiscard]] bool isAtEnd() const;
    /// Seconds of the recording at which the last answer was given.
    [[nodiscard]] double position() const { return m_position; }
    [[nodiscard]] QStringList unmatchedRequests() const { return m_unmatched; }

private:
    struct Piece
    {
        double after; ///< seconds after the request
        QByteArray bytes;
    };
    struct Exchange
    {
        double t;
        QByteArray request;
        QByteArray mask;
        std::vector<Piece> reply;
        QUuid read{}; ///< asked what this characteristic holds, without a request
    };
    struct Said
    {
        double t; ///< of the recording
        QByteArray bytes;
    };
    void take(const CaptureEvent &event);
    void answer(const Exchange &wanted);
    void deliver(const Exchange &exchange);
    void push(qint64 atMs, const QByteArray &bytes, std::optional<double> t = {});
    void onAlarm();
    [[nodiscard]] std::vector<Piece> cut(const std::vector<Piece> &pieces);
    [[nodiscard]] static bool matches(const Exchange &exchange, const Exchange &wanted);

    QString m_name;
    Settings m_settings;
    Clock &m_clock;
    std::vector<Exchange> m_exchanges;
    size_t m_next = 0;
    std::vector<Said> m_unasked;   ///< by time
    std::optional<double> m_begin; ///< of the recording
    bool m_unaskedBegun = false;
    struct Due
    {
        qint64 at;
        std::optional<double> t; ///< of the recording, where nobody asked
        QByteArray bytes;
    };
    std::deque<Due> m_queue; ///< by time
    std::unique_ptr<AlarmClock> m_alarm;
    std::mt19937_64 m_random;
    Counters m_counters;
    QStringList m_unmatched;
    double m_position = 0;
    bool m_open = false;
};

} // namespace sb
