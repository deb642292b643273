// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/serialtransport.h"

#include <QDir>
#include <QFileInfo>
#include <QLoggingCategory>
#include <cerrno>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logSerial, "serialbattery.transport", QtInfoMsg)

constexpr qint64 readBuffer = 65536; // bounds the memory of a line that never stops talking
constexpr qint64 stallMs = 1000;
constexpr int stallsUntilReopen = 3;
constexpr qint64 echoMarginMs = 20;
constexpr qint64 holdMarginMs = 10;
constexpr qint64 appearMs = 300; // udev makes links and rights some time after the device

/// "name (pid 123)" of a process that has \a device open, as far as we may see it.
QString holderOf(const QString &device)
{
    const QDir proc(QStringLiteral("/proc"));
    for (const QString &pid : proc.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        bool isProcess = false;
        const qlonglong number = pid.toLongLong(&isProcess);
        if (!isProcess || number == ::getpid())
            continue;
        const QDir descriptors(QStringLiteral("/proc/%1/fd").arg(pid));
        for (const QFileInfo &entry : descriptors.entryInfoList(QDir::Files | QDir::System)) {
            if (entry.symLinkTarget() != device)
                continue;
            QFile name(QStringLiteral("/proc/%1/comm").arg(pid));
            const bool known = name.open(QIODevice::ReadOnly);
            return QStringLiteral("%1 (pid %2)")
                .arg(known ? QString::fromUtf8(name.readAll().trimmed()) : QStringLiteral("?"), pid);
        }
    }
    return {};
}

} // namespace

SerialTransport::SerialTransport(QString port, const SerialSettings &settings, Clock &clock, QObject *parent)
    : Transport(parent)
    , m_name(std::move(port))
    , m_settings(settings)
    , m_baudRate(settings.baudRates.empty() ? 9600 : settings.baudRates.front())
    , m_clock(clock)
    , m_hold(clock.alarm([this] { deliver(); }))
    , m_writeGuard(clock.alarm([this] { onStalled(); }))
    , m_appeared(clock.alarm([this] {
        if (!isOpen() && QFileInfo::exists(m_name))
            emit deviceAppeared();
    }))
{
    m_serial.setReadBufferSize(readBuffer);
    connect(&m_serial, &QSerialPort::readyRead, this, &SerialTransport::onReadyRead);
    connect(&m_serial, &QSerialPort::errorOccurred, this, &SerialTransport::onError);
    connect(&m_serial, &QSerialPort::bytesWritten, this, [this](qint64 bytes) {
        m_unwritten -= bytes;
        if (m_unwritten > 0)
            return;
        m_writeGuard->stop();
        m_stalls = 0;
        emit sent();
    });
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, [this] { m_appeared->start(appearMs); });
}

SerialTransport::~SerialTransport() { m_serial.disconnect(this); }

int SerialTransport::lineTimeMs(int bytes) const
{
    const int bitsPerByte =
        1 + 8 + (m_settings.parity == SerialSettings::Parity::None ? 0 : 1) + m_settings.stopBits;
    return (bytes * bitsPerByte * 1000 + m_baudRate - 1) / m_baudRate;
}

void SerialTransport::setFormat(int baud, const SerialSettings &settings)
{
    m_baudRate = baud;
    m_settings = settings;
    if (isOpen())
        applyFormat();
}

/// Changes only what differs: some adapters drop what is on its way at each change.
void SerialTransport::applyFormat()
{
    const auto parity = m_settings.parity == SerialSettings::Parity::Even  ? QSerialPort::EvenParity
                        : m_settings.parity == SerialSettings::Parity::Odd ? QSerialPort::OddParity
                                                                           : QSerialPort::NoParity;
    const auto stopBits = m_settings.stopBits == 2 ? QSerialPort::TwoStop : QSerialPort::OneStop;
    if (m_serial.baudRate() != m_baudRate)
        m_serial.setBaudRate(m_baudRate);
    if (m_serial.parity() != parity)
        m_serial.setParity(parity);
    if (m_serial.stopBits() != stopBits)
        m_serial.setStopBits(stopBits);
}

void SerialTransport::open()
{
    if (isOpen())
        return;
    // Links change their target when an adapter is plugged in again; and one device must have one lock.
    const QString device = QFileInfo(m_name).canonicalFilePath();
    if (device.isEmpty() || device.contains(QLatin1String("(deleted)"))) {
        fail(LinkError::Kind::NotFound, tr("%1: no such port").arg(m_name));
        return;
    }
    m_serial.setPortName(device);
    applyFormat();               // before opening: some devices take it only then
    m_serial.blockSignals(true); // open() reports by its result
    const bool ok = m_serial.open(QIODevice::ReadWrite);
    m_serial.blockSignals(false);
    if (!ok) {
        const LinkError error = openError(device);
        m_serial.clearError();
        fail(error.kind, error.text);
        return;
    }
    // TIOCEXCL does not stop root, and lock files go by name; this lock goes by the device and for everybody.
    if (::flock(m_serial.handle(), LOCK_EX | LOCK_NB) != 0) {
        m_serial.close();
        const QString holder = holderOf(device);
        fail(LinkError::Kind::Busy, holder.isEmpty() ? tr("%1: in use by another program").arg(m_name)
                                                     : tr("%1: in use by %2").arg(m_name, holder));
        return;
    }
    m_serial.clear(QSerialPort::Input); // what waited there is old
    m_held.clear();
    m_echo.reset();
    m_expected = 0;
    m_unwritten = 0;
    m_stalls = 0;
    const QStringList watched = m_watcher.directories();
    if (!watched.isEmpty())
        m_watcher.removePaths(watched);
    if (tap())
        tap()->event("open");
    emit opened();
}

