// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"
#include "venus/itemtree.h"

#include <QJsonObject>
#include <QTimer>

namespace sb {

/// What charge control wants to find again after a restart.
struct ChargeMemory
{
    Flag allowMaxVoltage;  ///< bulk and absorption permitted
    Count maxVoltageStart; ///< s since 1970; nothing: the absorption timer is off
    Number countedSoc;     ///< %, where the state of charge is counted here
    Count lastReset;       ///< s since 1970 of the last full charge, 0 never
    QJsonObject history;   ///< names and units of venus-settings 3; empty: none

    bool operator==(const ChargeMemory &) const = default;
    [[nodiscard]] QJsonObject toJson() const;
    /// Values that can't be what they claim to be are left out.
    [[nodiscard]] static ChargeMemory fromJson(const QJsonObject &json);
    /// History as the text of its setting; broken text is an empty history.
    [[nodiscard]] QString historyText() const;
    void setHistoryText(const QString &text);
};

/// Everything that is kept of one battery.
struct StoredBattery
{
    int instance = 0;
    QString customName;
    ChargeMemory charge;
};

/// The charge memory in a file in RAM: what flash is too good for. Survives the process, not the device.
class VolatileMemory
{
public:
    /// An empty name keeps nothing.
    explicit VolatileMemory(QString file)
        : m_file(std::move(file))
    {}
    struct Content
    {
        qint64 wallSecond = 0; ///< when it was saved
        ChargeMemory charge;
    };
    void save(const ChargeMemory &charge, qint64 wallSecond);
    [[nodiscard]] std::optional<Content> load() const;
    /// Where such files belong: /run/serialbattery for the system bus, else below $XDG_RUNTIME_DIR; empty
    /// where there is no such place.
    [[nodiscard]] static QString folder(const QString &bus);
    [[nodiscard]] static QString fileName(const QString &folder, const QString &uniqueId, const QString &bus);

private:
    QString m_file;
    bool m_warned = false;
};

/// The moments in which all batteries of a process write, together, since every write rewrites one file on
/// flash.
class StoreRhythm : public QObject
{
    Q_OBJECT
public:
    static constexpr int everyMs = 15 * 60000;
    explicit StoreRhythm(int intervalMs = everyMs);
    void writeNow() { emit due(); }

signals:
    void due();

private:
    QTimer m_timer;
};

/// What is stored of one battery, wherever that is. Everything is asynchronous; a store that can't write
/// goes on without, warns once, and writes when it can.
class DeviceStore : public QObject
{
    Q_OBJECT
public:
    using Reply = ItemTree::Reply;

    ~DeviceStore() override;

    /// Reads what there is, makes what there is not. Then opened(), however long that takes.
    virtual void open() = 0;
    [[nodiscard]] bool isOpen() const { return m_open; }
    [[nodiscard]] const StoredBattery &stored() const { return m_stored; }

    /// The state of charge control, at most every 15 s. Goes to RAM at once; to where it is kept for good
    /// when a user or another program would notice the difference, else with the rhythm.
    void offer(const ChargeMemory &charge);
    /// Answers 0 when it is stored, 2 when not.
    virtual void setCustomName(const QString &name, const Reply &reply) = 0;
    /// Writes what waits, at a clean end. What is sent by then is safe even when the process ends next.
    void flush();

signals:
    void opened();
    /// Somebody changed it where it is stored.
    void instanceChanged(int instance);
    void customNameChanged(const QString &name);

protected:
    DeviceStore(StoreRhythm &rhythm, VolatileMemory memory);

    /// \a keptAt: when the place for good was known to be up to date, nothing: never. A newer file in RAM
    /// wins over \a stored.
    void setOpened(StoredBattery stored, std::optional<qint64> keptAt);
    void showInstance(int instance);
    void showCustomName(const QString &name);
    /// Brings the place for good up to m_stored.charge. Called in each rhythm too when nothing changed.
    virtual void write() = 0;
    [[nodiscard]] static qint64 wallSecond();

    StoreRhythm &m_rhythm;

private:
    VolatileMemory m_memory;
    StoredBattery m_stored;
    ChargeMemory m_written; ///< as of the last write()
    bool m_open = false;
};

} // namespace sb
