// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/alldrivers.h"
#include "drivers/allsimulators.h"
#include "drivers/ant/antsimulator.h"
#include "drivers/eg4_lifepower/eg4_lifepowersimulator.h"
#include "drivers/jbd/jbdsimulator.h"
#include "fakes.h"
#include "session/detectioncache.h"
#include "session/detectionreport.h"
#include "simulatedline.h"
#include "simulator/pack.h"
#include "simulator/simulatedbus.h"

#include <QJsonObject>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace sb;

namespace {

DriverDescriptor toy(const QString &id = QStringLiteral("toy"), int rank = 0, std::vector<int> addresses = {})
{
    DriverInfo info = ToyDriver().info();
    info.id = id;
    info.detectionRank = rank;
    info.addresses = std::move(addresses);
    return {info, [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<ToyDriver>(config);
            }};
}

/// A device that is no BMS: says something by itself, and answers whatever it is asked.
class Chatter : public SimulatedDevice
{
public:
    Chatter(std::function<QByteArray()> speech, qint64 everyMs, QByteArray answer)
        : m_speech(std::move(speech))
        , m_everyMs(everyMs)
        , m_answer(std::move(answer))
    {}
    void receive(Bytes, std::vector<SimulatedReply> &replies) override
    {
        if (!m_answer.isEmpty())
            replies.push_back({m_answer, 20});
    }
    void elapsed(qint64 ms, std::vector<SimulatedReply> &replies) override
    {
        m_waited += ms;
        if (m_speech && m_waited >= m_everyMs) {
            m_waited = 0;
            replies.push_back({m_speech(), 0});
        }
    }
    [[nodiscard]] int baudRate() const override { return 9600; }

private:
    std::function<QByteArray()> m_speech;
    qint64 m_everyMs;
    QByteArray m_answer;
    qint64 m_waited = 0;
};

} // namespace

class TestDetector : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void strictRecognisersAreAskedFirst();
    void unusualAddressesAreAskedLast();
    void takesAPortOnlyAfterTwoConsistentReadings_data();
    void takesAPortOnlyAfterTwoConsistentReadings();
    void leavesASilentLineSoon();
    void knowsHowSoonItAsks();
    void findsABoardThatSleptThroughTheFirstRequest();
    void findsASlowBoard();
    void findsABoardThatHearsOneFormOnly();
    void knowsItsEchoInEveryForm();
    void findsABoardByItsOtherForm_data();
    void findsABoardByItsOtherForm();
    void findsABoardOfAnOlderProtocol_data();
    void findsABoardOfAnOlderProtocol();
    void tellsWhatADriverHasAgainstADevice();
    void findsEveryAddressOfALine();
    void tellsTheLikelyCause_data();
    void tellsTheLikelyCause();
    void reportNamesWhatWasSentAndHeard();
    void chatterNeverBecomesABattery_data();
    void chatterNeverBecomesABattery();
    void trafficOfAnotherBmsIsNoBattery_data();
    void trafficOfAnotherBmsIsNoBattery();
    void cacheForgetsAfterThreeMissesInARow();
    void aBrokenCacheIsAsGoodAsNone();

private:
    struct Result
    {
        QList<Candidate> found;
        std::vector<CandidateReport> report;
        qint64 tookMs = 0;
    };
    Result detect(Transport &line, const std::vector<Candidate> &candidates,
                  Detector::Find find = Detector::Find::First, const QVariantMap &options = {});
    [[nodiscard]] std::vector<Candidate> toyCandidate() const
    {
        return {{&m_toy, 9600, std::nullopt, false}};
    }

    DriverDescriptor m_toy = toy();
    std::unique_ptr<VirtualClock> m_clock;
};

void TestDetector::init()
{
    m_clock = std::make_unique<VirtualClock>();
    m_clock->advanceBy(100000);
}