LinkError SerialTransport::openError(const QString &device) const
{
    using Kind = LinkError::Kind;
    struct stat status
    {};
    const QByteArray path = QFile::encodeName(device);
    const bool exists = ::stat(path.constData(), &status) == 0;
    if (!exists)
        return {Kind::NotFound, tr("%1: no such port").arg(m_name)};
    if (!S_ISCHR(status.st_mode) || m_serial.error() == QSerialPort::UnsupportedOperationError)
        return {Kind::Unsupported, tr("%1: not a serial port").arg(m_name)};
    if (::access(path.constData(), R_OK | W_OK) != 0) {
        const QString group = QFileInfo(device).group();
        return {Kind::Permission,
                tr("%1: no permission: add your user to group %2 (sudo usermod -aG %2 $USER) and log "
                   "in again")
                    .arg(m_name, group.isEmpty() ? QStringLiteral("dialout") : group)};
    }
    if (m_serial.error() == QSerialPort::PermissionError || m_serial.error() == QSerialPort::OpenError ||
        errno == EBUSY) {
        const QString holder = holderOf(device);
        return {Kind::Busy, holder.isEmpty() ? tr("%1: in use by another program").arg(m_name)
                                             : tr("%1: in use by %2").arg(m_name, holder)};
    }
    return {Kind::Other, tr("%1: can't be opened: %2").arg(m_name, m_serial.errorString())};
}

void SerialTransport::fail(LinkError::Kind kind, const QString &text)
{
    if (tap()) {
        if (kind == LinkError::Kind::Lost)
            tap()->event("lost", text);
        else
            tap()->event("error", text);
    }
    watch();
    emit failed({kind, text});
}

void SerialTransport::watch()
{
    // The folder of the port's name: a device that is plugged in again makes an entry there.
    const QString folder = QFileInfo(m_name).absolutePath();
    for (const QString &path : {folder, QStringLiteral("/dev")}) {
        if (QFileInfo(path).isDir() && !m_watcher.directories().contains(path))
            m_watcher.addPath(path);
    }
}

void SerialTransport::close()
{
    m_hold->stop();
    m_writeGuard->stop();
    if (!isOpen())
        return;
    m_serial.close();
    if (tap())
        tap()->event("close");
}

void SerialTransport::write(const QByteArray &bytes, int secretFrom, int secretSize)
{
    if (!isOpen())
        return;
    if (tap())
        tap()->bytes({TrafficTap::Direction::ToBms, bytes, secretFrom, secretSize});
    m_expected = 0;
    m_echo.sent(bytes);
    m_unwritten += bytes.size();
    m_serial.write(bytes);
    m_writeGuard->start(std::max<qint64>(stallMs, 2 * lineTimeMs(static_cast<int>(bytes.size()))));
}

void SerialTransport::onStalled()
{
    if (++m_stalls < stallsUntilReopen) {
        m_serial.clear(QSerialPort::Output);
        m_unwritten = 0;
        return;
    }
    m_serial.close();
    fail(LinkError::Kind::Lost, tr("%1: takes no bytes any more").arg(m_name));
}

void SerialTransport::discardInput()
{
    QByteArray rest = m_echo.release();
    rest.prepend(std::exchange(m_held, {}));
    rest.append(m_serial.readAll());
    m_hold->stop();
    m_expected = 0;
    if (!rest.isEmpty() && tap())
        tap()->bytes({TrafficTap::Direction::FromBms, rest, 0, 0, true});
}

void SerialTransport::expectBytes(int count) { m_expected = count; }

void SerialTransport::onReadyRead()
{
    const QByteArray bytes = m_serial.readAll();
    if (bytes.isEmpty())
        return;
    if (tap())
        tap()->bytes({TrafficTap::Direction::FromBms, bytes});
    m_held.append(m_echo.filter(bytes));
    if (m_echo.isWaiting()) {
        m_hold->start(echoMarginMs);
        return;
    }
    // The rest is on its way: one delivery instead of one per piece.
    if (m_expected > m_held.size()) {
        m_hold->start(lineTimeMs(m_expected - static_cast<int>(m_held.size())) + holdMarginMs);
        return;
    }
    deliver();
}

void SerialTransport::deliver()
{
    m_hold->stop();
    if (m_echo.isWaiting())
        m_held.append(m_echo.release());
    if (m_held.isEmpty())
        return;
    m_expected = 0;
    emit received(std::exchange(m_held, {}));
}

void SerialTransport::onError(QSerialPort::SerialPortError error)
{
    switch (error) {
    case QSerialPort::NoError:
    case QSerialPort::TimeoutError:
    case QSerialPort::UnsupportedOperationError:
        return; // a pseudo terminal can't do everything; never fatal
    default:
        break;
    }
    if (!isOpen())
        return;
    qCDebug(logSerial, "%s: error %d", qUtf8Printable(m_name), static_cast<int>(error));
    // At once and here: the error would be raised again and again, a million times per second.
    m_hold->stop();
    m_writeGuard->stop();
    m_serial.close();
    fail(LinkError::Kind::Lost, tr("%1 disappeared").arg(m_name));
}

} // namespace sb
