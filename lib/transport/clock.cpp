// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/clock.h"

#include <QTimer>
#include <chrono>
#include <map>

namespace sb {
namespace {

class TimerAlarm : public AlarmClock
{
public:
    explicit TimerAlarm(std::function<void()> fire)
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, std::move(fire));
    }
    void start(qint64 ms) override { m_timer.start(std::chrono::milliseconds(std::max<qint64>(ms, 0))); }
    void stop() override { m_timer.stop(); }
    [[nodiscard]] bool isActive() const override { return m_timer.isActive(); }

private:
    QTimer m_timer;
};

} // namespace

AlarmClock::~AlarmClock() = default;
Clock::~Clock() = default;

qint64 SystemClock::now() const
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

std::unique_ptr<AlarmClock> SystemClock::alarm(std::function<void()> fire)
{
    return std::make_unique<TimerAlarm>(std::move(fire));
}

struct VirtualClock::Queue
{
    qint64 now = 0;
    quint64 serial = 0; ///< alarms of one moment fire in the order in which they were started
    std::map<std::pair<qint64, quint64>, Entry *> due;
};

class VirtualClock::Entry : public AlarmClock
{
public:
    Entry(std::shared_ptr<Queue> queue, std::function<void()> fire)
        : m_queue(std::move(queue))
        , m_fire(std::move(fire))
    {}
    ~Entry() override { remove(); }
    Entry(const Entry &) = delete;
    Entry &operator=(const Entry &) = delete;

    void start(qint64 ms) override
    {
        remove();
        m_key = {m_queue->now + std::max<qint64>(ms, 0), ++m_queue->serial};
        m_queue->due.emplace(m_key, this);
        m_active = true;
    }
    void stop() override { remove(); }
    [[nodiscard]] bool isActive() const override { return m_active; }
    void fire()
    {
        remove();
        const std::function<void()> run = m_fire; // the entry may be deleted by what it calls
        run();
    }

private:
    void remove()
    {
        if (m_active)
            m_queue->due.erase(m_key);
        m_active = false;
    }
    std::shared_ptr<Queue> m_queue;
    std::function<void()> m_fire;
    std::pair<qint64, quint64> m_key;
    bool m_active = false;
};

VirtualClock::VirtualClock()
    : m_queue(std::make_shared<Queue>())
{}
VirtualClock::~VirtualClock() = default;
qint64 VirtualClock::now() const { return m_queue->now; }

std::unique_ptr<AlarmClock> VirtualClock::alarm(std::function<void()> fire)
{
    return std::make_unique<Entry>(m_queue, std::move(fire));
}

bool VirtualClock::advance()
{
    if (m_queue->due.empty())
        return false;
    const auto next = m_queue->due.begin();
    m_queue->now = std::max(m_queue->now, next->first.first);
    next->second->fire();
    return true;
}

void VirtualClock::advanceBy(qint64 ms)
{
    const qint64 until = m_queue->now + ms;
    while (!m_queue->due.empty() && m_queue->due.begin()->first.first <= until)
        advance();
    m_queue->now = until;
}

} // namespace sb
