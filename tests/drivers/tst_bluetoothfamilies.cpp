// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/alldrivers.h"
#include "drivers/allsimulators.h"
#include "tests/drivers/binary/radiotalk.h"

#include <QTest>

using namespace sb;
using namespace sb::talk;

namespace {

/// Families whose replies have no checksum. Damaged, a reply may give values all the same; plausibility
/// stands behind it.
struct Unchecked
{
    const char *family;
    const char *reason;
};
const std::vector<Unchecked> unchecked{
    {"lithionics", "lines of text; the form of each number is all that can be checked"},
    {"tianpwr", "pages without one; the cells must make up the voltage"},
    {"braunpwr", "start, length and end only"},
    {"ws_nova", "the rule of the checksum is not known"},
    {"felicity_ble", "JSON text"},
    {"ogt", "hexadecimal text"},
    {"pro", "one published frame breaks its checksum: one whose power fits is taken without"},
    {"superb", "no checksum"},
    {"superb_v2", "no checksum"},
};

/// Families in whose replies some bytes mean nothing, or are passed over: damaged there, a reply gives what
/// the whole one gives; of all others it gives nothing.
const std::vector<Unchecked> looseParts{
    {"ant", "bytes behind the checksum of the device information"},
    {"topband", "what stands behind the digits; small letters are digits, too"},
    {"cbtpwr_vb", "the digits of the checksum may be small letters"},
    {"ej", "the digits of the checksum may be small letters"},
    {"humsienk", "its handshake says the same as the question"},
    {"jk_ble", "words of the radio module and acknowledgements around the frames"},
    {"myvolta", "one reading is many messages, some of which are not needed"},
    {"dpwrcore", "the board's acknowledges, and what fills up its last page"},
};

bool isIn(const std::vector<Unchecked> &list, const QString &family)
{
    return std::any_of(list.begin(), list.end(),
                       [&](const Unchecked &each) { return family == QLatin1String(each.family); });
}

struct Talk
{
    std::unique_ptr<Pack> pack;
    std::unique_ptr<SimulatedDevice> board;
    std::unique_ptr<Driver> driver;
    std::unique_ptr<Driver> voice; ///< acknowledges what the board says, where it wants that
    const DriverDescriptor *descriptor = nullptr;
    const SimulatorDescriptor *simulator = nullptr;

    [[nodiscard]] const GattProfile &profile() const { return descriptor->info.bluetooth.profiles.front(); }
};

} // namespace

/// Every Bluetooth family against its simulated board, without a radio: what it reads is what the pack has,
/// whatever pieces it arrives in, and nothing comes out of what is damaged. Follows the list of families by
/// itself.
class TestBluetoothFamilies : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase();
    void readsItsBoard_data();
    void readsItsBoard();
    void damagedRepliesGiveNothing_data() { rows(); }
    void damagedRepliesGiveNothing();
    void othersAreNotTakenForIt_data() { rows(); }
    void othersAreNotTakenForIt();
    void itsAdvertisementSpeaksForIt_data() { rows(); }
    void itsAdvertisementSpeaksForIt();
    void itsBoardHasTheProfile_data() { rows(); }
    void itsBoardHasTheProfile();

private:
    [[nodiscard]] Talk begin(const QString &family, bool withBoard = true) const;
    /// A round; false where a question that must be answered was not.
    static bool round(Talk &talk, Phase phase, qsizetype chunk, BatteryState &read);
    void rows() const;

    DriverRegistry m_drivers;
    std::vector<SimulatorDescriptor> m_simulators;
};

void TestBluetoothFamilies::initTestCase()
{
    addAllDrivers(m_drivers);
    m_simulators = allSimulators();
}

void TestBluetoothFamilies::rows() const
{
    QTest::addColumn<QString>("family");
    for (const DriverDescriptor &driver : m_drivers.all()) {
        if (driver.info.speaks(TransportKind::Bluetooth))
            QTest::newRow(qPrintable(driver.info.id)) << driver.info.id;
    }
}

Talk TestBluetoothFamilies::begin(const QString &family, bool withBoard) const
{
    Talk talk;
    talk.descriptor = m_drivers.find(family);
    const auto simulator = std::find_if(m_simulators.begin(), m_simulators.end(),
                                        [&](const auto &each) { return each.driverId == family; });
    if (simulator == m_simulators.end() || !simulator->radio)
        return talk;
    talk.simulator = &*simulator;
    const QVariantMap options{{QStringLiteral("localName"), QString::fromUtf8(simulator->radio->name)}};
    talk.driver = talk.descriptor->create({TransportKind::Bluetooth, std::nullopt, options});
    talk.voice = talk.descriptor->create({TransportKind::Bluetooth, std::nullopt, options});
    if (withBoard) {
        PackConfig config;
        config.cells = simulator->typicalCells;
        config.capacityAh = 100;
        talk.pack = std::make_unique<Pack>(config, Profile::constant(-5));
        talk.pack->advance(5);
        talk.board = simulator->create(*talk.pack, -1);
    }
    return talk;
}