TestDetector::Result TestDetector::detect(Transport &line, const std::vector<Candidate> &candidates,
                                          Detector::Find find, const QVariantMap &options)
{
    Detector detector(line, *m_clock, [&line](const Candidate &candidate) {
        if (auto *simulated = qobject_cast<SimulatedLine *>(&line))
            simulated->setReaderRate(candidate.baudRate);
    });
    Result result;
    bool running = true;
    connect(&detector, &Detector::found, this,
            [&](const Candidate &candidate) { result.found.append(candidate); });
    connect(&detector, &Detector::finished, this, [&] { running = false; });
    line.open();
    const qint64 begin = m_clock->now();
    detector.start(candidates, options, find);
    while (running && m_clock->advance()) {
    }
    result.tookMs = m_clock->now() - begin;
    result.report = detector.report();
    return result;
}

void TestDetector::strictRecognisersAreAskedFirst()
{
    DriverRegistry registry;
    registry.add(toy(QStringLiteral("weak"), 90));
    registry.add(toy(QStringLiteral("strict"), 10));
    registry.add(toy(QStringLiteral("middle"), 50));
    QStringList order;
    for (const Candidate &candidate : serialCandidates(registry, nullptr, {}))
        order.append(candidate.driver->info.id);
    QCOMPARE(order,
             (QStringList{QStringLiteral("strict"), QStringLiteral("middle"), QStringLiteral("weak")}));
}

void TestDetector::unusualAddressesAreAskedLast()
{
    DriverDescriptor family = toy(QStringLiteral("family"), 0, {1});
    family.info.packAddresses = {1, 2, 3};
    DriverRegistry registry;
    registry.add(family);
    const auto candidates = serialCandidates(registry, nullptr, {});
    QCOMPARE(candidates.size(), 3U);
    QVERIFY(!candidates[0].rare && candidates[1].rare && candidates[2].rare);
    // Addresses of the user replace them.
    const auto given = serialCandidates(registry, nullptr, {7, 8});
    QCOMPARE(given.size(), 2U);
    QVERIFY(given[0].address == 7 && !given[0].rare);
    // A long list is not asked as a whole before other families.
    DriverRegistry many;
    many.add(toy(QStringLiteral("many"), 0, {0, 1, 2, 3, 4, 5, 6, 7}));
    const auto all = serialCandidates(many, nullptr, {});
    QCOMPARE(all.size(), 8U);
    QCOMPARE(std::count_if(all.begin(), all.end(), [](const Candidate &c) { return !c.rare; }), 3);

    FakeTransport line(*m_clock);
    const Result result = detect(line, candidates);
    QVERIFY(result.found.isEmpty());
    // Asked hastily: the usual one, then the others; then the usual one with patience.
    QVERIFY(result.report[0].requests > 1);
    QCOMPARE(result.report[1].requests, 1);
    QCOMPARE(result.report[2].requests, 1);
}

void TestDetector::takesAPortOnlyAfterTwoConsistentReadings_data()
{
    QTest::addColumn<double>("voltage"); // of each second reading; 0: none comes
    QTest::addColumn<bool>("found");
    QTest::newRow("twice the same") << 6.6 << true;
    QTest::newRow("another voltage") << 9.9 << false;
    QTest::newRow("only once") << 0.0 << false;
}

void TestDetector::takesAPortOnlyAfterTwoConsistentReadings()
{
    QFETCH(double, voltage);
    QFETCH(bool, found);
    FakeTransport line(*m_clock);
    int readings = 0;
    line.answer = [&](const QByteArray &request) {
        if (request == "?V" && (readings % 2 == 0 || voltage > 0))
            line.reply(ToyDriver::voltage(readings % 2 == 0 ? 6.6 : voltage), 30);
        if (request == "?C") {
            line.reply(ToyDriver::cells(3300, 3300), 30);
            ++readings;
        }
    };
    const Result result = detect(line, toyCandidate());
    QCOMPARE(!result.found.isEmpty(), found);
    QCOMPARE(result.report.front().recognised, found);
    QCOMPARE(result.report.front().unconfirmed, !found);
    QVERIFY(readings >= 1);
    QCOMPARE(likelyCause(result.report), found ? LikelyCause::Found : LikelyCause::Implausible);
}

