// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/alldrivers.h"
#include "drivers/allsimulators.h"
#include "session/detector.h"
#include "simulatedline.h"
#include "simulator/pack.h"

#include <QSignalSpy>
#include <QTest>

using namespace sb;

namespace {

/// From cold, whatever the family: spec "performance".
constexpr qint64 longestMs = 8000;
/// Under noise a search may have to begin again; a line does that by itself. A reply of 160 bytes at 9600
/// baud has a stray byte in it four times of five.
constexpr int searchesWithNoise = 8;

enum class Line : quint8 { Quiet, StrayBytes, DamagedReplies };
enum class Parity : quint8 { AsItSays, AsTheBoard }; ///< of the driver that asks

/// A board that is replaced by another, or by none, as soon as it is asked something for the second time.
class Replaced : public SimulatedDevice
{
public:
    Replaced(SimulatedDevice &board, SimulatedDevice *by)
        : m_board(board)
        , m_by(by)
    {}
    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override
    {
        const QByteArray question = viewOf(bytes).toByteArray();
        m_gone = m_gone || m_asked.contains(question);
        m_asked.insert(question);
        if (!m_gone)
            m_board.receive(bytes, replies);
        else if (m_by)
            m_by->receive(bytes, replies);
    }
    [[nodiscard]] int baudRate() const override { return m_board.baudRate(); }
    [[nodiscard]] SerialSettings::Parity parity() const override { return m_board.parity(); }

private:
    SimulatedDevice &m_board;
    SimulatedDevice *m_by;
    QSet<QByteArray> m_asked;
    bool m_gone = false;
};

} // namespace

/// Every driver against every simulator, at every speed and address: each is recognised as itself, never as
/// another. Follows the list of families by itself.
class TestDetectionMatrix : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase();
    void everySimulatorIsRecognisedAsItself_data();
    void everySimulatorIsRecognisedAsItself();
    void noDriverRecognisesAForeignSimulator_data();
    void noDriverRecognisesAForeignSimulator();
    void oneReadingIsNotEnough_data();
    void oneReadingIsNotEnough();
    void everyFamilyIsFoundInTime_data();
    void everyFamilyIsFoundInTime();

private:
    struct Search
    {
        std::optional<Candidate> found;
        qint64 tookMs = 0;
        std::vector<CandidateReport> report;
    };
    void eachSimulator(bool allAddresses,
                       const std::function<void(const QByteArray &, const QString &, int, int)> &row);
    Search search(const QString &simulator, int baud, int address, const std::vector<Candidate> &candidates,
                  Line line, quint64 seed, Parity parity = Parity::AsItSays);

    DriverRegistry m_drivers;
    std::vector<SimulatorDescriptor> m_simulators;
};

void TestDetectionMatrix::initTestCase()
{
    addAllDrivers(m_drivers);
    m_simulators = allSimulators();
    QVERIFY(!m_simulators.empty());
    for (const SimulatorDescriptor &simulator : m_simulators)
        QVERIFY2(m_drivers.find(simulator.driverId), qPrintable(simulator.driverId));
}

void TestDetectionMatrix::eachSimulator(
    bool allAddresses, const std::function<void(const QByteArray &, const QString &, int, int)> &row)
{
    for (const SimulatorDescriptor &simulator : m_simulators) {
        const DriverInfo &info = m_drivers.find(simulator.driverId)->info;
        std::vector<int> addresses = allAddresses ? lineAddresses(info) : info.addresses;
        if (addresses.empty())
            addresses.push_back(-1);
        if (!allAddresses)
            addresses.resize(1);
        for (const int baud : info.serial.baudRates) {
            for (const int address : addresses)
                row(QStringLiteral("%1 at %2, address %3").arg(info.id).arg(baud).arg(address).toLatin1(),
                    info.id, baud, address);
        }
    }
}

