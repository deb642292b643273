// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/serialtransport.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <array>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

using namespace sb;

namespace {

/// The other end of a serial port.
class Terminal
{
public:
    Terminal()
        : m_master(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC))
    {
        std::array<char, 64> buffer{};
        if (m_master < 0 || ::grantpt(m_master) != 0 || ::unlockpt(m_master) != 0 ||
            ::ptsname_r(m_master, buffer.data(), buffer.size()) != 0)
            qFatal("no pseudo terminal");
        name = QString::fromLocal8Bit(buffer.data());
    }
    ~Terminal() { hangUp(); }
    Terminal(const Terminal &) = delete;
    Terminal &operator=(const Terminal &) = delete;

    void hangUp()
    {
        if (m_master >= 0)
            ::close(m_master);
        m_master = -1;
    }
    [[nodiscard]] qsizetype write(const QByteArray &bytes) const
    {
        return ::write(m_master, bytes.constData(), static_cast<size_t>(bytes.size()));
    }
    [[nodiscard]] QByteArray read() const
    {
        std::array<char, 8192> buffer{};
        const ssize_t count = ::read(m_master, buffer.data(), buffer.size());
        return count > 0 ? QByteArray(buffer.data(), count) : QByteArray();
    }
    [[nodiscard]] termios settings() const
    {
        termios now{};
        ::tcgetattr(m_master, &now);
        return now;
    }

    QString name;

private:
    int m_master;
};

SerialSettings at(int baud)
{
    SerialSettings settings;
    settings.baudRates = {baud};
    return settings;
}

} // namespace

/// What the serial transport promises on whatever a name turns out to be.
class TestSerialTransport : public QObject
{
    Q_OBJECT
private slots:
    void opensAtEverySpeed_data();
    void opensAtEverySpeed();
    void changesItsFormatWhileOpen();
    void opensThroughALink();
    void takesUnusualFormats_data();
    void takesUnusualFormats();
    void refusesWhatIsNoPort_data();
    void refusesWhatIsNoPort();
    void refusesASecondReader_data();
    void refusesASecondReader();
    void passesEveryByteBothWays();
    void throwsAwayWhatWaitedBeforeOpening();
    void deliversALongStreamCompletely();
    void waitsForTheRestOfAReply();
    void closesAtOnceWhenTheOtherEndGoesAway();
    void opensAgainWhenTheDeviceIsBack();
    void givesUpALineThatTakesNoBytes();

private:
    SystemClock m_clock;
    QTemporaryDir m_folder;
};

void TestSerialTransport::opensAtEverySpeed_data()
{
    QTest::addColumn<int>("baud");
    QTest::addColumn<uint>("code"); // 0: has none of its own
    const std::pair<int, uint> speeds[] = {{1200, B1200},     {2400, B2400},     {9600, B9600},
                                           {19200, B19200},   {38400, B38400},   {57600, B57600},
                                           {115200, B115200}, {460800, B460800}, {921600, B921600},
                                           {250000, 0},       {12345, 0}};
    for (const auto &[baud, code] : speeds)
        QTest::addRow("%d", baud) << baud << code;
}

void TestSerialTransport::opensAtEverySpeed()
{
    QFETCH(int, baud);
    QFETCH(uint, code);
    const Terminal terminal;
    SerialTransport port(terminal.name, at(baud), m_clock);
    QSignalSpy opened(&port, &Transport::opened);
    port.open();
    QCOMPARE(opened.size(), 1);
    QVERIFY(port.isOpen());
    if (code != 0) {
        const termios now = terminal.settings();
        QCOMPARE(::cfgetospeed(&now), code);
    }
    QCOMPARE(port.lineTimeMs(baud / 10), 1000);
    QCOMPARE(terminal.write("x"), 1);
    QSignalSpy received(&port, &Transport::received);
    QTRY_COMPARE_WITH_TIMEOUT(received.size(), 1, 1000);
}