void TestDetector::leavesASilentLineSoon()
{
    DriverRegistry registry;
    for (int i = 0; i < 30; ++i)
        registry.add(toy(QStringLiteral("toy%1").arg(i), i));
    FakeTransport line(*m_clock);
    // The last of thirty is the one that answers.
    std::vector<Candidate> candidates = serialCandidates(registry, nullptr, {});
    for (size_t i = 0; i + 1 < candidates.size(); ++i)
        candidates[i].address = 1;
    int asked = 0;
    line.answer = [&](const QByteArray &request) {
        if (++asked < 30)
            return;
        line.reply(request == "?V"   ? ToyDriver::voltage(6.6)
                   : request == "?C" ? ToyDriver::cells(3300, 3300)
                                     : ToyDriver::frame(request.at(1), "x"),
                   50);
    };
    const Result result = detect(line, candidates);
    QCOMPARE(result.found.size(), 1);
    QVERIFY(!result.found.first().address);
    QVERIFY2(result.tookMs < 6000, QByteArray::number(result.tookMs).constData());
}

void TestDetector::knowsHowSoonItAsks()
{
    DriverRegistry drivers;
    addAllDrivers(drivers);
    FakeTransport line(*m_clock);
    const auto candidates = serialCandidates(drivers, nullptr, {});
    const qint64 begin = m_clock->now();
    QVERIFY(detect(line, candidates).found.isEmpty());
    // In the first pass each usual candidate is asked one question.
    qsizetype at = 0;
    for (const Candidate &candidate : candidates) {
        if (candidate.rare)
            continue;
        const qint64 after = line.writtenAt.at(at++) - begin;
        const qint64 within = askedWithinMs(drivers, *candidate.driver);
        QVERIFY2(after <= within + 50, qPrintable(candidateName(candidate)));
        if (candidate.driver->info.addresses.size() < 2 && candidate.driver->info.serial.baudRates.size() < 2)
            QVERIFY2(after + 200 + within / 4 >= within, // this line takes no time for the bytes
                     qPrintable(candidateName(candidate)));
    }
}

void TestDetector::findsABoardThatSleptThroughTheFirstRequest()
{
    Pack pack(PackConfig{}, Profile::constant(0));
    jbd::SimulatorOptions options;
    options.sleepAfterMs = 60000;
    jbd::JbdSimulator board(pack, options);
    SimulatedLine line(board, 9600, *m_clock);
    m_clock->advanceBy(120000);
    DriverRegistry drivers;
    addAllDrivers(drivers);
    const Result result = detect(line, serialCandidates(drivers, nullptr, {}));
    QCOMPARE(result.found.size(), 1);
    QCOMPARE(result.found.first().driver->info.id, QStringLiteral("jbd"));
}

void TestDetector::findsASlowBoard()
{
    FakeTransport line(*m_clock);
    line.answer = [&](const QByteArray &request) {
        line.reply(request == "?V"   ? ToyDriver::voltage(6.6)
                   : request == "?C" ? ToyDriver::cells(3300, 3300)
                                     : ToyDriver::frame(request.at(1), "x"),
                   400);
    };
    QCOMPARE(detect(line, toyCandidate()).found.size(), 1);
}

void TestDetector::findsABoardThatHearsOneFormOnly()
{
    DriverRegistry drivers;
    addAllDrivers(drivers);
    const std::vector<Candidate> candidates = serialCandidates(drivers, drivers.find(u"eg4_lifepower"), {1});
    for (const char start : {'\x7E', '\x7C'}) {
        Pack pack(PackConfig{}, Profile::constant(0));
        eg4_lifepower::LifepowerSimulator board(pack, 1);
        board.start = start;
        SimulatedLine line(board, 9600, *m_clock);
        const Result result = detect(line, candidates);
        QCOMPARE(result.found.size(), 1);
        QVERIFY2(result.tookMs < 2000, QByteArray::number(result.tookMs).constData()); // the hasty pass
        // Found out once, the form is not asked for again.
        const QByteArray wrong = QByteArray::fromHex(start == '\x7E' ? "7c010100020d" : "7e010100fe0d");
        QCOMPARE(line.writtenAt.value(wrong).size(), start == '\x7E' ? 0 : 1);
    }
}

