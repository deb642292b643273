// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command.h"
#include "app/publisher.h"
#include "app/recording.h"
#include "venus/portservice.h"

namespace sb {

/// The headless service: lines, their batteries on the bus, and what becomes of both when the configuration
/// changes while it runs.
class Service : public QObject
{
    Q_OBJECT
public:
    struct Settings
    {
        Publisher::Settings publishing;
        /// Under a supervisor that tries one program after the other on a port.
        bool exitIfNone = false;
        QString captureFolder; ///< empty: nothing is recorded
        bool captureValues = false;
        /// What the configuration says about a port that is offered; nothing: it is to be left alone.
        std::function<std::optional<LineConfig>(const QString &port)> offeredLine;
    };

    /// \a environment must outlive the service.
    Service(Settings settings, Environment &environment, QObject *parent = nullptr);
    ~Service() override;

    /// The lines from now on: new ones start, those that are not named any more end, changed ones start anew,
    /// and a line that stayed as it was is not touched. \return one line where a recording can't be made.
    [[nodiscard]] QString apply(const std::vector<LineConfig> &configs);
    /// Ends all lines properly; finished() comes then. The first code counts.
    void stop(int exitCode);
    [[nodiscard]] size_t lineCount() const { return m_lines.size(); }

signals:
    void finished(int exitCode);

private:
    struct Entry
    {
        LineConfig config;
        std::unique_ptr<Recording> recording;
        std::unique_ptr<Line> line;
        bool ending = false;
        bool offered = false;                 ///< lent by a supervisor, to be given back
        std::optional<ItemTree::Reply> reply; ///< the supervisor waits for it
        std::unique_ptr<QTimer> patience;     ///< until an offered port has to have a BMS
        std::optional<LineConfig> next;       ///< starts when this one has ended
    };
    [[nodiscard]] QString startLine(const LineConfig &config, std::optional<ItemTree::Reply> offer = {});
    void endLine(Entry &entry);
    void onStopped(const Line *line);
    void follow(Entry &entry);
    void startOffers();
    void onOffer(const QString &port, const ItemTree::Reply &reply);
    void answerOffer(Entry &entry, int code);
    [[nodiscard]] Entry *find(const QString &port);

    Settings m_settings;
    Environment &m_environment;
    SystemClock m_clock;
    DetectionCache m_cache;
    Publisher m_publisher;
    std::unique_ptr<PortService> m_ports; ///< takes ports that supervisors offer
    std::vector<std::unique_ptr<Entry>> m_lines;
    QTimer m_nobody; ///< gives the port back when no BMS answers
    std::optional<int> m_exitCode;
    bool m_everFound = false;
};

} // namespace sb
