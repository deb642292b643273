// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QString>

namespace sb {

/// A D-Bus daemon for this process alone; it ends with the object.
class PrivateBus
{
public:
    /// \a folder: where its socket and configuration go.
    explicit PrivateBus(QString folder)
        : m_folder(std::move(folder))
    {}
    ~PrivateBus();
    PrivateBus(const PrivateBus &) = delete;
    PrivateBus &operator=(const PrivateBus &) = delete;

    [[nodiscard]] bool start(QString *error);
    [[nodiscard]] QString address() const { return m_address; }
    /// As if it had crashed, for tests.
    void kill();

private:
    QString m_folder;
    QString m_address;
    QProcess m_daemon;
};

} // namespace sb