void TestDetector::knowsItsEchoInEveryForm()
{
    DriverRegistry drivers;
    addAllDrivers(drivers);
    FakeTransport line(*m_clock);
    line.answer = [&](const QByteArray &request) { line.reply(request, 5); };
    const Result result = detect(line, serialCandidates(drivers, drivers.find(u"eg4_lifepower"), {1}));
    QVERIFY(result.found.isEmpty());
    QCOMPARE(likelyCause(result.report), LikelyCause::OnlyEchoes);
    QCOMPARE(result.report.at(0).bytesHeard, 0U);
}

void TestDetector::findsABoardByItsOtherForm_data()
{
    QTest::addColumn<QByteArray>("known"); // the forms that the device answers
    QTest::newRow("both") << QByteArray("QV");
    QTest::newRow("the first") << QByteArray("Q");
    QTest::newRow("the second") << QByteArray("V");
}

void TestDetector::findsABoardByItsOtherForm()
{
    QFETCH(const QByteArray, known);
    FakeTransport line(*m_clock);
    line.answer = [&](const QByteArray &request) {
        const char id = request.at(1);
        if (id == 'C')
            line.reply(ToyDriver::cells(3300, 3300), 30);
        else if (known.contains(id))
            line.reply(ToyDriver::frame(id, QByteArray::fromHex("0042")), 30);
    };
    const Result result =
        detect(line, toyCandidate(), Detector::Find::First, {{QStringLiteral("forms"), true}});
    QCOMPARE(result.found.size(), 1);
    QVERIFY(result.tookMs < 1000);
    // Once the answer to the first form is there, the second is nobody's question.
    QCOMPARE(line.written.contains("?V"), known == "V");
    QCOMPARE(line.written.count("?Q"), known == "V" ? 1 : 2);
}

void TestDetector::findsABoardOfAnOlderProtocol_data()
{
    QTest::addColumn<ant::Speaks>("speaks");
    QTest::addColumn<bool>("onlyRadio");
    QTest::newRow("old") << ant::Speaks::Old << false;
    QTest::newRow("old, by its other request") << ant::Speaks::Old << true;
    QTest::newRow("both") << ant::Speaks::Both << false;
}

void TestDetector::findsABoardOfAnOlderProtocol()
{
    QFETCH(const ant::Speaks, speaks);
    QFETCH(const bool, onlyRadio);
    Pack pack(PackConfig{}, Profile::constant(0));
    ant::AntSimulator board(pack);
    board.speaks = speaks;
    board.onlyRadio = onlyRadio;
    SimulatedLine line(board, 19200, *m_clock);
    DriverRegistry drivers;
    addAllDrivers(drivers);
    const Result result = detect(line, serialCandidates(drivers, nullptr, {}));
    QCOMPARE(result.found.size(), 1);
    QCOMPARE(result.found.first().driver->info.id, QStringLiteral("ant"));
    QVERIFY2(result.tookMs < 8000, QByteArray::number(result.tookMs).constData());
}

void TestDetector::tellsWhatADriverHasAgainstADevice()
{
    FakeTransport line(*m_clock);
    line.answer = [&](const QByteArray &request) {
        line.reply(request == "?V" ? ToyDriver::voltage(1200) : ToyDriver::cells(3300, 3300), 30);
    };
    const Result result = detect(line, toyCandidate());
    QVERIFY(result.found.isEmpty());
    QCOMPARE(likelyCause(result.report), LikelyCause::Implausible);
    QVERIFY(candidateText(result.report.front()).contains(QStringLiteral("too many volts")));
}