bool TestBluetoothFamilies::round(Talk &talk, Phase phase, qsizetype chunk, BatteryState &read)
{
    std::vector<Request> requests;
    talk.driver->requests(phase, requests);
    Update update;
    bool good = true;
    for (size_t at = 0; at < requests.size();) {
        const QByteArrayList chunks =
            inChunks(radioAnswer(*talk.voice, *talk.board, requests[at], talk.profile()), chunk);
        const bool answered =
            hearChunks(*talk.driver, requests[at], chunks, update).state == ReplyState::Complete;
        if (!answered && !requests[at].optional && !requests[at].orNext)
            good = false;
        at = requestAfter(requests, at, answered);
    }
    read = update.values;
    return good;
}

void TestBluetoothFamilies::readsItsBoard_data()
{
    QTest::addColumn<QString>("family");
    QTest::addColumn<int>("chunk");
    for (const DriverDescriptor &driver : m_drivers.all()) {
        if (!driver.info.speaks(TransportKind::Bluetooth))
            continue;
        QTest::addRow("%s as the board sends", qPrintable(driver.info.id)) << driver.info.id << -1;
        QTest::addRow("%s in notifications of 20 bytes", qPrintable(driver.info.id)) << driver.info.id << 20;
    }
}

void TestBluetoothFamilies::readsItsBoard()
{
    QFETCH(const QString, family);
    QFETCH(const int, chunk);
    Talk talk = begin(family);
    QVERIFY2(talk.driver, "no simulator with a radio");
    const qsizetype size = chunk < 0 ? talk.simulator->radio->chunk : chunk;
    BatteryState read;
    QVERIFY(round(talk, Phase::Identify, size, read));
    QVERIFY(talk.driver->recognise(read) == Recognition::Yes);
    BatteryState again;
    QVERIFY(round(talk, Phase::Poll, size, again));
    for (const BatteryState *each : {&read, &again}) {
        QVERIFY(each->voltage && each->current);
        QVERIFY2(std::abs(*each->voltage - talk.pack->voltage()) < 0.02 * talk.pack->voltage() + 0.05,
                 QByteArray::number(*each->voltage).constData());
        QVERIFY2(std::abs(*each->current - talk.pack->current()) < 0.6,
                 QByteArray::number(*each->current).constData());
        if (each->soc)
            QVERIFY2(std::abs(*each->soc - talk.pack->soc()) <= 1.01,
                     QByteArray::number(*each->soc).constData());
        if (each->remainingAh)
            QVERIFY(std::abs(*each->remainingAh - talk.pack->remainingAh()) < 1.01);
        if (each->capacityAh)
            QVERIFY(std::abs(*each->capacityAh - talk.pack->capacityAh()) < 1.01);
        if (!each->cellVoltages.empty()) {
            QCOMPARE(each->cellVoltages.size(), talk.pack->cellVoltages().size());
            for (size_t i = 0; i < each->cellVoltages.size(); ++i)
                QVERIFY(std::abs(*each->cellVoltages[i] - talk.pack->cellVoltages()[i]) < 0.051);
        }
        for (const Number &sensor : each->temperatures)
            QVERIFY(!sensor || (*sensor > 10 && *sensor < 40));
    }
    // What the driver says it reads, it reads; and nothing else.
    BatteryState all = read;
    deriveFields(all);
    const FieldSet known = knownFields(all);
    const auto &reads = talk.descriptor->info.reads;
    for (int i = 0; i < fieldCount; ++i) {
        const auto field = static_cast<Field>(i);
        const bool told = std::find(reads.begin(), reads.end(), field) != reads.end();
        QVERIFY2(told || !known.test(static_cast<size_t>(i)), fieldInfo(field).key.data());
    }
}