void TestSerialTransport::changesItsFormatWhileOpen()
{
    const Terminal terminal;
    SerialTransport port(terminal.name, at(9600), m_clock);
    port.open();
    QCOMPARE(terminal.settings().c_cflag & (PARODD | CSTOPB), 0U);
    SerialSettings other;
    other.parity = SerialSettings::Parity::Odd; // a pseudo terminal forgets PARENB, but keeps this
    other.stopBits = 2;
    port.setFormat(115200, other);
    const termios now = terminal.settings();
    QCOMPARE(::cfgetospeed(&now), static_cast<speed_t>(B115200));
    QCOMPARE(now.c_cflag & (PARODD | CSTOPB), static_cast<tcflag_t>(PARODD | CSTOPB));
    QCOMPARE(port.lineTimeMs(9600), 1000);
    QVERIFY(port.isOpen());
    port.setFormat(9600, at(9600));
    QCOMPARE(terminal.settings().c_cflag & CSTOPB, 0U);
    QCOMPARE(port.lineTimeMs(960), 1000);
}

void TestSerialTransport::opensThroughALink()
{
    const Terminal terminal;
    const QString link = m_folder.filePath(QStringLiteral("by-id"));
    QVERIFY(QFile::link(terminal.name, link));
    SerialTransport port(link, at(9600), m_clock);
    port.open();
    QVERIFY(port.isOpen());
    QCOMPARE(port.name(), link); // as the user named it
}

void TestSerialTransport::takesUnusualFormats_data()
{
    QTest::addColumn<int>("parity");
    QTest::addColumn<int>("stopBits");
    QTest::addColumn<int>("bitsPerByte");
    using P = SerialSettings::Parity;
    QTest::newRow("even") << static_cast<int>(P::Even) << 1 << 11;
    QTest::newRow("odd") << static_cast<int>(P::Odd) << 1 << 11;
    QTest::newRow("two stop bits") << static_cast<int>(P::None) << 2 << 11;
}

void TestSerialTransport::takesUnusualFormats()
{
    QFETCH(int, parity);
    QFETCH(int, stopBits);
    QFETCH(int, bitsPerByte);
    const Terminal terminal;
    SerialSettings settings = at(9600);
    settings.parity = static_cast<SerialSettings::Parity>(parity);
    settings.stopBits = stopBits;
    SerialTransport port(terminal.name, settings, m_clock);
    QSignalSpy failed(&port, &Transport::failed);
    port.open();
    QVERIFY(port.isOpen());
    QCOMPARE(failed.size(), 0);
    QCOMPARE(port.lineTimeMs(960), bitsPerByte * 100);
}

void TestSerialTransport::refusesWhatIsNoPort_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<LinkError::Kind>("kind");
    QTest::addColumn<QString>("says");
    using Kind = LinkError::Kind;
    QTest::newRow("missing") << QStringLiteral("/dev/ttyNOPE7") << Kind::NotFound
                             << QStringLiteral("no such port");
    QTest::newRow("directory") << m_folder.path() << Kind::Unsupported << QStringLiteral("not a serial port");
    QTest::newRow("no name") << QString() << Kind::NotFound << QStringLiteral("no such port");
    const QString file = m_folder.filePath(QStringLiteral("file"));
    QFile regular(file);
    QVERIFY(regular.open(QIODevice::WriteOnly));
    QTest::newRow("regular file") << file << Kind::Unsupported << QStringLiteral("not a serial port");
    QTest::newRow("/dev/null") << QStringLiteral("/dev/null") << Kind::Unsupported
                               << QStringLiteral("not a serial port");
    const QString stale = m_folder.filePath(QStringLiteral("stale"));
    QVERIFY(QFile::link(QStringLiteral("/dev/ttyNOPE7"), stale));
    QTest::newRow("link to nothing") << stale << Kind::NotFound << QStringLiteral("no such port");
}

