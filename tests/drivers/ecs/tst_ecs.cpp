// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ecs/ecsdriver.h"
#include "drivers/ecs/ecssimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

namespace {

constexpr int cells = 8;
constexpr int firstModule = 2;

} // namespace

class TestEcs : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make() { return make(1, firstModule, firstModule + cells - 1); }
    static std::unique_ptr<Driver> make(int meter, int first, int last)
    {
        DriverConfig config;
        config.options = {{QStringLiteral("greenmeterAddress"), meter},
                          {QStringLiteral("liproStart"), first},
                          {QStringLiteral("liproEnd"), last},
                          {QStringLiteral("liproCellCount"), cells}};
        return ecs::driver().create(config);
    }
    static BatteryState decoded(Driver &driver, quint16 start, const char *data)
    {
        const QByteArray bytes = hex(data);
        Request request;
        request.bytes =
            modbus::readRequest({1, modbus::ReadHolding, start, static_cast<quint16>(bytes.size() / 2)});
        Update update;
        (void)hear(driver, request, withCrc(hex("0103") + static_cast<char>(bytes.size()) + bytes), update);
        return update.values;
    }
    static std::vector<Request> asked(Driver &driver, Phase phase)
    {
        std::vector<Request> requests;
        driver.requests(phase, requests);
        return requests;
    }
    static QList<int> unitsOf(const std::vector<Request> &requests)
    {
        QList<int> units;
        for (const Request &request : requests) {
            if (const int unit = static_cast<quint8>(request.bytes.front()); unit != 1)
                units.append(unit);
        }
        return units;
    }
    static AlarmLevel level(const BatteryState &state, AlarmName name)
    {
        return state.alarms.level(name).value_or(AlarmLevel::Ok);
    }

