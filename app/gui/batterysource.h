// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <memory>

namespace sb {

class BatteryListModel;

/// Where the window's batteries come from: ports, a simulation, a capture.
class BatterySource : public QObject
{
    Q_OBJECT
    /// What it is doing while there is no battery, one translated line; may be empty.
    Q_PROPERTY(QString message READ message NOTIFY messageChanged)

public:
    using QObject::QObject;

    /// Grows and shrinks while running; lives as long as the source.
    [[nodiscard]] virtual BatteryListModel *batteries() = 0;
    /// Once, when the window is there.
    virtual void start() = 0;

    [[nodiscard]] QString message() const { return m_message; }

signals:
    void messageChanged();
    /// Nothing more will come: \a error is one line for the user, \a exitCode what the program ends with.
    void failed(const QString &error, int exitCode);

protected:
    void setMessage(const QString &message)
    {
        if (m_message == message)
            return;
        m_message = message;
        emit messageChanged();
    }

private:
    QString m_message;
};

/// \a arguments are those that the window did not use itself. \return nothing when they are wrong, with one
/// line in \a error.
[[nodiscard]] std::unique_ptr<BatterySource> makeBatterySource(const QStringList &arguments, QString *error);

} // namespace sb