void TestSerialTransport::refusesWhatIsNoPort()
{
    QFETCH(QString, name);
    QFETCH(LinkError::Kind, kind);
    QFETCH(QString, says);
    SerialTransport port(name, at(9600), m_clock);
    QSignalSpy failed(&port, &Transport::failed);
    port.open();
    QCOMPARE(failed.size(), 1);
    const auto error = failed.first().first().value<LinkError>();
    QCOMPARE(error.kind, kind);
    QCOMPARE(error.text, QString(name + QStringLiteral(": ") + says));
    QVERIFY(!port.isOpen());
}

void TestSerialTransport::refusesASecondReader_data()
{
    QTest::addColumn<bool>("otherName");
    QTest::newRow("by the same name") << false;
    // Its lock file has another name, and for root exclusive mode does not count.
    QTest::newRow("by another name") << true;
}

void TestSerialTransport::refusesASecondReader()
{
    QFETCH(bool, otherName);
    const Terminal terminal;
    QString second = terminal.name;
    if (otherName) {
        second = m_folder.filePath(QStringLiteral("other"));
        QVERIFY(QFile::link(terminal.name, second));
    }
    SerialTransport port(terminal.name, at(9600), m_clock);
    port.open();
    QVERIFY(port.isOpen());
    SerialTransport rival(second, at(9600), m_clock);
    QSignalSpy failed(&rival, &Transport::failed);
    rival.open();
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed.first().first().value<LinkError>().kind, LinkError::Kind::Busy);
    QVERIFY(port.isOpen());
    port.close();
    rival.open();
    QVERIFY(rival.isOpen());
}

void TestSerialTransport::passesEveryByteBothWays()
{
    const Terminal terminal; // in the mode of a login terminal: echo, line editing, signals
    QVERIFY((terminal.settings().c_lflag & (ECHO | ICANON)) != 0);
    SerialTransport port(terminal.name, at(9600), m_clock);
    port.open();
    QByteArray all;
    for (int i = 0; i < 256; ++i)
        all.append(static_cast<char>(i));
    QByteArray heard;
    connect(&port, &Transport::received, this, [&heard](const QByteArray &bytes) { heard += bytes; });
    QCOMPARE(terminal.write(all), all.size());
    QTRY_COMPARE_WITH_TIMEOUT(heard, all, 2000);
    QSignalSpy sent(&port, &Transport::sent);
    port.write(all, 0, 0);
    QByteArray arrived;
    QTRY_VERIFY_WITH_TIMEOUT((arrived += terminal.read()).size() >= all.size(), 2000);
    QCOMPARE(arrived, all);
    QCOMPARE(sent.size(), 1);
}

void TestSerialTransport::throwsAwayWhatWaitedBeforeOpening()
{
    const Terminal terminal;
    const int slave = ::open(QFile::encodeName(terminal.name).constData(), O_RDWR | O_NOCTTY);
    QVERIFY(slave >= 0);
    termios raw{};
    ::tcgetattr(slave, &raw);
    ::cfmakeraw(&raw);
    ::tcsetattr(slave, TCSANOW, &raw);
    QCOMPARE(terminal.write("stale"), 5);
    SerialTransport port(terminal.name, at(9600), m_clock);
    QByteArray heard;
    connect(&port, &Transport::received, this, [&heard](const QByteArray &bytes) { heard += bytes; });
    port.open();
    ::close(slave);
    QTest::qWait(50);
    QCOMPARE(terminal.write("fresh"), 5);
    QTRY_COMPARE_WITH_TIMEOUT(heard, QByteArray("fresh"), 1000);
}

