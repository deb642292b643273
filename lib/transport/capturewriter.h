// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "transport/capture.h"
#include "transport/clock.h"
#include "transport/transport.h"

#include <QFile>
#include <map>

namespace sb {

/// Writes every byte of some links into a capture file, before anything interprets it. Lines reach the file
/// at least once per second, so that a killed process leaves a good one; large files are rotated.
class CaptureWriter
{
public:
    struct Settings
    {
        QString fileName;
        QString program; ///< "serialbattery 0.1.0"
        std::vector<CaptureLink> links;
        QString note;
        bool anonymous = false; ///< mask() what tells whose battery it is, where it is not under a checksum
        qint64 partBytes = 20 << 20; ///< then a new part begins
        int parts = 3;               ///< and so many old ones are kept
        qint64 leaveFree = 50 << 20; ///< bytes of the disk that are not ours
    };

    CaptureWriter(Settings settings, Clock &clock);
    ~CaptureWriter();
    CaptureWriter(const CaptureWriter &) = delete;
    CaptureWriter &operator=(const CaptureWriter &) = delete;

    /// \return false and one line where the file can't be made.
    [[nodiscard]] bool open(QString *error);
    /// What a transport writes to; of a link that the settings name.
    [[nodiscard]] TrafficTap *tap(const QString &link);
    /// \a config: what was found out that its driver has to know.
    void driverFound(const QString &link, const QString &bms, std::optional<int> address,
                     const QJsonObject &config = {});
    void value(const QString &link, const QJsonObject &battery);
    void mark(const QString &text);
    void flush();
    /// \a text with each letter and digit replaced, at equal length.
    [[nodiscard]] static QString mask(QString text);

private:
    class Tap;
    void write(QJsonObject event);
    void writeHeader();
    void rotate();

    Settings m_settings;
    Clock &m_clock;
    QFile m_file;
    QByteArray m_pending;
    std::unique_ptr<AlarmClock> m_flush;
    std::map<QString, std::unique_ptr<Tap>> m_taps;
    qint64 m_start = 0;
    qint64 m_written = 0;
    int m_part = 0;
    bool m_stopped = false;
};

} // namespace sb
