// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"

#include <QObject>
#include <QString>

namespace sb {

/// Why a link can't be used, in words that say what to do.
struct LinkError
{
    enum class Kind : quint8 {
        None,
        NotFound, ///< no such port, adapter or interface
        Busy,     ///< in use by another program
        Permission,
        Lost,        ///< was open and disappeared
        Unsupported, ///< exists, but is not what it should be
        Other,
    };
    Kind kind = Kind::None;
    QString text; ///< one line, names the port
};

/// Sees every byte of a link in both directions, before anything interprets it.
class TrafficTap
{
public:
    enum class Direction : quint8 { ToBms, FromBms };
    virtual ~TrafficTap();
    /// Of a request that goes out, of a chunk that came in.
    struct Bytes
    {
        Direction direction;
        QByteArrayView data;
        int secretFrom = 0; ///< this and secretSize: bytes that must not be written down
        int secretSize = 0;
        bool discarded = false; ///< noise thrown away unread
        QUuid characteristic{}; ///< where the usual one is not meant
        bool wasRead = false;   ///< what the characteristic held, on our asking
    };
    virtual void bytes(const Bytes &bytes) = 0;
    virtual void frame(Direction direction, const CanFrame &frame) = 0;
    /// "open", "close", "lost", "reopen", "timeout", "retry", "error" (capture-format event names).
    virtual void event(const char *what, const QString &detail = {}) = 0;
};

/// How well a radio is heard, and when that was.
struct SignalStrength
{
    int dBm;
    qint64 ageMs;
};

/// A way to reach batteries: a serial port, a Bluetooth link, a CAN interface, a capture. Everything is
/// asynchronous; nothing here knows a BMS.
class Transport : public QObject
{
    Q_OBJECT
public:
    explicit Transport(QObject *parent = nullptr)
        : QObject(parent)
    {}
    ~Transport() override;

    [[nodiscard]] virtual TransportKind kind() const { return TransportKind::Serial; }
    /// For people and /Mgmt/Connection: "/dev/ttyUSB0".
    [[nodiscard]] virtual QString name() const = 0;
    [[nodiscard]] virtual bool isOpen() const = 0;
    /// Milliseconds that \a bytes need on the wire, 0 where that means nothing.
    [[nodiscard]] virtual int lineTimeMs(int bytes) const
    {
        Q_UNUSED(bytes)
        return 0;
    }
    /// Our own bytes that came back from an adapter that hears itself, and were taken out.
    [[nodiscard]] virtual quint64 echoedBytes() const { return 0; }
    /// Ends with opened() or failed(), later or at once.
    virtual void open() = 0;
    virtual void close() = 0;
    /// Queues the bytes of one request. sent() follows when the system has taken them all.
    virtual void write(const QByteArray &bytes, int secretFrom = 0, int secretSize = 0) = 0;
    /// To another place than the usual one; the same where there is only one.
    virtual void writeTo(const QUuid &characteristic, const QByteArray &bytes, int secretFrom = 0,
                         int secretSize = 0)
    {
        Q_UNUSED(characteristic)
        write(bytes, secretFrom, secretSize);
    }
    /// Asks what is held there; received() brings it.
    virtual void readFrom(const QUuid &characteristic) { Q_UNUSED(characteristic) }
    /// Of a radio, where it was heard.
    [[nodiscard]] virtual std::optional<SignalStrength> signalStrength() const { return std::nullopt; }
    virtual void writeFrame(const CanFrame &frame) { Q_UNUSED(frame) }
    /// Throws away what has arrived and nobody read.
    virtual void discardInput() {}
    /// About so many bytes are still to come: a transport may wait for them before it delivers. 0: unknown.
    virtual void expectBytes(int count) { Q_UNUSED(count) }

    void setTap(TrafficTap *tap) { m_tap = tap; }
    [[nodiscard]] TrafficTap *tap() const { return m_tap; }

signals:
    void opened();
    /// Could not be opened, or was lost; the transport is closed now. The session decides when to try again.
    void failed(const sb::LinkError &error);
    void sent();
    void received(const QByteArray &bytes);
    void frameReceived(const sb::CanFrame &frame);
    /// The device may be there (again): worth trying now instead of waiting for the reopen timer.
    void deviceAppeared();

private:
    TrafficTap *m_tap = nullptr;
};

} // namespace sb