void TestSerialTransport::deliversALongStreamCompletely()
{
    const Terminal terminal;
    SerialTransport port(terminal.name, at(115200), m_clock);
    port.open();
    QByteArray heard;
    connect(&port, &Transport::received, this, [&heard](const QByteArray &bytes) { heard += bytes; });
    QByteArray stream;
    for (int i = 0; i < 20000; ++i)
        stream.append(static_cast<char>(i * 7));
    qsizetype written = 0;
    while (written < stream.size()) {
        written += std::max<qsizetype>(0, terminal.write(stream.sliced(written)));
        QTest::qWait(1);
    }
    QTRY_COMPARE_WITH_TIMEOUT(heard.size(), stream.size(), 2000);
    QCOMPARE(heard, stream);
}

void TestSerialTransport::waitsForTheRestOfAReply()
{
    const Terminal terminal;
    SerialTransport port(terminal.name, at(9600), m_clock);
    port.open();
    QSignalSpy received(&port, &Transport::received);
    port.expectBytes(9);
    for (const char *piece : {"abc", "def", "ghi"}) {
        QCOMPARE(terminal.write(piece), 3);
        QTest::qWait(3);
    }
    QTRY_COMPARE_WITH_TIMEOUT(received.size(), 1, 1000);
    QCOMPARE(received.first().first().toByteArray(), QByteArray("abcdefghi"));
    // What was announced and does not come is not waited for longer than its line time.
    received.clear();
    port.expectBytes(9);
    QCOMPARE(terminal.write("abc"), 3);
    QTRY_COMPARE_WITH_TIMEOUT(received.size(), 1, 200);
}

void TestSerialTransport::closesAtOnceWhenTheOtherEndGoesAway()
{
    Terminal terminal;
    SerialTransport port(terminal.name, at(9600), m_clock);
    port.open();
    QSignalSpy failed(&port, &Transport::failed);
    terminal.hangUp();
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, 1000);
    const auto error = failed.first().first().value<LinkError>();
    QCOMPARE(error.kind, LinkError::Kind::Lost);
    QCOMPARE(error.text, QString(terminal.name + QStringLiteral(" disappeared")));
    QVERIFY(!port.isOpen());
    const std::clock_t before = std::clock();
    QTest::qWait(500);
    // The error would be raised a million times per second.
    QVERIFY(std::clock() - before < CLOCKS_PER_SEC / 20);
    QCOMPARE(failed.size(), 1);
    port.write("x", 0, 0); // harmless
}

void TestSerialTransport::opensAgainWhenTheDeviceIsBack()
{
    const QString link = m_folder.filePath(QStringLiteral("adapter"));
    auto terminal = std::make_unique<Terminal>();
    QVERIFY(QFile::link(terminal->name, link));
    SerialTransport port(link, at(9600), m_clock);
    port.open();
    QVERIFY(port.isOpen());
    QSignalSpy appeared(&port, &Transport::deviceAppeared);
    QFile::remove(link);
    terminal->hangUp();
    QTRY_VERIFY_WITH_TIMEOUT(!port.isOpen(), 1000);
    const Terminal again; // another number, the same name
    QVERIFY(QFile::link(again.name, link));
    QTRY_VERIFY_WITH_TIMEOUT(appeared.size() >= 1, 3000);
    port.open();
    QVERIFY(port.isOpen());
}

void TestSerialTransport::givesUpALineThatTakesNoBytes()
{
    const Terminal terminal; // which nobody reads
    VirtualClock clock;
    SerialTransport port(terminal.name, at(115200), clock);
    port.open();
    QSignalSpy failed(&port, &Transport::failed);
    // More than the kernel keeps; the write itself reports no error, ever.
    const QByteArray much(200000, 'x');
    for (int i = 0; i < 4 && failed.isEmpty(); ++i) {
        port.write(much, 0, 0);
        QTest::qWait(20);
        clock.advanceBy(60000);
    }
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed.first().first().value<LinkError>().kind, LinkError::Kind::Lost);
    QVERIFY(!port.isOpen());
}

QTEST_GUILESS_MAIN(TestSerialTransport)
#include "tst_serialtransport.moc"