void TestDetector::findsEveryAddressOfALine()
{
    SimulatedBus bus;
    std::vector<std::unique_ptr<Pack>> packs;
    std::vector<std::unique_ptr<jbd::JbdSimulator>> boards;
    for (const int address : {2, 3, 6}) {
        packs.push_back(std::make_unique<Pack>(PackConfig{}, Profile::constant(0)));
        jbd::SimulatorOptions options;
        options.address = address;
        boards.push_back(std::make_unique<jbd::JbdSimulator>(*packs.back(), options));
        bus.add(*boards.back());
    }
    SimulatedLine line(bus, 9600, *m_clock);
    DriverRegistry drivers;
    addAllDrivers(drivers);
    const auto candidates = serialCandidates(drivers, drivers.find(u"jbd"), {1, 2, 3, 4, 5, 6, 7, 8});
    const Result result = detect(line, candidates, Detector::Find::EveryAddress);
    QList<int> addresses;
    for (const Candidate &candidate : result.found)
        addresses.append(candidate.address.value_or(-1));
    std::sort(addresses.begin(), addresses.end());
    QCOMPARE(addresses, (QList<int>{2, 3, 6}));
}

void TestDetector::tellsTheLikelyCause_data()
{
    QTest::addColumn<QByteArray>("answer"); // to every request; "echo" returns it
    QTest::addColumn<LikelyCause>("cause");
    QTest::newRow("nothing heard") << QByteArray() << LikelyCause::NothingHeard;
    QTest::newRow("only echoes") << QByteArray("echo") << LikelyCause::OnlyEchoes;
    QTest::newRow("text") << QByteArray("V\t12800\r\nI\t-150\r\nSOC\t812\r\n") << LikelyCause::OtherDevice;
    QTest::newRow("garbage") << QByteArray::fromHex("00f8e0fe80fc00ffe0c0f0f8") << LikelyCause::WrongSpeed;
    QByteArray damaged = ToyDriver::voltage(6.6);
    damaged[damaged.size() - 1] = static_cast<char>(damaged.back() + 1);
    QTest::newRow("wrong checksum") << damaged << LikelyCause::DamagedReplies;
    QTest::newRow("implausible") << ToyDriver::frame('V', {}) + ToyDriver::frame('C', {})
                                 << LikelyCause::Implausible;
}

void TestDetector::tellsTheLikelyCause()
{
    QFETCH(QByteArray, answer);
    QFETCH(LikelyCause, cause);
    FakeTransport line(*m_clock);
    line.answer = [&](const QByteArray &request) {
        if (answer == "echo")
            line.reply(request, 2);
        else if (!answer.isEmpty())
            line.reply(answer, 30);
    };
    const Result result = detect(line, toyCandidate());
    QVERIFY(result.found.isEmpty());
    const LikelyCause judged = likelyCause(result.report);
    QCOMPARE(QString(causeKey(judged)), QString(causeKey(cause)));
    QVERIFY(!causeText(judged).isEmpty());
}

void TestDetector::reportNamesWhatWasSentAndHeard()
{
    FakeTransport line(*m_clock);
    QByteArray damaged = ToyDriver::voltage(6.6);
    damaged[damaged.size() - 1] = static_cast<char>(damaged.back() + 1);
    line.answer = [&](const QByteArray &) { line.reply(damaged, 30); };
    const Result result = detect(line, toyCandidate());
    const QString text = candidateText(result.report.front());
    QVERIFY2(text.contains(QStringLiteral("toy at 9600 baud")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("3f 56")), qPrintable(text)); // ?V
    QVERIFY2(text.contains(QString::fromLatin1(damaged.toHex(' '))), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("checksum")), qPrintable(text));
    const QJsonObject json = candidateJson(result.report.front());
    QCOMPARE(json.value(QLatin1String("sent")).toString(), QStringLiteral("3f56"));
    QVERIFY(json.value(QLatin1String("badChecksums")).toInt() >= 1);
    QVERIFY(json.value(QLatin1String("ms")).toInt() > 0);

    FakeTransport silent(*m_clock, QStringLiteral("fake1"));
    const Result nothing = detect(silent, toyCandidate());
    QVERIFY(candidateText(nothing.report.front()).contains(QStringLiteral("nothing came back")));
}

