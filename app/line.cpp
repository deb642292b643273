// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/line.h"

#include <QFileInfo>
#include <QLoggingCategory>
#include <QPointer>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logLine, "serialbattery.line", QtInfoMsg)

/// Between two searches of a port on which nothing answered.
constexpr qint64 searchPauseMs = 1000;
/// Between two readings where each is taken as it comes.
constexpr int streamPauseMs = 20;

} // namespace

Line::Line(LineConfig config, std::unique_ptr<Transport> transport, Search search, Clock &clock,
           DetectionCache *cache, QObject *parent)
    : QObject(parent)
    , m_config(std::move(config))
    , m_transport(std::move(transport))
    , m_how(std::move(search))
    , m_clock(clock)
    , m_cache(cache)
    , m_detector(*m_transport, clock, m_how.prepare)
    , m_retry(clock.alarm([this] {
        if (m_transport->isOpen())
            this->search();
        else
            openPort();
    }))
{
    connect(m_transport.get(), &Transport::opened, this, &Line::onOpened);
    connect(m_transport.get(), &Transport::failed, this, &Line::onOpenFailed);
    connect(m_transport.get(), &Transport::deviceAppeared, this, [this] {
        if (m_running && !m_session && !m_transport->isOpen())
            openPort();
    });
    connect(&m_detector, &Detector::found, this, &Line::onFound);
    connect(&m_detector, &Detector::nothingFound, this, [this] {
        if (m_triedCache && m_cache)
            m_cache->missed(cacheKey());
        emit nothingFound();
        if (!m_running)
            return;
        // Others may want the battery that we can't read; and a fresh link may bring what this one did not.
        if (m_transport->kind() == TransportKind::Bluetooth) {
            m_transport->close();
            m_how.forget();
            retryLater();
        } else {
            m_retry->start(searchPauseMs);
        }
    });
}

Line::~Line() = default;

QString Line::cacheKey() const
{
    const QString canonical = QFileInfo(m_config.port).canonicalFilePath();
    return canonical.isEmpty() ? m_config.port : canonical;
}

void Line::start()
{
    m_running = true;
    openPort();
}

void Line::stop()
{
    if (!m_running)
        return;
    m_running = false;
    m_retry->stop();
    m_detector.cancel();
    if (m_session) {
        m_session->stop(); // its stopped() leads to ours
        return;
    }
    m_transport->close();
    emit stopped();
}

void Line::openPort()
{
    m_retry->stop();
    if (m_running && !m_session)
        m_transport->open();
}

void Line::onOpened()
{
    if (!m_running || m_session)
        return; // a session looks after its line itself
    if (m_transport->kind() != TransportKind::Bluetooth)
        m_openAttempt = 0;
    m_openError = {};
    search();
}

void Line::onOpenFailed(const LinkError &error)
{
    if (!m_running || m_session)
        return;
    m_detector.cancel();
    const bool news = m_openError.kind != error.kind;
    m_openError = error;
    if (news)
        qCWarning(logLine, "%s", qUtf8Printable(error.text));
    emit openFailed(error);
    if (!m_running)
        return;
    retryLater();
}

void Line::retryLater()
{
    const std::span<const qint64> pauses = reopenPauses(m_transport->kind());
    const auto step = std::min<size_t>(static_cast<size_t>(m_openAttempt++), pauses.size() - 1);
    m_retry->start(pauses[step]);
}

void Line::search()
{
    std::vector<Candidate> candidates = m_how.candidates();
    if (!m_config.candidates.empty())
        std::erase_if(candidates, [this](const Candidate &candidate) {
            return std::find(m_config.candidates.begin(), m_config.candidates.end(), candidate.driver) ==
                   m_config.candidates.end();
        });
    m_triedCache = false;
    if (m_cache) {
        if (const auto known = m_cache->find(cacheKey())) {
            const auto at = std::find_if(candidates.begin(), candidates.end(), [&](const Candidate &c) {
                return c.driver->info.id == known->driverId && c.baudRate == known->baudRate &&
                       c.address == known->address;
            });
            if (at != candidates.end()) {
                std::rotate(candidates.begin(), at, at + 1);
                m_triedCache = true;
            }
        }
    }
    // With one possibility there is nothing to find out: the session identifies it anyway, and keeps trying.
    const size_t addresses = std::max<size_t>(1, m_config.addresses.size());
    if (candidates.size() == addresses && m_config.driver) {
        startSession(candidates.front());
        return;
    }
    m_detector.start(std::move(candidates), m_config.options);
}