void TestBluetoothFamilies::damagedRepliesGiveNothing()
{
    QFETCH(const QString, family);
    Talk talk = begin(family);
    QVERIFY(talk.driver);
    const bool noChecksum = isIn(unchecked, family);
    const bool loose = isIn(looseParts, family);
    std::vector<Request> requests;
    talk.driver->requests(Phase::Identify, requests);
    int judged = 0;
    for (const Request &request : requests) {
        const QByteArrayList good = radioAnswer(*talk.voice, *talk.board, request, talk.profile());
        Update whole;
        if (request.reads || hearChunks(*talk.driver, request, good, whole).state != ReplyState::Complete)
            continue;
        ++judged;
        const auto nothingFrom = [&](const QByteArrayList &chunks, const char *how) {
            Update update;
            const Reply reply = hearChunks(*talk.driver, request, chunks, update);
            const bool nothing = reply.state == ReplyState::Waiting && update.values == BatteryState() &&
                                 update.parameters.empty();
            const bool same = loose && update.values == whole.values;
            QVERIFY2(nothing || same, qPrintable(QStringLiteral("%1: %2").arg(
                                          QLatin1String(how), QString::fromLatin1(chunks.join().toHex()))));
        };
        for (qsizetype part = 0; part < good.size(); ++part) {
            const QByteArray &reply = good.at(part);
            const auto with = [&](const QByteArray &changed) {
                QByteArrayList all = good;
                all[part] = changed;
                return all;
            };
            for (qsizetype at = 0; at < reply.size() && !noChecksum; ++at) {
                QByteArray changed = reply;
                changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
                nothingFrom(with(changed), "changed");
            }
            // An answer of several frames may be complete without its last ones.
            for (const qsizetype size : {qsizetype(0), qsizetype(1), reply.size() / 2, reply.size() - 1}) {
                if (good.size() == 1)
                    nothingFrom({reply.first(size)}, "cut");
            }
            if (QTest::currentTestFailed())
                return;
        }
        if (!request.bytes.isEmpty()) {
            nothingFrom({request.bytes}, "echo");
            nothingFrom({request.bytes.repeated(2)}, "echo twice");
        }
        // Whatever was heard, the next good reply counts.
        Update after;
        const Reply reply = hearChunks(*talk.driver, request, good, after);
        QVERIFY(reply.state == ReplyState::Complete);
        QVERIFY(after.values == whole.values);
    }
    QVERIFY(judged > 0);
}

void TestBluetoothFamilies::othersAreNotTakenForIt()
{
    QFETCH(const QString, family);
    for (const SimulatorDescriptor &other : m_simulators) {
        if (!other.radio || other.driverId == family)
            continue;
        Talk talk = begin(family, false);
        QVERIFY(talk.driver);
        Talk stranger = begin(other.driverId);
        talk.board = std::move(stranger.board);
        // Only boards that have the characteristics at all get to hear the questions.
        const auto has = [&](const QUuid &uuid) {
            return uuid.isNull() ||
                   std::any_of(other.radio->services.begin(), other.radio->services.end(),
                               [&](const SimulatedRadio::Service &service) {
                                   return std::any_of(service.characteristics.begin(),
                                                      service.characteristics.end(), [&](const auto &each) {
                                                          return bluetoothUuid(QLatin1String(each.uuid)) ==
                                                                 uuid;
                                                      });
                               });
        };
        if (!has(talk.profile().write) || !has(talk.profile().notify.front()))
            continue;
        BatteryState read;
        if (round(talk, Phase::Identify, other.radio->chunk, read))
            QVERIFY2(talk.driver->recognise(read) == Recognition::No, qPrintable(other.driverId));
    }
}

void TestBluetoothFamilies::itsAdvertisementSpeaksForIt()
{
    QFETCH(const QString, family);
    const Talk talk = begin(family, false);
    QVERIFY(talk.driver);
    const SimulatedRadio &radio = *talk.simulator->radio;
    Advertisement advertisement;
    advertisement.address = QString::fromLatin1(radio.address);
    QCOMPARE(bluetoothAddress(advertisement.address), advertisement.address);
    advertisement.name = QString::fromUtf8(radio.name);
    for (const char *service : radio.advertised)
        advertisement.services.append(bluetoothUuid(QLatin1String(service)));
    advertisement.makerData = radio.makerData;
    const auto found = m_drivers.advertised(advertisement);
    if (talk.descriptor->info.bluetooth.advertisements.empty()) {
        QVERIFY(found.empty());
        return;
    }
    QCOMPARE(found.size(), size_t(1));
    QCOMPARE(found.front().driver->info.id, family);
}

void TestBluetoothFamilies::itsBoardHasTheProfile()
{
    QFETCH(const QString, family);
    const Talk talk = begin(family, false);
    QVERIFY(talk.driver);
    const auto flagsOf = [&](const QUuid &service, const QUuid &characteristic) {
        QString flags;
        for (const SimulatedRadio::Service &each : talk.simulator->radio->services) {
            if (bluetoothUuid(QLatin1String(each.uuid)) != service)
                continue;
            for (const auto &one : each.characteristics) {
                if (bluetoothUuid(QLatin1String(one.uuid)) == characteristic)
                    flags += QLatin1String(one.flags) + QLatin1Char(',');
            }
        }
        return flags;
    };
    const GattProfile &profile = talk.profile();
    QVERIFY(!profile.notify.empty());
    for (const QUuid &each : profile.notify)
        QVERIFY(flagsOf(profile.service, each).contains(QLatin1String("notify")));
    if (!profile.write.isNull())
        QVERIFY(flagsOf(profile.writeService.isNull() ? profile.service : profile.writeService, profile.write)
                    .contains(QLatin1String("write")));
}

QTEST_GUILESS_MAIN(TestBluetoothFamilies)
#include "tst_bluetoothfamilies.moc"