TestDetectionMatrix::Search TestDetectionMatrix::search(const QString &simulator, int baud, int address,
                                                        const std::vector<Candidate> &candidates, Line line,
                                                        quint64 seed, Parity parity)
{
    const auto descriptor =
        std::find_if(m_simulators.begin(), m_simulators.end(),
                     [&](const SimulatorDescriptor &d) { return d.driverId == simulator; });
    VirtualClock clock;
    clock.advanceBy(100000);
    PackConfig config;
    config.cells = descriptor->typicalCells;
    config.seed = seed;
    Pack pack(config, Profile::constant(-5));
    const auto device = descriptor->create(pack, address);
    SimulatedLine transport(*device, baud, clock);
    if (line == Line::StrayBytes)
        transport.setNoise({200, 0}, seed);
    else if (line == Line::DamagedReplies)
        transport.setNoise({0, 0.2}, seed);
    transport.open();
    Detector detector(transport, clock, [&](const Candidate &c) {
        transport.setReaderRate(c.baudRate);
        if (parity == Parity::AsItSays)
            transport.setReaderParity(c.driver->info.serial.parity);
    });
    Search result;
    bool running = true;
    connect(&detector, &Detector::found, this, [&](const Candidate &candidate) { result.found = candidate; });
    connect(&detector, &Detector::finished, this, [&] { running = false; });
    const qint64 begin = clock.now();
    for (int i = 0; i < (line == Line::Quiet ? 1 : searchesWithNoise) && !result.found; ++i) {
        running = true;
        detector.start(candidates, {});
        while (running && clock.advance()) {
        }
    }
    result.tookMs = clock.now() - begin;
    result.report = detector.report();
    return result;
}

void TestDetectionMatrix::everySimulatorIsRecognisedAsItself_data()
{
    QTest::addColumn<QString>("simulator");
    QTest::addColumn<int>("baud");
    QTest::addColumn<int>("address");
    QTest::addColumn<int>("line");
    constexpr std::array lines = {std::pair{Line::Quiet, ""}, std::pair{Line::StrayBytes, ", stray bytes"},
                                  std::pair{Line::DamagedReplies, ", damaged replies"}};
    for (const auto &[line, text] : lines) {
        eachSimulator(true, [line = line, text = text](const QByteArray &name, const QString &id, int baud,
                                                       int address) {
            QTest::newRow(QByteArray(name + text).constData())
                << id << baud << address << static_cast<int>(line);
        });
    }
}

void TestDetectionMatrix::everySimulatorIsRecognisedAsItself()
{
    QFETCH(QString, simulator);
    QFETCH(int, baud);
    QFETCH(int, address);
    QFETCH(int, line);
    const Search result = search(simulator, baud, address, serialCandidates(m_drivers, nullptr, {}),
                                 static_cast<Line>(line), 5);
    QVERIFY(result.found);
    QCOMPARE(result.found->driver->info.id, simulator);
    QCOMPARE(result.found->baudRate, baud);
    QCOMPARE(result.found->address.value_or(-1), address);
}

void TestDetectionMatrix::noDriverRecognisesAForeignSimulator_data()
{
    QTest::addColumn<QString>("simulator");
    QTest::addColumn<int>("baud");
    QTest::addColumn<int>("address");
    eachSimulator(true, [](const QByteArray &name, const QString &id, int baud, int address) {
        QTest::newRow(name.constData()) << id << baud << address;
    });
}

void TestDetectionMatrix::noDriverRecognisesAForeignSimulator()
{
    QFETCH(QString, simulator);
    QFETCH(int, baud);
    QFETCH(int, address);
    // Each driver alone, so that none is spared by one that was found before it, nor by another speed or
    // parity.
    for (const DriverDescriptor &driver : m_drivers.all()) {
        if (driver.info.id == simulator)
            continue;
        std::vector<Candidate> candidates = serialCandidates(m_drivers, &driver, {});
        for (Candidate &candidate : candidates)
            candidate.baudRate = baud;
        for (const Line line : {Line::Quiet, Line::StrayBytes, Line::DamagedReplies}) {
            const Search result = search(simulator, baud, address, candidates, line, 11, Parity::AsTheBoard);
            QVERIFY2(!result.found, qPrintable(driver.info.id));
        }
    }
    // And its own driver, at another address or speed than the board's, does not take it for something else.
    const DriverDescriptor *own = m_drivers.find(simulator);
    std::vector<Candidate> others = serialCandidates(m_drivers, own, {});
    std::erase_if(
        others, [&](const Candidate &c) { return c.baudRate == baud && c.address.value_or(-1) == address; });
    const Search result = search(simulator, baud, address, others, Line::Quiet, 11);
    QVERIFY(!result.found);
}

