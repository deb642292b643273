// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/battery.h"
#include "session/detectioncache.h"
#include "session/detector.h"

namespace sb {

/// What the user said about one port.
struct LineConfig
{
    TransportKind kind = TransportKind::Serial;
    QString port;                                     ///< as named by the user; over Bluetooth the address
    QString adapter;                                  ///< over Bluetooth: "hci1", its address, or empty
    QString label;                                    ///< shown instead of the port; empty: the port
    const DriverDescriptor *driver = nullptr;         ///< null: find out
    std::vector<const DriverDescriptor *> candidates; ///< BMS to look for; empty: all
    std::vector<int> addresses; ///< packs on the line; empty: one, at the driver's usual address
    QVariantMap options;        ///< of the driver
    control::Settings control;  ///< charge control
    bool useBmsLimits = false;  ///< voltage limits of the BMS, where it can be taken at its word
    PublishSettings publishing;
    bool autoResetSoc = true;          ///< tell a BMS that can be told when it is full
    std::optional<int> pollIntervalMs; ///< instead of the driver's
    bool everyReading = false;         ///< of a BMS that tells them by itself: each as it comes
    bool operator==(const LineConfig &) const = default;
};

/// One port from nothing to batteries: opens it, finds out which BMS is there, keeps a session on it, starts
/// over when all its batteries were given up or replaced.
class Line : public QObject
{
    Q_OBJECT
public:
    /// How to find out what is there: \a prepare sets the transport to what a candidate needs (speed and
    /// parity, or characteristics), \a candidates are asked once it is open.
    struct Search
    {
        std::function<void(const Candidate &)> prepare;
        std::function<std::vector<Candidate>()> candidates;
        std::function<void()> forget; ///< what prepare() set, for the next search
    };
    /// \a registry, \a clock and \a cache must outlive the line; \a cache may be null.
    Line(LineConfig config, std::unique_ptr<Transport> transport, Search search, Clock &clock,
         DetectionCache *cache, QObject *parent = nullptr);
    ~Line() override;

    void start();
    /// Ends cleanly: a settings mode that is open is left first; then stopped().
    void stop();

    [[nodiscard]] const LineConfig &config() const { return m_config; }
    [[nodiscard]] Transport &transport() { return *m_transport; }
    [[nodiscard]] const std::vector<std::unique_ptr<Battery>> &batteries() const { return m_batteries; }
    /// Of the last search.
    [[nodiscard]] const Detector &detector() const { return m_detector; }
    /// The port can be opened (last attempt).
    [[nodiscard]] const LinkError &openError() const { return m_openError; }

signals:
    /// Identified and read completely.
    void batteryAdded(sb::Battery *battery);
    /// About to be deleted: given up, replaced by another, or the line ends.
    void batteryRemoved(sb::Battery *battery);
    /// Which BMS it is, or is taken for; the session with it begins now. \a found: what else its driver was
    /// told, such as the name that a radio advertises.
    void bmsKnown(const QString &bms, std::optional<int> address, const QVariantMap &found);
    /// The port can't be opened; it is tried again.
    void openFailed(const sb::LinkError &error);
    /// A whole search found no BMS; it goes on.
    void nothingFound();
    void stopped();

private:
    void openPort();
    void onOpened();
    void onOpenFailed(const LinkError &error);
    void search();
    void onFound(const Candidate &candidate);
    void startSession(const Candidate &candidate);
    void addBattery(PackLink *pack);
    void removeBattery(PackLink *pack);
    void startOver();
    void retryLater();
    [[nodiscard]] QString cacheKey() const;
    [[nodiscard]] QString connectionText(const Candidate &candidate) const;
    [[nodiscard]] control::Settings controlFor(const PackLink &pack) const;

    LineConfig m_config;
    std::unique_ptr<Transport> m_transport;
    Search m_how;
    Clock &m_clock;
    DetectionCache *m_cache;
    Detector m_detector;
    std::unique_ptr<AlarmClock> m_retry;
    std::unique_ptr<Session> m_session;
    Candidate m_candidate;
    std::vector<std::unique_ptr<Battery>> m_batteries;
    LinkError m_openError;
    int m_openAttempt = 0;
    bool m_triedCache = false;
    bool m_running = false;
};

} // namespace sb