void Line::onFound(const Candidate &candidate)
{
    qCInfo(logLine, "%s: %s", qUtf8Printable(connectionText(candidate)),
           qUtf8Printable(candidate.driver->info.id));
    if (m_cache)
        m_cache->remember(cacheKey(), {candidate.driver->info.id, candidate.baudRate, candidate.address});
    startSession(candidate);
}

void Line::startSession(const Candidate &candidate)
{
    m_candidate = candidate;
    const DriverInfo &info = candidate.driver->info;
    emit bmsKnown(info.id, candidate.address, candidate.options);
    m_how.prepare(candidate);
    SessionSettings settings;
    settings.pollIntervalMs = m_config.everyReading && info.streams
                                  ? streamPauseMs
                                  : m_config.pollIntervalMs.value_or(info.pollIntervalMs);
    settings.lostAfterMs = m_config.control.offlineAfterS * 1000LL;
    m_session = std::make_unique<Session>(*m_transport, m_clock, settings);
    QVariantMap options = candidate.options;
    options.insert(m_config.options);
    const auto driverFor = [&](std::optional<int> address) {
        return candidate.driver->create({m_config.kind, address, options});
    };
    std::vector<std::optional<int>> addresses(m_config.addresses.begin(), m_config.addresses.end());
    if (addresses.empty())
        addresses.push_back(candidate.address);
    for (const std::optional<int> &address : addresses)
        m_session->addPack(driverFor(address));
    if (m_config.addresses.empty() && candidate.address) {
        for (const int address : lineAddresses(info)) {
            if (address != *candidate.address)
                m_session->addPack(driverFor(address), PackLink::Presence::Sought);
        }
    }
    connect(m_session.get(), &Session::packUpdated, this, [this](PackLink *pack) {
        // A pack that was given up and answers again is a battery again.
        if (pack->isIdentified() && pack->lastPollGood())
            addBattery(pack);
    });
    connect(m_session.get(), &Session::packReplaced, this, [this](PackLink *pack) {
        removeBattery(pack);
        // Other packs of the line are not touched; a single one may be another BMS altogether.
        if (m_batteries.empty())
            startOver();
    });
    connect(m_session.get(), &Session::linkLost, this, [this](const LinkError &error) {
        if (m_batteries.empty())
            emit openFailed(error);
    });
    connect(m_session.get(), &Session::stopped, this, [this] {
        while (!m_batteries.empty())
            removeBattery(&m_batteries.back()->pack());
        if (!m_running)
            emit stopped();
    });
    m_session->start();
}

QString Line::connectionText(const Candidate &candidate) const
{
    const QString name = m_config.label.isEmpty() ? m_config.port : m_config.label;
    return candidate.baudRate > 0 ? name + QLatin1Char(' ') + QString::number(candidate.baudRate) : name;
}

control::Settings Line::controlFor(const PackLink &pack) const
{
    control::Settings settings = m_config.control;
    settings.useBmsVoltages = m_config.useBmsLimits && pack.driver().info().honoursLimits;
    return settings;
}

void Line::addBattery(PackLink *pack)
{
    for (const auto &battery : m_batteries) {
        if (&battery->pack() == pack)
            return;
    }
    m_batteries.push_back(std::make_unique<Battery>(*m_session, *pack, m_config.port,
                                                    connectionText(m_candidate), controlFor(*pack),
                                                    m_config.publishing));
    Battery *battery = m_batteries.back().get();
    battery->setTellsFull(m_config.autoResetSoc && pack->driver().info().resetsSocWhenFull);
    // Queued: the battery must not be deleted while it is speaking.
    connect(
        battery, &Battery::gone, this,
        [this, pack, alive = QPointer<Battery>(battery)] {
            if (!alive)
                return;
            qCWarning(logLine, "%s: given up; still looking for it", qUtf8Printable(m_config.port));
            removeBattery(pack);
            if (m_batteries.empty())
                startOver();
        },
        Qt::QueuedConnection);
    emit batteryAdded(battery);
    if (!battery->isStateAwaited())
        battery->startControl({});
}

void Line::removeBattery(PackLink *pack)
{
    const auto at = std::find_if(m_batteries.begin(), m_batteries.end(),
                                 [pack](const auto &battery) { return &battery->pack() == pack; });
    if (at == m_batteries.end())
        return;
    emit batteryRemoved(at->get());
    m_batteries.erase(at);
}

void Line::startOver()
{
    while (!m_batteries.empty())
        removeBattery(&m_batteries.back()->pack());
    if (!m_session || !m_running)
        return;
    // The session may be the one that is calling.
    Session *old = m_session.release();
    old->disconnect(this);
    old->stop();
    old->deleteLater();
    m_how.forget();
    m_openAttempt = 0;
    m_retry->start(searchPauseMs);
}

} // namespace sb