void TestDetectionMatrix::oneReadingIsNotEnough_data()
{
    QTest::addColumn<QString>("simulator");
    QTest::addColumn<int>("baud");
    QTest::addColumn<int>("address");
    QTest::addColumn<bool>("another");
    eachSimulator(false, [](const QByteArray &name, const QString &id, int baud, int address) {
        QTest::newRow(QByteArray(name + ", only once").constData()) << id << baud << address << false;
        QTest::newRow(QByteArray(name + ", then another").constData()) << id << baud << address << true;
    });
}

/// A port is taken only after two readings that agree: not when the second one does not come, nor when it is
/// that of a battery with half the cells (which may be taken for itself, later).
void TestDetectionMatrix::oneReadingIsNotEnough()
{
    QFETCH(QString, simulator);
    QFETCH(int, baud);
    QFETCH(int, address);
    QFETCH(bool, another);
    const auto descriptor =
        std::find_if(m_simulators.begin(), m_simulators.end(),
                     [&](const SimulatorDescriptor &d) { return d.driverId == simulator; });
    PackConfig config;
    config.cells = descriptor->typicalCells;
    Pack first(config, Profile::constant(-5));
    config.cells /= 2;
    Pack second(config, Profile::constant(-5));
    const auto one = descriptor->create(first, address);
    const auto two = descriptor->create(second, address);
    Replaced board(*one, another ? two.get() : nullptr);
    const DriverDescriptor *own = m_drivers.find(simulator);
    std::vector<Candidate> candidates = serialCandidates(m_drivers, own, {});
    std::erase_if(candidates, [&](const Candidate &c) {
        return c.baudRate != baud || c.address.value_or(-1) != address;
    });
    QCOMPARE(candidates.size(), 1U);
    VirtualClock clock;
    clock.advanceBy(100000);
    SimulatedLine transport(board, baud, clock);
    transport.open();
    Detector detector(transport, clock, [](const Candidate &) {});
    bool running = true;
    std::optional<Candidate> found;
    connect(&detector, &Detector::found, this, [&](const Candidate &candidate) { found = candidate; });
    connect(&detector, &Detector::finished, this, [&] { running = false; });
    detector.start(candidates, {});
    while (running && clock.advance()) {
    }
    const CandidateReport &report = detector.report().front();
    QVERIFY(report.replies > 0);
    QVERIFY(!found || (another && report.unconfirmed));
}

void TestDetectionMatrix::everyFamilyIsFoundInTime_data()
{
    QTest::addColumn<QString>("simulator");
    QTest::addColumn<int>("baud");
    QTest::addColumn<int>("address");
    eachSimulator(false, [](const QByteArray &name, const QString &id, int baud, int address) {
        QTest::newRow(name.constData()) << id << baud << address;
    });
}

void TestDetectionMatrix::everyFamilyIsFoundInTime()
{
    QFETCH(QString, simulator);
    QFETCH(int, baud);
    QFETCH(int, address);
    const Search result =
        search(simulator, baud, address, serialCandidates(m_drivers, nullptr, {}), Line::Quiet, 3);
    QVERIFY(result.found);
    qInfo("%s at %d baud: found after %.1f s", qPrintable(simulator), baud,
          static_cast<double>(result.tookMs) / 1000);
    QVERIFY2(result.tookMs <= longestMs, QByteArray::number(result.tookMs).constData());
}

QTEST_GUILESS_MAIN(TestDetectionMatrix)
#include "tst_detectionmatrix.moc"
