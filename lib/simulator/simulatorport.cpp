// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/simulatorport.h"

#include <QFile>
#include <QFileInfo>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace sb {
namespace {

constexpr int absentPollMs = 50;
constexpr int noiseEveryMs = 200;
/// Bytes that go out in one piece, as the buffer of an adapter would send them; small enough that line speed
/// shows.
constexpr int pieceBytes = 16;

} // namespace

SimulatorPort::SimulatorPort(SimulatedDevice &device, Settings settings, QObject *parent)
    : QObject(parent)
    , m_device(device)
    , m_settings(std::move(settings))
    , m_faults(m_settings.faultShare, m_settings.seed)
{
    m_time.start();
    m_absent.setInterval(absentPollMs);
    m_sender.setSingleShot(true);
    m_sender.setTimerType(Qt::PreciseTimer);
    m_noise.setInterval(noiseEveryMs);
    m_hangUps.setInterval(m_settings.hangUpEveryMs);
    connect(&m_absent, &QTimer::timeout, this, &SimulatorPort::onReadable);
    connect(&m_sender, &QTimer::timeout, this, &SimulatorPort::sendDue);
    connect(&m_noise, &QTimer::timeout, this, &SimulatorPort::makeNoise);
    connect(&m_hangUps, &QTimer::timeout, this, [this] { hangUp(m_settings.hangUpForMs); });
}

SimulatorPort::~SimulatorPort()
{
    closeTerminal();
    if (!m_settings.link.isEmpty() && QFileInfo(m_settings.link).isSymLink())
        QFile::remove(m_settings.link);
}

bool SimulatorPort::open(QString *error)
{
    const QFileInfo link(m_settings.link);
    if (!m_settings.link.isEmpty() && !link.isSymLink() && link.exists()) {
        *error = tr("%1: is there already and no link: choose another name").arg(m_settings.link);
        return false;
    }
    return openTerminal(error);
}

bool SimulatorPort::openTerminal(QString *error)
{
    const auto fail = [&](const char *what) {
        *error = tr("%1: %2").arg(QLatin1String(what), QString::fromLocal8Bit(std::strerror(errno)));
        closeTerminal();
        return false;
    };
    m_master = ::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (m_master < 0 || ::grantpt(m_master) != 0 || ::unlockpt(m_master) != 0)
        return fail("pseudo terminal");
    std::array<char, 64> name{};
    if (::ptsname_r(m_master, name.data(), name.size()) != 0)
        return fail("pseudo terminal");
    m_slaveName = QString::fromLocal8Bit(name.data());
    // Raw from the start: whatever is written before anybody opened it must not be echoed or translated.
    const int slave = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios settings{};
    if (slave < 0 || ::tcgetattr(slave, &settings) != 0)
        return fail(name.data());
    ::cfmakeraw(&settings);
    ::tcsetattr(slave, TCSANOW, &settings);
    ::close(slave);
    if (!m_settings.link.isEmpty()) {
        // By rename, so that there is never a moment without it.
        const QByteArray link = QFile::encodeName(m_settings.link);
        const QByteArray fresh = link + ".new";
        ::unlink(fresh.constData());
        if (::symlink(name.data(), fresh.constData()) != 0 ||
            ::rename(fresh.constData(), link.constData()) != 0)
            return fail(link.constData());
    }
    m_notifier = std::make_unique<QSocketNotifier>(m_master, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &SimulatorPort::onReadable);
    return true;
}

void SimulatorPort::closeTerminal()
{
    m_absent.stop();
    m_sender.stop();
    m_outgoing.clear();
    m_notifier.reset();
    if (m_master >= 0)
        ::close(m_master);
    m_master = -1;
}

QString SimulatorPort::portName() const { return m_settings.link.isEmpty() ? m_slaveName : m_settings.link; }

