// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>
#include <optional>

namespace sb {

/// Remembers which BMS was found on which port, so that the next start asks it first. One small JSON file,
/// written by rename and only when something changed; one that can't be read or is broken is as good as none.
class DetectionCache
{
public:
    struct Entry
    {
        QString driverId;
        int baudRate = 0;
        std::optional<int> address;
        bool operator==(const Entry &) const = default;
    };

    /// \a file: path; its folder is made when needed. Empty: nothing is kept.
    explicit DetectionCache(QString file);

    [[nodiscard]] std::optional<Entry> find(const QString &port) const;
    void remember(const QString &port, const Entry &entry);
    /// The remembered BMS did not answer; after three times in a row it is forgotten.
    void missed(const QString &port);

private:
    void save() const;

    QString m_file;
    QJsonObject m_ports;
};

} // namespace sb