void TestDetector::chatterNeverBecomesABattery_data()
{
    QTest::addColumn<QByteArray>("speech"); // "random": random bytes
    QTest::addColumn<int>("everyMs");
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<bool>("isText");
    QTest::newRow("VE.Direct text")
        << QByteArray(
               "\r\nPID\t0xA389\r\nV\t52810\r\nVS\t12800\r\nI\t-1200\r\nP\t-63\r\nCE\t-5300\r\nSOC\t812\r\n"
               "TTG\t1230\r\nAlarm\tOFF\r\nRelay\tOFF\r\nAR\t0\r\nBMV\t712 "
               "Smart\r\nFW\t0413\r\nChecksum\t\xA4")
        << 1000 << QByteArray() << true;
    QTest::newRow("GPS sentences")
        << QByteArray("$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n"
                      "$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n"
                      "$GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1*39\r\n")
        << 1000 << QByteArray() << true;
    QTest::newRow("a modem") << QByteArray() << 0 << QByteArray("\r\nERROR\r\n") << true;
    QTest::newRow("a modem that speaks by itself")
        << QByteArray("OK\r\nERROR\r\n") << 300 << QByteArray("OK\r\nERROR\r\n") << true;
    QTest::newRow("VE.Direct text as the answer")
        << QByteArray() << 0 << QByteArray("\r\nPID\t0xA389\r\nV\t52810\r\nChecksum\t\xA4") << true;
    QTest::newRow("a boot loader's log")
        << QByteArray("U-Boot 2019.07\r\nDRAM:  1 GiB\r\nMMC:   mmc@1c0f000: 0\r\nHit any key to stop "
                      "autoboot: 3\r\n")
        << 2000 << QByteArray("=> ") << true;
    QTest::newRow("random bytes without end") << QByteArray("random") << 100 << QByteArray() << false;
    QTest::newRow("zeros") << QByteArray(40, '\0') << 100 << QByteArray(20, '\0') << false;
    QTest::newRow("ones") << QByteArray(40, '\xFF') << 100 << QByteArray(20, '\xFF') << false;
}

/// All at the speed of the line, or chatter would be heard at one only; another address is the same question
/// with another byte.
static std::vector<Candidate> usualCandidates(const DriverRegistry &drivers)
{
    std::vector<Candidate> candidates = serialCandidates(drivers, nullptr, {});
    std::erase_if(candidates, [](const Candidate &candidate) { return candidate.rare; });
    for (Candidate &candidate : candidates)
        candidate.baudRate = 9600;
    return candidates;
}

void TestDetector::chatterNeverBecomesABattery()
{
    QFETCH(QByteArray, speech);
    QFETCH(int, everyMs);
    QFETCH(QByteArray, answer);
    QFETCH(bool, isText);
    std::mt19937_64 random(9);
    const std::function<QByteArray()> say = [&]() -> QByteArray {
        if (speech != "random")
            return speech;
        QByteArray bytes(90, '\0');
        for (char &byte : bytes)
            byte = static_cast<char>(random());
        return bytes;
    };
    DriverRegistry drivers;
    addAllDrivers(drivers);
    std::vector<Candidate> candidates = usualCandidates(drivers);
    Chatter device(speech.isEmpty() ? nullptr : say, everyMs, answer);
    SimulatedLine line(device, 9600, *m_clock);
    for (int searches = 0; searches < 3; ++searches) {
        const Result result = detect(line, candidates);
        QVERIFY2(result.found.isEmpty(),
                 result.found.isEmpty() ? "" : qPrintable(candidateName(result.found.first())));
        if (isText)
            QCOMPARE(likelyCause(result.report), LikelyCause::OtherDevice);
    }
}

