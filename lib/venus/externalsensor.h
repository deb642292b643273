// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"
#include "venus/busclient.h"

#include <QElapsedTimer>
#include <QTimer>

namespace sb {

/// A service on the bus whose values replace those of a BMS: a shunt with the better current or state of
/// charge. Follows one name; waits for nobody.
class ExternalSensor : public QObject
{
    Q_OBJECT
public:
    /// \a service such as com.victronenergy.battery.ttyS6; empty paths are not read.
    ExternalSensor(BusClient &client, QString service, QString currentPath, QString socPath,
                   QObject *parent = nullptr);
    ~ExternalSensor() override;

    [[nodiscard]] QString service() const { return m_watcher.name(); }
    /// Somebody owns the name.
    [[nodiscard]] bool isThere() const { return !m_owner.isEmpty(); }
    /// A; nothing: not read, invalid, or the sensor has not answered for staleMs.
    [[nodiscard]] Number current() const { return value(m_current); }
    /// %, 0 to 100, likewise.
    [[nodiscard]] Number soc() const;

    /// A value that was neither announced nor confirmed for so long means nothing, ms.
    static constexpr int staleMs = 30000;
    /// A value that does not change is asked for after this time, ms.
    static constexpr int askMs = 20000;
    /// Other times than these two, for tests.
    void setTimes(int ask, int stale);

signals:
    /// It came or went.
    void presenceChanged(bool there);

private slots:
    void onPropertiesChanged(const QDBusMessage &message);
    void onItemsChanged(const QDBusMessage &message);

private:
    struct Item
    {
        QString path;
        Number value;
        qint64 at = 0; ///< when it was last known to be so
        bool asked = false;
    };
    void onOwner(const QString &owner);
    void follow(bool on);
    void ask(Item &item);
    void take(Item &item, const QVariant &value);
    void onTick();
    [[nodiscard]] Number value(const Item &item) const;
    [[nodiscard]] std::array<Item *, 2> items() { return {&m_current, &m_soc}; }

    BusClient &m_client;
    NameWatcher m_watcher;
    QString m_owner;
    Item m_current;
    Item m_soc;
    int m_askMs = askMs;
    int m_staleMs = staleMs;
    QElapsedTimer m_clock;
    QTimer m_tick; ///< runs while the sensor is there
};

} // namespace sb