void SimulatorPort::setFault(Fault fault, bool on)
{
    m_faults.set(fault, on);
    if (fault == Fault::Noise)
        on ? m_noise.start() : m_noise.stop();
    if (fault == Fault::HangUp)
        on ? m_hangUps.start() : m_hangUps.stop();
}

void SimulatorPort::speak(const std::vector<SimulatedReply> &words)
{
    for (const SimulatedReply &word : words)
        answer(word);
}

void SimulatorPort::hangUp(int ms)
{
    if (m_master < 0)
        return;
    closeTerminal();
    if (!m_settings.link.isEmpty())
        QFile::remove(m_settings.link);
    QTimer::singleShot(ms, this, [this] {
        QString error;
        if (!openTerminal(&error))
            qWarning("%s", qUtf8Printable(error));
    });
}

void SimulatorPort::onReadable()
{
    std::array<char, 4096> buffer{};
    const ssize_t count = ::read(m_master, buffer.data(), buffer.size());
    if (count < 0 && errno == EIO) {
        // Nobody has the other side open; the notifier would fire without end.
        m_notifier->setEnabled(false);
        m_absent.start();
        return;
    }
    m_absent.stop();
    m_notifier->setEnabled(true);
    if (count <= 0)
        return;
    ++m_requestCount;
    const QByteArrayView bytes(buffer.data(), count);
    if (m_settings.echo)
        queue(bytes.toByteArray(), 0);
    m_replies.clear();
    m_device.receive(bytesOf(bytes), m_replies);
    for (const SimulatedReply &reply : m_replies)
        answer(reply);
}

void SimulatorPort::answer(const SimulatedReply &reply)
{
    if (m_faults.has(Fault::Silence))
        return;
    ++m_replyCount;
    if (const std::optional<SimulatedReply> passed = m_faults.pass(reply))
        queue(passed->bytes, passed->delayMs);
}

SimulatorPort::Counters SimulatorPort::counters() const
{
    return {m_requestCount, m_replyCount, m_faults.damaged()};
}

void SimulatorPort::makeNoise()
{
    if (m_master >= 0 && !m_faults.has(Fault::Silence))
        queue(QByteArray(1, m_faults.randomByte()), 0);
}

void SimulatorPort::queue(const QByteArray &bytes, qint64 delayMs)
{
    if (bytes.isEmpty())
        return;
    const qint64 at = std::max(now() + delayMs, m_lineFreeAt);
    if (m_settings.paced)
        m_lineFreeAt = at + bytes.size() * 10000 / m_device.baudRate();
    m_outgoing.push_back({at, bytes});
    sendDue();
}

void SimulatorPort::sendDue()
{
    qint64 next = -1;
    while (!m_outgoing.empty() && m_master >= 0) {
        Outgoing &first = m_outgoing.front();
        const qint64 elapsed = now() - first.at;
        if (elapsed < 0) {
            next = -elapsed;
            break;
        }
        qsizetype due = first.bytes.size();
        if (m_settings.paced) {
            // A byte is there when its last bit is: pieces go out when they would be complete on the wire.
            due = std::min<qsizetype>(due, elapsed * m_device.baudRate() / 10000);
            if (due < first.bytes.size())
                due -= due % pieceBytes;
        }
        if (due > first.sent) {
            const ssize_t written = ::write(m_master, first.bytes.constData() + first.sent,
                                            static_cast<size_t>(due - first.sent));
            // A terminal that nobody reads fills up: what does not fit is lost, as on a wire.
            first.sent = written < 0 ? due : first.sent + written;
        }
        if (first.sent >= first.bytes.size()) {
            m_outgoing.erase(m_outgoing.begin());
            emit replySent();
            continue;
        }
        const qsizetype goal = std::min(first.bytes.size(), first.sent + pieceBytes);
        next = std::max<qint64>(1, first.at + (goal * 10000 + m_device.baudRate() - 1) / m_device.baudRate() -
                                       now());
        break;
    }
    if (next >= 0)
        m_sender.start(static_cast<int>(next));
}

} // namespace sb