void TestDetector::trafficOfAnotherBmsIsNoBattery_data()
{
    QTest::addColumn<QString>("id");
    DriverRegistry drivers;
    addAllDrivers(drivers);
    for (const SimulatorDescriptor &simulator : allSimulators()) {
        if (drivers.find(simulator.driverId)->info.speaks(TransportKind::Serial))
            QTest::newRow(simulator.driverId.toLatin1().constData()) << simulator.driverId;
    }
}

void TestDetector::trafficOfAnotherBmsIsNoBattery()
{
    QFETCH(QString, id);
    DriverRegistry drivers;
    addAllDrivers(drivers);
    const auto simulators = allSimulators();
    const auto simulator = std::find_if(simulators.begin(), simulators.end(),
                                        [&](const SimulatorDescriptor &d) { return d.driverId == id; });
    const DriverDescriptor *talking = drivers.find(id);
    PackConfig config;
    config.cells = simulator->typicalCells;
    Pack pack(config, Profile::constant(0));
    const int address = talking->info.addresses.empty() ? -1 : talking->info.addresses.front();
    const auto board = simulator->create(pack, address);
    const auto driver = talking->create(
        {TransportKind::Serial, address < 0 ? std::nullopt : std::optional<int>(address), {}});
    std::vector<Request> requests;
    driver->requests(Phase::Identify, requests);
    driver->requests(Phase::Poll, requests);
    // Another master asks the board in turn, over and over; we hear both.
    size_t next = 0;
    Chatter device(
        [&]() -> QByteArray {
            const QByteArray request = requests[next++ % requests.size()].bytes;
            std::vector<SimulatedReply> replies;
            board->receive(bytesOf(request), replies);
            QByteArray heard = request;
            for (const SimulatedReply &reply : replies)
                heard.append(reply.bytes);
            return heard;
        },
        100, {});
    std::vector<Candidate> candidates = usualCandidates(drivers);
    std::erase_if(candidates, [&](const Candidate &c) { return c.driver->info.id == id; });
    SimulatedLine line(device, 9600, *m_clock);
    const Result result = detect(line, candidates);
    QVERIFY2(result.found.isEmpty(),
             result.found.isEmpty() ? "" : qPrintable(candidateName(result.found.first())));
}

void TestDetector::cacheForgetsAfterThreeMissesInARow()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("deep/detected.json"));
    const QString port = QStringLiteral("/dev/ttyUSB0");
    const DetectionCache::Entry entry{QStringLiteral("jbd"), 9600, 3};
    {
        DetectionCache cache(file);
        QVERIFY(!cache.find(port));
        cache.remember(port, entry);
        cache.missed(port);
        cache.missed(port);
        cache.remember(port, entry); // found again: the count begins anew
        cache.missed(port);
        cache.missed(port);
        QCOMPARE(cache.find(port), std::optional(entry));
    }
    DetectionCache again(file); // counted across starts
    QCOMPARE(again.find(port), std::optional(entry));
    again.missed(port);
    QVERIFY(!again.find(port));
    QVERIFY(!DetectionCache(file).find(port));
}

void TestDetector::aBrokenCacheIsAsGoodAsNone()
{
    const QTemporaryDir folder;
    const QString name = folder.filePath(QStringLiteral("detected.json"));
    for (const QByteArray &content :
         {QByteArray("{\"/dev/ttyUSB0\":"), QByteArray("[1]"),
          QByteArray("{\"/dev/ttyUSB0\":{\"driver\":7,\"baud\":-1}}"), QByteArray()}) {
        QFile file(name);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        QVERIFY(!DetectionCache(name).find(QStringLiteral("/dev/ttyUSB0")));
    }
}

QTEST_GUILESS_MAIN(TestDetector)
#include "tst_detector.moc"
