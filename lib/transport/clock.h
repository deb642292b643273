// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QtGlobal>
#include <functional>
#include <memory>

namespace sb {

/// A timer that fires once per start, at a time of its clock.
class AlarmClock
{
public:
    virtual ~AlarmClock();
    /// Fires \a ms from now; a running one is moved.
    virtual void start(qint64 ms) = 0;
    virtual void stop() = 0;
    [[nodiscard]] virtual bool isActive() const = 0;
};

/// Monotonic time. Sessions get theirs from here, so that a capture replays under a virtual clock as fast as
/// the machine can, with the same decisions as in real time.
class Clock
{
public:
    virtual ~Clock();
    /// Milliseconds since some fixed moment; never goes back.
    [[nodiscard]] virtual qint64 now() const = 0;
    /// \a fire is called from the event loop of the thread that started it, never from inside start().
    [[nodiscard]] virtual std::unique_ptr<AlarmClock> alarm(std::function<void()> fire) = 0;
};

/// The system's monotonic clock and Qt timers.
class SystemClock : public Clock
{
public:
    [[nodiscard]] qint64 now() const override;
    [[nodiscard]] std::unique_ptr<AlarmClock> alarm(std::function<void()> fire) override;
};

/// Time that stands still until it is moved. Used by replay and tests.
class VirtualClock : public Clock
{
public:
    VirtualClock();
    ~VirtualClock() override;
    [[nodiscard]] qint64 now() const override;
    [[nodiscard]] std::unique_ptr<AlarmClock> alarm(std::function<void()> fire) override;
    /// Goes to the next alarm and fires it. \return false when none is set.
    bool advance();
    /// Fires everything due until \a ms from now, then stands at that time.
    void advanceBy(qint64 ms);

private:
    class Entry;
    struct Queue;
    std::shared_ptr<Queue> m_queue;
};

} // namespace sb