private slots:
    void init()
    {
        PackConfig config;
        config.cells = cells;
        m_pack = std::make_unique<Pack>(config, Profile::constant(-12.34));
        m_pack->advance(5);
        m_board = std::make_unique<ecs::EcsSimulator>(*m_pack, 1, firstModule);
    }

    void asksWhatTheProtocolFileNames()
    {
        QByteArrayList sent;
        for (const Request &request : asked(*make(), Phase::Identify))
            sent.append(request.bytes);
        for (const char *frame :
             {"010300000001840a", "01030002000265cb", "0103001e0001e40c", "0103001f0001b5cc",
              "0103002e0002a402", "0103006600022414", "0103006c00020416", "0103007200026410",
              "010300800002c5e3", "0103008200012422", "01030083000175e2", "0203000000018439",
              "0203006400034427", "03030000000185e8", "03030064000345f6"})
            QVERIFY2(sent.contains(hex(frame)), frame);
    }

    void unitsComeFromTheOptions()
    {
        const std::vector<Request> requests = asked(*make(9, 20, 22), Phase::Identify);
        QSet<int> units;
        for (const Request &request : requests)
            units.insert(static_cast<quint8>(request.bytes.front()));
        QCOMPARE(units, (QSet<int>{9, 20, 21, 22}));
        // An address that the user gave counts more.
        DriverConfig config;
        config.address = 4;
        config.options = {{QStringLiteral("greenmeterAddress"), 9}};
        const auto driver = ecs::driver().create(config);
        QCOMPARE(static_cast<int>(asked(*driver, Phase::Identify).front().bytes.at(0)), 4);
        // Nonsense is as good as nothing.
        config.address.reset();
        config.options = {{QStringLiteral("greenmeterAddress"), 900},
                          {QStringLiteral("liproStart"), QStringLiteral("x")},
                          {QStringLiteral("liproEnd"), 0},
                          {QStringLiteral("liproCellCount"), 0}};
        const std::vector<Request> usual = asked(*ecs::driver().create(config), Phase::Identify);
        QCOMPARE(static_cast<int>(usual.front().bytes.at(0)), 1);
        QCOMPARE(static_cast<int>(usual.back().bytes.at(0)), 16); // fifteen modules
    }

    void theMeterIsNeverAskedAsAModule()
    {
        const std::vector<Request> requests = asked(*make(3, 2, 4), Phase::Identify);
        const auto asModule = std::count_if(requests.begin(), requests.end(), [](const Request &request) {
            return request.bytes.front() == 3 && request.optional && request.tries == 1 &&
                   request.timeoutMs == 100;
        });
        QCOMPARE(asModule, 0);
    }

    void readsASimulatedPack()
    {
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        BatteryState state = round(*driver, *m_board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QCOMPARE(*state.hardwareVersion, QStringLiteral("Greenmeter-500A 8S"));
        QCOMPARE(*state.serialNumber, QStringLiteral("123680"));
        QCOMPARE(state.uniqueId, state.serialNumber);
        QCOMPARE(*state.cellCount, cells);
        QVERIFY(std::abs(*state.voltage - m_pack->voltage()) <= 0.00051);
        QVERIFY(std::abs(*state.current - m_pack->current()) <= 0.00051);
        QVERIFY(*state.current < -12);
        QVERIFY(std::abs(*state.soc - m_pack->soc()) <= 0.00051);
        QCOMPARE(*state.capacityAh, 280.0);
        QCOMPARE(state.cellVoltages.size(), static_cast<size_t>(cells));
        for (size_t i = 0; i < cells; ++i)
            QVERIFY(std::abs(*state.cellVoltages[i] - m_pack->cellVoltages()[i]) <= 0.00051);
        QCOMPARE(state.temperatures.size(), 2U);
        QVERIFY(std::abs(*state.temperatures[1] - m_pack->temperatures()[1]) <= 0.0051);
        const auto [lowest, highest] = std::minmax_element(
            m_pack->temperatures().begin(), m_pack->temperatures().begin() + 3); // two of the meter, one
                                                                                 // of the modules
        QVERIFY(std::abs(*state.minCellTemperature - *lowest) <= 0.0051);
        QVERIFY(std::abs(*state.maxCellTemperature - *highest) <= 0.0051);
        QCOMPARE(*state.chargeAllowed, true);
        QCOMPARE(*state.dischargeAllowed, true);
        QCOMPARE(*state.maxChargeCurrent, 150.0);
        QCOMPARE(*state.maxDischargeCurrent, 200.0);

        // One block read of the meter, one read per module.
        QCOMPARE(asked(*driver, Phase::Poll).size(), static_cast<size_t>(1 + cells));
        state = round(*driver, *m_board, Phase::Poll, &good);
        QVERIFY(good);
        QVERIFY(state.cellVoltages.size() == cells && state.soc && !state.alarms.isEmpty());
    }

    void readsAMeterThatKnowsShortReadsOnly()
    {
        m_board->longestRead = 3;
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState first = round(*driver, *m_board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(first) == Recognition::Yes);
        const BatteryState state = round(*driver, *m_board, Phase::Poll, &good);
        QVERIFY(good);
        QVERIFY(state.voltage && state.current && state.soc && state.dischargeAllowed);
        QCOMPARE(state.temperatures.size(), 2U);
    }

    void readsTheMeterWithoutModules()
    {
        for (int i = 0; i < cells; ++i)
            m_board->silentUnits.insert(firstModule + i);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, *m_board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QCOMPARE(*state.cellCount, cells);
        QVERIFY(state.cellVoltages.empty());
        QVERIFY(level(state, AlarmName::BmsCable) == AlarmLevel::Ok);
    }

    void aLostModuleLeavesItsPlaceEmpty()
    {
        const std::unique_ptr<Driver> driver = make();
        (void)round(*driver, *m_board, Phase::Identify);
        m_board->silentUnits = {4};
        bool good = false;
        const BatteryState state = round(*driver, *m_board, Phase::Poll, &good);
        QVERIFY(good);
        QCOMPARE(state.cellVoltages.size(), static_cast<size_t>(cells));
        QVERIFY(!state.cellVoltages[2] && state.cellVoltages[1] && state.cellVoltages[3]);
    }

    void aLostModuleIsAskedRarelyAndRaisesAnAlarm()
    {
        const std::unique_ptr<Driver> driver = make();
        (void)round(*driver, *m_board, Phase::Identify);
        m_board->silentUnits = {4, 6};
        AlarmLevel alarm = AlarmLevel::Ok;
        for (int poll = 1; poll <= 14; ++poll) {
            const std::vector<Request> requests = asked(*driver, Phase::Poll);
            const QList<int> units = unitsOf(requests);
            // Three times with the others, then one of the lost ones at a time, and that rarely.
            const qsizetype absent = units.count(4) + units.count(6);
            QCOMPARE(absent, poll <= 3 ? 2 : 1);
            for (const Request &request : requests) {
                if (request.bytes.front() != 4 && request.bytes.front() != 6)
                    continue;
                QCOMPARE(request.everyMs, poll <= 3 ? 0 : 30000);
                QCOMPARE(request.absentEveryMs, 30000);
                QVERIFY(request.optional && request.timeoutMs == 100);
                QVERIFY(request.tries <= (poll <= 3 ? 2 : 1));
            }
            Update update;
            for (const Request &request : requests)
                (void)ask(*driver, *m_board, request, update);
            if (poll < 10)
                QVERIFY(level(update.values, AlarmName::BmsCable) == AlarmLevel::Ok);
            alarm = level(update.values, AlarmName::BmsCable);
        }
        QVERIFY(alarm == AlarmLevel::Warning);
        // Back again: both, after their turn, are asked like the others.
        m_board->silentUnits.clear();
        for (int poll = 0; poll < 3; ++poll)
            (void)round(*driver, *m_board, Phase::Poll);
        QCOMPARE(unitsOf(asked(*driver, Phase::Poll)).size(), cells);
        BatteryState state = round(*driver, *m_board, Phase::Poll);
        state = round(*driver, *m_board, Phase::Poll);
        QVERIFY(level(state, AlarmName::BmsCable) == AlarmLevel::Ok);
        QVERIFY(std::all_of(state.cellVoltages.begin(), state.cellVoltages.end(),
                            [](const Number &cell) { return cell.has_value(); }));
    }

    void aModuleThatWasOffAtTheStartIsFoundLater()
    {
        m_board->silentUnits = {9}; // the last one
        const std::unique_ptr<Driver> driver = make();
        (void)round(*driver, *m_board, Phase::Identify);
        QCOMPARE(round(*driver, *m_board, Phase::Poll).cellVoltages.size(), static_cast<size_t>(cells - 1));
        m_board->silentUnits.clear();
        (void)round(*driver, *m_board, Phase::Poll); // says that it is a module
        const BatteryState state = round(*driver, *m_board, Phase::Poll);
        QCOMPARE(state.cellVoltages.size(), static_cast<size_t>(cells));
        QVERIFY(state.cellVoltages.back());
    }

    void anotherIdentificationBeginsAnew()
    {
        const std::unique_ptr<Driver> driver = make();
        (void)round(*driver, *m_board, Phase::Identify);
        for (int i = 0; i < cells; ++i)
            m_board->silentUnits.insert(firstModule + i);
        (void)round(*driver, *m_board, Phase::Identify);
        QCOMPARE(unitsOf(asked(*driver, Phase::Poll)).size(), 1);
    }

    void decodesTheWorkedExamples()
    {
        const std::unique_ptr<Driver> driver = make();
        QCOMPARE(*decoded(*driver, 0, "01f5").hardwareVersion, QStringLiteral("Greenmeter-250A 8S"));
        QCOMPARE(*decoded(*driver, 0, "01f6").hardwareVersion, QStringLiteral("Greenmeter-125A 8S"));
        QCOMPARE(*decoded(*driver, 114, "cfccffff").current, -12.34);
        QCOMPARE(*decoded(*driver, 128, "c350ffff").soc, 50.0);
        QCOMPARE(*decoded(*driver, 128, "86a00001").soc, 100.0);
        QCOMPARE(*decoded(*driver, 46, "45c00004").capacityAh, 280.0);
        QCOMPARE(*decoded(*driver, 30, "ff6a").maxDischargeCurrent, 150.0);
    }

    void aVoltageBelowZeroIsTheFaultOrUnknown()
    {
        const std::unique_ptr<Driver> driver = make(); // 8 cells
        QCOMPARE(*decoded(*driver, 108, "66c8ffff").voltage, 26.312);
        QVERIFY(!decoded(*driver, 108, "ce68ffff").voltage); // 52.84 V are too much for 8 cells
        QVERIFY(!decoded(*driver, 108, "66c8fff0").voltage);
    }

    void readsEachState_data()
    {
        QTest::addColumn<int>("reg");
        QTest::addColumn<int>("state");
        QTest::addColumn<QString>("alarm");
        QTest::addColumn<AlarmLevel>("level");
        const char *charge[] = {"",
                                "HighVoltage",
                                "HighChargeCurrent",
                                "HighChargeTemperature",
                                "HighChargeTemperature",
                                "LowChargeTemperature",
                                "LowChargeTemperature",
                                ""};
        const char *load[] = {"",
                              "LowVoltage",
                              "HighDischargeCurrent",
                              "HighTemperature",
                              "HighTemperature",
                              "LowTemperature",
                              "LowTemperature",
                              ""};
        for (int state = 0; state < 8; ++state) {
            const AlarmLevel level = state == 1 ? AlarmLevel::Alarm : AlarmLevel::Warning;
            QTest::addRow("charge %d", state) << 130 << state << QString::fromLatin1(charge[state]) << level;
            QTest::addRow("load %d", state) << 131 << state << QString::fromLatin1(load[state]) << level;
        }
    }
    void readsEachState()
    {
        QFETCH(const int, reg);
        QFETCH(const int, state);
        QFETCH(const QString, alarm);
        QFETCH(const AlarmLevel, level);
        QByteArray data;
        appendInteger(data, reg == 130 ? state : 0, Wire::U16BE);
        appendInteger(data, reg == 131 ? state : 0, Wire::U16BE);
        const BatteryState read = decoded(*make(), 130, data.toHex().constData());
        QCOMPARE(*read.chargeAllowed, reg != 130 || state == 0);
        QCOMPARE(*read.dischargeAllowed, reg != 131 || state == 0);
        QVERIFY(!read.alarms.isEmpty());
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            QVERIFY2(read.alarms.level(name).value_or(AlarmLevel::Ok) ==
                         (alarmText(name) == alarm ? level : AlarmLevel::Ok),
                     alarmText(name).data());
        }
    }

    void readsTheStatesOneByOne()
    {
        const std::unique_ptr<Driver> driver = make();
        QVERIFY(decoded(*driver, 130, "0003").alarms.isEmpty()); // the other half is missing
        const BatteryState state = decoded(*driver, 131, "0001");
        QVERIFY(level(state, AlarmName::HighChargeTemperature) == AlarmLevel::Warning);
        QVERIFY(level(state, AlarmName::LowVoltage) == AlarmLevel::Alarm);
    }

    void aUnitThatIsNoModuleGivesNoCell()
    {
        const std::unique_ptr<Driver> driver = make();
        std::vector<Request> requests = asked(*driver, Phase::Identify);
        Update update;
        for (const Request &request : requests) {
            if (request.bytes.front() != 2)
                continue;
            const bool id = request.bytes.at(3) == 0;
            const QByteArray reply = withCrc(hex(id ? "02030203e7" : "0203060ce407d00000"));
            QVERIFY(hear(*driver, request, reply, update).state == ReplyState::Waiting);
        }
        QVERIFY(update.values == BatteryState());
        QCOMPARE(driver->counters().malformed, 2U);
    }

    void takesNothingFromDamagedReplies()
    {
        damagedRepliesGiveNothing([] { return make(); }, *m_board, hex("090306cce6083e00005f33"));
    }

    void takesNothingFromDamagedRepliesOfModules()
    {
        const std::unique_ptr<Driver> driver = make();
        (void)round(*driver, *m_board, Phase::Identify);
        for (const Request &request : asked(*driver, Phase::Poll)) {
            if (request.bytes.front() != 5)
                continue;
            std::vector<SimulatedReply> replies;
            m_board->receive(bytesOf(request.bytes), replies);
            const QByteArray good = replies.front().bytes;
            QByteArray ofNeighbour = good.chopped(2);
            ofNeighbour[0] = 6;
            QByteArrayList damaged{request.bytes, withCrc(ofNeighbour), good.chopped(1), good.mid(1),
                                   withCrc(good.chopped(4))};
            for (qsizetype at = 0; at < good.size(); ++at) {
                QByteArray changed = good;
                changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
                damaged.append(changed);
            }
            for (const QByteArray &bytes : damaged) {
                Update update;
                QVERIFY2(hear(*driver, request, bytes, update).state == ReplyState::Waiting,
                         bytes.toHex().constData());
                QVERIFY(update.values == BatteryState());
            }
            Update update;
            QVERIFY(hear(*driver, request, good, update).state == ReplyState::Complete);
            QVERIFY(update.values.cellVoltages.at(3));
        }
    }

    void doesNotRecogniseOthers()
    {
        const std::unique_ptr<Driver> driver = make();
        QVERIFY(decoded(*driver, 0, "01f3") == BatteryState());
        BatteryState read;
        read.hardwareVersion = QStringLiteral("Greenmeter-500A 8S");
        read.serialNumber = QStringLiteral("1");
        read.voltage = 26;
        read.soc = 50;
        QVERIFY(driver->recognise(read) == Recognition::Yes);
        BatteryState other = read;
        other.hardwareVersion.reset();
        QVERIFY(driver->recognise(other) == Recognition::No);
        other = read;
        other.voltage = 0;
        QVERIFY(driver->recognise(other) == Recognition::No);
        other = read;
        other.soc = 101;
        QVERIFY(driver->recognise(other) == Recognition::No);
    }

private:
    std::unique_ptr<Pack> m_pack;
    std::unique_ptr<ecs::EcsSimulator> m_board;
};

QTEST_GUILESS_MAIN(TestEcs)
#include "tst_ecs.moc"
